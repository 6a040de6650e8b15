//! What can be typed after `gauntlet run`, and is asked of everything that runs cases.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, builder::BoolishValueParser as Boolish};

use super::{
    DashboardTokenArgs, ExecutorArgs, LedgerArgs, ReportTarget, SelectionArgs, ShardArgs, address,
};
use crate::gate::AnyGate;

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Suite files
    #[arg(
        value_name = "SUITE",
        default_value = "configs/simple_stress_tests.json"
    )]
    pub suites: Vec<PathBuf>,
    /// Check the suites and run nothing
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_VERIFY_ONLY")]
    pub verify_only: bool,
    /// Try every case until it is clear whether it passes often enough: in 9 of 10 attempts, with a confidence
    /// of 95 %, after at least 5 attempts and at most 50
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_UNTIL_DECIDED")]
    pub until_decided: bool,
    #[command(flatten)]
    pub shard: ShardArgs,
    #[command(flatten)]
    pub running: RunningArgs,
}

/// What is asked of everything that runs cases.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunningArgs {
    #[command(flatten)]
    pub executor: ExecutorArgs,
    /// File with the bearer token for the executor (or set GAUNTLET_TOKEN)
    #[arg(long, value_name = "FILE", env = "GAUNTLET_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Fail cases whose required programs are missing, instead of skipping them
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_REQUIRE_ALL")]
    pub require_all: bool,
    /// What cases count as that pass only when they are tried again
    #[arg(
        long,
        value_enum,
        value_name = "AS",
        default_value = "pass",
        env = "GAUNTLET_FLAKY"
    )]
    pub flaky: FlakyAs,
    /// Write one JSON record per event to standard output
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_JSON")]
    pub json: bool,
    /// Where a report goes; repeatable. Formats: md, html, json, junit, tap, and github, which is appended to
    /// the summary of the step [default: md=reports/SUITE_report.md]
    #[arg(
        long,
        value_name = "FORMAT=PATH",
        env = "GAUNTLET_REPORT",
        value_delimiter = ','
    )]
    pub report: Vec<ReportTarget>,
    /// What has to hold, such as 'p95.duration < 2s' or, of a soak, 'drift.executor_rss < 5MiB/h';
    /// repeatable
    #[arg(
        long,
        value_name = "GATE",
        env = "GAUNTLET_GATE",
        value_delimiter = ';'
    )]
    pub gate: Vec<AnyGate>,
    /// Serve a live page of the run there, such as 127.0.0.1:0 for any free port
    #[arg(long, value_name = "ADDRESS", value_parser = address, env = "GAUNTLET_DASHBOARD")]
    pub dashboard: Option<SocketAddr>,
    #[command(flatten)]
    pub dashboard_token: DashboardTokenArgs,
    /// Keep the streams of all attempts as cassettes, to replay them; without a bound
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_RECORD")]
    pub record: bool,
    /// Keep no bundle of files for each attempt that failed
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_NO_BUNDLES")]
    pub no_bundles: bool,
    /// Push metrics, and a span for each attempt, to the OpenTelemetry collector at this base URL (OTLP over
    /// HTTP), such as http://localhost:4318
    #[cfg(feature = "otlp")]
    #[arg(
        long,
        value_name = "URL",
        env = "GAUNTLET_OTLP",
        hide_env_values = true
    )]
    pub otlp: Option<String>,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

/// What a flaky case counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum FlakyAs {
    /// As one that passed
    Pass,
    /// As a reason to end with exit code 101
    Fail,
}
