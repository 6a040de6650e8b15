//! Reads the lists of a run: its parts, outages, findings, and the attempts somebody will read about.

use runner_core::recorded::{FindingTotal, Outage, PartEnd, RecordedAttempt, RunPart, SuiteUse};
use rusqlite::{Connection, Params, Row, types::Type};
use serde::Deserialize;

use crate::{
    convert::{Columns as _, FAILED, misread},
    recorded,
};

/// So many parts are listed.
const PARTS: i64 = 1_000;

/// So many outages are listed.
const OUTAGES: i64 = 1_000;

/// So many attempts that did not pass are listed.
const LISTED: i64 = 100;

/// So many of the slowest attempts are listed.
const SLOWEST: i64 = 20;

fn list<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare(sql)?.query_map(params, read)?.collect()
}

pub(crate) fn parts(connection: &Connection, id: i64) -> rusqlite::Result<Vec<RunPart>> {
    let sql = "SELECT * FROM parts WHERE run_id = ?1 ORDER BY id DESC LIMIT ?2";
    let mut parts = list(connection, sql, [id, PARTS], |row| {
        Ok(RunPart {
            began: row.timestamp("began_us")?,
            elapsed: row.duration("elapsed_us")?,
            version: row.get("version")?,
            end: part_end(row)?,
        })
    })?;
    parts.reverse();
    Ok(parts)
}

pub(crate) fn part_count(connection: &Connection, id: i64) -> rusqlite::Result<u64> {
    let sql = "SELECT count(*) AS parts FROM parts WHERE run_id = ?1";
    connection.query_row(sql, [id], |row| row.count("parts"))
}

fn part_end(row: &Row<'_>) -> rusqlite::Result<Option<PartEnd>> {
    let end: Option<String> = row.get("ended")?;
    end.map(|end| PartEnd::from_name(&end).ok_or_else(|| misread(row, "ended", Type::Text)))
        .transpose()
}

pub(crate) fn outages(connection: &Connection, id: i64) -> rusqlite::Result<Vec<Outage>> {
    let sql = "SELECT * FROM outages WHERE run_id = ?1 ORDER BY id DESC LIMIT ?2";
    let mut outages = list(connection, sql, [id, OUTAGES], |row| {
        let lasted: Option<i64> = row.get("lasted_us")?;
        Ok(Outage {
            began: row.timestamp("began_us")?,
            lasted: lasted.map(|_| row.duration("lasted_us")).transpose()?,
            is_over: row.get("is_over")?,
            reason: row.get("reason")?,
        })
    })?;
    outages.reverse();
    Ok(outages)
}

pub(crate) fn outage_count(connection: &Connection, id: i64) -> rusqlite::Result<u64> {
    let sql = "SELECT count(*) AS outages FROM outages WHERE run_id = ?1";
    connection.query_row(sql, [id], |row| row.count("outages"))
}

pub(crate) fn suites(connection: &Connection, id: i64) -> rusqlite::Result<Vec<SuiteUse>> {
    let sql = "SELECT DISTINCT suite_id, hash FROM totals JOIN suites ON suites.id = suite_id \
               WHERE run_id = ?1 ORDER BY suite_id";
    list(connection, sql, [id], |row| {
        let suite_id = row.get("suite_id")?;
        Ok(SuiteUse {
            hash: row.get("hash")?,
            outcomes: recorded::outcomes(connection, id, Some(suite_id))?,
        })
    })
}

pub(crate) fn findings(connection: &Connection, id: i64) -> rusqlite::Result<Vec<FindingTotal>> {
    let sql = "SELECT * FROM finding_totals WHERE run_id = ?1 ORDER BY code";
    list(connection, sql, [id], |row| {
        Ok(FindingTotal {
            code: row.get("code")?,
            count: row.count("count")?,
            attempts: row.count("attempts")?,
            first_attempt: row.count("first_number")?,
            detail: row.get("detail")?,
        })
    })
}

const ATTEMPTS: &str = "SELECT attempts.*, case_id, hash FROM attempts \
                        JOIN cases ON cases.id = case_key JOIN suites ON suites.id = suite_id ";

pub(crate) fn failed(connection: &Connection, id: i64) -> rusqlite::Result<Vec<RecordedAttempt>> {
    let sql = format!("{ATTEMPTS} WHERE run_id = ?1 AND {FAILED} ORDER BY number DESC LIMIT ?2");
    list(connection, &sql, [id, LISTED], attempt)
}

pub(crate) fn slowest(connection: &Connection, id: i64) -> rusqlite::Result<Vec<RecordedAttempt>> {
    // The numbers first: the joins are for these few alone.
    let sql = format!(
        "{ATTEMPTS} WHERE run_id = ?1 AND number IN (SELECT number FROM attempts \
         WHERE run_id = ?1 AND outcome = ?2 ORDER BY elapsed_us DESC LIMIT ?3) \
         ORDER BY elapsed_us DESC, number"
    );
    list(connection, &sql, [id, recorded::passed(), SLOWEST], attempt)
}

/// What is read of a finding that is kept with its attempt.
#[derive(Deserialize)]
struct FindingFile {
    code: String,
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<RecordedAttempt> {
    let findings: Option<String> = row.get("findings")?;
    let findings: Vec<FindingFile> = findings
        .map_or(Ok(Vec::new()), |text| serde_json::from_str(&text))
        .map_err(|_| misread(row, "findings", Type::Text))?;
    Ok(RecordedAttempt {
        number: row.count("number")?,
        iteration: row.count("iteration")?,
        try_number: row.count("try")?,
        case_id: row.get("case_id")?,
        began: row.timestamp("began_us")?,
        elapsed: row.duration("elapsed_us")?,
        outcome: row.outcome("outcome")?,
        explanation: row.get("explanation")?,
        exit_code: row.get("exit_code")?,
        findings: findings.into_iter().map(|finding| finding.code).collect(),
        output: row.get("output")?,
        suite_hash: row.get("hash")?,
    })
}
