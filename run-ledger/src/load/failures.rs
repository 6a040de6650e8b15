//! The distinct ways in which attempts of a load failed.

use load::{FailureKind, Failures};
use rusqlite::{Connection, params};

use crate::convert::{Columns as _, int, outcome, us};

/// Writes them in place of those before. There are a few of them at most.
pub(super) fn write(
    connection: &Connection,
    run_id: i64,
    failures: &Failures,
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO load_failures (run_id, place, case_id, outcome, words, count, execution_id, \
         began_after_us, exit_code, output) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
         ON CONFLICT DO UPDATE SET count = excluded.count",
    )?;
    for (place, kind) in failures.kinds().iter().enumerate() {
        insert.execute(params![
            run_id,
            place as i64,
            kind.case_id,
            outcome(kind.class),
            kind.words,
            int(kind.count),
            kind.execution_id,
            us(kind.began_after),
            kind.exit_code,
            kind.output,
        ])?;
    }
    Ok(())
}

/// Those of one run; so many attempts failed in still other ways.
pub(super) fn read(
    connection: &Connection,
    run_id: i64,
    others: u64,
) -> rusqlite::Result<Failures> {
    let mut select = connection
        .prepare_cached("SELECT * FROM load_failures WHERE run_id = ?1 ORDER BY place")?;
    let kinds = select.query_map([run_id], |row| {
        Ok(FailureKind {
            case_id: row.get("case_id")?,
            class: row.outcome("outcome")?,
            words: row.get("words")?,
            count: row.count("count")?,
            execution_id: row.get("execution_id")?,
            began_after: row.duration("began_after_us")?,
            exit_code: row.get("exit_code")?,
            output: row.get("output")?,
        })
    })?;
    let kinds = kinds.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(Failures::of_kinds(kinds, others))
}
