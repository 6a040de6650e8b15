//! What of a load falls to a shard.

use std::num::NonZeroUsize;

use load::{ArrivalRate, Schedule, Spacing, Stage};
use suite::Shard;

use crate::error::CliError;

/// What of a load is this process's: all of it, or what falls to a shard. All shards together are the whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice(pub(super) Option<Shard>);

impl Slice {
    pub(super) fn of_count(self, flag: &'static str, whole: u64) -> Result<u64, CliError> {
        let Some(shard) = self.0 else {
            return Ok(whole);
        };
        match shard.slice_of_count(whole) {
            0 => Err(CliError::EmptySlice {
                flag,
                whole,
                number: shard.number(),
                total: shard.total(),
            }),
            slice => Ok(slice),
        }
    }

    pub(super) fn of_size(
        self,
        flag: &'static str,
        whole: NonZeroUsize,
    ) -> Result<NonZeroUsize, CliError> {
        let slice = self.of_count(flag, whole.get() as u64)?;
        // No more than the whole, and not nothing.
        let slice = usize::try_from(slice).ok().and_then(NonZeroUsize::new);
        Ok(slice.unwrap_or(whole))
    }

    pub(super) fn of_rate(self, whole: ArrivalRate) -> ArrivalRate {
        let slice = self.0.map(|it| it.slice_of_rate(whole.per_second()));
        slice.and_then(ArrivalRate::of).unwrap_or(whole)
    }

    pub(super) fn of_spacing(self, whole: Spacing) -> Spacing {
        self.0.map_or(whole, |shard| whole.of_part(shard.index()))
    }

    /// The schedule of a slice of the rate, in turn with those of the other slices.
    pub(super) fn of_schedule(self, schedule: Schedule) -> Schedule {
        match self.0 {
            None => schedule,
            Some(shard) => schedule.of_part(shard.index(), shard.total()),
        }
    }

    pub(super) fn of_stage(self, whole: &Stage) -> Stage {
        Stage {
            lasts: whole.lasts,
            from: self.of_rate(whole.from),
            to: self.of_rate(whole.to),
        }
    }
}
