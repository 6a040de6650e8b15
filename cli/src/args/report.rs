//! Where reports go, and in which format.

use std::{env, path::PathBuf, str::FromStr};

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

    /// Whether there are reports on load in it.
    pub(crate) fn is_of_load(self) -> bool {
        matches!(self, Self::Markdown | Self::Html | Self::Json)
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
