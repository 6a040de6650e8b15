//! Why a report cannot be read.

use crate::{MAX_REPORT_BYTES, SCHEMA_VERSION};

/// Why a report cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is larger than [`MAX_REPORT_BYTES`].
    #[error("it is larger than a report may be: {bytes} bytes, {MAX_REPORT_BYTES} are allowed")]
    TooLarge {
        /// How large it is.
        bytes: u64,
    },
    /// It is no JSON, or has no version of a report in it.
    #[error("it is no JSON report of gauntlet")]
    NotAReport(#[source] serde_json::Error),
    /// A later version of the program has written it.
    #[error(
        "it has schema version {version}, and this program knows no later one than {SCHEMA_VERSION}: a newer gauntlet has written it"
    )]
    Newer {
        /// Its version.
        version: u64,
    },
    /// It is on a run of load, of which this program makes no other report.
    #[error("it is on a run of load, of which no other report can be made")]
    Load,
    /// It is on a search for the capacity, of which this program makes no other report.
    #[error("it is on a search for the capacity, of which no other report can be made")]
    Capacity,
    /// Its keys are not those of its version.
    #[error("it is not as schema version {SCHEMA_VERSION} has it")]
    Malformed(#[source] serde_json::Error),
    /// A value in it makes no sense.
    #[error(transparent)]
    Value(#[from] BadValue),
}

/// A value that makes no sense where it stands.
#[derive(Debug, thiserror::Error)]
#[error("{value:?} is no {what}")]
pub struct BadValue {
    what: &'static str,
    value: String,
}

impl BadValue {
    /// So much of a value is quoted.
    const CHARS: usize = 80;

    /// `value` is no `what`.
    pub(crate) fn new(what: &'static str, value: &str) -> Self {
        let value = value.chars().take(Self::CHARS).collect();
        Self { what, value }
    }
}
