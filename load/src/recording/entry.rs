//! What is kept of a run of load.

use std::time::Duration;

use executor_protocol::Health;
use runner_core::{journal::JournalError, results::RunProblem};

use crate::{measured::Measured, results::LoadEnd, series::Second};

/// Keeps what comes of one run of load.
///
/// A journal is written by one thread, which it may block.
pub trait LoadJournal: Send {
    /// Makes `entry` durable, all of it or nothing.
    ///
    /// # Errors
    /// When it cannot be kept. No further entries come.
    fn commit(&mut self, entry: &LoadEntry) -> Result<(), JournalError>;
}

/// What came of a run of load by some time. Each entry takes the place of the one before, but for its
/// seconds, which come in addition.
#[derive(Debug, Clone)]
pub struct LoadEntry {
    /// How long the run has gone on, with its warm-up.
    pub at: Duration,
    /// The executor's answer to the question for its health, if it was healthy.
    pub health: Option<Health>,
    /// What was measured so far, without its series.
    pub measured: Measured,
    /// The seconds that have become known since the entry before.
    pub seconds: Vec<Second>,
    /// How the run ended, if it has. It is the last entry then.
    pub conclusion: Option<LoadConclusion>,
}

/// How a run of load ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadConclusion {
    /// How.
    pub end: LoadEnd,
    /// Why it is no success, gravest first.
    pub problems: Vec<RunProblem>,
}
