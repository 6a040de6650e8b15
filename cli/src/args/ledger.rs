//! What can be typed after the commands that read what was recorded.

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf};

use clap::{Args, builder::BoolishValueParser as Boolish};
use run_ledger::RunSelector;

use super::{DashboardTokenArgs, ReportFormat, address};

/// Where the record of runs is.
#[derive(Debug, Clone, Args)]
pub(crate) struct LedgerArgs {
    /// The record of all runs; "none" keeps none [default: reports/ledger.db]
    #[arg(long, value_name = "FILE", env = "GAUNTLET_LEDGER")]
    pub ledger: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// Only runs of this suite, by its path or its name
    #[arg(value_name = "SUITE")]
    pub suite: Option<String>,
    /// How many runs to list
    #[arg(long, value_name = "N", default_value = "20", env = "GAUNTLET_LIMIT")]
    pub limit: NonZeroUsize,
    #[command(flatten)]
    pub output: LedgerOutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The run: its number, its name, or "latest"
    #[arg(value_name = "RUN", default_value = "latest")]
    pub run: RunSelector,
    #[command(flatten)]
    pub output: LedgerOutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The run to compare with
    #[arg(value_name = "A")]
    pub baseline: RunSelector,
    /// The run to compare
    #[arg(value_name = "B")]
    pub candidate: RunSelector,
    /// End with exit code 106 if B is worse than A
    #[arg(long = "baseline", value_parser = Boolish::new(), env = "GAUNTLET_BASELINE")]
    pub is_gate: bool,
    #[command(flatten)]
    pub output: LedgerOutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct GraduationArgs {
    /// The suite, by its path or its name [default: all in the ledger]
    #[arg(value_name = "SUITE")]
    pub suite: Option<String>,
    #[command(flatten)]
    pub output: LedgerOutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// A JSON report, or a run in the ledger: its number, its name, or "latest"
    #[arg(value_name = "FILE.json|RUN", default_value = "latest")]
    pub source: String,
    /// What is made of it: md, html, json, junit, tap, github
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "md",
        env = "GAUNTLET_FORMAT"
    )]
    pub format: ReportFormat,
    /// Where it goes [default: standard output]
    #[arg(long, value_name = "PATH", env = "GAUNTLET_OUTPUT")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

/// What is read, and how it is shown.
#[derive(Debug, Args)]
pub(crate) struct LedgerOutputArgs {
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// Write JSON to standard output instead of tables
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_JSON")]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DashboardArgs {
    /// Where to listen; port 0 takes any free one
    #[arg(
        long,
        value_name = "ADDRESS",
        value_parser = address,
        default_value = "127.0.0.1:8001",
        env = "GAUNTLET_LISTEN"
    )]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub token: DashboardTokenArgs,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}
