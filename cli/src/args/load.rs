//! What can be typed after `gauntlet load`.

use std::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroU64, NonZeroUsize},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use ::load::{ArrivalRate, Stage};
use clap::{Args, ValueEnum, builder::BoolishValueParser as Boolish};

use super::{
    CapacityArgs, DashboardTokenArgs, ExecutorArgs, LedgerArgs, ReportTarget, SelectionArgs,
    ShardArgs, address, duration, time_under_test,
};
use crate::gate::AnyGate;

#[derive(Debug, Clone, Args)]
pub(crate) struct LoadArgs {
    /// Suite file
    #[arg(value_name = "SUITE")]
    pub suite: PathBuf,
    #[command(flatten)]
    pub model: ModelArgs,
    #[command(flatten)]
    pub capacity: CapacityArgs,
    /// How long to begin attempts, not counting the warm-up [default: 30s, unless --iterations or --stage says it]
    #[arg(long, value_name = "DURATION", value_parser = time_under_test, env = "GAUNTLET_DURATION", conflicts_with = "stage")]
    pub duration: Option<Duration>,
    /// How many times to go over the suite, each case as often as its weight says; the warm-up counts
    #[arg(long, value_name = "N", env = "GAUNTLET_ITERATIONS")]
    pub iterations: Option<NonZeroU64>,
    /// How long attempts do not count at the beginning [default: none; 2s with --find-capacity]
    #[arg(long, value_name = "DURATION", value_parser = duration, env = "GAUNTLET_WARMUP")]
    pub warmup: Option<Duration>,
    /// How often a case is tried beside the others, such as fib=3; repeatable [default: as the suite says, or else each as often]
    #[arg(
        long,
        value_name = "ID=N",
        env = "GAUNTLET_WEIGHT",
        value_delimiter = ','
    )]
    pub weight: Vec<Weight>,
    /// Threads that make attempts [default: half as many as there are processors]
    #[arg(long, value_name = "N", env = "GAUNTLET_THREADS")]
    pub threads: Option<NonZeroUsize>,
    #[command(flatten)]
    pub executor: ExecutorArgs,
    /// File with the bearer token for the executor (or set GAUNTLET_TOKEN)
    #[arg(long, value_name = "FILE", env = "GAUNTLET_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Write one JSON record per second, and one at the end, to standard output
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_JSON")]
    pub json: bool,
    /// Where a report goes; repeatable. Formats: md, html, json
    /// [default: md=reports/SUITE_load_report.md; with --find-capacity md=reports/SUITE_capacity_report.md]
    #[arg(
        long,
        value_name = "FORMAT=PATH",
        env = "GAUNTLET_REPORT",
        value_delimiter = ','
    )]
    pub report: Vec<LoadReport>,
    /// Serve a live page of the load there, such as 127.0.0.1:0 for any free port
    #[arg(long, value_name = "ADDRESS", value_parser = address, env = "GAUNTLET_DASHBOARD")]
    pub dashboard: Option<SocketAddr>,
    #[command(flatten)]
    pub dashboard_token: DashboardTokenArgs,
    /// What has to hold, such as 'p95.duration < 2s'; repeatable
    #[arg(
        long,
        value_name = "GATE",
        env = "GAUNTLET_GATE",
        value_delimiter = ';'
    )]
    pub gate: Vec<AnyGate>,
    #[command(flatten)]
    pub ledger: LedgerArgs,
    #[command(flatten)]
    pub shard: ShardArgs,
}

/// When attempts begin.
#[derive(Debug, Clone, Args)]
pub(crate) struct ModelArgs {
    /// Closed model: how many attempts are under way at any time [default: 10]
    #[arg(long, value_name = "N", env = "GAUNTLET_CONCURRENCY", conflicts_with_all = ["rate", "stage"])]
    pub concurrency: Option<NonZeroUsize>,
    /// Open model: how many attempts begin, whatever became of the others, such as 200/s, 12/min or 30/h; with
    /// --find-capacity the rate that is tried first
    #[arg(long, value_name = "RATE", value_parser = some_rate, env = "GAUNTLET_RATE", conflicts_with = "stage")]
    pub rate: Option<ArrivalRate>,
    /// Open model in stages, one after the other: a duration and a rate, or two between which it changes evenly,
    /// such as 30s:10..200/s; repeatable
    #[arg(
        long,
        value_name = "DURATION:RATE",
        env = "GAUNTLET_STAGE",
        value_delimiter = ','
    )]
    pub stage: Vec<Stage>,
    /// Open model: how attempts follow each other
    #[arg(
        long,
        value_enum,
        value_name = "HOW",
        default_value = "constant",
        env = "GAUNTLET_ARRIVAL"
    )]
    pub arrival: Arrival,
    /// What random arrivals are made from: the same seed, the same arrivals [default: a new one]
    #[arg(long, value_name = "SEED", env = "GAUNTLET_SEED")]
    pub seed: Option<u64>,
    /// Open model: how many attempts may be under way at once; the next one has to wait, and its wait is part of
    /// its time
    #[arg(
        long,
        value_name = "N",
        default_value = "1000",
        env = "GAUNTLET_MAX_IN_FLIGHT"
    )]
    pub max_in_flight: NonZeroUsize,
}

/// How attempts follow each other within a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Arrival {
    /// At equal distances
    Constant,
    /// At random, as users who know nothing of each other
    Poisson,
}

/// How often a case is tried beside the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weight {
    pub case_id: String,
    pub weight: NonZeroU32,
}

impl FromStr for Weight {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // An id may have any character in it.
        let (case_id, weight) = text
            .rsplit_once('=')
            .ok_or("expected the id of a case and a number, such as fib=3")?;
        let weight = weight.parse();
        Ok(Self {
            case_id: case_id.to_owned(),
            weight: weight.map_err(|_| "expected a whole number above zero behind the =")?,
        })
    }
}

/// A report on load to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoadReport(pub ReportTarget);

impl FromStr for LoadReport {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let target: ReportTarget = text.parse()?;
        match target.format.is_of_load() {
            true => Ok(Self(target)),
            false => Err(format!(
                "there is no report on load in {} (there are: md, html, json)",
                target.format.as_str()
            )),
        }
    }
}

impl LoadArgs {
    /// How long attempts do not count at the beginning of a run of load.
    pub(crate) fn warmup(&self) -> Duration {
        self.warmup.unwrap_or_default()
    }
}

/// A rate at which something begins.
fn some_rate(text: &str) -> Result<ArrivalRate, String> {
    match text.parse::<ArrivalRate>() {
        Ok(rate) if rate.is_zero() => Err("at that rate nothing would ever begin".into()),
        other => other.map_err(|error| error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_behind_the_last_equals_sign() {
        let weight: Weight = "a=b=3".parse().expect("a weight");
        assert_eq!((weight.case_id.as_str(), weight.weight.get()), ("a=b", 3));
        assert!("a".parse::<Weight>().is_err());
        assert!("a=0".parse::<Weight>().is_err());
    }
}
