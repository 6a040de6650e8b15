//! What keeps the program from doing what it was asked, and with which exit code it ends then.

use std::{fmt::Display, io, path::PathBuf};

use dashboard::DashboardError;
use embedded_executor::{StartError, TokenError};
use jiff::Timestamp;
use load::{ArrivalRate, capacity::RateRange};
use miette::Diagnostic;
use reporter_json::ReadError;
use run_ledger::LedgerError;
use runner_core::{
    actors::RunError,
    text::{Human, Visible},
};
use suite::SuiteError;
use transport_http::EndpointError;

use crate::{
    exit::Exit, settings::SettingsError, shard::UnknownShard, soak::executor_measure::WatchError,
    streams::complain,
};

/// Why the program did not do what it was asked. Each message leaves out its source, which is shown below
/// it.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub(crate) enum CliError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Settings(#[from] SettingsError),
    #[error("{error}")]
    Suite {
        error: SuiteError,
        #[help]
        help: Option<&'static str>,
    },
    #[error("cannot use the executor URL {url:?}")]
    #[diagnostic(help(
        "give --url http://HOST:PORT, or \"embedded\" for an executor inside this program"
    ))]
    Endpoint { url: String, source: EndpointError },
    #[cfg(feature = "otlp")]
    #[error("cannot push telemetry to the URL of --otlp")]
    #[diagnostic(help(
        "give --otlp http://HOST:PORT; secrets go into OTEL_EXPORTER_OTLP_HEADERS, as name=value"
    ))]
    Otlp(#[from] run_metrics::otlp::TargetError),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("no case is selected in {suites}")]
    #[diagnostic(help(
        "`gauntlet verify SUITE` lists how many cases a suite has; --only, --category, --tag and --exclude select"
    ))]
    NothingSelected { suites: String },
    #[error("two suites would write the same report {}", .path.display())]
    #[diagnostic(help("run them one after the other, each with its own --report"))]
    ReportClash { path: PathBuf },
    #[error("--report names one file, but there are several suites")]
    #[diagnostic(help("run them one after the other, each with its own --report"))]
    ReportForSeveral,
    #[error("cannot serve the cassettes")]
    Replay(#[from] replay_executor::StartError),
    #[error("cannot start the embedded executor")]
    Embedded(#[from] StartError),
    #[error("there is no dashboard")]
    Dashboard {
        source: DashboardError,
        #[help]
        help: Option<&'static str>,
    },
    #[error("cannot listen for signals")]
    Signals(#[source] io::Error),
    #[error("the {0} was lost")]
    #[diagnostic(help("this is a fault of gauntlet; the log has more"))]
    Lost(&'static str),
    #[error("the run was lost")]
    #[diagnostic(help("this is a fault of gauntlet; the log has more"))]
    Run(#[from] RunError),
    #[error("cannot write the report {}", .path.display())]
    Report { path: PathBuf, source: io::Error },
    #[error("cannot read the report {}", .path.display())]
    OpenReport { path: PathBuf, source: io::Error },
    #[error("cannot make anything of the report {}", .path.display())]
    #[diagnostic(help(
        "give a report that --report json=PATH has written, or a run of the ledger"
    ))]
    ReadReport { path: PathBuf, source: ReadError },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ledger(#[from] LedgerTrouble),
    #[error("there is no ledger, because the settings say `ledger.path = \"none\"`")]
    #[diagnostic(help("name one with --ledger FILE"))]
    NoLedger,
    #[error("`{gate}` is on drift, which shows over a soak only")]
    #[diagnostic(help("`gauntlet soak` takes it"))]
    DriftOfRun { gate: String },
    #[error("`{id}` of --weight is no case of the suite that is tried")]
    #[diagnostic(help("`gauntlet verify SUITE` lists the cases"))]
    WeightOfNoCase { id: String },
    #[error("the weights cannot be mixed")]
    Mix(#[from] load::MixError),
    #[error("the stages make no load")]
    #[diagnostic(help(
        "give at least one of them a rate above zero, such as --stage 30s:10..200/s"
    ))]
    Schedule(#[from] load::ScheduleError),
    #[error("there is no gate: a capacity is the highest rate at which gates hold")]
    #[diagnostic(help(
        "give --gate, such as --gate 'p95.time_to_first_output < 2s', or set `gates` in the suite"
    ))]
    CapacityWithoutGate,
    #[error("there is no report on load in {format}")]
    #[diagnostic(help("give --format md, --format html or --format json"))]
    ReportOfLoad { format: &'static str },
    #[error(
        "{flag} {whole} is too few for {total} shards: nothing of it falls to shard {number}/{total}"
    )]
    #[diagnostic(help("give {flag} {total} or more, or start fewer shards"))]
    EmptySlice {
        flag: &'static str,
        whole: u64,
        number: u32,
        total: u32,
    },
    #[error("a search for the capacity cannot be shared out to shards")]
    #[diagnostic(help(
        "leave --shard away; one generator on each machine finds what that machine bears at most"
    ))]
    CapacityOfShard,
    #[error("the trials of --find-capacity are not kept in a ledger")]
    #[diagnostic(help(
        "leave --ledger away, or give --ledger none; --report json=PATH keeps what came of them"
    ))]
    CapacityInLedger,
    #[error("--rate {start}, which is tried first, is not in the range {range}")]
    #[diagnostic(help("give another --capacity-range LOW..HIGH, or another --rate"))]
    CapacityStart {
        start: ArrivalRate,
        range: RateRange,
    },
    #[error("at {rate} there would be no attempt in a trial of {trial}")]
    #[diagnostic(help("give a longer --trial-duration, or a --capacity-range that begins higher"))]
    CapacityWithoutAttempt { rate: ArrivalRate, trial: Human },
    #[error("no load was generated")]
    Load(#[from] load::generator::LoadError),
    #[error(transparent)]
    #[diagnostic(help(
        "--watch-pid takes the number of a running process, or a file that holds it"
    ))]
    Watch(#[from] WatchError),
    #[error("--until {until} is in the past")]
    #[diagnostic(help("give a time that is still to come, or --duration"))]
    Past { until: Timestamp },
    #[error("no soak in the ledger {} can be resumed", .path.display())]
    #[diagnostic(help(
        "`gauntlet history` lists the runs; begin a new soak with `gauntlet soak SUITE`"
    ))]
    NothingToResume { path: PathBuf },
    #[error("what run {id} was asked for cannot be read from the ledger")]
    #[diagnostic(help("begin a new soak with `gauntlet soak SUITE`"))]
    Options { id: u64, source: serde_json::Error },
    #[error("the soak went to {recorded} with a user and a password, which are not in the ledger")]
    #[diagnostic(help("give --url again, or set GAUNTLET_URL"))]
    Credentials { recorded: String },
    #[error("the soak stands still: it has waited {elapsed} for {part}, {allowed} are allowed")]
    #[diagnostic(help(
        "whoever reads standard output may have stopped reading, or a disk may hang; `gauntlet soak --resume` goes on"
    ))]
    Stuck {
        part: &'static str,
        elapsed: Human,
        allowed: Human,
    },
    #[error("cannot replay {}", .path.display())]
    Cassette {
        path: PathBuf,
        source: cassette::ReadError,
    },
    #[error("cannot replay {}", .path.display())]
    #[diagnostic(help(
        "what was kept of it can be looked at; record it again with a larger `reports.keep_stream_bytes`"
    ))]
    Unplayable {
        path: PathBuf,
        source: cassette::Unplayable,
    },
    #[error("cannot look for cassettes in {}", .path.display())]
    Cassettes { path: PathBuf, source: io::Error },
    #[error("there is no cassette in {}", .path.display())]
    #[diagnostic(help("`gauntlet run --record` keeps those of all attempts"))]
    NoCassette { path: PathBuf },
    #[error("{suite} has no case that {} was recorded of", .path.display())]
    #[diagnostic(help("name the case whose expectations count with --only ID"))]
    NoCase { path: PathBuf, suite: String },
    #[error("{error}")]
    Shard {
        error: UnknownShard,
        #[help]
        help: &'static str,
    },
    #[error("--start-at is {left} away")]
    #[diagnostic(help("give a time within a day from now, such as +30s"))]
    StartTooFar { left: Human },
    #[error("none of the ledgers has shards of {group:?}")]
    #[diagnostic(help(
        "leave --shard-group away to report on what began last; there are: {known}"
    ))]
    NoSuchGroup { group: String, known: String },
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
}

impl CliError {
    /// How the program ends because of this.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Settings(_)
            | Self::Suite { .. }
            | Self::Endpoint { .. }
            | Self::Token(_)
            | Self::ReportClash { .. }
            | Self::ReportForSeveral
            | Self::NoLedger
            | Self::OpenReport { .. }
            | Self::ReadReport { .. }
            | Self::Replay(_)
            | Self::Cassette { .. }
            | Self::Unplayable { .. }
            | Self::Cassettes { .. }
            | Self::NoCassette { .. }
            | Self::NoCase { .. }
            | Self::Watch(_)
            | Self::WeightOfNoCase { .. }
            | Self::Mix(_)
            | Self::Schedule(_)
            | Self::CapacityWithoutGate
            | Self::CapacityInLedger
            | Self::CapacityOfShard
            | Self::EmptySlice { .. }
            | Self::ReportOfLoad { .. }
            | Self::CapacityStart { .. }
            | Self::CapacityWithoutAttempt { .. }
            | Self::DriftOfRun { .. }
            | Self::Past { .. }
            | Self::Shard { .. }
            | Self::StartTooFar { .. }
            | Self::NoSuchGroup { .. }
            | Self::Credentials { .. }
            | Self::Options { .. } => Exit::Usage,
            #[cfg(feature = "otlp")]
            Self::Otlp(_) => Exit::Usage,
            Self::NothingSelected { .. } | Self::NothingToResume { .. } => Exit::NothingSelected,
            Self::Ledger(LedgerTrouble(error)) => exit_of_ledger(error),
            Self::Stuck { .. } => Exit::Invalid,
            Self::Embedded(StartError::Exposed(_) | StartError::Bind { .. }) => Exit::Usage,
            Self::Dashboard {
                source: DashboardError::RemoteWithoutToken { .. } | DashboardError::Bind { .. },
                ..
            } => Exit::Usage,
            Self::Embedded(_)
            | Self::Dashboard { .. }
            | Self::Signals(_)
            | Self::Run(_)
            | Self::Lost(_)
            | Self::Thread(_)
            | Self::Load(_)
            | Self::Output(_) => Exit::Internal,
            Self::Report { .. } => Exit::ReportNotWritten,
        }
    }

    /// Shows the error to a person.
    pub(crate) fn show(self) {
        match self {
            // It draws itself, file, line and caret: a frame around that would only be in the way.
            Self::Suite {
                error: SuiteError::Invalid(invalid),
                ..
            } => {
                for line in invalid.to_string().lines() {
                    complain(Visible(line));
                }
            }
            error => complain(format_args!("{:?}", miette::Report::new(error))),
        }
    }
}

/// A ledger that cannot be written is like a report that cannot be; one that cannot be used at all, or a
/// run that is not in it, is a mistake of whoever named it.
fn exit_of_ledger(error: &LedgerError) -> Exit {
    match error {
        LedgerError::Folder { .. }
        | LedgerError::ReadOnly { .. }
        | LedgerError::Unreadable { .. }
        | LedgerError::Full { .. }
        | LedgerError::Locked { .. }
        | LedgerError::LockFile { .. }
        | LedgerError::Other { .. } => Exit::ReportNotWritten,
        _ => Exit::Usage,
    }
}

/// What is wrong with a ledger, with the way out that it knows.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct LedgerTrouble(pub LedgerError);

impl Diagnostic for LedgerTrouble {
    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        let help = self.0.help()?;
        Some(Box::new(help))
    }
}

impl From<UnknownShard> for CliError {
    fn from(error: UnknownShard) -> Self {
        let help = error.help();
        Self::Shard { error, help }
    }
}

impl From<LedgerError> for CliError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(LedgerTrouble(error))
    }
}

impl From<DashboardError> for CliError {
    fn from(source: DashboardError) -> Self {
        let help = match source {
            DashboardError::RemoteWithoutToken { .. } => Some(
                "give a token with --dashboard-token-file FILE or GAUNTLET_DASHBOARD_TOKEN, or listen on 127.0.0.1",
            ),
            DashboardError::Bind { .. } => {
                Some("give another address, such as 127.0.0.1:0 for any free port")
            }
            _ => None,
        };
        Self::Dashboard { source, help }
    }
}

impl From<SuiteError> for CliError {
    fn from(error: SuiteError) -> Self {
        let help = matches!(error, SuiteError::NotFound { .. })
            .then_some("paths are taken from the folder the program was started in");
        Self::Suite { error, help }
    }
}
