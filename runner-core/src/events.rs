//! What a run announces while it goes on.

use std::io;

use suite::Case;

use crate::{
    journal::SuiteVersion,
    results::{AttemptReport, Counts, Place, RunInfo, RunResults},
    self_sample::Samples,
    tries::TurnEnd,
};

/// Something that a run announces.
///
/// What happened is announced in the order in which it did, and is safe by then: it is in the ledger, where
/// there is one. A ledger that cannot be written ends a soak, which announces nothing that it does not
/// have; a run over its suite once goes on without it, and announces all that happens.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunEvent<'a> {
    /// The run begins, or goes on.
    RunStarted {
        /// What is run, where, and since when.
        run: &'a RunInfo,
        /// How many cases were selected.
        total: usize,
    },
    /// The suite's file was changed, and its cases are other ones from here on.
    SuiteChanged {
        /// What the file holds now.
        version: &'a SuiteVersion,
    },
    /// The suite's file was changed, but cannot be used. The suite stays as it was.
    SuiteRejected {
        /// Why, in words.
        reason: &'a str,
    },
    /// An attempt begins.
    AttemptStarted {
        /// Where in the run.
        place: Place,
        /// The case.
        case: &'a Case,
    },
    /// An attempt has come to its end.
    AttemptFinished {
        /// Where in the run.
        place: Place,
        /// The case.
        case: &'a Case,
        /// What came of it.
        report: &'a AttemptReport,
        /// How the case's turn ended with it; `None` if the case is tried again.
        end: Option<TurnEnd>,
    },
    /// The executor's health has changed.
    HealthChanged {
        /// Why it is not healthy, in words; `None` when it is again.
        trouble: Option<&'a str>,
    },
    /// The runner has looked at itself, and at the executor's processes.
    Sampled {
        /// What it saw.
        samples: &'a Samples,
    },
    /// An observer could not write, and is left out from here on.
    ObserverLost {
        /// What it is called.
        observer: &'a str,
        /// Why, in words.
        reason: &'a str,
    },
    /// The run is over.
    RunFinished {
        /// Everything there is to say about it.
        results: &'a RunResults,
        /// How many cases, or attempts of a soak, came to what.
        counts: &'a Counts,
    },
}

/// Somebody who follows a run: progress in a terminal, machine records.
///
/// Observers are called one after the other on the runner's thread and must not block for long.
pub trait RunObserver {
    /// Takes note of an event.
    ///
    /// # Errors
    /// When it could not be written. The observer is not called again, and the run's results say so.
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()>;

    /// What to call this observer in messages.
    fn name(&self) -> &'static str;
}
