//! Values that several unit tests need.

use std::time::Duration;

use executor_protocol::{Findings, StreamStats};
use suite::Case;

use crate::{
    outcome::Outcome,
    results::{AttemptReport, CapturedOutput},
};

/// A case without expectations that runs `true`.
pub(crate) fn case(id: &str) -> Case {
    Case {
        id: id.into(),
        name: id.into(),
        description: String::new(),
        category: None,
        tags: Vec::new(),
        command: "true".into(),
        timeout: Duration::from_secs(30),
        stall_timeout: None,
        expected_exit_code: 0,
        expected_patterns: Vec::new(),
        requires: Vec::new(),
    }
}

/// The report of an attempt that ended with `outcome` and of which nothing else is known.
pub(crate) fn report(outcome: Outcome) -> AttemptReport {
    AttemptReport {
        execution_id: "TEST_1".into(),
        started_after: Duration::ZERO,
        elapsed: Duration::from_millis(5),
        outcome,
        exit_code: None,
        patterns: Vec::new(),
        findings: Findings::default(),
        output: CapturedOutput::default(),
        stats: StreamStats::default(),
    }
}
