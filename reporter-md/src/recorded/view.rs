//! A recorded run as its report looks at it: moments in the zone of its start, and what follows from
//! its parts.

use std::time::Duration;

use jiff::Timestamp;
use runner_core::recorded::{Outage, RecordedRun, RecordedState};

use crate::format::Moment;

/// What a report on a recorded run is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) run: &'a RecordedRun,
}

impl<'a> View<'a> {
    /// `timestamp` in the zone in which the run was started.
    pub(crate) fn moment(self, timestamp: Timestamp) -> Moment<'a> {
        Moment(timestamp, self.run.run.started_at.time_zone())
    }

    /// When the first part began.
    pub(crate) fn began(self) -> Timestamp {
        let first = self.run.parts.first().filter(|_| self.earlier_parts() == 0);
        first.map_or_else(|| self.run.run.started_at.timestamp(), |part| part.began)
    }

    /// How many parts there are.
    pub(crate) fn part_count(self) -> u64 {
        self.run.part_count.max(self.run.parts.len() as u64)
    }

    /// How many of them come before those that are listed.
    pub(crate) fn earlier_parts(self) -> u64 {
        self.part_count() - self.run.parts.len() as u64
    }

    /// When the latest part ended, as far as anybody knows.
    pub(crate) fn until(self) -> Timestamp {
        let last = self.run.parts.last();
        last.map_or_else(|| self.run.run.started_at.timestamp(), |part| part.until())
    }

    /// From the beginning of the first part to the end of the latest one.
    pub(crate) fn span(self) -> Duration {
        between(self.began(), self.until())
    }

    /// The versions of the program that made the parts, each where it first came.
    pub(crate) fn versions(self) -> impl Iterator<Item = &'a str> {
        let mut versions = vec![&*self.run.run.version];
        for part in &self.run.parts {
            // Somebody may have gone to and fro between two versions for weeks.
            if !versions.contains(&&*part.version) {
                versions.push(&part.version);
            }
        }
        versions.into_iter()
    }

    /// Since when the executor has been away, if the run goes on and it is.
    pub(crate) fn away_since(self) -> Option<Timestamp> {
        let Self { run } = self;
        let outage = run.outages.last()?;
        let is_now = run.state == RecordedState::Running
            && outage.lasted.is_none()
            && run.parts.last()?.began <= outage.began;
        is_now.then_some(outage.began)
    }

    /// How long the executor was away by all that is known of an outage: until it was over, or until the
    /// end of the part of the run in which it began.
    pub(crate) fn length(self, outage: &Outage) -> Duration {
        outage.lasted.unwrap_or_else(|| {
            let mut parts = self.run.parts.iter().rev();
            let part = parts.find(|part| part.began <= outage.began);
            part.map_or(Duration::ZERO, |part| between(outage.began, part.until()))
        })
    }
}

/// From one moment to a later one; zero if the clock was set back in between.
pub(crate) fn between(earlier: Timestamp, later: Timestamp) -> Duration {
    let between = later.duration_since(earlier);
    Duration::try_from(between).unwrap_or(Duration::ZERO)
}

/// So many entries of a list that grows with time are shown.
const LISTED: usize = 100;

/// The latest entries of a list, as many as are shown.
pub(crate) fn latest<T>(list: &[T]) -> &[T] {
    &list[list.len().saturating_sub(LISTED)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_back_makes_no_time() {
        let (earlier, later) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        assert_eq!(between(later, earlier), Duration::ZERO);
        assert!(between(earlier, later) > Duration::ZERO);
    }

    #[test]
    fn the_latest_entries_are_those_at_the_end() {
        let list: Vec<_> = (0..LISTED + 2).collect();
        assert_eq!(latest(&list)[0], 2);
        assert_eq!(latest(&list[..3]), [0, 1, 2]);
    }
}
