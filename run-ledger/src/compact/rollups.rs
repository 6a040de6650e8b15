//! Rollups: minutes that become hours.

use std::collections::HashMap;

use jiff::Timestamp;
use runner_core::recorded::Totals;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::rollup::{self, HOUR, MINUTE};

/// How many minutes become hours in one step: those of many cases may be very many, and each has its
/// histograms.
const CHUNK: usize = 1_000;

/// Makes hours of minutes of the oldest hours that have any, as far as all of them is before `cutoff`, and
/// says of how many. A case whose minutes take two steps has two rows for its hour, which add up.
pub(super) fn widen(
    connection: &Connection,
    run_id: i64,
    cutoff: Timestamp,
) -> rusqlite::Result<usize> {
    let mut widened = 0;
    while widened < CHUNK {
        match oldest_hour(connection, run_id)? {
            Some(hour) if (hour + 1) * HOUR <= cutoff.as_second() => {
                widened += widen_hour(connection, run_id, hour, CHUNK - widened)?;
            }
            _ => break,
        }
    }
    Ok(widened)
}

const OLDEST_HOUR: &str = "SELECT began_s / 3600 FROM rollups WHERE run_id = ?1 AND width_s = ?2 \
                           ORDER BY began_s / 3600 LIMIT 1";

const MINUTES_OF_HOUR: &str = "SELECT * FROM rollups WHERE run_id = ?1 AND width_s = ?2 \
                               AND began_s / 3600 = ?3 ORDER BY case_key LIMIT ?4";

/// The number of the oldest hour that has minutes.
fn oldest_hour(connection: &Connection, run_id: i64) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(OLDEST_HOUR)?
        .query_row(params![run_id, MINUTE], |row| row.get(0))
        .optional()
}

/// Makes one hour of up to so many of its minutes, one case after the other, and says of how many.
fn widen_hour(
    connection: &Connection,
    run_id: i64,
    hour: i64,
    limit: usize,
) -> rusqlite::Result<usize> {
    let mut by_case: HashMap<i64, Totals> = HashMap::new();
    let mut minutes: Vec<i64> = Vec::new();
    let mut select = connection.prepare_cached(MINUTES_OF_HOUR)?;
    let mut rows = select.query(params![run_id, MINUTE, hour, limit as i64])?;
    while let Some(row) = rows.next()? {
        minutes.push(row.get("id")?);
        let totals = by_case.entry(row.get("case_key")?).or_default();
        totals.merge(&rollup::read(row)?);
    }
    let mut delete = connection.prepare_cached("DELETE FROM rollups WHERE id = ?1")?;
    for id in &minutes {
        delete.execute([id])?;
    }
    for (case_key, totals) in &by_case {
        rollup::insert(connection, run_id, HOUR, hour * HOUR, *case_key, totals)?;
    }
    Ok(minutes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compact::plan;

    #[test]
    fn old_minutes_are_found_without_sorting_all() {
        for (sql, range) in [
            (OLDEST_HOUR, "rollups_by_hour (run_id=? AND width_s=?)"),
            (
                MINUTES_OF_HOUR,
                "rollups_by_hour (run_id=? AND width_s=? AND <expr>=?)",
            ),
        ] {
            let plan = plan(sql);
            assert!(plan.contains(range), "{sql}:\n{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{sql}:\n{plan}");
        }
    }
}
