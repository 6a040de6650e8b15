//! What can be typed on the command line.

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use clap::{ArgAction, Args, Parser, Subcommand, builder::BoolishValueParser as Boolish};

use crate::settings::{ProtocolSetting, SandboxSetting, Switch, TransportSetting};

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
#[derive(Debug, Args)]
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
    /// Check suites without running anything
    Verify(VerifyArgs),
    /// Run the embedded executor on its own
    Serve(Box<ServeArgs>),
    /// Show the settings in force and where each value came from
    Settings(Box<ExecutorArgs>),
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Suite files
    #[arg(
        value_name = "SUITE",
        default_value = "configs/simple_stress_tests.json"
    )]
    pub suites: Vec<PathBuf>,
    #[command(flatten)]
    pub executor: ExecutorArgs,
    /// File with the bearer token for the executor (or set GAUNTLET_TOKEN)
    #[arg(long, value_name = "FILE", env = "GAUNTLET_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
    /// Check the suites and run nothing
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_VERIFY_ONLY")]
    pub verify_only: bool,
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Fail cases whose required programs are missing, instead of skipping them
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_REQUIRE_ALL")]
    pub require_all: bool,
    /// Write one JSON record per event to standard output
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_JSON")]
    pub json: bool,
    /// Where a report goes; repeatable. Formats: md [default: md=reports/SUITE_report.md]
    #[arg(
        long,
        value_name = "FORMAT=PATH",
        env = "GAUNTLET_REPORT",
        value_delimiter = ','
    )]
    pub report: Vec<ReportTarget>,
}

/// Which executor runs the commands, and how it is spoken to.
#[derive(Debug, Args)]
pub(crate) struct ExecutorArgs {
    /// The executor: http(s)://HOST:PORT, ws(s)://HOST:PORT/PATH, or "embedded" for one inside this
    /// program
    #[arg(long, env = "GAUNTLET_URL", hide_env_values = true)]
    pub url: Option<String>,
    /// How the executor streams
    #[arg(long, value_enum, value_name = "FORM", env = "GAUNTLET_TRANSPORT")]
    pub transport: Option<TransportSetting>,
    /// Which breaches of the stream protocol fail a case
    #[arg(long, value_enum, value_name = "HOW", env = "GAUNTLET_PROTOCOL")]
    pub protocol: Option<ProtocolSetting>,
    /// Look for processes that attempts which ended early have left behind
    #[arg(long, value_enum, value_name = "WHEN", env = "GAUNTLET_CLEANUP_PROBE")]
    pub cleanup_probe: Option<Switch>,
    /// File with certificates (PEM) of authorities to trust besides the machine's
    #[arg(long, value_name = "FILE", env = "GAUNTLET_CA_FILE")]
    pub ca_file: Option<PathBuf>,
    /// Accept any certificate: whoever sits between can read and change everything
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_INSECURE")]
    pub insecure: bool,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
}

/// Which cases run. Several values of one option mean any of them, several options mean all of them.
#[derive(Debug, Args)]
pub(crate) struct SelectionArgs {
    /// Run only the case with this id; repeatable
    #[arg(long, value_name = "ID", env = "GAUNTLET_ONLY", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Run only cases of this category; repeatable
    #[arg(
        long,
        value_name = "NAME",
        env = "GAUNTLET_CATEGORY",
        value_delimiter = ','
    )]
    pub category: Vec<String>,
    /// Run only cases with this tag; repeatable
    #[arg(long, value_name = "TAG", env = "GAUNTLET_TAG", value_delimiter = ',')]
    pub tag: Vec<String>,
    /// Leave out the case with this id; repeatable
    #[arg(
        long,
        value_name = "ID",
        env = "GAUNTLET_EXCLUDE",
        value_delimiter = ','
    )]
    pub exclude: Vec<String>,
}

/// What commands of the embedded executor may write to.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// Whether the kernel keeps commands of the embedded executor from writing files
    #[arg(long, value_enum, value_name = "MODE", env = "GAUNTLET_SANDBOX")]
    pub sandbox: Option<SandboxSetting>,
    /// A file or folder that commands may write to all the same; repeatable
    #[arg(
        long,
        value_name = "PATH",
        env = "GAUNTLET_SANDBOX_ALLOW",
        value_delimiter = ':'
    )]
    pub sandbox_allow: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Suite files
    #[arg(value_name = "SUITE", required = true)]
    pub suites: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 takes any free one
    #[arg(
        long,
        value_name = "ADDRESS",
        value_parser = address,
        default_value = "127.0.0.1:8000",
        env = "GAUNTLET_LISTEN"
    )]
    pub listen: SocketAddr,
    /// Listen on an address that other machines can reach; needs a token
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_ALLOW_REMOTE")]
    pub allow_remote: bool,
    /// File with the bearer token that clients have to send (or set GAUNTLET_TOKEN)
    #[arg(long, value_name = "FILE", env = "GAUNTLET_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
    /// Commands that may run at once
    #[arg(long, value_name = "N", env = "GAUNTLET_MAX_COMMANDS")]
    pub max_commands: Option<std::num::NonZeroUsize>,
    /// How long a command may run that does not say it itself
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "120s", env = "GAUNTLET_DEFAULT_TIMEOUT")]
    pub default_timeout: Duration,
    /// What to do wrong on purpose, to try clients out; repeatable. Such as reset:p=0.1,seed=7 or
    /// status=503:retry-after=2,count=1 (see docs/faults.md)
    #[arg(
        long,
        value_name = "SPEC",
        env = "GAUNTLET_FAULT",
        value_delimiter = ';'
    )]
    pub fault: Vec<embedded_executor::Fault>,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
}

/// An address; `localhost` is the one name that needs no resolver to be known.
fn address(text: &str) -> Result<SocketAddr, String> {
    let address = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    address
        .parse()
        .map_err(|_| "expected ADDRESS:PORT, such as 127.0.0.1:8000".into())
}

fn duration(text: &str) -> Result<Duration, suite::duration::DurationError> {
    suite::duration::parse(text)
}

/// A report to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportTarget {
    pub format: ReportFormat,
    pub path: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReportFormat {
    Markdown,
}

impl FromStr for ReportTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, path) = text
            .split_once('=')
            .ok_or("expected FORMAT=PATH, such as md=report.md")?;
        let format = match format {
            "md" => ReportFormat::Markdown,
            other => {
                return Err(format!(
                    "no report format is called {other:?} (there is: md)"
                ));
            }
        };
        if path.is_empty() {
            return Err("the path is missing".into());
        }
        Ok(Self {
            format,
            path: path.into(),
        })
    }
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
