//! What can be read of the runs in a ledger.

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    time::Duration,
};

use ::load::RecordedLoad;
use jiff::Zoned;
use runner_core::recorded::{Graduation, OutcomeCounts, RecordedRun, RecordedState, RunKind};
use rusqlite::{Connection, OptionalExtension as _};

use crate::{
    connection,
    convert::Columns as _,
    error::LedgerError,
    graduation::{self, Suites},
    load,
    lock::RunLock,
    parts, recorded,
    selector::RunSelector,
    shards::{self, ShardRun},
    suite_file,
};

/// A ledger that is only read, also while others write to it, or as a transaction that is under way leaves it.
pub struct RunReader<'c> {
    connection: Source<'c>,
    path: PathBuf,
}

enum Source<'c> {
    Own(Connection),
    Lent(&'c Connection),
}

impl Deref for Source<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Own(connection) => connection,
            Self::Lent(connection) => connection,
        }
    }
}

/// Everything that a ledger holds of a run.
#[derive(Debug, Clone)]
pub enum Record {
    /// Of one whose attempts were made one after the other.
    Run(Box<RecordedRun>),
    /// Of one of load.
    Load(Box<RecordedLoad>),
}

/// A run in a list of runs.
#[derive(Debug, Clone)]
pub struct RunLine {
    /// Its number in the ledger.
    pub id: u64,
    /// Its name.
    pub marker: String,
    /// What kind of run it is.
    pub kind: RunKind,
    /// The suite file as the user named it.
    pub suite_path: String,
    /// The SHA-256 of the suite that was in force last, in hexadecimal.
    pub suite_hash: String,
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

impl<'c> RunReader<'c> {
    /// Reads what `connection` sees of the ledger at `path`.
    pub(crate) fn within(connection: &'c Connection, path: &Path) -> Self {
        Self {
            connection: Source::Lent(connection),
            path: path.to_owned(),
        }
    }

    /// Opens the ledger at `path`.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        Ok(Self {
            connection: Source::Own(connection::for_reading(path)?),
            path: path.to_owned(),
        })
    }

    /// The latest runs, latest first; of the suite at this path (or with this name), if one is given.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn runs(&self, suite: Option<&str>, limit: usize) -> Result<Vec<RunLine>, LedgerError> {
        let ids = self.checked(|connection| {
            let mut select = connection.prepare(
                "SELECT id FROM runs WHERE ?1 IS NULL OR suite_file IN (SELECT suite_file FROM runs \
                 WHERE suite_path = ?1 OR suite_stem = ?1 OR suite_file = ?2) \
                 ORDER BY id DESC LIMIT ?3",
            )?;
            let file = suite.map(|suite| suite_file::absolute(Path::new(suite)));
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            select
                .query_map((suite, file, limit), |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<i64>>>()
        })?;
        ids.into_iter().map(|id| self.line_of(id)).collect()
    }

    /// What a list has of the run that `selector` names.
    ///
    /// # Errors
    /// When there is no such run, or the ledger cannot be read.
    pub fn line(&self, selector: &RunSelector) -> Result<RunLine, LedgerError> {
        self.line_of(find(&self.connection, &self.path, selector)?)
    }

    fn line_of(&self, id: i64) -> Result<RunLine, LedgerError> {
        let is_running = RunLock::is_taken(&self.path, id)?;
        self.checked(|connection| line(connection, id, is_running))
    }

    /// The number of the run that `selector` names.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, selector: &RunSelector) -> Result<u64, LedgerError> {
        find(&self.connection, &self.path, selector).map(i64::unsigned_abs)
    }

    /// Everything about the run that `selector` names, but for its gates, which are the suite's and not
    /// the ledger's.
    ///
    /// # Errors
    /// When there is no such run, or the ledger cannot be read.
    pub fn record(&self, selector: &RunSelector) -> Result<Record, LedgerError> {
        let id = find(&self.connection, &self.path, selector)?;
        let is_running = RunLock::is_taken(&self.path, id)?;
        self.checked(|connection| {
            // One transaction, so that all of it is of one moment while another process writes.
            let is_free = connection.is_autocommit();
            let transaction = is_free.then(|| connection.unchecked_transaction());
            let _until_the_end = transaction.transpose()?;
            let kind =
                connection.query_row("SELECT kind FROM runs WHERE id = ?1", [id], |row| {
                    recorded::kind(row)
                })?;
            Ok(match kind {
                RunKind::Load => Record::Load(Box::new(load::load(connection, id, is_running)?)),
                _ => Record::Run(Box::new(recorded::load(connection, id, is_running)?)),
            })
        })
    }

    /// The same of a run whose attempts were made one after the other.
    ///
    /// # Errors
    /// When there is no such run, it is one of load, or the ledger cannot be read.
    pub fn run(&self, selector: &RunSelector) -> Result<RecordedRun, LedgerError> {
        match self.record(selector)? {
            Record::Run(run) => Ok(*run),
            Record::Load(load) => Err(LedgerError::OfLoad {
                id: load.id,
                marker: load.load.run.marker,
            }),
        }
    }

    /// The text of the suite that was in force last in the run that `selector` names.
    ///
    /// # Errors
    /// When there is no such run, or the ledger cannot be read.
    pub fn suite_text(&self, selector: &RunSelector) -> Result<String, LedgerError> {
        let id = find(&self.connection, &self.path, selector)?;
        self.checked(|connection| {
            connection.query_row(
                "SELECT text FROM suites JOIN runs ON suites.id = suite_id WHERE runs.id = ?1",
                [id],
                |row| row.get(0),
            )
        })
    }

    /// What the run that `selector` names was asked for, as its [`NewRun`](crate::NewRun) had it.
    ///
    /// # Errors
    /// When there is no such run, or the ledger cannot be read.
    pub fn options(&self, selector: &RunSelector) -> Result<String, LedgerError> {
        let id = find(&self.connection, &self.path, selector)?;
        self.checked(|connection| {
            connection.query_row("SELECT options FROM runs WHERE id = ?1", [id], |row| {
                row.get(0)
            })
        })
    }

    /// Which shard's the run is that `selector` names; `None` if it is none's.
    ///
    /// # Errors
    /// When there is no such run, or the ledger cannot be read.
    pub fn shard(&self, selector: &RunSelector) -> Result<Option<ShardRun>, LedgerError> {
        let id = find(&self.connection, &self.path, selector)?;
        self.checked(|connection| shards::of(connection, id))
    }

    /// How far suites are from their graduation: those in the ledger, or only the one at this path (or
    /// with this name).
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn graduations(&self, suite: Option<&str>) -> Result<Vec<Graduation>, LedgerError> {
        let file = suite.map(|suite| suite_file::absolute(Path::new(suite)));
        let suites = match (&file, suite) {
            (Some(file), Some(name)) => Suites::Called { file, name },
            _ => Suites::All,
        };
        self.checked(|connection| graduation::load(connection, suites))
    }

    /// How far the suite at this path is from its graduation; `None` if nothing of it was tried.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn graduation(&self, suite: &Path) -> Result<Option<Graduation>, LedgerError> {
        let file = suite_file::absolute(suite);
        let found = self.checked(|connection| graduation::load(connection, Suites::In(&file)))?;
        Ok(found.into_iter().next())
    }

    fn checked<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        read(&self.connection).map_err(|source| LedgerError::of(&self.path, source))
    }
}

/// The number of the run that `selector` names.
pub(crate) fn find(
    connection: &Connection,
    path: &Path,
    selector: &RunSelector,
) -> Result<i64, LedgerError> {
    let one = |sql, value: &dyn rusqlite::ToSql| {
        connection
            .query_row(sql, [value], |row| row.get::<_, Option<i64>>(0))
            .optional()
            .map(Option::flatten)
    };
    let found = match selector {
        RunSelector::Id(id) => match i64::try_from(*id) {
            Ok(id) => one("SELECT id FROM runs WHERE id = ?1", &id),
            Err(_) => Ok(None),
        },
        RunSelector::Marker(marker) => one("SELECT max(id) FROM runs WHERE marker = ?1", marker),
        RunSelector::Latest => one("SELECT max(id) FROM runs WHERE ?1", &true),
    };
    found
        .map_err(|source| LedgerError::of(path, source))?
        .ok_or_else(|| LedgerError::NoSuchRun {
            path: path.to_owned(),
            selector: selector.to_string(),
        })
}

fn line(connection: &Connection, id: i64, is_running: bool) -> rusqlite::Result<RunLine> {
    let mut outcomes = recorded::outcomes(connection, id, None)?;
    // A run has attempts or load.
    outcomes.merge(&load::outcomes(connection, id)?);
    let elapsed = parts::elapsed(connection, id)?;
    connection
        .prepare_cached(
            "SELECT runs.*, suites.hash FROM runs JOIN suites ON suites.id = suite_id WHERE runs.id = ?1",
        )?
        .query_row([id], |row| {
            Ok(RunLine {
                id: row.count("id")?,
                marker: row.get("marker")?,
                kind: recorded::kind(row)?,
                suite_path: row.get("suite_path")?,
                suite_hash: row.get("hash")?,
                started_at: recorded::started_at(row)?,
                elapsed,
                state: recorded::state(row, is_running)?,
                outcomes,
                problems: recorded::problems(row)?
                    .into_iter()
                    .map(|problem| problem.code)
                    .collect(),
            })
        })
}
