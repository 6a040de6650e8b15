//! A recorded run as its report looks at it: moments in the zone of its start.

use jiff::{Timestamp, tz::TimeZone};
use runner_core::recorded::RecordedRun;

use crate::format::Moment;

/// What a report on a recorded run is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) run: &'a RecordedRun,
}

impl<'a> View<'a> {
    pub(crate) fn zone(self) -> &'a TimeZone {
        self.run.run.started_at.time_zone()
    }

    /// `timestamp` in the zone in which the run was started, to the second.
    pub(crate) fn moment(self, timestamp: Timestamp) -> Moment<'a> {
        Moment {
            timestamp,
            zone: self.zone(),
            to_the_second: true,
        }
    }

    /// The same to the minute, for the beginnings of hours.
    pub(crate) fn hour(self, timestamp: Timestamp) -> Moment<'a> {
        Moment {
            to_the_second: false,
            ..self.moment(timestamp)
        }
    }
}
