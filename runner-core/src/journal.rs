//! What happens in a run, in the order in which it happens, for whoever keeps it.
//!
//! The module owns the entries and the trait of their keeper. It refuses to know how they are kept: see
//! the crate `run-ledger`.

use std::{error::Error, sync::Arc, time::Duration};

use suite::Case;

use crate::{
    results::{AttemptReport, Place, RunProblem},
    run_state::RunEnd,
    self_sample::Samples,
    tries::TurnEnd,
};

/// Keeps what happens in one run.
///
/// A journal is written by one thread, which it may block.
pub trait Journal: Send {
    /// Makes `entries` durable, all of them or none.
    ///
    /// # Errors
    /// When they cannot be kept. The run is told, and no further entries come.
    fn commit(&mut self, entries: &[Entry]) -> Result<(), JournalError>;
}

/// Why entries could not be kept.
pub type JournalError = Box<dyn Error + Send + Sync>;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When, counted from the start of this part of the run: an interrupted run goes on in another
    /// process, which counts anew.
    pub at: Duration,
    /// What.
    pub event: JournalEvent,
}

/// The kinds of things that happen in a run.
#[derive(Debug, Clone, PartialEq)]
pub enum JournalEvent {
    /// From here on the suite is this one.
    SuiteChanged(SuiteVersion),
    /// The suite's file was changed, but cannot be used. The suite stays as it was.
    SuiteRejected {
        /// Why, in words.
        reason: String,
    },
    /// An attempt begins. Whatever happens to the runner, it is not to be forgotten that it did.
    AttemptStarted {
        /// Where in the run.
        place: Place,
        /// The case.
        case: Arc<Case>,
    },
    /// An attempt has come to its end.
    AttemptFinished {
        /// Where in the run.
        place: Place,
        /// The case.
        case: Arc<Case>,
        /// What came of it.
        report: Arc<AttemptReport>,
        /// How the case's turn ended with it; `None` if the case is tried again.
        end: Option<TurnEnd>,
    },
    /// The executor's health has changed.
    HealthChanged {
        /// Why it is not healthy, in words; `None` when it is again.
        trouble: Option<String>,
    },
    /// The runner has looked at itself, and at the executor's processes.
    Sampled(Samples),
    /// The run is over, or this part of it.
    Ended {
        /// How.
        end: RunEnd,
        /// Why it is no success, gravest first.
        problems: Vec<RunProblem>,
    },
}

/// A suite file as it was at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteVersion {
    /// The SHA-256 of the text, in hexadecimal.
    pub hash: Arc<str>,
    /// The text of the file.
    pub text: Arc<str>,
}

impl SuiteVersion {
    /// The version that `suite` was read from.
    #[must_use]
    pub fn of(suite: &suite::Suite) -> Self {
        Self {
            hash: Arc::clone(&suite.hash),
            text: Arc::clone(&suite.text),
        }
    }
}
