//! Goes on with a run where its ledger ends.

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
    convert::{Columns as _, int, outcome},
    error::LedgerError,
    history,
    journal::RunJournal,
    lock::RunLock,
    recorded,
    rollup::{OpenMinute, Sample},
    selector::RunSelector,
    writer::{self, Ledger},
};

/// A run that goes on.
pub struct Resumed {
    /// Its record, to be gone on with.
    pub journal: RunJournal,
    /// Which part of the run begins now, counted from one.
    pub part: u64,
    /// What is run, where, and since when: as it was when the run began.
    pub info: RunInfo,
    /// What was asked for.
    pub options: String,
    /// The settings it began with.
    pub settings: String,
    /// The suite that was in force.
    pub suite: SuiteVersion,
    /// Where it goes on.
    pub start: Start,
    /// What came of it so far.
    pub before: SoakBefore,
    /// Whether it ended without saying so.
    pub was_broken: bool,
    /// The attempt that was under way then, which is marked as interrupted now.
    pub interrupted: Option<u64>,
}

/// A soak in a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Soak {
    /// Its number.
    pub id: u64,
    /// The suite file as the user named it.
    pub suite_path: String,
    /// Whether there is nothing left to go on with.
    pub is_complete: bool,
    /// Whether a process is at it.
    pub is_running: bool,
}

impl Ledger {
    /// The latest soaks in the ledger, latest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn soaks(&self) -> Result<Vec<Soak>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<Soak>> {
            let mut select = self.connection.prepare(
                "SELECT id, suite_path, ended IS 'completed' AS is_complete FROM runs \
                 WHERE kind = 'soak' ORDER BY id DESC LIMIT 1000",
            )?;
            let soaks = select.query_map([], |row| {
                Ok(Soak {
                    id: row.count("id")?,
                    suite_path: row.get("suite_path")?,
                    is_complete: row.get("is_complete")?,
                    is_running: false,
                })
            })?;
            soaks.collect()
        };
        let mut soaks = read().map_err(|source| LedgerError::of(&self.path, source))?;
        for soak in &mut soaks {
            soak.is_running = RunLock::is_taken(&self.path, int(soak.id))?;
        }
        Ok(soaks)
    }

    /// Goes on with a run, in a part of its own that begins at `now`. An attempt that was under way when
    /// the run was broken off is marked as interrupted.
    ///
    /// # Errors
    /// When there is no such run, it is no soak, it is complete, or another process writes it.
    pub fn resume(
        mut self,
        selector: &RunSelector,
        now: Timestamp,
        version: &str,
    ) -> Result<Resumed, LedgerError> {
        let failed = |source| LedgerError::of(&self.path, source);
        let id = history::find(&self.connection, &self.path, selector)?;
        let Some(lock) = RunLock::take(&self.path, id)? else {
            return Err(in_use(&self.connection, id).map_err(failed)?);
        };
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let run = StoredRun::read(&transaction, id).map_err(failed)?;
        if let Some(reason) = run.obstacle() {
            let marker = run.info.marker;
            let id = id.unsigned_abs();
            return Err(LedgerError::NotResumable { id, marker, reason });
        }
        let mut progress = Progress::read(&transaction, id).map_err(failed)?;
        let interrupted = progress.settle(&transaction, id).map_err(failed)?;
        let before = recorded::before(&transaction, id).map_err(failed)?;
        let part_id = writer::insert_part(&transaction, id, now, version).map_err(failed)?;
        let part = transaction
            .query_row(
                "SELECT count(*) AS parts FROM parts WHERE run_id = ?1",
                [id],
                |row| row.count("parts"),
            )
            .map_err(failed)?;
        transaction
            .execute(
                "UPDATE runs SET ended = NULL, problems = '[]' WHERE id = ?1",
                [id],
            )
            .map_err(failed)?;
        transaction.commit().map_err(failed)?;
        let latest = Place {
            number: progress.last_number,
            iteration: progress.iteration.max(1),
            index: 0,
        };
        let journal = RunJournal::new(self, Some(lock), id, run.suite_id, part_id, now).continuing(
            latest,
            progress.done,
            before.counts.agents,
        );
        Ok(Resumed {
            journal,
            part,
            info: run.info,
            options: run.options,
            settings: run.settings,
            suite: run.suite,
            start: Start {
                iteration: latest.iteration,
                done: progress.done as usize,
                next_attempt: progress.last_number + 1,
            },
            before,
            was_broken: run.ended.is_none(),
            interrupted,
        })
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

/// How far the run had come.
struct Progress {
    iteration: u64,
    done: u64,
    last_number: u64,
    rolled_up: i64,
    flight: Option<Flight>,
}

/// The attempt that was under way.
struct Flight {
    number: u64,
    iteration: u64,
    case_key: i64,
    began_us: i64,
}

impl Progress {
    fn read(connection: &Connection, id: i64) -> rusqlite::Result<Self> {
        let read = |row: &Row<'_>| {
            let flight = match row.get::<_, Option<i64>>("flight_number")? {
                None => None,
                Some(_) => Some(Flight {
                    number: row.count("flight_number")?,
                    iteration: row.count("flight_iteration")?,
                    case_key: row.get("flight_case")?,
                    began_us: row.get("flight_began_us")?,
                }),
            };
            Ok(Self {
                iteration: row.count("iteration")?,
                done: row.count("done")?,
                last_number: row.count("last_number")?,
                rolled_up: row.get("rolled_up")?,
                flight,
            })
        };
        connection.query_row("SELECT * FROM progress WHERE run_id = ?1", [id], read)
    }

    /// Brings everything to where a run has ended in good order: marks the attempt that was under way,
    /// and rolls up what is not rolled up. Returns the number of the attempt that was marked.
    fn settle(&mut self, connection: &Connection, id: i64) -> rusqlite::Result<Option<u64>> {
        let interrupted = self.flight.take();
        if let Some(flight) = &interrupted {
            flight.interrupt(connection, id)?;
            if flight.iteration > self.iteration {
                self.iteration = flight.iteration;
                self.done = 0;
            }
            self.last_number = flight.number;
            connection.execute(
                "UPDATE progress SET iteration = ?2, done = ?3, last_number = ?4, \
                 flight_number = NULL, flight_iteration = NULL, flight_case = NULL, \
                 flight_began_us = NULL WHERE run_id = ?1",
                params![
                    id,
                    int(self.iteration),
                    int(self.done),
                    int(self.last_number)
                ],
            )?;
        }
        roll_up(connection, id, self.rolled_up)?;
        Ok(interrupted.map(|flight| flight.number))
    }
}

impl Flight {
    /// Keeps the attempt as one of which nobody knows what came.
    fn interrupt(&self, connection: &Connection, run_id: i64) -> rusqlite::Result<()> {
        let class = outcome(OutcomeClass::Interrupted);
        let part_id: i64 = connection.query_row(
            "SELECT max(id) FROM parts WHERE run_id = ?1",
            [run_id],
            |row| row.get(0),
        )?;
        connection.execute(
            "INSERT INTO attempts (run_id, number, part_id, case_key, iteration, began_us, \
             elapsed_us, outcome, longest_gap_us, events, stream_bytes, output_bytes, explanation) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, 0, 0, 0, 0, ?8)",
            params![
                run_id,
                int(self.number),
                part_id,
                self.case_key,
                int(self.iteration),
                self.began_us,
                class,
                "the runner itself was ended in the middle of the attempt"
            ],
        )?;
        connection.execute(
            "INSERT INTO totals (run_id, suite_id, outcome, count) \
             SELECT ?1, suite_id, ?3, 1 FROM cases WHERE id = ?2 \
             ON CONFLICT DO UPDATE SET count = count + 1",
            params![run_id, self.case_key, class],
        )?;
        Ok(())
    }
}

/// Rolls up the attempts after the one with number `rolled_up`.
fn roll_up(connection: &Connection, run_id: i64, rolled_up: i64) -> rusqlite::Result<()> {
    let mut minute = OpenMinute::default();
    each_after(
        connection,
        run_id,
        rolled_up,
        |case_key, number, ended_s, sample| {
            if minute.is_due(ended_s) {
                minute.roll_up(connection, run_id)?;
            }
            minute.add(case_key, number, ended_s, &sample);
            Ok(())
        },
    )?;
    minute.roll_up(connection, run_id)
}

/// Calls `visit` with the case, the number, the end (seconds since the Unix epoch) and the measurements
/// of each attempt after the one with number `rolled_up`.
pub(crate) fn each_after(
    connection: &Connection,
    run_id: i64,
    rolled_up: i64,
    mut visit: impl FnMut(i64, i64, i64, Sample) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached(
        "SELECT number, case_key, began_us, elapsed_us, outcome, first_output_us, longest_gap_us \
         FROM attempts WHERE run_id = ?1 AND number > ?2 ORDER BY number",
    )?;
    let mut rows = select.query(params![run_id, rolled_up])?;
    while let Some(row) = rows.next()? {
        let (began, elapsed): (i64, i64) = (row.get("began_us")?, row.get("elapsed_us")?);
        let first_output: Option<i64> = row.get("first_output_us")?;
        let sample = Sample {
            outcome: row.outcome("outcome")?,
            elapsed: row.duration("elapsed_us")?,
            first_output: first_output
                .map(|_| row.duration("first_output_us"))
                .transpose()?,
            longest_gap: row.duration("longest_gap_us")?,
        };
        let ended_s = began.saturating_add(elapsed).div_euclid(1_000_000);
        visit(row.get("case_key")?, row.get("number")?, ended_s, sample)?;
    }
    Ok(())
}
