//! Reads everything about one run of load.

use std::time::Duration;

use jiff::Timestamp;
use load::{LoadInfo, Measured, RecordedLoad};
use runner_core::recorded::between;
use rusqlite::{Connection, Row};

use super::{cases, failures, seconds, whole};
use crate::{members, recorded};

/// Reads the run of load with this number. One that is merged of those of shards is what they come to
/// together, one beside the other from when the first of them began to count.
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
    let members = members::of(connection, id)?;
    let members = members
        .iter()
        .map(|member| Member::read(connection, member.id));
    let members: Vec<Member> = members.collect::<rusqlite::Result<_>>()?;
    let counts_from = members.iter().filter_map(|it| it.whole.counts_from).min();
    let mut measured = Measured::default();
    for member in &members {
        measured.merge(&member.measured(connection, counts_from)?);
    }
    // A run has a member at least: itself.
    let first = members
        .first()
        .ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let mut load = LoadInfo {
        run,
        model: first.whole.model.clone(),
        warmup: first.whole.warmup,
        threads: first.whole.threads,
    };
    for member in &members[1..] {
        load.model = load.model.beside(&member.whole.model);
        load.threads += member.whole.threads;
    }
    Ok(RecordedLoad {
        id: id.unsigned_abs(),
        load,
        state,
        problems,
        health: members.iter().find_map(|it| it.whole.health.clone()),
        measured,
    })
}

/// One of the runs that a run is made of.
struct Member {
    id: i64,
    whole: whole::Whole,
}

impl Member {
    fn read(connection: &Connection, id: i64) -> rusqlite::Result<Self> {
        let whole = whole::read(connection, id)?;
        Ok(Self { id, whole })
    }

    /// What was measured in it, seen from `counts_from` on.
    fn measured(
        &self,
        connection: &Connection,
        counts_from: Option<Timestamp>,
    ) -> rusqlite::Result<Measured> {
        let (id, whole) = (self.id, &self.whole);
        let own = counts_from.zip(whole.counts_from);
        let later = own.map_or(Duration::ZERO, |(first, own)| between(first, own));
        let mut measured = Measured {
            elapsed: later + whole.measured.elapsed,
            cases: cases::read(connection, id)?,
            failures: failures::read(connection, id, whole.other_failures)?,
            ..whole.measured.clone()
        };
        let later_s = (later + Duration::from_millis(500)).as_secs();
        seconds::read_into(&mut measured.series, connection, id, later_s)?;
        Ok(measured)
    }
}
