//! The two clocks of a machine, and what shows that it has slept.
//!
//! Labels are of the wall clock, measurements of the monotonic one, which stands still while a Linux
//! machine sleeps. Only the two held against each other tell a machine that slept from a process that was
//! stopped, a disk that was slow or an observer that nobody read: in all of these both clocks go on.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// When the wall clock has gained so much on the clock that measures, the machine has slept. Clocks that
/// are set right gain less.
const SLEPT: Duration = Duration::from_secs(10);

/// What both clocks show at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The wall clock.
    pub wall: Timestamp,
    /// The monotonic clock.
    pub measured: Instant,
}

impl Moment {
    /// This moment.
    #[must_use]
    pub fn now() -> Self {
        Self {
            wall: Timestamp::now(),
            measured: Instant::now(),
        }
    }
}

/// Reads both clocks.
pub(crate) type Clocks = Box<dyn FnMut() -> Moment + Send>;

/// Notices that the machine has slept.
#[derive(Debug)]
pub(crate) struct SleepWatch {
    /// A moment since which it has not, as far as anybody knows.
    awake: Moment,
}

impl SleepWatch {
    pub(crate) fn new(now: Moment) -> Self {
        Self { awake: now }
    }

    /// For how long the machine has slept since this was asked before; `None` if it has not. A wall clock
    /// that was set forward looks the same. One that was set back and forward again does not, and short
    /// naps add up: what is compared is the last moment at which both clocks were together.
    pub(crate) fn slept(&mut self, now: Moment) -> Option<Duration> {
        let measured = now.measured.saturating_duration_since(self.awake.measured);
        let wall = Duration::try_from(now.wall.duration_since(self.awake.wall)).ok()?;
        let slept = wall.checked_sub(measured).filter(|it| *it > SLEPT)?;
        self.awake = now;
        Some(slept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moment that is so many seconds after `start` by each clock.
    fn after(start: Moment, wall: i64, measured: u64) -> Moment {
        Moment {
            wall: start.wall + jiff::SignedDuration::from_secs(wall),
            measured: start.measured + Duration::from_secs(measured),
        }
    }

    #[test]
    fn only_a_wall_clock_that_has_left_the_other_behind_shows_sleep() {
        let start = Moment::now();
        let mut watch = SleepWatch::new(start);
        for (wall, measured, slept) in [
            (3600, 3600, None),
            (3609, 3600, None),
            // Two naps of nine seconds.
            (3620, 3602, Some(18)),
            (3621, 3603, None),
            // Set back by an hour, and set right again.
            (22, 3604, None),
            (3623, 3605, None),
            (7225, 3607, Some(3600)),
        ] {
            let found = watch.slept(after(start, wall, measured));
            assert_eq!(found, slept.map(Duration::from_secs), "{wall} {measured}");
        }
    }
}
