//! What tests of this crate are made of.

use std::time::Duration;

use executor_protocol::StreamStats;
use runner_core::{outcome::Outcome, results::AttemptReport};
use suite::Case;

use crate::{
    measured::{CaseLoad, Measured},
    tally_recorder::TallyRecorder,
};

/// A report on an attempt that passed in so much time.
pub(crate) fn passed_in(elapsed: Duration) -> AttemptReport {
    AttemptReport {
        elapsed,
        stats: StreamStats {
            head: Some(elapsed / 2),
            first_event: Some(elapsed / 2),
            first_output: Some(elapsed / 2),
            terminal: Some(elapsed),
            ..StreamStats::default()
        },
        ..AttemptReport::bare("id".into(), Duration::ZERO, Outcome::Passed)
    }
}

/// What was measured where an attempt at each of these cases passed.
pub(crate) fn measured(case_ids: &[&str]) -> Measured {
    let cases = case_ids.iter().map(|id| {
        let mut recorder = TallyRecorder::default();
        let report = passed_in(Duration::from_millis(5));
        recorder.add(&report, Duration::ZERO, true);
        CaseLoad {
            tally: recorder.take(),
            ..CaseLoad::of(&Case::new(*id, "true"))
        }
    });
    Measured {
        elapsed: Duration::from_secs(2),
        cases: cases.collect(),
        ..Measured::default()
    }
}
