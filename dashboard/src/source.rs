//! What the pages are about, and who knows it.

use std::{sync::Arc, time::Duration};

use jiff::Zoned;
use runner_core::{
    live::SharedLiveRun,
    recorded::{OutcomeCounts, RecordedRun, RecordedState, RunKind},
    tail::OutputTail,
};

/// Reads what is recorded of runs. It is asked from a thread that may block, one question at a time, and
/// only while somebody looks.
pub trait RunSource: Send + 'static {
    /// Everything about the run with this number.
    ///
    /// # Errors
    /// When there is no such run, or nothing can be read.
    fn run(&mut self, id: u64) -> Result<RecordedRun, SourceError>;

    /// The latest runs, latest first, so many at most.
    ///
    /// # Errors
    /// When nothing can be read.
    fn runs(&mut self, at_most: usize) -> Result<Vec<ListedRun>, SourceError>;
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// There is no such run.
    #[error("there is no such run")]
    NoSuchRun,
    /// The run is one of load, of which there is no such page.
    #[error("this page does not show load; `gauntlet report {id} --format html` does")]
    OfLoad {
        /// Its number.
        id: u64,
    },
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

/// A run in the list of runs.
#[derive(Debug, Clone)]
pub struct ListedRun {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub marker: String,
    /// What kind of run it is.
    pub kind: RunKind,
    /// The suite file as the user named it.
    pub suite_path: String,
    /// When it began.
    pub started_at: Zoned,
    /// The time under test.
    pub elapsed: Duration,
    /// Whether it goes on, and how it ended.
    pub state: RecordedState,
    /// How many attempts came to what.
    pub outcomes: OutcomeCounts,
    /// The stable codes of why it is no success.
    pub problems: Vec<String>,
}

/// A run that this process makes, as far as the page of it needs it.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The run, which an observer feeds.
    pub live: SharedLiveRun,
    /// The last line of what runs.
    pub tail: OutputTail,
    /// Its number where the [`RunSource`] reads, if it has one.
    pub id: Option<u64>,
}

/// The metrics in the text format of Prometheus.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// What there is to show beside the run that is followed.
#[derive(Default)]
pub struct Content {
    /// What is recorded of runs; without it there is no list of runs, and there are no charts.
    pub source: Option<Box<dyn RunSource>>,
    /// What `/metrics` answers; without it there is no such route.
    pub metrics: Option<Metrics>,
}
