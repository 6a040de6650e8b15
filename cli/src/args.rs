//! What can be typed on the command line.

mod capacity;
mod executor;
mod ledger;
mod load;
mod report;
mod run;
mod serve;
mod shard;
mod soak;
mod values;
mod verify;

use std::path::PathBuf;

use clap::{
    ArgAction, Args, Parser, Subcommand, ValueEnum, builder::BoolishValueParser as Boolish,
};
use clap_complete::Shell;

use self::values::{address, duration, time_under_test, timestamp};
pub(crate) use self::{
    capacity::CapacityArgs,
    executor::{DashboardTokenArgs, ExecutorArgs, SandboxArgs, SelectionArgs},
    ledger::{
        CompareArgs, DashboardArgs, GraduationArgs, HistoryArgs, LedgerArgs, ReportArgs, ShowArgs,
    },
    load::{Arrival, LoadArgs, ModelArgs, Weight},
    report::{ReportFormat, ReportTarget},
    run::{FlakyAs, RunArgs, RunningArgs},
    serve::{ReplayArgs, ServeArgs},
    shard::{MergeArgs, ShardArg, ShardArgs, StartAt},
    soak::{ResumeTarget, SoakArgs, contradiction},
    verify::{DeniedLint, VerifyArgs},
};

/// Runs suites of commands through a streaming command-execution server and judges every stream.
#[derive(Debug, Parser)]
#[command(
    name = "gauntlet",
    version,
    arg_required_else_help = true,
    propagate_version = true
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub common: CommonArgs,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct CommonArgs {
    /// Settings file [default: configs/gauntlet.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE", env = "GAUNTLET_SETTINGS")]
    pub settings: Option<PathBuf>,
    /// Say only what went wrong
    #[arg(short, long, global = true, value_parser = Boolish::new(), env = "GAUNTLET_QUIET")]
    pub quiet: bool,
    /// Say more: -v shows every case's findings and output, and logs in detail; -vv logs everything
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet", env = "GAUNTLET_VERBOSE")]
    pub verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run suites once, one case at a time
    Run(Box<RunArgs>),
    /// Run a suite again and again, for hours or weeks
    Soak(Box<SoakArgs>),
    /// Drive the cases of a suite as load, many at once
    Load(Box<LoadArgs>),
    /// Check suites without running anything
    Verify(VerifyArgs),
    /// Run the embedded executor on its own
    Serve(Box<ServeArgs>),
    /// Judge recorded streams again, without an executor
    Replay(ReplayArgs),
    /// List the runs in the ledger
    History(HistoryArgs),
    /// Show everything about one run in the ledger
    Show(ShowArgs),
    /// Compare two runs in the ledger, case by case
    Compare(CompareArgs),
    /// Show how far suites are from their graduation: ten successes to a failure
    Graduation(GraduationArgs),
    /// Make a report again: from a JSON report, or of a run in the ledger
    Report(ReportArgs),
    /// Make one ledger of those of shards, and one run of the runs of shards that belong together
    Merge(Box<MergeArgs>),
    /// Show the runs in the ledger as web pages, which follow those that go on
    Dashboard(DashboardArgs),
    /// Print the JSON Schema of suites or of settings, for editors
    Schema(SchemaArgs),
    /// Show the settings in force and where each value came from
    Settings(Box<ExecutorArgs>),
    /// Print what a shell needs to complete commands, options and files
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for each command
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Write a page for each command into this folder
    #[arg(long, value_name = "FOLDER", env = "GAUNTLET_OUT")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Which files it is about
    #[arg(value_enum, value_name = "FILES")]
    pub subject: SchemaSubject,
}

/// What there is a JSON Schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaSubject {
    /// Suite files
    Suite,
    /// Settings files
    Settings,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_has_an_environment_variable() {
        for command in Cli::command().get_subcommands() {
            for arg in command
                .get_arguments()
                .filter(|arg| arg.get_long().is_some())
            {
                let name = arg.get_long().unwrap_or_default();
                if ["help", "version"].contains(&name) {
                    continue;
                }
                let variable = format!("GAUNTLET_{}", name.replace('-', "_").to_uppercase());
                assert_eq!(arg.get_env().and_then(|env| env.to_str()), Some(&*variable));
            }
        }
    }
}
