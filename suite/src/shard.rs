//! Which part of a suite is one of several shards' that run it together.
//!
//! The module owns what a shard is and what falls to it: pure functions of the suite's hash, of what is
//! shared out, and of the shard's number and the total. It refuses to know who starts shards, and where
//! they learn which one they are.

use std::{
    fmt,
    num::{NonZeroU32, ParseIntError},
    str::FromStr,
    sync::Arc,
};

use sha2::{Digest as _, Sha256};

use crate::Case;

/// One of several processes that share out a suite: `2/4` is the second of four.
///
/// ```
/// let shard: suite::Shard = "2/4".parse().unwrap();
/// assert_eq!((shard.index(), shard.total()), (1, 4));
/// assert_eq!(shard.to_string(), "2/4");
/// assert_eq!(shard.slice_of_count(10), 3);
/// assert!("0/4".parse::<suite::Shard>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard {
    index: u32,
    total: NonZeroU32,
}

/// Why something is no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShardError {
    /// It is not written as one.
    #[error("a shard is K/N, such as 1/4 for the first of four")]
    Form,
    /// A number in it cannot be read.
    #[error("a shard is K/N, such as 1/4 for the first of four; {text:?} is no number for it")]
    Number {
        /// What stands in its place.
        text: String,
        /// Why it cannot be read.
        source: ParseIntError,
    },
    /// There are to be none, or more than anybody can start.
    #[error("there are from 1 to {} shards, and not {total}", Shard::MAX_TOTAL)]
    Total {
        /// How many there were to be.
        total: u32,
    },
    /// There is no such one among them.
    #[error(
        "of {total} shards, the first is 1/{total} and the last {total}/{total}: there is no {number}/{total}"
    )]
    NoSuch {
        /// Its number, counted from one.
        number: u32,
        /// How many there are.
        total: u32,
    },
}

impl Shard {
    /// The most shards that there can be: as many as a Job of Kubernetes has indices.
    pub const MAX_TOTAL: u32 = 100_000;

    /// The shard with this number, counted from one, of so many.
    ///
    /// # Errors
    /// When there is none with this number, or there are none or too many at all.
    pub fn numbered(number: u32, total: u32) -> Result<Self, ShardError> {
        let total = NonZeroU32::new(total)
            .filter(|total| total.get() <= Self::MAX_TOTAL)
            .ok_or(ShardError::Total { total })?;
        let index = number.checked_sub(1).filter(|index| *index < total.get());
        let total_count = total.get();
        let index = index.ok_or(ShardError::NoSuch {
            number,
            total: total_count,
        })?;
        Ok(Self { index, total })
    }

    /// Its number, counted from one.
    #[must_use]
    pub fn number(self) -> u32 {
        self.index + 1
    }

    /// Its number, counted from zero.
    #[must_use]
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many shards there are.
    #[must_use]
    pub fn total(self) -> u32 {
        self.total.get()
    }

    /// All shards of so many, in their order.
    pub fn all(total: NonZeroU32) -> impl Iterator<Item = Self> {
        (0..total.get()).map(move |index| Self { index, total })
    }

    /// What of `cases`, of a suite with this hash, falls to this shard, in their order.
    ///
    /// Together the shards have every case once, and no shard has more than one case more than another.
    /// The cases are dealt out in an order that the hash and their ids decide, so that slow neighbours do
    /// not come to the same shard for having a period in common with it. That order never changes: shards
    /// of different versions of the program fit together.
    #[must_use]
    pub fn deal(self, suite_hash: &str, cases: &[Arc<Case>]) -> Vec<Arc<Case>> {
        let mut order: Vec<usize> = (0..cases.len()).collect();
        order.sort_by_cached_key(|&index| place(suite_hash, &cases[index].id));
        let (first, step) = (self.index as usize, self.total.get() as usize);
        let mut dealt: Vec<usize> = order.into_iter().skip(first).step_by(step).collect();
        dealt.sort_unstable();
        let cases = dealt.into_iter().map(|index| Arc::clone(&cases[index]));
        cases.collect()
    }

    /// This shard's part of something that can only be shared out whole, such as a concurrency. No part is
    /// larger than another by more than one; it is 0 where there are more shards than there is to share.
    #[must_use]
    pub fn slice_of_count(self, whole: u64) -> u64 {
        let total = u64::from(self.total.get());
        whole / total + u64::from(u64::from(self.index) < whole % total)
    }

    /// This shard's part of a quantity that can be divided, such as a rate.
    #[must_use]
    pub fn slice_of_rate(self, whole: f64) -> f64 {
        whole / f64::from(self.total.get())
    }
}

/// What stands for a selection of cases: equal exactly where the same ids are in the same order. Shards
/// that were not dealt from the same cases do not fit together.
#[must_use]
pub fn digest_of_cases(cases: &[Arc<Case>]) -> String {
    let mut hasher = Sha256::new();
    for case in cases {
        // No id runs into the next.
        hasher.update((case.id.len() as u64).to_be_bytes());
        hasher.update(case.id.as_bytes());
    }
    let digits = hasher.finalize();
    digits.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// By what the cases are ordered before they are dealt.
fn place(suite_hash: &str, case_id: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(suite_hash.as_bytes());
    // A hash has no such byte.
    hasher.update([0]);
    hasher.update(case_id.as_bytes());
    hasher.finalize().into()
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number(), self.total)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    /// Reads `K/N`, where K counts from one.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, total) = text.split_once('/').ok_or(ShardError::Form)?;
        let read = |text: &str| {
            text.parse().map_err(|source| ShardError::Number {
                text: text.to_owned(),
                source,
            })
        };
        Self::numbered(read(number)?, read(total)?)
    }
}

#[cfg(test)]
mod tests;
