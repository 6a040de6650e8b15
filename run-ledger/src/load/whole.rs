//! What a run of load was, and what came of it as a whole.

use std::time::Duration;

use executor_protocol::Health;
use jiff::Timestamp;
use load::{LoadInfo, Measured, ModelInfo, Pace};
use rusqlite::{Connection, Row, params, types::Type};

use super::model;
use crate::convert::{Columns as _, int, misread, us};

/// Keeps what a run of load is to be.
pub(super) fn insert(
    connection: &Connection,
    run_id: i64,
    load: &LoadInfo,
) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO loads (run_id, model, warmup_us, threads) VALUES (?1, ?2, ?3, ?4)",
        params![
            run_id,
            model::to_json(&load.model),
            us(load.warmup),
            load.threads as i64
        ],
    )?;
    Ok(())
}

/// Writes what came of it by now, in place of what came of it before. `counts_from` is when its warm-up
/// ended, which is kept the first time.
pub(super) fn update(
    connection: &Connection,
    run_id: i64,
    counts_from: Timestamp,
    health: Option<&Health>,
    measured: &Measured,
) -> rusqlite::Result<()> {
    let pace = &measured.pace;
    connection
        .prepare_cached(
            "UPDATE loads SET counts_from_us = coalesce(counts_from_us, ?2), health = ?3, \
             health_us = ?4, elapsed_us = ?5, warmup_attempts = ?6, in_flight_max = ?7, busy = ?8, \
             late = ?9, held = ?10, held_while_busy = ?11, never_begun = ?12, lag = ?13, \
             other_failures = ?14 WHERE run_id = ?1",
        )?
        .execute(params![
            run_id,
            counts_from.as_microsecond(),
            health.map(|health| &health.body),
            health.map(|health| us(health.latency)),
            us(measured.elapsed),
            int(measured.warmup_attempts),
            int(measured.in_flight_max),
            measured.busy,
            int(pace.late),
            int(pace.held),
            int(pace.held_while_busy),
            int(pace.never_begun),
            pace.lag.to_bytes(),
            int(measured.failures.others()),
        ])?;
    Ok(())
}

/// One run of load as a whole.
pub(super) struct Whole {
    pub(super) model: ModelInfo,
    pub(super) warmup: Duration,
    pub(super) threads: usize,
    /// When the warm-up ended, if anything was kept after that.
    pub(super) counts_from: Option<Timestamp>,
    pub(super) health: Option<Health>,
    /// Without cases, series and kinds of failures.
    pub(super) measured: Measured,
    pub(super) other_failures: u64,
}

/// Reads it.
pub(super) fn read(connection: &Connection, run_id: i64) -> rusqlite::Result<Whole> {
    connection
        .prepare_cached("SELECT * FROM loads WHERE run_id = ?1")?
        .query_row([run_id], |row| {
            let model = model::from_json(row.get_ref("model")?.as_str()?);
            let counts_from: Option<i64> = row.get("counts_from_us")?;
            Ok(Whole {
                counts_from: counts_from
                    .map(|_| row.timestamp("counts_from_us"))
                    .transpose()?,
                model: model.ok_or_else(|| misread(row, "model", Type::Text))?,
                warmup: row.duration("warmup_us")?,
                threads: usize::try_from(row.count("threads")?)
                    .map_err(|_| misread(row, "threads", Type::Integer))?,
                health: health(row)?,
                measured: measured(row)?,
                other_failures: row.count("other_failures")?,
            })
        })
}

fn health(row: &Row<'_>) -> rusqlite::Result<Option<Health>> {
    let body: Option<String> = row.get("health")?;
    let health = body.map(|body| {
        Ok(Health {
            body,
            latency: row.duration("health_us")?,
        })
    });
    health.transpose()
}

fn measured(row: &Row<'_>) -> rusqlite::Result<Measured> {
    let lag: Option<Vec<u8>> = row.get("lag")?;
    Ok(Measured {
        elapsed: row.duration("elapsed_us")?,
        pace: Pace {
            lag: lag
                .map(|_| row.histogram("lag"))
                .transpose()?
                .unwrap_or_default(),
            late: row.count("late")?,
            held: row.count("held")?,
            held_while_busy: row.count("held_while_busy")?,
            never_begun: row.count("never_begun")?,
        },
        in_flight_max: row.count("in_flight_max")?,
        warmup_attempts: row.count("warmup_attempts")?,
        busy: row.get("busy")?,
        ..Measured::default()
    })
}
