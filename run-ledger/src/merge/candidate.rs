//! A run of a shard, as one that may count for it.

use jiff::Timestamp;
use runner_core::{recorded::RecordedProblem, run_state::RunEnd};
use rusqlite::Row;

use crate::{
    convert::Columns as _,
    recorded,
    shards::{self, ShardRun},
};

/// A run of a shard.
pub(super) struct Candidate {
    pub(super) id: i64,
    uid: String,
    pub(super) marker: String,
    pub(super) of: ShardRun,
    suite_hash: String,
    pub(super) ended: Option<String>,
    pub(super) began: Timestamp,
    pub(super) last_number: u64,
    pub(super) executor: String,
    pub(super) environment: Vec<(String, String)>,
    problems: Vec<RecordedProblem>,
}

impl Candidate {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
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

    pub(super) fn is_completed(&self) -> bool {
        self.ended.as_deref() == Some(RunEnd::Completed.code())
    }

    /// By what one of several runs of a shard is taken: one that came to its end before one that did not,
    /// then the later one. The last says nothing, and is never the same.
    pub(super) fn rank(&self) -> (bool, Timestamp, &str) {
        (self.is_completed(), self.began, &self.uid)
    }

    /// What is different from another shard's run that has to be the same.
    pub(super) fn misfit(&self, other: &Self) -> Option<&'static str> {
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
    pub(super) fn name(&self) -> String {
        format!("shard {} ({})", self.of.shard, self.marker)
    }
}

/// Why runs were no success: each reason once, in the words of the first shard that has it.
pub(super) fn problems<'a>(runs: impl Iterator<Item = &'a Candidate>) -> Vec<RecordedProblem> {
    let mut problems: Vec<RecordedProblem> = Vec::new();
    for problem in runs.flat_map(|run| &run.problems) {
        if problems.iter().all(|known| known.code != problem.code) {
            problems.push(problem.clone());
        }
    }
    problems
}
