//! What tests of this crate are made of.

use std::time::Duration;

use executor_protocol::StreamStats;
use runner_core::{
    gates::RunGates,
    outcome::Outcome,
    results::{AttemptReport, RunInfo},
};
use suite::Case;

use crate::{
    measured::{CaseLoad, Measured},
    results::{LoadEnd, LoadInfo, LoadResults, ModelInfo},
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

/// The results of a load in the closed model.
pub(crate) fn concluded(measured: Measured, end: &LoadEnd, gates: &RunGates) -> LoadResults {
    let run = RunInfo {
        marker: "M".into(),
        started_at: Default::default(),
        suite_path: "s.json".into(),
        suite_stem: "s".into(),
        suite_description: String::new(),
        version: "0".into(),
        executor: "http://localhost".into(),
        environment: Vec::new(),
    };
    let load = LoadInfo {
        run,
        model: ModelInfo::Closed { concurrency: 1 },
        warmup: Duration::ZERO,
        threads: 1,
    };
    LoadResults::conclude(load, None, measured, end, gates)
}
