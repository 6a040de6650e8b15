//! What a run announces while it goes on.

use std::io;

use suite::Case;

use crate::results::{CaseResult, RunInfo, RunResults};

/// Something that a run announces.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunEvent<'a> {
    /// The run begins.
    RunStarted {
        /// What is run, where, and since when.
        run: &'a RunInfo,
        /// How many cases were selected.
        total: usize,
    },
    /// An attempt begins.
    AttemptStarted {
        /// The case's index in the run.
        index: usize,
        /// The case.
        case: &'a Case,
    },
    /// A case has its result, which is safe by now.
    CaseFinished {
        /// The case's index in the run.
        index: usize,
        /// The result.
        result: &'a CaseResult,
    },
    /// The executor's health has changed.
    HealthChanged {
        /// Why it is not healthy, in words; `None` when it is again.
        trouble: Option<&'a str>,
    },
    /// The run is over.
    RunFinished {
        /// Everything there is to say about it.
        results: &'a RunResults,
    },
}

/// Somebody who follows a run: progress in a terminal, machine records, a ledger.
///
/// Observers are called one after the other on the runner's thread and must not block for long.
pub trait RunObserver {
    /// Takes note of an event. An announced result counts as kept once this returns.
    ///
    /// # Errors
    /// When it could not be written. The observer is not called again, and the run's results say so.
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()>;

    /// What to call this observer in messages.
    fn name(&self) -> &'static str;
}
