//! A recorded run as its report looks at it: moments in the zone of its start.

use jiff::Timestamp;
use runner_core::recorded::RecordedRun;

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
}

/// So many entries of a list that grows with time are shown.
pub(crate) const LISTED: usize = 100;
