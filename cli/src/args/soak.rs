//! What can be typed after `gauntlet soak`.

use std::{convert::Infallible, num::NonZeroU64, path::PathBuf, str::FromStr, time::Duration};

use clap::{
    ArgMatches, Args, CommandFactory as _, builder::BoolishValueParser as Boolish,
    error::ErrorKind, parser::ValueSource,
};
use jiff::Timestamp;
use run_ledger::RunSelector;

use super::{Cli, RunningArgs, ShardArgs, duration, time_under_test, timestamp};
use crate::soak::executor_measure::WatchTarget;

#[derive(Debug, Clone, Args)]
pub(crate) struct SoakArgs {
    /// Suite file; changes to it count from the next iteration on
    #[arg(value_name = "SUITE", required_unless_present = "resume")]
    pub suite: Option<PathBuf>,
    /// How long to go on, not counting times when nothing ran [default: until it is stopped]
    #[arg(long, value_name = "DURATION", value_parser = time_under_test, env = "GAUNTLET_DURATION")]
    pub duration: Option<Duration>,
    /// When to end, such as 2026-12-01T00:00Z
    #[arg(long, value_name = "TIME", value_parser = timestamp, env = "GAUNTLET_UNTIL")]
    pub until: Option<Timestamp>,
    /// How many times to go over the suite
    #[arg(long, value_name = "N", env = "GAUNTLET_ITERATIONS")]
    pub iterations: Option<NonZeroU64>,
    /// From the start of one iteration to the start of the next [default: no pause]
    #[arg(long, value_name = "DURATION", value_parser = duration, env = "GAUNTLET_INTERVAL")]
    pub interval: Option<Duration>,
    /// Run the cases of each iteration in an order of its own
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_SHUFFLE")]
    pub shuffle: bool,
    /// What the orders are made from: the same seed, the same orders [default: a new one]
    #[arg(long, value_name = "SEED", env = "GAUNTLET_SEED")]
    pub seed: Option<u64>,
    /// Go on with a soak where the ledger ends; by default with the latest that is not complete
    #[arg(long, value_name = "RUN", num_args = 0..=1, default_missing_value = "", env = "GAUNTLET_RESUME")]
    pub resume: Option<ResumeTarget>,
    /// Go on with the latest soak of SUITE that is not complete, if there is one; otherwise begin
    #[arg(long = "continue", value_parser = Boolish::new(), env = "GAUNTLET_CONTINUE")]
    pub continue_latest: bool,
    /// How long the running case may go on when the soak is to end
    #[arg(long, value_name = "DURATION", value_parser = duration, env = "GAUNTLET_GRACE")]
    pub grace: Option<Duration>,
    /// How long the executor may be away
    #[arg(long, value_name = "DURATION", value_parser = duration, env = "GAUNTLET_MAX_OUTAGE")]
    pub max_outage: Option<Duration>,
    /// How long single attempts are kept; sums are kept for ever
    #[arg(long, value_name = "DURATION", value_parser = duration, env = "GAUNTLET_RETENTION")]
    pub retention: Option<Duration>,
    /// The executor's process, or a file with its number: what it takes is watched for drift
    #[arg(long, value_name = "PID|FILE", env = "GAUNTLET_WATCH_PID")]
    pub watch_pid: Option<WatchTarget>,
    /// The run in the ledger that the soak is to be no worse than
    #[arg(long, value_name = "RUN", env = "GAUNTLET_AGAINST")]
    pub against: Option<RunSelector>,
    #[command(flatten)]
    pub shard: ShardArgs,
    #[command(flatten)]
    pub running: RunningArgs,
}

/// Which soak to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ResumeTarget {
    /// The latest that is not complete.
    Latest,
    /// This one.
    Run(RunSelector),
}

/// What a soak that is resumed has been given already.
const GIVEN_BEFORE: &[&str] = &[
    "suite",
    "duration",
    "until",
    "iterations",
    "interval",
    "shuffle",
    "seed",
    "continue_latest",
    "only",
    "category",
    "tag",
    "exclude",
    "require_all",
    "flaky",
    "gate",
    "against",
    "shard",
    "shard_count",
    "shard_group",
];

/// What was typed and makes no sense together. Variables are no part of it: they are set for a soak that
/// begins, and stay set when it is resumed.
pub(crate) fn contradiction(matches: &ArgMatches) -> Option<clap::Error> {
    let soak = matches.subcommand_matches("soak")?;
    let is_typed = |id: &str| soak.value_source(id) == Some(ValueSource::CommandLine);
    let spelled = |id: &str| match id {
        "suite" => "SUITE".to_owned(),
        "continue_latest" => "--continue".to_owned(),
        id => format!("--{}", id.replace('_', "-")),
    };
    let conflict = |text: String| Cli::command().error(ErrorKind::ArgumentConflict, text);
    if is_typed("seed") && !soak.get_flag("shuffle") {
        return Some(conflict("--seed does nothing without --shuffle".into()));
    }
    if is_typed("shard") && is_typed("against") {
        let text = "--against cannot be used with --shard: a baseline is held against all shards together, \
                    with `gauntlet compare` once they are merged";
        return Some(conflict(text.into()));
    }
    let given = GIVEN_BEFORE.iter().find(|id| is_typed(id))?;
    is_typed("resume").then(|| {
        conflict(format!(
            "{} cannot be used with --resume: a soak that goes on is what it was when it began",
            spelled(given)
        ))
    })
}

impl FromStr for ResumeTarget {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "" | "latest" => Self::Latest,
            _ => Self::Run(text.parse()?),
        })
    }
}
