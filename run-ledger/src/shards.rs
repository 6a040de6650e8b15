//! Runs that are those of shards: which part of which group each one is.

use rusqlite::{Connection, OptionalExtension as _, Row, params, types::Type};
use suite::Shard;

use crate::convert::misread;

/// Which part of a suite a run was made over, and with which others it belongs together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardRun {
    /// The part.
    pub shard: Shard,
    /// What was started together, such as the number of a job; empty where nobody named it.
    pub group: String,
    /// What stands for the cases that were dealt out, as [`suite::digest_of_cases`] makes it: those of all
    /// shards together.
    pub cases_digest: String,
}

/// The key of the environment of a run that says which shard's it is.
pub const SHARD_KEY: &str = "Shard";

/// What follows the name of a shard's run, so that runs that begin at the same moment are told apart.
#[must_use]
pub fn marker_suffix(shard: Shard) -> String {
    format!("_{}OF{}", shard.number(), shard.total())
}

/// What it means for an executor that so many shards run at once, each of them one case after the other.
#[must_use]
pub fn concurrency_of_shards(total: u32) -> String {
    match total {
        1 => "1 serial shard is 1 command at a time on the executor".to_owned(),
        _ => format!("{total} serial shards are {total} concurrent commands on the executor"),
    }
}

/// Keeps which shard's a run is.
pub(crate) fn insert(connection: &Connection, run_id: i64, of: &ShardRun) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO shards (run_id, shard, total, shard_group, cases_digest) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            run_id,
            of.shard.index(),
            of.shard.total(),
            of.group,
            of.cases_digest
        ],
    )?;
    Ok(())
}

/// Which shard's a run is; `None` if it is none's.
pub(crate) fn of(connection: &Connection, run_id: i64) -> rusqlite::Result<Option<ShardRun>> {
    connection
        .prepare_cached("SELECT * FROM shards WHERE run_id = ?1")?
        .query_row([run_id], read)
        .optional()
}

/// Reads the columns of the table.
pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<ShardRun> {
    let (index, total): (u32, u32) = (row.get("shard")?, row.get("total")?);
    let shard = Shard::numbered(index.saturating_add(1), total)
        .map_err(|_| misread(row, "shard", Type::Integer))?;
    Ok(ShardRun {
        shard,
        group: row.get("shard_group")?,
        cases_digest: row.get("cases_digest")?,
    })
}
