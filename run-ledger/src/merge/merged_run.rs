//! The run that is made of those of shards.

use std::collections::BTreeMap;

use jiff::Timestamp;
use runner_core::{
    recorded::{OUTSTANDING, RunKind},
    run_state::RunEnd,
};
use rusqlite::{Connection, OptionalExtension as _, params};
use suite::Shard;

use super::{
    candidate::Candidate,
    group::{Group, UnfinishedShard},
};
use crate::{
    convert::int,
    shards::{SHARD_KEY, concurrency_of_shards, marker_suffix},
};

/// What the run of a group is made of.
pub(super) struct Merged {
    pub(super) total: u32,
    pub(super) missing: Vec<Shard>,
    pub(super) unfinished: Vec<UnfinishedShard>,
    pub(super) latest: Timestamp,
    /// The run that began first, from which what is the same for all is taken.
    first_begun: i64,
    marker: String,
    executor: String,
    environment: Vec<(String, String)>,
    /// The runs, with what their attempts' numbers are counted on from.
    members: Vec<(i64, u64)>,
}

/// So many addresses of executors are named.
const NAMED_EXECUTORS: usize = 4;

impl Merged {
    pub(super) fn new(
        kind: RunKind,
        first: &Candidate,
        chosen: &BTreeMap<Shard, Candidate>,
    ) -> Self {
        let total = first.of.shard.total();
        let numbered = (1..=total).filter_map(|number| Shard::numbered(number, total).ok());
        let missing: Vec<_> = numbered.filter(|it| !chosen.contains_key(it)).collect();
        let unfinished: Vec<_> = chosen
            .values()
            .filter(|run| !run.is_completed())
            .map(|run| UnfinishedShard {
                shard: run.of.shard,
                end: run.ended.clone(),
            })
            .collect();
        let begun = |run: &&Candidate| (run.began, run.of.shard);
        let first_begun = chosen.values().min_by_key(begun).unwrap_or(first);
        let suffix = marker_suffix(first_begun.of.shard);
        let marker = first_begun.marker.strip_suffix(&suffix);
        let mut next = 0;
        let members = chosen.values().map(|run| {
            let offset = next;
            next += run.last_number;
            (run.id, offset)
        });
        let members = members.collect();
        let made = total as usize - missing.len() - unfinished.len();
        let shards = match kind {
            RunKind::Load => format!("{made} of {total}"),
            _ => format!("{made} of {total} ({})", concurrency_of_shards(total)),
        };
        Self {
            total,
            latest: chosen
                .values()
                .map(|run| run.began)
                .max()
                .unwrap_or(first.began),
            first_begun: first_begun.id,
            marker: marker.unwrap_or(&first_begun.marker).to_owned(),
            executor: executors(chosen.values()),
            environment: environment(first_begun, chosen, shards),
            members,
            missing,
            unfinished,
        }
    }

    /// The number of the group's run, if there is one. One that is older than a run that it is made of is
    /// removed: what came last is the latest run of a ledger.
    fn known(&self, group: &Group, connection: &Connection) -> rusqlite::Result<Option<i64>> {
        let known: Option<i64> = connection
            .query_row(
                "SELECT run_id FROM merged_runs \
                 WHERE shard_group = ?1 AND kind = ?2 AND suite_stem = ?3",
                params![group.name, group.kind, group.suite_stem],
                |row| row.get(0),
            )
            .optional()?;
        let Some(known) = known else { return Ok(None) };
        if self.members.iter().all(|(member, _)| *member < known) {
            return Ok(Some(known));
        }
        for (table, column) in [
            ("merged_members", "run_id"),
            ("merged_runs", "run_id"),
            ("runs", "id"),
        ] {
            let sql = format!("DELETE FROM {table} WHERE {column} = ?1");
            connection.execute(&sql, [known])?;
        }
        Ok(None)
    }

    /// Writes it, and says which number it has.
    pub(super) fn write(&self, group: &Group, connection: &Connection) -> rusqlite::Result<i64> {
        let known = self.known(group, connection)?;
        let is_whole = self.missing.is_empty() && self.unfinished.is_empty();
        let ended = if is_whole {
            RunEnd::Completed.code()
        } else {
            OUTSTANDING
        };
        connection.execute(
            "INSERT INTO runs (id, uid, marker, kind, suite_path, suite_file, suite_stem, \
             description, started_at, version, executor, environment, options, settings, \
             suite_id, ended) \
             SELECT ?2, lower(hex(randomblob(16))), ?3, kind, suite_path, suite_file, suite_stem, \
             description, started_at, version, ?4, ?5, options, settings, suite_id, ?6 \
             FROM runs WHERE id = ?1 \
             ON CONFLICT (id) DO UPDATE SET marker = excluded.marker, \
             suite_path = excluded.suite_path, suite_file = excluded.suite_file, \
             description = excluded.description, started_at = excluded.started_at, \
             version = excluded.version, executor = excluded.executor, \
             environment = excluded.environment, options = excluded.options, \
             settings = excluded.settings, suite_id = excluded.suite_id, ended = excluded.ended",
            params![
                self.first_begun,
                known,
                self.marker,
                self.executor,
                serde_json::json!(self.environment).to_string(),
                ended
            ],
        )?;
        let run_id = known.unwrap_or_else(|| connection.last_insert_rowid());
        connection.execute(
            "INSERT OR IGNORE INTO merged_runs (run_id, shard_group, kind, suite_stem) \
             VALUES (?1, ?2, ?3, ?4)",
            params![run_id, group.name, group.kind, group.suite_stem],
        )?;
        connection.execute("DELETE FROM merged_members WHERE run_id = ?1", [run_id])?;
        let mut insert = connection.prepare_cached(
            "INSERT INTO merged_members (run_id, member_id, number_offset) VALUES (?1, ?2, ?3)",
        )?;
        for (member, offset) in &self.members {
            insert.execute(params![run_id, member, int(*offset)])?;
        }
        Ok(run_id)
    }
}

fn executors<'a>(runs: impl Iterator<Item = &'a Candidate>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for run in runs {
        if !names.contains(&&*run.executor) {
            names.push(&run.executor);
        }
    }
    let more = names.len().saturating_sub(NAMED_EXECUTORS);
    names.truncate(NAMED_EXECUTORS);
    let named = names.join(", ");
    match more {
        0 => named,
        _ => format!("{named} and {more} more"),
    }
}

/// What is the same wherever the shards ran, and how many of them there are.
fn environment(
    first: &Candidate,
    chosen: &BTreeMap<Shard, Candidate>,
    shards: String,
) -> Vec<(String, String)> {
    let is_common = |pair: &&(String, String)| {
        pair.0 != SHARD_KEY && chosen.values().all(|run| run.environment.contains(pair))
    };
    let common = first.environment.iter().filter(is_common).cloned();
    common.chain([("Shards".to_owned(), shards)]).collect()
}
