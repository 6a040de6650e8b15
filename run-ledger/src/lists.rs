//! Reads the lists of a run: its outages, findings, and the attempts somebody will read about.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, btree_map::Entry},
};

use runner_core::recorded::{FindingTotal, Outage, RecordedAttempt, SuiteUse};
use rusqlite::{Connection, Params, Row, types::Type};
use serde::Deserialize;

use crate::{
    convert::{Columns as _, FAILED, misread},
    members::{self, Member, members_of_first},
    recorded,
};

/// So many outages are listed.
const OUTAGES: i64 = 1_000;

/// So many attempts that did not pass are listed.
const LISTED: i64 = 100;

/// So many of the slowest attempts are listed.
const SLOWEST: i64 = 20;

pub(crate) fn list<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare(sql)?.query_map(params, read)?.collect()
}

pub(crate) fn outages(connection: &Connection, id: i64) -> rusqlite::Result<Vec<Outage>> {
    let sql = concat!(
        "SELECT * FROM outages WHERE run_id IN ",
        members_of_first!(),
        " ORDER BY began_us DESC, reason DESC, id DESC LIMIT ?2"
    );
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
    let sql = concat!(
        "SELECT count(*) AS outages FROM outages WHERE run_id IN ",
        members_of_first!()
    );
    connection.query_row(sql, [id], |row| row.count("outages"))
}

pub(crate) fn suites(connection: &Connection, id: i64) -> rusqlite::Result<Vec<SuiteUse>> {
    let sql = concat!(
        "SELECT DISTINCT suite_id, hash FROM totals JOIN suites ON suites.id = suite_id \
         WHERE run_id IN ",
        members_of_first!(),
        " ORDER BY suite_id"
    );
    list(connection, sql, [id], |row| {
        let suite_id = row.get("suite_id")?;
        Ok(SuiteUse {
            hash: row.get("hash")?,
            outcomes: recorded::outcomes(connection, id, Some(suite_id))?,
        })
    })
}

pub(crate) fn findings(connection: &Connection, id: i64) -> rusqlite::Result<Vec<FindingTotal>> {
    let mut totals: BTreeMap<String, FindingTotal> = BTreeMap::new();
    for member in members::of(connection, id)? {
        let sql = "SELECT * FROM finding_totals WHERE run_id = ?1";
        let found = list(connection, sql, [member.id], |row| {
            Ok(FindingTotal {
                code: row.get("code")?,
                count: row.count("count")?,
                attempts: row.count("attempts")?,
                first_attempt: member.number_offset + row.count("first_number")?,
                detail: row.get("detail")?,
            })
        })?;
        for total in found {
            match totals.entry(total.code.clone()) {
                Entry::Vacant(free) => {
                    free.insert(total);
                }
                // The members come in the order of their attempts: the first is known.
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.count += total.count;
                    known.attempts += total.attempts;
                }
            }
        }
    }
    Ok(totals.into_values().collect())
}

const ATTEMPTS: &str = "SELECT attempts.*, case_id, hash FROM attempts \
                        JOIN cases ON cases.id = case_key JOIN suites ON suites.id = suite_id ";

/// The latest attempts that did not pass, latest first; those of a merged run by their numbers.
pub(crate) fn failed(connection: &Connection, id: i64) -> rusqlite::Result<Vec<RecordedAttempt>> {
    let sql = format!("{ATTEMPTS} WHERE run_id = ?1 AND {FAILED} ORDER BY number DESC LIMIT ?2");
    let mut failed = Vec::new();
    for member in members::of(connection, id)?.into_iter().rev() {
        let left = LISTED - failed.len() as i64;
        let params = [member.id, left];
        failed.extend(list(connection, &sql, params, |row| attempt(row, member))?);
    }
    Ok(failed)
}

pub(crate) fn slowest(connection: &Connection, id: i64) -> rusqlite::Result<Vec<RecordedAttempt>> {
    // The numbers first: the joins are for these few alone.
    let sql = format!(
        "{ATTEMPTS} WHERE run_id = ?1 AND number IN (SELECT number FROM attempts \
         WHERE run_id = ?1 AND outcome = ?2 ORDER BY elapsed_us DESC, number LIMIT ?3)"
    );
    let mut slowest = Vec::new();
    for member in members::of(connection, id)? {
        let params = [member.id, recorded::passed(), SLOWEST];
        slowest.extend(list(connection, &sql, params, |row| attempt(row, member))?);
    }
    slowest.sort_by_key(|attempt: &RecordedAttempt| (Reverse(attempt.elapsed), attempt.number));
    slowest.truncate(SLOWEST as usize);
    Ok(slowest)
}

/// What is read of a finding that is kept with its attempt.
#[derive(Deserialize)]
struct FindingFile {
    code: String,
}

fn attempt(row: &Row<'_>, member: Member) -> rusqlite::Result<RecordedAttempt> {
    let findings: Option<String> = row.get("findings")?;
    let findings: Vec<FindingFile> = findings
        .map_or(Ok(Vec::new()), |text| serde_json::from_str(&text))
        .map_err(|_| misread(row, "findings", Type::Text))?;
    Ok(RecordedAttempt {
        number: member.number_offset + row.count("number")?,
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
