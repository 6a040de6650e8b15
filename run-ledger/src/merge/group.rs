//! What was started together, and which runs it comes to.

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use runner_core::recorded::{RecordedProblem, RunKind};
use rusqlite::{Connection, params};
use suite::Shard;

use super::{
    candidate::{self, Candidate},
    merged_run::Merged,
};
use crate::error::LedgerError;

/// What is merged to one run: the shards' runs of one suite that were started together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) suite_stem: String,
}

/// The run that is made of those of shards, and what it lacks.
#[derive(Debug, Clone)]
pub struct MergedShards {
    /// Its number in the ledger.
    pub run_id: u64,
    /// What kind of run it is.
    pub kind: RunKind,
    /// The suite file's name without folder and extension.
    pub suite_stem: String,
    /// What the shards were started as; empty where nobody named it.
    pub group: String,
    /// How many shards there are.
    pub total: u32,
    /// Those of which there is no run, in their order.
    pub missing: Vec<Shard>,
    /// Those whose runs did not come to their end, in their order.
    pub unfinished: Vec<UnfinishedShard>,
    /// Why runs of shards were no success, as it was told when they ended.
    pub problems: Vec<RecordedProblem>,
    /// When the last of them began.
    pub latest: Timestamp,
}

/// A shard whose run did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedShard {
    /// Which.
    pub shard: Shard,
    /// The stable name of how it ended; `None` where it goes on, or was broken off.
    pub end: Option<String>,
}

/// The groups of which a ledger has runs of shards.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<Group>> {
    let mut select = connection.prepare(
        "SELECT DISTINCT shard_group, kind, suite_stem FROM shards JOIN runs ON id = run_id \
         ORDER BY 1, 2, 3",
    )?;
    let groups = select.query_map([], |row| {
        Ok(Group {
            name: row.get(0)?,
            kind: row.get(1)?,
            suite_stem: row.get(2)?,
        })
    })?;
    groups.collect()
}

/// Adds groups to others, each once.
pub(super) fn add(to: &mut Vec<Group>, more: Vec<Group>) {
    to.extend(more);
    to.sort();
    to.dedup();
}

impl Group {
    /// Makes the run of this group, anew if there is one: of one run for each shard.
    pub(super) fn merge(
        &self,
        connection: &Connection,
        path: &Path,
    ) -> Result<MergedShards, LedgerError> {
        let failed = |source| LedgerError::of(path, source);
        let chosen = self.choose(connection).map_err(failed)?;
        let mut runs = chosen.values();
        let first = runs.next().ok_or_else(|| LedgerError::NoShards {
            path: path.to_owned(),
        })?;
        for run in runs {
            if let Some(difference) = first.misfit(run) {
                return Err(LedgerError::Misfit {
                    one: first.name(),
                    other: run.name(),
                    difference,
                });
            }
        }
        let kind = RunKind::from_name(&self.kind).unwrap_or(RunKind::Run);
        let merged = Merged::new(kind, first, &chosen);
        let run_id = merged.write(self, connection).map_err(failed)?;
        Ok(MergedShards {
            run_id: run_id.unsigned_abs(),
            kind,
            suite_stem: self.suite_stem.clone(),
            group: self.name.clone(),
            total: merged.total,
            missing: merged.missing,
            unfinished: merged.unfinished,
            problems: candidate::problems(chosen.values()),
            latest: merged.latest,
        })
    }

    /// The run that counts for each shard, by the shard's number.
    fn choose(&self, connection: &Connection) -> rusqlite::Result<BTreeMap<Shard, Candidate>> {
        let mut select = connection.prepare_cached(
            "SELECT runs.*, shards.*, suites.hash, \
             (SELECT coalesce(min(began_us), 0) FROM parts WHERE parts.run_id = runs.id) \
             AS first_began_us, \
             max(last_number, coalesce(flight_number, 0)) AS numbers \
             FROM runs JOIN shards ON shards.run_id = runs.id \
             JOIN progress ON progress.run_id = runs.id JOIN suites ON suites.id = runs.suite_id \
             WHERE shard_group = ?1 AND kind = ?2 AND suite_stem = ?3",
        )?;
        let key = params![self.name, self.kind, self.suite_stem];
        let mut chosen: BTreeMap<Shard, Candidate> = BTreeMap::new();
        for run in select.query_map(key, Candidate::read)? {
            let run = run?;
            let known = chosen.get(&run.of.shard);
            if known.is_none_or(|known| known.rank() < run.rank()) {
                chosen.insert(run.of.shard, run);
            }
        }
        Ok(chosen)
    }
}
