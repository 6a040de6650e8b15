//! What was started together: which runs its shards come to, and the run that is made of them.

use std::collections::BTreeMap;

use std::path::Path;

use jiff::Timestamp;
use runner_core::{
    recorded::{OUTSTANDING, RecordedProblem, RunKind},
    run_state::RunEnd,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use suite::Shard;

use crate::{
    convert::{Columns as _, int},
    error::LedgerError,
    recorded,
    shards::{self, SHARD_KEY, ShardRun, concurrency_of_shards, marker_suffix},
};

/// What is merged to one run: the shards' runs of one suite that were started together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    name: String,
    kind: String,
    suite_stem: String,
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

/// A run of a shard.
struct Candidate {
    id: i64,
    uid: String,
    marker: String,
    of: ShardRun,
    suite_hash: String,
    ended: Option<String>,
    began: Timestamp,
    last_number: u64,
    executor: String,
    environment: Vec<(String, String)>,
    problems: Vec<RecordedProblem>,
}

impl Candidate {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let info = recorded::run_info(row)?;
        Ok(Self {
            id: row.get("id")?,
            uid: row.get("uid")?,
            marker: info.marker,
            of: shards::read(row)?,
            suite_hash: row.get("hash")?,
            ended: row.get("ended")?,
            began: row.timestamp("first_began_us")?,
            last_number: row.count("numbers")?,
            executor: info.executor,
            environment: info.environment,
            problems: recorded::problems(row)?,
        })
    }

    fn is_completed(&self) -> bool {
        self.ended.as_deref() == Some(RunEnd::Completed.code())
    }

    /// By what one of several runs of a shard is taken: one that came to its end before one that did not,
    /// then the later one. The last says nothing, and is never the same.
    fn rank(&self) -> (bool, Timestamp, &str) {
        (self.is_completed(), self.began, &self.uid)
    }

    /// What is different from another shard's run that has to be the same.
    fn misfit(&self, other: &Self) -> Option<&'static str> {
        if self.suite_hash != other.suite_hash {
            Some("they ran different versions of the suite")
        } else if self.of.shard.total() != other.of.shard.total() {
            Some("they are of different numbers of shards")
        } else if self.of.cases_digest != other.of.cases_digest {
            Some("different cases were selected before they were dealt out")
        } else {
            None
        }
    }

    /// What a message calls it.
    fn name(&self) -> String {
        format!("shard {} ({})", self.of.shard, self.marker)
    }
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
        let merged = Merged::new(first, &chosen);
        let run_id = merged.write(self, connection).map_err(failed)?;
        let kind = RunKind::from_name(&self.kind);
        Ok(MergedShards {
            run_id: run_id.unsigned_abs(),
            kind: kind.unwrap_or(RunKind::Run),
            suite_stem: self.suite_stem.clone(),
            group: self.name.clone(),
            total: merged.total,
            missing: merged.missing,
            unfinished: merged.unfinished,
            problems: problems(chosen.values()),
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

/// Why runs were no success: each reason once, in the words of the first shard that has it.
fn problems<'a>(runs: impl Iterator<Item = &'a Candidate>) -> Vec<RecordedProblem> {
    let mut problems: Vec<RecordedProblem> = Vec::new();
    for problem in runs.flat_map(|run| &run.problems) {
        if problems.iter().all(|known| known.code != problem.code) {
            problems.push(problem.clone());
        }
    }
    problems
}

/// What the run of a group is made of.
struct Merged {
    total: u32,
    missing: Vec<Shard>,
    unfinished: Vec<UnfinishedShard>,
    latest: Timestamp,
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
    fn new(first: &Candidate, chosen: &BTreeMap<Shard, Candidate>) -> Self {
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
            environment: environment(
                first_begun,
                chosen,
                format!("{made} of {total} ({})", concurrency_of_shards(total)),
            ),
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

    fn write(&self, group: &Group, connection: &Connection) -> rusqlite::Result<i64> {
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
