//! Reads everything about one run of load.

use load::{LoadInfo, Measured, RecordedLoad};
use rusqlite::{Connection, Row};

use super::{cases, failures, seconds, whole};
use crate::recorded;

/// Reads the run of load with this number.
pub(crate) fn load(
    connection: &Connection,
    id: i64,
    is_running: bool,
) -> rusqlite::Result<RecordedLoad> {
    let head = |row: &Row<'_>| {
        Ok((
            recorded::run_info(row)?,
            recorded::state(row, is_running)?,
            recorded::problems(row)?,
        ))
    };
    let (run, state, problems) =
        connection.query_row("SELECT * FROM runs WHERE id = ?1", [id], head)?;
    let whole = whole::read(connection, id)?;
    let mut measured = Measured {
        cases: cases::read(connection, id)?,
        failures: failures::read(connection, id, whole.other_failures)?,
        ..whole.measured
    };
    seconds::read_into(&mut measured.series, connection, id, 0)?;
    Ok(RecordedLoad {
        id: id.unsigned_abs(),
        load: LoadInfo {
            run,
            model: whole.model,
            warmup: whole.warmup,
            threads: whole.threads,
        },
        state,
        problems,
        health: whole.health,
        measured,
    })
}
