//! Moments of the clock that measures, as the wall clock calls them.

use jiff::{Timestamp, tz::TimeZone};
use runner_core::recorded::RecordedRun;
use tokio::time::Instant;

/// The same moment by both clocks. With one pair for all, a moment is called the same every time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    instant: Instant,
    wall: Timestamp,
}

impl Clock {
    pub(crate) fn now() -> Self {
        Self {
            instant: Instant::now(),
            wall: Timestamp::now(),
        }
    }

    /// What the wall clock said at `moment`.
    pub(crate) fn at(self, moment: Instant) -> Timestamp {
        let (later, earlier) = (
            moment.saturating_duration_since(self.instant),
            self.instant.saturating_duration_since(moment),
        );
        let at = self.wall.checked_add(later);
        at.and_then(|at| at.checked_sub(earlier))
            .unwrap_or(self.wall)
    }
}

/// A time of the day: `21:45:05`.
pub(crate) fn time_of_day(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned(zone.clone());
    zoned.strftime("%H:%M:%S").to_string()
}

/// A moment in full: `2025-06-30 21:45:05-04:00`.
pub(crate) fn in_full(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned(zone.clone());
    zoned.strftime("%Y-%m-%d %H:%M:%S%:z").to_string()
}

/// Until when an outage went on that nobody saw the end of: that of the part of the run that it began in.
pub(crate) fn end_of_outage(run: &RecordedRun, began: Timestamp) -> Option<Timestamp> {
    let mut parts = run.parts.iter().rev();
    let part = parts.find(|part| part.began <= began)?;
    Some(part.until().max(began))
}
