//! Values that several unit tests need.

use std::time::Duration;

use suite::{Case, MatchOn, OutputFormat};

use crate::{outcome::Outcome, results::AttemptReport};

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
        expectations: suite::Expectations::default(),
        retries: suite::Retries::default(),
        repeat: None,
        output_format: OutputFormat::Text,
        match_on: MatchOn::Output,
        requires: Vec::new(),
    }
}

/// The report of an attempt that ended with `outcome` and of which nothing else is known.
pub(crate) fn report(outcome: Outcome) -> AttemptReport {
    AttemptReport::bare("TEST_1".into(), Duration::ZERO, outcome)
}
