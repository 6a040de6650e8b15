//! Goes on with a run where its ledger ends.

mod progress;

use std::path::PathBuf;

use jiff::Timestamp;
use runner_core::{
    journal::SuiteVersion,
    outcome::OutcomeClass,
    plan::SoakBefore,
    recorded::RunKind,
    results::{Place, RunInfo},
    run_state::{RunEnd, Start},
};
use rusqlite::{Connection, Row, TransactionBehavior, params};

use crate::{
    error::LedgerError,
    history,
    journal::{Begun, RunJournal},
    lock::RunLock,
    merge, parts, recorded,
    selector::RunSelector,
    writer::{self, Ledger},
};
use progress::Progress;

/// A run that can go on: it is locked, and as it was.
pub struct Resumed {
    /// Which part of the run begins, counted from one.
    pub part: u64,
    /// What is run, where, and since when: as it was when the run began.
    pub info: RunInfo,
    /// What was asked for.
    pub options: String,
    /// The settings it began with.
    pub settings: String,
    /// The suite that was in force.
    pub suite: SuiteVersion,
    /// The suite's file: absolute, without links.
    pub suite_file: PathBuf,
    /// Where it goes on.
    pub start: Start,
    /// What came of it so far, with the attempt that was interrupted.
    pub before: SoakBefore,
    /// The stable name of how it ended; `None` if it ended without saying so.
    pub end: Option<String>,
    /// The attempt that was under way then, which is going to be marked as interrupted.
    pub interrupted: Option<u64>,
    ledger: Ledger,
    lock: RunLock,
    id: i64,
    suite_id: i64,
    progress: Progress,
}

/// A part of a run that is about to begin.
#[derive(Debug, Clone, Copy)]
pub struct NewPart<'a> {
    /// When it began.
    pub began: Timestamp,
    /// The program's version.
    pub version: &'a str,
    /// Where it takes place: the executor's address for people.
    pub executor: &'a str,
    /// Facts about the executor, as name and value.
    pub environment: &'a [(String, String)],
}

impl Ledger {
    /// Reads where a run goes on, and keeps other processes from it. Nothing is changed until
    /// [`Resumed::begin`]: until then the run can be left as it is.
    ///
    /// # Errors
    /// When there is no such run, it is no soak, it is complete, or another process writes it.
    pub fn resume(self, selector: &RunSelector) -> Result<Resumed, LedgerError> {
        let failed = |source| LedgerError::of(&self.path, source);
        let id = history::find(&self.connection, &self.path, selector)?;
        let Some(lock) = RunLock::take(&self.path, id)? else {
            return Err(in_use(&self.connection, id).map_err(failed)?);
        };
        let read = || {
            // All of it of one moment.
            let transaction = self.connection.unchecked_transaction()?;
            let run = StoredRun::read(&transaction, id)?;
            let progress = Progress::read(&transaction, id)?;
            let before = recorded::before(&transaction, id)?;
            let parts = parts::count(&transaction, id)?;
            Ok((run, progress, before, parts))
        };
        if merge::is_merged(&self.connection, id).map_err(failed)? {
            return Err(LedgerError::Merged {
                id: id.unsigned_abs(),
            });
        }
        let (run, progress, mut before, parts) = read().map_err(failed)?;
        if let Some(reason) = run.obstacle() {
            let marker = run.info.marker;
            let id = id.unsigned_abs();
            return Err(LedgerError::NotResumable { id, marker, reason });
        }
        let interrupted = progress.flight.as_ref().map(|flight| flight.number);
        if interrupted.is_some() {
            let counts = &mut before.counts;
            counts.add_outcomes(OutcomeClass::Interrupted, 1);
        }
        Ok(Resumed {
            part: parts + 1,
            info: run.info,
            options: run.options,
            settings: run.settings,
            suite: run.suite,
            suite_file: run.suite_file,
            start: progress.start(),
            before,
            end: run.ended,
            interrupted,
            ledger: self,
            lock,
            id,
            suite_id: run.suite_id,
            progress,
        })
    }
}

impl Resumed {
    /// The run's number in the ledger.
    #[must_use]
    pub fn run_id(&self) -> u64 {
        self.id.unsigned_abs()
    }

    /// Goes on with the run, in a part of its own. An attempt that was under way when the run was broken
    /// off is marked as interrupted.
    ///
    /// # Errors
    /// When it cannot be written; then the run is as it was.
    pub fn begin(mut self, part: &NewPart<'_>) -> Result<RunJournal, LedgerError> {
        let part_id = self
            .write(part)
            .map_err(|source| LedgerError::of(&self.ledger.path, source))?;
        let latest = Place {
            number: self.start.next_attempt - 1,
            iteration: self.start.iteration,
            index: 0,
            try_number: 1,
        };
        let agents = self.before.counts.agents;
        let done = self.start.done as u64;
        let begun = Begun {
            run_id: self.id,
            marker: self.info.marker,
            suite_id: self.suite_id,
            part_id,
            began: part.began,
        };
        let journal = RunJournal::new(self.ledger, self.lock, begun);
        Ok(journal.continuing(latest, done, self.start.tries, agents))
    }

    /// Brings everything to where a run has ended in good order, and writes the beginning of the part.
    fn write(&mut self, part: &NewPart<'_>) -> rusqlite::Result<i64> {
        let transaction = self
            .ledger
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        self.progress.settle(&transaction, self.id)?;
        let part_id = writer::insert_part(&transaction, self.id, part.began, part.version)?;
        transaction.execute(
            "UPDATE progress SET is_compact = 0 WHERE run_id = ?1",
            [self.id],
        )?;
        transaction.execute(
            "UPDATE runs SET ended = NULL, problems = '[]', executor = ?2, environment = ?3 \
             WHERE id = ?1",
            params![
                self.id,
                part.executor,
                serde_json::json!(part.environment).to_string()
            ],
        )?;
        transaction.commit()?;
        Ok(part_id)
    }
}

/// The error for a run that another process writes.
fn in_use(connection: &Connection, id: i64) -> rusqlite::Result<LedgerError> {
    connection.query_row(
        "SELECT marker, process FROM runs JOIN parts ON run_id = runs.id WHERE runs.id = ?1 \
         ORDER BY parts.id DESC LIMIT 1",
        [id],
        |row| {
            Ok(LedgerError::InUse {
                id: id.unsigned_abs(),
                marker: row.get("marker")?,
                process: row.get("process")?,
            })
        },
    )
}

/// A run as it stands in its ledger.
struct StoredRun {
    info: RunInfo,
    kind: String,
    options: String,
    settings: String,
    suite_id: i64,
    suite: SuiteVersion,
    suite_file: PathBuf,
    ended: Option<String>,
}

impl StoredRun {
    fn read(connection: &Connection, id: i64) -> rusqlite::Result<Self> {
        connection.query_row(
            "SELECT runs.*, suites.hash, suites.text FROM runs \
             JOIN suites ON suites.id = suite_id WHERE runs.id = ?1",
            [id],
            |row| {
                Ok(Self {
                    info: recorded::run_info(row)?,
                    kind: row.get("kind")?,
                    options: row.get("options")?,
                    settings: row.get("settings")?,
                    suite_id: row.get("suite_id")?,
                    suite: suite(row)?,
                    suite_file: row.get::<_, String>("suite_file")?.into(),
                    ended: row.get("ended")?,
                })
            },
        )
    }

    /// Why the run cannot go on.
    fn obstacle(&self) -> Option<&'static str> {
        if self.kind != RunKind::Soak.as_str() {
            Some("it is no soak")
        } else if self.ended.as_deref() == Some(RunEnd::Completed.code()) {
            Some("it is complete")
        } else {
            None
        }
    }
}

fn suite(row: &Row<'_>) -> rusqlite::Result<SuiteVersion> {
    Ok(SuiteVersion {
        hash: row.get::<_, String>("hash")?.into(),
        text: row.get::<_, String>("text")?.into(),
    })
}
