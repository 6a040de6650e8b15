//! What a dashboard reads of a ledger.

use std::path::{Path, PathBuf};

use dashboard::{ListedRun, RunSource, SourceError};
use executor_protocol::error_chain;
use run_ledger::{LedgerError, RunLine, RunReader, RunSelector};
use runner_core::recorded::RecordedRun;

use crate::{error::CliError, ledger};

/// A ledger, which is opened for each question: it may be replaced while somebody looks, and what is open
/// all the time keeps its writers from tidying up.
pub(super) struct LedgerSource {
    path: PathBuf,
}

impl LedgerSource {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }
}

impl RunSource for LedgerSource {
    fn run(&mut self, id: u64) -> Result<RecordedRun, SourceError> {
        let reader = RunReader::open(&self.path).map_err(of_ledger)?;
        ledger::recorded_run(&reader, &RunSelector::Id(id)).map_err(|error| match error {
            CliError::Ledger(trouble) => of_ledger(trouble.0),
            other => SourceError::Unreadable(error_chain(&other)),
        })
    }

    fn runs(&mut self, at_most: usize) -> Result<Vec<ListedRun>, SourceError> {
        let reader = RunReader::open(&self.path).map_err(of_ledger)?;
        let lines = reader.runs(None, at_most).map_err(of_ledger)?;
        Ok(lines.into_iter().map(listed).collect())
    }
}

fn of_ledger(error: LedgerError) -> SourceError {
    match error {
        LedgerError::NoSuchRun { .. } => SourceError::NoSuchRun,
        LedgerError::OfLoad { id, .. } => SourceError::OfLoad { id },
        other => SourceError::Unreadable(error_chain(&other)),
    }
}

fn listed(line: RunLine) -> ListedRun {
    ListedRun {
        id: line.id,
        marker: line.marker,
        kind: line.kind,
        suite_path: line.suite_path,
        started_at: line.started_at,
        elapsed: line.elapsed,
        state: line.state,
        outcomes: line.outcomes,
        problems: line.problems,
    }
}
