//! What came of each case of a load.

use load::{CaseLoad, Tally};
use runner_core::recorded::OutcomeCounts;
use rusqlite::{Connection, Row, params};

use crate::{
    convert::{self, Columns as _, int},
    members::members_of_first,
};

/// Writes what came of the case at this place, in place of what came of it before.
pub(super) fn write(
    connection: &Connection,
    run_id: i64,
    place: usize,
    case_key: i64,
    case: &CaseLoad,
) -> rusqlite::Result<()> {
    let tally = &case.tally;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO load_cases (run_id, place, case_key, category, outcomes, good, \
             bytes, events, response, service, connect, head, first_event, first_output, gaps, \
             failed) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            run_id,
            place as i64,
            case_key,
            case.category,
            convert::outcomes(&tally.outcomes),
            int(tally.good),
            int(tally.bytes),
            int(tally.events),
            tally.response.to_bytes(),
            tally.service.to_bytes(),
            tally.connect.to_bytes(),
            tally.head.to_bytes(),
            tally.first_event.to_bytes(),
            tally.first_output.to_bytes(),
            tally.gaps.to_bytes(),
            tally.failed.to_bytes(),
        ])?;
    Ok(())
}

/// The cases of one run, in the order of its suite.
pub(super) fn read(connection: &Connection, run_id: i64) -> rusqlite::Result<Vec<CaseLoad>> {
    let mut select = connection.prepare_cached(
        "SELECT load_cases.*, case_id, name FROM load_cases JOIN cases ON cases.id = case_key \
         WHERE run_id = ?1 ORDER BY place",
    )?;
    let cases = select.query_map([run_id], |row| {
        Ok(CaseLoad {
            id: row.get("case_id")?,
            name: row.get("name")?,
            category: row.get("category")?,
            tally: tally(row)?,
        })
    })?;
    cases.collect()
}

fn tally(row: &Row<'_>) -> rusqlite::Result<Tally> {
    Ok(Tally {
        outcomes: row.outcomes("outcomes")?,
        good: row.count("good")?,
        response: row.histogram("response")?,
        service: row.histogram("service")?,
        connect: row.histogram("connect")?,
        head: row.histogram("head")?,
        first_event: row.histogram("first_event")?,
        first_output: row.histogram("first_output")?,
        gaps: row.histogram("gaps")?,
        failed: row.histogram("failed")?,
        bytes: row.count("bytes")?,
        events: row.count("events")?,
    })
}

/// How many attempts of a run of load came to what; of all members of a merged one.
pub(crate) fn outcomes(connection: &Connection, run_id: i64) -> rusqlite::Result<OutcomeCounts> {
    let mut outcomes = OutcomeCounts::default();
    let mut select = connection.prepare_cached(concat!(
        "SELECT outcomes FROM load_cases WHERE run_id IN ",
        members_of_first!()
    ))?;
    let mut rows = select.query([run_id])?;
    while let Some(row) = rows.next()? {
        outcomes.merge(&row.outcomes("outcomes")?);
    }
    Ok(outcomes)
}
