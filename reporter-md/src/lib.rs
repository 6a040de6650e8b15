//! Writes the results of a run as a Markdown report.
//!
//! There are two: [`write_report`] on a run that has just gone once over its suite, with a section for
//! each case, and [`write_recorded_report`] on what a ledger holds of a run, however many attempts it
//! consists of. Both have a short form for the summary page of a step in GitHub Actions
//! ([`write_step_summary`], [`write_recorded_step_summary`]), in which failures come first and which is
//! bounded.
//!
//! The crate owns what the reports say, in which order, and that nothing an executor or a suite sent
//! breaks out of its place in them. It refuses clocks, ledgers and files: results come in as a value,
//! the document goes out through [`io::Write`], and equal results give equal bytes.

mod agent;
mod attempts;
mod capacity;
mod case;
mod cell;
mod document;
mod environment;
mod escape;
mod excerpt;
mod expectations;
mod field;
mod format;
mod gates;
mod load;
mod recorded;
mod step_summary;
mod summary;
mod verdict;

use std::io::{self, BufWriter, Write};

use ::load::{LoadResults, capacity::CapacityResults};
use runner_core::{
    recorded::{Graduation, RecordedRun},
    results::RunResults,
};

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
    /// How many hours of a recorded run are listed, the latest ones; the same for each of its cases.
    /// 168 by default: a week, which somebody looks at who looks once a week.
    pub max_hours: usize,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            max_output_chars: 2_000,
            max_failed_output_chars: 20_000,
            max_hours: 168,
        }
    }
}

/// What a report on a single run is made of. The results alone are enough.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What came of the run.
    pub results: &'a RunResults,
    /// How far the suite is from its graduation with it; `None` where nobody keeps a ledger.
    pub graduation: Option<&'a Graduation>,
}

impl<'a> From<&'a RunResults> for Report<'a> {
    fn from(results: &'a RunResults) -> Self {
        let graduation = None;
        Self {
            results,
            graduation,
        }
    }
}

/// Writes the report on a single run to `out`, which need not be buffered, and flushes it.
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
///     bundles: Default::default(),
/// };
/// let mut report = Vec::new();
/// write_report(&results, &ReportOptions::default(), &mut report)?;
/// assert!(report.starts_with(b"# Simple Stress Test Report\n"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_report<'a>(
    report: impl Into<Report<'a>>,
    options: &ReportOptions,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    document::write(&mut out, report.into(), options)?;
    out.flush()
}

/// Writes the report on a run of load to `out`, which need not be buffered, and flushes it.
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_load_report(results: &LoadResults, out: &mut impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    load::write(&mut out, results)?;
    out.flush()
}

/// Writes the report on a search for the capacity to `out`, which need not be buffered, and flushes it.
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_capacity_report(results: &CapacityResults, out: &mut impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    capacity::write(&mut out, results)?;
    out.flush()
}

/// Writes the report on what a ledger holds of `run` to `out`, which need not be buffered, and flushes
/// it.
///
/// The run may go on: its report is one as of the latest moment that the ledger knows. All lists that
/// grow with time are bounded, so that the document does not grow with the number of attempts. Times
/// stand in the zone in which the run was started.
///
/// ```
/// use reporter_md::{ReportOptions, write_recorded_report};
///
/// # let run = sample_results::recorded_runs::interim();
/// let mut report = Vec::new();
/// write_recorded_report(&run, &ReportOptions::default(), &mut report)?;
/// assert!(report.starts_with("# Simple Stress Soak Report\n\n⏳ **The soak goes on**".as_bytes()));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_recorded_report(
    run: &RecordedRun,
    options: &ReportOptions,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    recorded::write(&mut out, recorded::View { run }, options)?;
    out.flush()
}

/// So many bytes of a summary GitHub shows; of a larger one it shows nothing. What a step has appended
/// before counts as well.
pub const MAX_STEP_SUMMARY_BYTES: usize = 1024 * 1024;

/// Writes a summary of a single run to `out`: at most `max_bytes`, the failed cases first.
///
/// ```
/// # let results = sample_results::runs::eventful_run();
/// let mut summary = Vec::new();
/// reporter_md::write_step_summary(&results, 10_000, &mut summary)?;
/// assert!(summary.len() <= 10_000);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Only those of `out`.
pub fn write_step_summary<'a>(
    report: impl Into<Report<'a>>,
    max_bytes: usize,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    step_summary::write(&mut out, report.into(), max_bytes)?;
    out.flush()
}

/// The same on what a ledger holds of `run`.
///
/// # Errors
/// Only those of `out`.
pub fn write_recorded_step_summary(
    run: &RecordedRun,
    max_bytes: usize,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    step_summary::write_recorded(&mut out, run, max_bytes)?;
    out.flush()
}
