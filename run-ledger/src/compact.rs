//! Keeps a ledger small: prunes single attempts that are old, and makes hours of old minutes.
//!
//! Each call does a bounded piece of that work, so that no commit takes long.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;
use runner_core::recorded::Totals;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::rollup::{self, HOUR, MINUTE};

/// How many attempts are looked at in one step.
const CHUNK: i64 = 10_000;

/// So many attempts that did not pass are kept beyond the retention: those somebody will ask about.
const KEPT_FAILURES: i64 = 10_000;

/// Does one step of what is to be done with what is older than `retention`.
pub(crate) fn step(
    connection: &Connection,
    run_id: i64,
    now: Timestamp,
    retention: Duration,
) -> rusqlite::Result<()> {
    let Ok(cutoff) = now.checked_sub(retention) else {
        return Ok(());
    };
    prune_attempts(connection, run_id, cutoff)?;
    widen_rollups(connection, run_id, cutoff)
}

fn prune_attempts(connection: &Connection, run_id: i64, cutoff: Timestamp) -> rusqlite::Result<()> {
    let (pruned_to, rolled_up): (i64, i64) = connection
        .prepare_cached("SELECT pruned_to, rolled_up FROM progress WHERE run_id = ?1")?
        .query_row([run_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let upper = last_before(connection, run_id, pruned_to, cutoff)?;
    // What is not in a rollup yet would be lost.
    let Some(upper) = upper
        .map(|upper| upper.min(rolled_up))
        .filter(|upper| *upper > pruned_to)
    else {
        return Ok(());
    };
    let mut pruned = connection
        .prepare_cached(
            "DELETE FROM attempts WHERE run_id = ?1 AND number > ?2 AND number <= ?3 \
             AND outcome = 0",
        )?
        .execute(params![run_id, pruned_to, upper])?;
    pruned += connection
        .prepare_cached(
            "DELETE FROM attempts WHERE run_id = ?1 AND outcome <> 0 AND number <= (\
             SELECT number FROM attempts WHERE run_id = ?1 AND outcome <> 0 AND number <= ?2 \
             ORDER BY number DESC LIMIT 1 OFFSET ?3)",
        )?
        .execute(params![run_id, upper, KEPT_FAILURES])?;
    connection
        .prepare_cached(
            "UPDATE progress SET pruned_to = ?2, pruned = pruned + ?3 WHERE run_id = ?1",
        )?
        .execute(params![run_id, upper, pruned as i64])?;
    Ok(())
}

/// The number of the last attempt that began before `cutoff`, among the next ones after number `after`.
fn last_before(
    connection: &Connection,
    run_id: i64,
    after: i64,
    cutoff: Timestamp,
) -> rusqlite::Result<Option<i64>> {
    let mut select = connection.prepare_cached(
        "SELECT number, began_us FROM attempts WHERE run_id = ?1 AND number > ?2 \
         ORDER BY number LIMIT ?3",
    )?;
    let mut rows = select.query(params![run_id, after, CHUNK])?;
    let mut last = None;
    // No further than to the first one that is young enough, so that a call with nothing to do is cheap.
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(1)? >= cutoff.as_microsecond() {
            break;
        }
        last = Some(row.get(0)?);
    }
    Ok(last)
}

/// Makes one hour of the minutes of the oldest hour that has any, if all of it is before `cutoff`.
fn widen_rollups(connection: &Connection, run_id: i64, cutoff: Timestamp) -> rusqlite::Result<()> {
    let oldest: Option<i64> = connection
        .prepare_cached(
            "SELECT began_s FROM rollups WHERE run_id = ?1 AND width_s = ?2 ORDER BY began_s LIMIT 1",
        )?
        .query_row(params![run_id, MINUTE], |row| row.get(0))
        .optional()?;
    let Some(hour) = oldest.map(|began| rollup::floor(began, HOUR)) else {
        return Ok(());
    };
    if hour + HOUR > cutoff.as_second() {
        return Ok(());
    }
    let range = params![run_id, MINUTE, hour, hour + HOUR];
    let mut by_case: HashMap<i64, Totals> = HashMap::new();
    let mut select = connection.prepare_cached(
        "SELECT * FROM rollups WHERE run_id = ?1 AND width_s = ?2 AND began_s >= ?3 AND began_s < ?4",
    )?;
    let mut rows = select.query(range)?;
    while let Some(row) = rows.next()? {
        let totals = by_case.entry(row.get("case_key")?).or_default();
        totals.merge(&rollup::read(row)?);
    }
    connection
        .prepare_cached(
            "DELETE FROM rollups \
             WHERE run_id = ?1 AND width_s = ?2 AND began_s >= ?3 AND began_s < ?4",
        )?
        .execute(range)?;
    for (case_key, totals) in &by_case {
        rollup::insert(connection, run_id, HOUR, hour, *case_key, totals)?;
    }
    Ok(())
}
