//! Values that several unit tests need.

use std::time::Duration;

use suite::Case;

use crate::{outcome::Outcome, results::AttemptReport};

/// A case without expectations that runs `true`.
pub(crate) fn case(id: &str) -> Case {
    Case {
        timeout: Duration::from_secs(30),
        ..Case::new(id, "true")
    }
}

/// The report of an attempt that ended with `outcome` and of which nothing else is known.
pub(crate) fn report(outcome: Outcome) -> AttemptReport {
    AttemptReport::bare("TEST_1".into(), Duration::ZERO, outcome)
}
