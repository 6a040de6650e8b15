//! What can be typed about shards.

use std::{num::NonZeroU32, path::PathBuf, str::FromStr, time::Duration};

use clap::Args;
use jiff::Timestamp;
use suite::{Shard, ShardError};

use super::{ReportTarget, timestamp};

/// Which part of a suite runs here, and when.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ShardArgs {
    /// Run only the K-th of N parts of the suite, counted from one: 1/4 to 4/4. "auto" takes both from what a
    /// batch engine has set: an Indexed Job of Kubernetes, an array of Slurm, parallel jobs of GitLab
    #[arg(long, value_name = "K/N|auto", env = "GAUNTLET_SHARD")]
    pub shard: Option<ShardArg>,
    /// How many shards there are, where the engine does not say it: Kubernetes sets the index alone
    #[arg(
        long,
        value_name = "N",
        env = "GAUNTLET_SHARD_COUNT",
        requires = "shard"
    )]
    pub shard_count: Option<NonZeroU32>,
    /// What the shards that belong together are called [default: the engine's name for the job]
    #[arg(
        long,
        value_name = "NAME",
        env = "GAUNTLET_SHARD_GROUP",
        requires = "shard"
    )]
    pub shard_group: Option<String>,
    /// When to begin, at most a day from now: a time such as 2026-12-01T00:00Z, which all shards share, or
    /// +30s. What is past begins at once
    #[arg(long, value_name = "TIME", env = "GAUNTLET_START_AT")]
    pub start_at: Option<StartAt>,
}

/// How it is said which shard this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShardArg {
    /// By the variables of a batch engine.
    Auto,
    /// Here.
    Exactly(Shard),
}

impl FromStr for ShardArg {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            shard => shard.parse().map(Self::Exactly),
        }
    }
}

/// When something is to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartAt {
    /// At this moment.
    Time(Timestamp),
    /// So much later than now.
    After(Duration),
}

impl FromStr for StartAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix('+') {
            Some(duration) => suite::duration::parse(duration)
                .map(Self::After)
                .map_err(|error| error.to_string()),
            None => timestamp(text).map(Self::Time).map_err(|_| {
                "expected a time with its zone, such as 2026-12-01T00:00Z, or +30s".into()
            }),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// The ledgers of shards; they stay as they are
    #[arg(value_name = "LEDGER", required = true)]
    pub ledgers: Vec<PathBuf>,
    /// The ledger that gets everything; it is created if there is none, and may be one of the others
    #[arg(long, value_name = "LEDGER", env = "GAUNTLET_INTO")]
    pub into: PathBuf,
    /// What the shards were called that are reported on, and decide the exit code [default: those that began
    /// last]
    #[arg(long, value_name = "NAME", env = "GAUNTLET_SHARD_GROUP")]
    pub shard_group: Option<String>,
    /// Where a report on the merged run goes; repeatable. Formats: md, html, json, junit, tap, and github
    /// [default: md=reports/SUITE_report.md]
    #[arg(
        long,
        value_name = "FORMAT=PATH",
        env = "GAUNTLET_REPORT",
        value_delimiter = ','
    )]
    pub report: Vec<ReportTarget>,
}
