//! What came of each case in each minute: the sums that outlive single attempts.

use std::{collections::HashMap, time::Duration};

use executor_protocol::StreamStats;
use runner_core::{outcome::OutcomeClass, recorded::Totals};
use rusqlite::{Connection, Row, params};

use crate::{
    convert::{Columns as _, outcomes},
    members,
};

/// Seconds in a minute, the width of a rollup at first.
pub(crate) const MINUTE: i64 = 60;

/// Seconds in an hour, the width of a rollup that is old.
pub(crate) const HOUR: i64 = 3600;

/// Attempts are rolled up when there are this many, even within a minute: so many have to be read again
/// when a run is resumed, or read beside the rollups for a report.
const MAX_ATTEMPTS: u64 = 20_000;

/// Attempts of one minute that are not rolled up yet.
#[derive(Debug, Default)]
pub(crate) struct OpenMinute {
    /// When the minute began, in seconds since the Unix epoch.
    began_s: i64,
    by_case: HashMap<i64, Totals>,
    attempts: u64,
    /// The number of the latest of them.
    last_number: i64,
}

impl OpenMinute {
    /// Whether an attempt that ended at this moment (seconds since the Unix epoch) belongs to a later
    /// minute, or there are too many attempts in this one.
    pub(crate) fn is_due(&self, ended_s: i64) -> bool {
        self.attempts > 0
            && (self.began_s != floor(ended_s, MINUTE) || self.attempts >= MAX_ATTEMPTS)
    }

    /// Takes in one more attempt.
    pub(crate) fn add(&mut self, case_key: i64, number: i64, ended_s: i64, attempt: &Sample) {
        self.began_s = floor(ended_s, MINUTE);
        self.attempts += 1;
        self.last_number = number;
        attempt.add_to(self.by_case.entry(case_key).or_default());
    }

    /// Writes what there is as rollups, and begins anew.
    pub(crate) fn roll_up(&mut self, connection: &Connection, run_id: i64) -> rusqlite::Result<()> {
        if self.attempts == 0 {
            return Ok(());
        }
        for (case_key, totals) in &self.by_case {
            insert(connection, run_id, MINUTE, self.began_s, *case_key, totals)?;
        }
        connection
            .prepare_cached("UPDATE progress SET rolled_up = ?2 WHERE run_id = ?1")?
            .execute(params![run_id, self.last_number])?;
        self.by_case.clear();
        self.attempts = 0;
        Ok(())
    }
}

/// What counts of one attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub outcome: OutcomeClass,
    pub elapsed: Duration,
    pub first_output: Option<Duration>,
    pub longest_gap: Duration,
}

impl Sample {
    pub(crate) fn new(outcome: OutcomeClass, elapsed: Duration, stats: &StreamStats) -> Self {
        Self {
            outcome,
            elapsed,
            first_output: stats.first_output,
            longest_gap: stats.longest_gap,
        }
    }

    pub(crate) fn add_to(&self, totals: &mut Totals) {
        totals.add(
            self.outcome,
            self.elapsed,
            self.first_output,
            self.longest_gap,
        );
    }
}

/// The last multiple of `width` that is not after `seconds`.
pub(crate) fn floor(seconds: i64, width: i64) -> i64 {
    seconds.div_euclid(width) * width
}

/// Writes one rollup.
pub(crate) fn insert(
    connection: &Connection,
    run_id: i64,
    width_s: i64,
    began_s: i64,
    case_key: i64,
    totals: &Totals,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO rollups (run_id, width_s, began_s, case_key, outcomes, durations, \
             first_outputs, gaps) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            run_id,
            width_s,
            began_s,
            case_key,
            outcomes(&totals.outcomes),
            totals.durations.to_bytes(),
            totals.first_outputs.to_bytes(),
            totals.gaps.to_bytes()
        ])?;
    Ok(())
}

/// Reads the totals of a rollup.
pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Totals> {
    Ok(Totals {
        outcomes: row.outcomes("outcomes")?,
        durations: row.histogram("durations")?,
        first_outputs: row.histogram("first_outputs")?,
        gaps: row.histogram("gaps")?,
    })
}

/// A piece of what came of a run: a rollup, or an attempt that is in none yet.
pub(crate) enum Piece {
    Rollup(Totals),
    Attempt(Sample),
}

impl Piece {
    pub(crate) fn add_to(&self, totals: &mut Totals) {
        match self {
            Self::Rollup(rollup) => totals.merge(rollup),
            Self::Attempt(attempt) => attempt.add_to(totals),
        }
    }
}

/// Calls `visit` with the case, the moment (seconds since the Unix epoch) and the figures of each piece of
/// a run. All of them together are all of its attempts.
pub(crate) fn each_piece(
    connection: &Connection,
    run_id: i64,
    mut visit: impl FnMut(i64, i64, &Piece),
) -> rusqlite::Result<()> {
    for member in members::of(connection, run_id)? {
        each_piece_of(connection, member.id, &mut visit)?;
    }
    Ok(())
}

fn each_piece_of(
    connection: &Connection,
    run_id: i64,
    visit: &mut impl FnMut(i64, i64, &Piece),
) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached("SELECT * FROM rollups WHERE run_id = ?1")?;
    let mut rows = select.query([run_id])?;
    while let Some(row) = rows.next()? {
        let rollup = Piece::Rollup(read(row)?);
        visit(row.get("case_key")?, row.get("began_s")?, &rollup);
    }
    let rolled_up = connection.query_row(
        "SELECT rolled_up FROM progress WHERE run_id = ?1",
        [run_id],
        |row| row.get(0),
    )?;
    each_after(
        connection,
        run_id,
        rolled_up,
        |case_key, _, ended_s, attempt| {
            visit(case_key, ended_s, &Piece::Attempt(attempt));
            Ok(())
        },
    )
}

/// Rolls up the attempts after the one with number `rolled_up`.
pub(crate) fn roll_up(
    connection: &Connection,
    run_id: i64,
    rolled_up: i64,
) -> rusqlite::Result<()> {
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
fn each_after(
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
