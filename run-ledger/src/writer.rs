//! Begins runs in a ledger.

use std::path::{Path, PathBuf};

use jiff::{Timestamp, Zoned};
use runner_core::{journal::SuiteVersion, recorded::RunKind, results::RunInfo};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use suite::Case;

use crate::{
    connection,
    error::LedgerError,
    journal::{Begun, RunJournal},
    load::{LoadRunJournal, NewLoad},
    lock::RunLock,
    shards::{self, ShardRun},
    suite_file,
};

/// A ledger that can be written to.
pub struct Ledger {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
}

/// A run that is about to begin.
#[derive(Debug, Clone, Copy)]
pub struct NewRun<'a> {
    /// What kind of run it is.
    pub kind: RunKind,
    /// What is run, where, and since when.
    pub info: &'a RunInfo,
    /// What the suite was read from.
    pub suite: &'a SuiteVersion,
    /// What was asked for, for whoever resumes it. The ledger does not look into it.
    pub options: &'a str,
    /// The settings in force, without secrets. The ledger does not look into them.
    pub settings: &'a str,
    /// Which shard's run it is, if it is one's.
    pub shard: Option<&'a ShardRun>,
}

impl Ledger {
    /// Opens the ledger at `path`, and creates it if there is none. An older one is brought up to date.
    ///
    /// # Errors
    /// When it cannot be written, is no ledger, or is newer than this program.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        Ok(Self {
            connection: connection::for_writing(path)?,
            path: path.to_owned(),
        })
    }

    /// The ledger's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins a run, which is kept from then on. Its marker is the one of `run`, unless another run in the
    /// ledger has it already: then letters follow, and [`RunJournal::marker`] tells which.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(mut self, run: &NewRun<'_>) -> Result<RunJournal, LedgerError> {
        let (lock, begun) = self.begin_with(run, |_, _| Ok(()))?;
        Ok(RunJournal::new(self, lock, begun))
    }

    /// Begins a run of load, which is kept from then on. What its marker is, [`LoadRunJournal::marker`] tells.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin_load(
        mut self,
        run: &NewRun<'_>,
        load: &NewLoad<'_>,
    ) -> Result<LoadRunJournal, LedgerError> {
        let run = NewRun {
            kind: RunKind::Load,
            ..*run
        };
        let mut cases = Vec::new();
        let (lock, begun) = self.begin_with(&run, |transaction, begun| {
            cases = load.insert(transaction, begun)?;
            Ok(())
        })?;
        Ok(LoadRunJournal::new(
            self,
            lock,
            begun,
            load.info.warmup,
            cases,
        ))
    }

    /// Begins a run, and writes what `further` writes in the same transaction.
    fn begin_with(
        &mut self,
        run: &NewRun<'_>,
        further: impl FnOnce(&Transaction<'_>, &Begun) -> rusqlite::Result<()>,
    ) -> Result<(RunLock, Begun), LedgerError> {
        let failed = |source| LedgerError::of(&self.path, source);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let suite_id = suite_id(&transaction, run.suite).map_err(failed)?;
        let marker = free_marker(&transaction, &run.info.marker).map_err(failed)?;
        let run_id = insert(&transaction, run, &marker, suite_id).map_err(failed)?;
        // Nobody else knows the run before it is committed, so that nobody else can have it.
        let Some(lock) = RunLock::take(&self.path, run_id)? else {
            // A process still writes a run of this number to a ledger that was deleted here.
            return Err(LedgerError::InUse {
                id: run_id.unsigned_abs(),
                marker,
                process: 0,
            });
        };
        let began = run.info.started_at.timestamp();
        let part_id =
            insert_part(&transaction, run_id, began, &run.info.version).map_err(failed)?;
        let begun = Begun {
            run_id,
            marker,
            suite_id,
            part_id,
            began,
        };
        further(&transaction, &begun).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok((lock, begun))
    }
}

/// The number of this version of a suite, which is kept if it is new.
pub(crate) fn suite_id(connection: &Connection, suite: &SuiteVersion) -> rusqlite::Result<i64> {
    let known = connection
        .prepare_cached("SELECT id FROM suites WHERE hash = ?1")?
        .query_row([&*suite.hash], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    connection
        .prepare_cached("INSERT INTO suites (hash, text) VALUES (?1, ?2)")?
        .insert(params![&*suite.hash, &*suite.text])
}

/// The number of a case of this version of a suite, which is kept if it is new.
pub(crate) fn case_key(
    connection: &Connection,
    suite_id: i64,
    case: &Case,
) -> rusqlite::Result<i64> {
    // The update changes nothing, and makes the row's number come back.
    connection
        .prepare_cached(
            "INSERT INTO cases (suite_id, case_id, name, command) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET name = excluded.name RETURNING id",
        )?
        .query_row(params![suite_id, case.id, case.name, case.command], |row| {
            row.get(0)
        })
}

/// The marker, or the first one that begins with it and belongs to no run: runs of a suite that begin
/// within one second are called the same.
fn free_marker(connection: &Connection, marker: &str) -> rusqlite::Result<String> {
    let mut select = connection.prepare_cached("SELECT 1 FROM runs WHERE marker = ?1")?;
    let mut free = marker.to_owned();
    let mut others = 0;
    while select.exists([&free])? {
        others += 1;
        free = format!("{marker}{}", letters(others));
    }
    Ok(free)
}

/// `b`, `c`, … `z`, `aa`, `ab`, …: letters, because digits would be taken for a part of the time.
fn letters(mut number: u32) -> String {
    let mut letters = Vec::new();
    number += 1;
    while number > 0 {
        number -= 1;
        letters.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    letters.into_iter().rev().collect()
}

fn insert(
    transaction: &Transaction<'_>,
    run: &NewRun<'_>,
    marker: &str,
    suite_id: i64,
) -> rusqlite::Result<i64> {
    let NewRun {
        kind,
        info,
        options,
        settings,
        ..
    } = *run;
    let environment = serde_json::json!(info.environment).to_string();
    transaction.execute(
        "INSERT INTO runs (marker, kind, suite_path, suite_stem, description, started_at, version, \
         executor, environment, options, settings, suite_id, suite_file, uid) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, \
         lower(hex(randomblob(16))))",
        params![
            marker,
            kind.as_str(),
            info.suite_path,
            info.suite_stem,
            info.suite_description,
            written(&info.started_at),
            info.version,
            info.executor,
            environment,
            options,
            settings,
            suite_id,
            suite_file::absolute(Path::new(&info.suite_path)),
        ],
    )?;
    let run_id = transaction.last_insert_rowid();
    transaction.execute("INSERT INTO progress (run_id) VALUES (?1)", [run_id])?;
    if let Some(shard) = run.shard {
        shards::insert(transaction, run_id, shard)?;
    }
    Ok(run_id)
}

/// A part of a run that begins at `began`, in this process.
pub(crate) fn insert_part(
    connection: &Connection,
    run_id: i64,
    began: Timestamp,
    version: &str,
) -> rusqlite::Result<i64> {
    connection.execute(
        "INSERT INTO parts (run_id, began_us, version, process) VALUES (?1, ?2, ?3, ?4)",
        params![run_id, began.as_microsecond(), version, std::process::id()],
    )?;
    Ok(connection.last_insert_rowid())
}

/// A moment with its zone. A zone without a name is written as its offset, which can be read anywhere.
fn written(at: &Zoned) -> String {
    match at.time_zone().iana_name() {
        Some(_) => at.to_string(),
        None => at
            .with_time_zone(jiff::tz::TimeZone::fixed(at.offset()))
            .to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted_like_columns_of_a_sheet() {
        let lettered = [1, 2, 25, 26, 27, 701, 702].map(letters);
        assert_eq!(lettered, ["b", "c", "z", "aa", "ab", "zz", "aaa"]);
    }
}
