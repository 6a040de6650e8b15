//! Which case has which attempt: by their weights, evenly mixed, and the same every time.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    num::NonZeroU32,
    sync::Arc,
};

/// Which case each attempt of a run is at.
///
/// Each case comes as often as its weight says, as evenly as that is possible, so that a case of weight
/// one is not left for the end. The order repeats after as many attempts as all weights have together.
///
/// ```
/// use load::Mix;
///
/// let weights = [3, 1].map(|weight| weight.try_into().unwrap());
/// let mix = Mix::new(&weights).unwrap();
/// let cases: Vec<_> = (0..8).map(|number| mix.case_of(number)).collect();
/// assert_eq!(cases, [0, 0, 1, 0, 0, 0, 1, 0]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix {
    cycle: Arc<[u32]>,
    pass: u64,
}

/// Why there is no [`Mix`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MixError {
    /// There is no case.
    #[error("there is no case to try")]
    NoCases,
    /// The weights are so different that the order would be too long to keep.
    #[error(
        "the weights come to {sum}, more than {}; smaller numbers of the same ratio do",
        Mix::MAX_CYCLE
    )]
    TooFine {
        /// All weights together, by their greatest common divisor.
        sum: u64,
    },
}

/// A case that waits for its next attempt.
#[derive(Debug, PartialEq, Eq)]
struct Waiting {
    case: u32,
    weight: u64,
    /// How many attempts it had.
    had: u64,
}

impl Ord for Waiting {
    /// By where the middle of the case's next share of the cycle is: the method of Webster, which gives
    /// each case within one of its due in any part of the cycle that matters.
    fn cmp(&self, other: &Self) -> Ordering {
        // (2 had + 1) / weight, without dividing: neither side is larger than 2^53.
        let key =
            |one: &Self, another: &Self| u128::from(2 * one.had + 1) * u128::from(another.weight);
        key(self, other)
            .cmp(&key(other, self))
            .then(self.case.cmp(&other.case))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Mix {
    /// How long the order may be before it repeats.
    pub const MAX_CYCLE: u64 = 1 << 20;

    /// The mix of so many cases with these weights.
    ///
    /// # Errors
    /// When there is no case, or when the weights come to more than [`MAX_CYCLE`](Self::MAX_CYCLE).
    pub fn new(weights: &[NonZeroU32]) -> Result<Self, MixError> {
        let weights: Vec<u64> = weights.iter().map(|weight| weight.get().into()).collect();
        let divisor = weights.iter().copied().reduce(greatest_common_divisor);
        let divisor = divisor.ok_or(MixError::NoCases)?;
        let pass: u64 = weights.iter().sum();
        let length = pass / divisor;
        if length > Self::MAX_CYCLE {
            return Err(MixError::TooFine { sum: length });
        }
        let waiting = weights.iter().zip(0..).map(|(weight, case)| {
            Reverse(Waiting {
                case,
                weight: weight / divisor,
                had: 0,
            })
        });
        let mut waiting: BinaryHeap<_> = waiting.collect();
        let mut cycle = Vec::new();
        while let Some(mut next) = waiting.peek_mut() {
            if cycle.len() as u64 == length {
                break;
            }
            cycle.push(next.0.case);
            next.0.had += 1;
        }
        Ok(Self {
            cycle: cycle.into(),
            pass,
        })
    }

    /// The index of the case that the attempt with this number is at, counted from zero.
    #[must_use]
    pub fn case_of(&self, number: u64) -> usize {
        // The length is at most 2^20.
        self.cycle[(number % self.cycle.len() as u64) as usize] as usize
    }

    /// How many attempts one pass over the cases has: all weights together.
    #[must_use]
    pub fn pass(&self) -> u64 {
        self.pass
    }
}

fn greatest_common_divisor(mut one: u64, mut other: u64) -> u64 {
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mix(weights: &[u32]) -> Result<Mix, MixError> {
        let weights: Vec<_> = weights
            .iter()
            .map(|weight| NonZeroU32::new(*weight).expect("not zero"))
            .collect();
        Mix::new(&weights)
    }

    proptest! {
        #[test]
        fn each_case_has_its_weight_in_every_pass_and_is_never_far_from_it(
            weights in prop::collection::vec(1..40_u32, 1..12),
        ) {
            let mix = mix(&weights).expect("a mix");
            let sum: u32 = weights.iter().sum();
            prop_assert_eq!(mix.pass(), u64::from(sum));
            let mut had = vec![0.0; weights.len()];
            for number in 0..mix.pass() {
                had[mix.case_of(number)] += 1.0;
                for (had, weight) in had.iter().zip(&weights) {
                    let due = f64::from(*weight) * (number + 1) as f64 / f64::from(sum);
                    let off = weights.len() as f64;
                    prop_assert!((had - due).abs() <= off, "{had} of {due} after {number}");
                }
            }
            prop_assert!(had.iter().zip(&weights).all(|(had, weight)| *had == f64::from(*weight)));
        }
    }

    #[test]
    fn equal_weights_take_turns() {
        let mix = mix(&[7, 7, 7]).expect("a mix");
        let cases: Vec<_> = (0..6).map(|number| mix.case_of(number)).collect();
        assert_eq!(cases, [0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn weights_that_take_too_much_memory_are_refused() {
        assert_eq!(mix(&[]), Err(MixError::NoCases));
        let error = mix(&[2_000_001, 2_000_000]).expect_err("too fine");
        assert_eq!(error, MixError::TooFine { sum: 4_000_001 });
        assert!(mix(&[2_000_000, 4_000_000]).is_ok());
    }
}
