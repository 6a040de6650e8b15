//! What can be typed on the command line.

mod capacity;
mod load;
mod shard;

use std::{
    convert::Infallible,
    env,
    net::SocketAddr,
    num::{NonZeroU64, NonZeroUsize},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use clap::{
    ArgAction, ArgMatches, Args, CommandFactory as _, Parser, Subcommand, ValueEnum,
    builder::BoolishValueParser as Boolish, error::ErrorKind, parser::ValueSource,
};
use clap_complete::Shell;
use jiff::Timestamp;
use run_ledger::RunSelector;
use suite::{LintCode, UnknownLint};

pub(crate) use self::capacity::CapacityArgs;
pub(crate) use self::load::{Arrival, LoadArgs, Weight};

pub(crate) use self::shard::{MergeArgs, ShardArg, ShardArgs, StartAt};
use crate::gate::AnyGate;
use crate::settings::{ProtocolSetting, SandboxSetting, Switch, TransportSetting};
use crate::soak::executor_measure::WatchTarget;

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

/// Who may look at a live page.
#[derive(Debug, Clone, Args)]
pub(crate) struct DashboardTokenArgs {
    /// File with the token that the live page asks for (or set GAUNTLET_DASHBOARD_TOKEN); needed where other
    /// machines can reach it
    #[arg(long, value_name = "FILE", env = "GAUNTLET_DASHBOARD_TOKEN_FILE")]
    pub dashboard_token_file: Option<PathBuf>,
}

/// Where the record of runs is.
#[derive(Debug, Clone, Args)]
pub(crate) struct LedgerArgs {
    /// The record of all runs; "none" keeps none [default: reports/ledger.db]
    #[arg(long, value_name = "FILE", env = "GAUNTLET_LEDGER")]
    pub ledger: Option<PathBuf>,
}

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

/// Which executor runs the commands, and how it is spoken to.
#[derive(Debug, Clone, Args)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct SelectionArgs {
    /// Run only the case with this id; repeatable, or with commas
    #[arg(long, value_name = "ID", env = "GAUNTLET_ONLY")]
    pub only: Vec<String>,
    /// Run only cases of this category; repeatable, or with commas
    #[arg(long, value_name = "NAME", env = "GAUNTLET_CATEGORY")]
    pub category: Vec<String>,
    /// Run only cases with this tag; repeatable, or with commas
    #[arg(long, value_name = "TAG", env = "GAUNTLET_TAG")]
    pub tag: Vec<String>,
    /// Leave out the case with this id; repeatable, or with commas
    #[arg(long, value_name = "ID", env = "GAUNTLET_EXCLUDE")]
    pub exclude: Vec<String>,
}

/// What commands of the embedded executor may write to.
#[derive(Debug, Clone, Args)]
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
    /// Make a lint an error, by its code, or all of them with "lint"; repeatable (see docs/lints.md)
    #[arg(
        long,
        value_name = "CODE",
        env = "GAUNTLET_DENY",
        value_delimiter = ','
    )]
    pub deny: Vec<DeniedLint>,
}

/// Which lints are errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeniedLint {
    /// All of them.
    Any,
    /// This one.
    Code(LintCode),
}

impl FromStr for DeniedLint {
    type Err = UnknownLint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "lint" => Ok(Self::Any),
            code => code.parse().map(Self::Code),
        }
    }
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

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Cassettes, or folders that hold some
    #[arg(value_name = "CASSETTE", required = true)]
    pub cassettes: Vec<PathBuf>,
    /// Suite file whose expectations count [default: the one that was recorded]
    #[arg(long, value_name = "SUITE", env = "GAUNTLET_SUITE")]
    pub suite: Option<PathBuf>,
    /// The case whose expectations count [default: the one that was recorded, or the one with the command]
    #[arg(long, value_name = "ID", env = "GAUNTLET_ONLY")]
    pub only: Option<String>,
    /// Which breaches of the stream protocol fail a case
    #[arg(long, value_enum, value_name = "HOW", env = "GAUNTLET_PROTOCOL")]
    pub protocol: Option<ProtocolSetting>,
    /// Write one JSON record per event to standard output
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_JSON")]
    pub json: bool,
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
    /// Run nothing, and answer from the cassettes in this folder
    #[arg(long, value_name = "DIR", env = "GAUNTLET_REPLAY", conflicts_with_all = ["fault", "max_commands"])]
    pub replay: Option<PathBuf>,
    /// How many times as fast as they were recorded, or "max" [default: 1]
    #[arg(
        long,
        value_name = "N",
        env = "GAUNTLET_REPLAY_SPEED",
        requires = "replay"
    )]
    pub replay_speed: Option<replay_executor::Speed>,
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

/// How long something is to go on: in no time nothing can be tried.
fn time_under_test(text: &str) -> Result<Duration, String> {
    match duration(text) {
        Ok(Duration::ZERO) => Err("nothing can be tried in no time".into()),
        other => other.map_err(|error| error.to_string()),
    }
}

/// A moment of the wall clock. It needs a zone, because nobody knows where it will be read.
fn timestamp(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| "expected a time with its zone, such as 2026-12-01T00:00Z".into())
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
    Html,
    Json,
    JUnit,
    Tap,
    /// A summary for a step in GitHub Actions, which is appended to what is there.
    GitHub,
}

/// Where GitHub Actions wants the summary of a step.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

impl ReportFormat {
    /// All formats.
    const ALL: [Self; 6] = [
        Self::Markdown,
        Self::Html,
        Self::Json,
        Self::JUnit,
        Self::Tap,
        Self::GitHub,
    ];

    /// The name on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Json => "json",
            Self::JUnit => "junit",
            Self::Tap => "tap",
            Self::GitHub => "github",
        }
    }

    /// The format with this name; if there is none, which there are.
    pub(crate) fn from_name(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == name);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            format!("no report format is called {name:?} (there are: {names})")
        })
    }
}

impl FromStr for ReportFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::from_name(name)
    }
}

impl FromStr for ReportTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == ReportFormat::GitHub.as_str() {
            let path = env::var_os(STEP_SUMMARY).filter(|path| !path.is_empty());
            return Ok(Self {
                format: ReportFormat::GitHub,
                path: path
                    .map(PathBuf::from)
                    .ok_or_else(|| format!("{STEP_SUMMARY} is not set here: say github=PATH"))?,
            });
        }
        let (format, path) = text
            .split_once('=')
            .ok_or("expected FORMAT=PATH, such as md=report.md")?;
        let format = ReportFormat::from_name(format)?;
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
