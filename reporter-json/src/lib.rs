//! Writes the results of a run as a JSON report, and reads such a report back.
//!
//! There are two: [`write_report`] on a run that has just gone once over its suite, with everything that
//! was seen of each attempt, and [`write_recorded_report`] on what a ledger holds of a run. [`read`] gives
//! back the values that any other report can be made of.
//!
//! The crate owns the keys, which are stable, and the version of them. It refuses clocks, ledgers and
//! files: results come in as a value, the document goes out through [`io::Write`], and equal results
//! give equal bytes.
//!
//! # The document
//!
//! `docs/report.schema.json` in the repository is its JSON Schema. Durations are numbers with their unit in
//! the key (`elapsed_ms`), moments are texts as RFC 3339 has them, and what is not known is `null`.
//! Distributions of durations come with a few quantiles for people, and whole in the encoding of
//! HdrHistogram (`hdr_base64`, in microseconds) for programs.
//!
//! [`SCHEMA_VERSION`] changes when a key goes away or means something else. Keys may be added without
//! that: a reader of its own ignores what it does not know. This one does not, so that a report that is
//! made again from another one lacks nothing.

mod capacity;
mod error;
mod head;
mod layout;
mod load;
mod recorded;
mod run;
#[cfg(test)]
mod schema;
mod wire;

use std::io::{self, BufWriter, Write};

use runner_core::{
    recorded::{Graduation, RecordedRun},
    results::RunResults,
};
use serde::Serialize;

use self::load::LoadDocumentWire;
use ::load::{LoadResults, capacity::CapacityResults};
use capacity::CapacityDocumentWire;
use error::BadValue;
pub use error::ReadError;
use head::{Document, HeadWire};
use layout::Layout;
use recorded::RecordedDocumentWire;
use run::RunDocumentWire;

/// The version of the keys that this crate writes, and the latest that it reads.
pub const SCHEMA_VERSION: u64 = 1;

/// No report that is read may be larger: all of it is kept in memory, several times over.
pub const MAX_REPORT_BYTES: u64 = 512 * 1024 * 1024;

/// What a report on a single run is made of. The results alone are enough.
#[derive(Debug, Clone, Copy)]
pub struct RunReport<'a> {
    /// What came of the run.
    pub results: &'a RunResults,
    /// How far the suite is from its graduation with it; `None` where nobody keeps a ledger.
    pub graduation: Option<&'a Graduation>,
    /// Every exit code that the run asks for, the one that is returned first.
    pub exit_codes: &'a [u8],
}

impl<'a> From<&'a RunResults> for RunReport<'a> {
    fn from(results: &'a RunResults) -> Self {
        Self {
            results,
            graduation: None,
            exit_codes: &[],
        }
    }
}

/// What a report on a recorded run is made of. The run alone is enough.
#[derive(Debug, Clone, Copy)]
pub struct RecordedReport<'a> {
    /// The run.
    pub run: &'a RecordedRun,
    /// Every exit code that the run asks for, the one that is returned first.
    pub exit_codes: &'a [u8],
}

impl<'a> From<&'a RecordedRun> for RecordedReport<'a> {
    fn from(run: &'a RecordedRun) -> Self {
        Self {
            run,
            exit_codes: &[],
        }
    }
}

/// What was in a report.
#[derive(Debug, Clone)]
pub enum Report {
    /// A run that went once over its suite.
    Run {
        /// What came of it.
        results: Box<RunResults>,
        /// How far the suite is from its graduation with it.
        graduation: Option<Graduation>,
        /// Every exit code that it asked for.
        exit_codes: Vec<u8>,
    },
    /// A run as a ledger has it.
    Recorded {
        /// The run.
        run: Box<RecordedRun>,
        /// Every exit code that it asked for.
        exit_codes: Vec<u8>,
    },
}

/// Writes the report on a single run to `out`, which need not be buffered, and flushes it.
///
/// Case by case, so that it takes no memory for all of them.
///
/// ```
/// # let results = sample_results::runs::eventful_run();
/// let mut report = Vec::new();
/// reporter_json::write_report(&results, &mut report)?;
/// assert!(report.starts_with(b"{\n  \"schema_version\": 1,\n  \"document\": \"run\","));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_report<'a>(report: impl Into<RunReport<'a>>, out: &mut impl Write) -> io::Result<()> {
    write(&RunDocumentWire::from(report.into()), out)
}

/// Writes the report on what a ledger holds of a run to `out`, which need not be buffered, and flushes
/// it.
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_recorded_report<'a>(
    report: impl Into<RecordedReport<'a>>,
    out: &mut impl Write,
) -> io::Result<()> {
    write(&RecordedDocumentWire::from(report.into()), out)
}

/// Writes the report on a run of load to `out`, which need not be buffered, and flushes it.
///
/// `exit_codes` are those that the run asks for, the one that is returned first. `docs/load.md` in the
/// repository tells the keys.
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_load_report(
    results: &LoadResults,
    exit_codes: &[u8],
    out: &mut impl Write,
) -> io::Result<()> {
    write(&LoadDocumentWire::of(results, exit_codes), out)
}

/// Writes the report on a search for the capacity to `out`, which need not be buffered, and flushes it.
///
/// `exit_codes` are those that it asks for. `docs/capacity.md` in the repository tells the keys.
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_capacity_report(
    results: &CapacityResults,
    exit_codes: &[u8],
    out: &mut impl Write,
) -> io::Result<()> {
    write(&CapacityDocumentWire::of(results, exit_codes), out)
}

/// What is written at once: reports of many cases have a hundred megabytes.
const BUFFER_BYTES: usize = 64 * 1024;

fn write(document: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, out);
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Layout::default());
    document.serialize(&mut serializer)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Reads a report back that this crate wrote, in this version or an earlier one.
///
/// What is computed from the rest, such as quantiles and trends, is computed again. Of what a case
/// expects of its output, a report has the words and what became of it, and not the expectation itself.
///
/// ```
/// use reporter_json::{Report, read, write_report};
///
/// # let results = sample_results::runs::eventful_run();
/// let mut report = Vec::new();
/// write_report(&results, &mut report)?;
/// let Report::Run { results: read, .. } = read(&report)? else { panic!("it is of a run") };
/// assert_eq!(read.cases.len(), results.cases.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When it is something else, of a later version, larger than [`MAX_REPORT_BYTES`], or not what this crate
/// writes.
pub fn read(report: &[u8]) -> Result<Report, ReadError> {
    let bytes = report.len() as u64;
    if bytes > MAX_REPORT_BYTES {
        return Err(ReadError::TooLarge { bytes });
    }
    match HeadWire::read(report)? {
        Document::Run => {
            let wire: RunDocumentWire<'_> =
                serde_json::from_slice(report).map_err(ReadError::Malformed)?;
            Ok(Report::try_from(wire)?)
        }
        Document::Recorded => {
            let wire: RecordedDocumentWire<'_> =
                serde_json::from_slice(report).map_err(ReadError::Malformed)?;
            Ok(Report::try_from(wire)?)
        }
        Document::Load => Err(ReadError::Load),
        Document::Capacity => Err(ReadError::Capacity),
    }
}
