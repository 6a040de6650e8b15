//! Writes the results of a run as a Markdown report.
//!
//! The crate owns what the report says, in which order, and that nothing an executor or a suite sent
//! breaks out of its place in it. It refuses clocks, ledgers and files: results come in as a value,
//! the document goes out through [`io::Write`], and equal results give equal bytes.

mod agent;
mod case;
mod document;
mod escape;
mod excerpt;
mod format;

use std::io::{self, BufWriter, Write};

use runner_core::results::RunResults;

/// How much a report shows.
///
/// ```
/// let options = reporter_md::ReportOptions { max_output_chars: 500, ..Default::default() };
/// assert_eq!(options.max_failed_output_chars, 20_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportOptions {
    /// How many characters of a case's output are shown, half of them from its beginning and half
    /// from its end. 2,000 by default; with 0, only the size is told.
    pub max_output_chars: usize,
    /// The same for a case that did not pass, and for the words in which its error is told. 20,000
    /// by default: whoever reads on wants to find the cause, not a hint at it.
    pub max_failed_output_chars: usize,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            max_output_chars: 2_000,
            max_failed_output_chars: 20_000,
        }
    }
}

/// Writes the report on `results` to `out`, which need not be buffered, and flushes it.
///
/// ```
/// use std::time::Duration;
///
/// use jiff::{Timestamp, tz::TimeZone};
/// use reporter_md::{ReportOptions, write_report};
/// use runner_core::results::{RunInfo, RunProblem, RunResults};
///
/// let results = RunResults {
///     run: RunInfo {
///         marker: "SIMPLE_STRESS_TEST_20250630_214505".into(),
///         started_at: Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC),
///         suite_path: "configs/simple_stress_tests.json".into(),
///         suite_stem: "simple_stress_tests".into(),
///         suite_description: String::new(),
///         version: "0.1.0".into(),
///         executor: "http://localhost:8000".into(),
///         environment: Vec::new(),
///     },
///     health: None,
///     cases: Vec::new(),
///     gates: Vec::new(),
///     elapsed: Duration::from_millis(1_230),
///     problems: vec![RunProblem::NothingTried],
/// };
/// let mut report = Vec::new();
/// write_report(&results, &ReportOptions::default(), &mut report)?;
/// assert!(report.starts_with(b"# Simple Stress Test Report\n"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_report(
    results: &RunResults,
    options: &ReportOptions,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    document::write(&mut out, results, options)?;
    out.flush()
}
