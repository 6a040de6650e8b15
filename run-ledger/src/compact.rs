//! Keeps a ledger small: prunes single attempts that are old, and makes hours of old minutes.
//!
//! Each call does a bounded piece of that work, so that no commit takes long. Whoever writes a run does it
//! for that run, and for those that nobody writes any more.

mod attempts;
mod rollups;

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

pub(crate) use attempts::drop_texts;

use crate::lock::RunLock;

/// What is old, seen from a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Age {
    pub now: Timestamp,
    /// What is from before is old.
    pub cutoff: Timestamp,
}

impl Age {
    /// What is older than `retention` now; `None` if nothing can be.
    pub(crate) fn of(now: Timestamp, retention: Duration) -> Option<Self> {
        let cutoff = now.checked_sub(retention).ok()?;
        Some(Self { now, cutoff })
    }
}

/// Does one step of what is to be done with what is old of this run, and says how many rows that were.
pub(crate) fn step(connection: &Connection, run_id: i64, age: Age) -> rusqlite::Result<usize> {
    let pruned = attempts::prune(connection, run_id, age)?;
    let widened = rollups::widen(connection, run_id, age.cutoff)?;
    Ok(pruned + widened)
}

/// Goes over the runs of a ledger that nobody writes.
#[derive(Debug, Default)]
pub(crate) struct Sweep {
    /// The latest run that was looked at.
    after: i64,
}

/// So many runs are looked at in one go,
const RUNS: usize = 16;

/// or fewer, if so many rows are dealt with by then.
const ROWS: usize = 1_000;

impl Sweep {
    /// Does a step for runs of the ledger at `path` besides `own`. Whether any had something old.
    pub(crate) fn step(
        &mut self,
        connection: &Connection,
        path: &Path,
        own: i64,
        age: Age,
    ) -> rusqlite::Result<bool> {
        let mut rows = 0;
        for _ in 0..RUNS {
            let Some(run) = next(connection, self.after, own)? else {
                self.after = 0;
                break;
            };
            self.after = run;
            // Whoever writes it, or is about to, keeps it as long as they see fit.
            if RunLock::is_taken(path, run).unwrap_or(true) {
                continue;
            }
            rows += step(connection, run, age)?;
            note_compact(connection, run)?;
            if rows >= ROWS {
                break;
            }
        }
        Ok(rows > 0)
    }
}

/// The first run after this one of which there may be anything left to do.
fn next(connection: &Connection, after: i64, own: i64) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(
            "SELECT run_id FROM progress WHERE is_compact = 0 AND run_id > ?1 AND run_id <> ?2 \
             ORDER BY run_id LIMIT 1",
        )?
        .query_row([after, own], |row| row.get(0))
        .optional()
}

/// Leaves a run out from now on if nothing will ever be left to do for it, unless it goes on.
fn note_compact(connection: &Connection, run_id: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE progress SET is_compact = 1 WHERE run_id = ?1 AND pruned_to >= rolled_up \
             AND NOT EXISTS (SELECT 1 FROM rollups WHERE run_id = ?1 AND width_s = ?2)",
        )?
        .execute(params![run_id, crate::rollup::MINUTE])?;
    Ok(())
}

/// What SQLite does for a statement, in its own words.
#[cfg(test)]
fn plan(sql: &str) -> String {
    let connection = Connection::open_in_memory().expect("a database");
    let schema = include_str!("schema/0001.sql");
    connection.execute_batch(schema).expect("the tables");
    let mut select = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .expect("a statement");
    let mut rows = select.raw_query();
    let mut plan = String::new();
    while let Some(row) = rows.next().expect("a row") {
        plan += &row.get::<_, String>("detail").expect("words");
        plan.push('\n');
    }
    plan
}
