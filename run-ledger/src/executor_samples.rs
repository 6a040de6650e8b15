//! What the processes of an executor on the same machine took, over time.

use runner_core::self_sample::ExecutorSample;
use rusqlite::{Connection, Row, params};

use crate::{
    convert::{Columns as _, int, us},
    members::members_of_first,
};

/// Keeps a sample, if there is one.
pub(crate) fn add(
    connection: &Connection,
    run_id: i64,
    at_us: i64,
    sample: Option<&ExecutorSample>,
) -> rusqlite::Result<()> {
    let Some(sample) = sample else { return Ok(()) };
    connection
        .prepare_cached(
            "INSERT INTO executor_samples \
             (run_id, at_us, span_us, cpu_us, memory_bytes, descriptors, threads, processes) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            run_id,
            at_us,
            us(sample.span),
            us(sample.cpu),
            int(sample.memory_bytes),
            int(sample.descriptors),
            int(sample.threads),
            int(sample.processes),
        ])?;
    Ok(())
}

/// Hands out the samples of a run in the order of time, with the moment of each in microseconds.
pub(crate) fn each(
    connection: &Connection,
    run_id: i64,
    mut take: impl FnMut(i64, ExecutorSample),
) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached(concat!(
        "SELECT * FROM executor_samples WHERE run_id IN ",
        members_of_first!(),
        " ORDER BY at_us, memory_bytes, cpu_us"
    ))?;
    let mut rows = select.query([run_id])?;
    while let Some(row) = rows.next()? {
        take(row.get("at_us")?, read(row)?);
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<ExecutorSample> {
    Ok(ExecutorSample {
        span: row.duration("span_us")?,
        cpu: row.duration("cpu_us")?,
        memory_bytes: row.count("memory_bytes")?,
        descriptors: row.count("descriptors")?,
        threads: row.count("threads")?,
        processes: row.count("processes")?,
    })
}
