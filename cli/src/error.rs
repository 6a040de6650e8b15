//! What keeps the program from doing what it was asked, and with which exit code it ends then.

use std::{io, path::PathBuf};

use embedded_executor::{StartError, TokenError};
use miette::Diagnostic;
use runner_core::{actors::RunError, text::Visible};
use suite::SuiteError;
use transport_http::EndpointError;

use crate::{exit::Exit, settings::SettingsError, streams::complain};

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
    #[error("cannot start the embedded executor")]
    Embedded(#[from] StartError),
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
            | Self::ReportForSeveral => Exit::Usage,
            Self::NothingSelected { .. } => Exit::NothingSelected,
            Self::Embedded(
                StartError::RemoteNotAllowed { .. }
                | StartError::RemoteWithoutToken { .. }
                | StartError::Bind { .. },
            ) => Exit::Usage,
            Self::Embedded(_)
            | Self::Signals(_)
            | Self::Run(_)
            | Self::Lost(_)
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

impl From<SuiteError> for CliError {
    fn from(error: SuiteError) -> Self {
        let help = matches!(error, SuiteError::NotFound { .. })
            .then_some("paths are taken from the folder the program was started in");
        Self::Suite { error, help }
    }
}
