//! Writes the results of a run as an HTML report: one file that needs nothing else.
//!
//! There are four: [`write_report`] on a run that has just gone once over its suite, with a section for
//! each case, [`write_recorded_report`] on what a ledger holds of a run, with charts over its time,
//! [`write_load_report`] on a run of load, with charts of rates and of how long things took, and
//! [`write_capacity_report`] on a search for the capacity, with charts of its trials.
//!
//! The crate owns what the reports say, how it looks, and that nothing an executor or a suite sent
//! breaks out of its place. It refuses clocks, ledgers and files: results come in as a value, the
//! document goes out through [`io::Write`], and equal results give equal bytes.
//!
//! # What a document keeps to
//!
//! - It holds its style and its pictures, has no script, and asks no other host for anything. Its own
//!   Content-Security-Policy forbids all of that, but for this one style, which it names by its hash.
//! - It can be read without seeing colours, without a mouse and without eyes: outcomes have words
//!   beside their colours, lines differ in their dashes, and below each chart are the same figures as a
//!   table.
//! - It follows the reader's choice of light or dark, fits a phone, and prints light, with those parts
//!   open that the reader opened.
//! - On a recorded run, on load and on a search for the capacity, it stays below two mebibytes, whatever there is of attempts, cases, hours, outages
//!   and findings. Lists show their latest, gravest or worst entries and say what they leave out; charts
//!   merge hours until there are few enough points.

mod bounded;
mod buckets;
mod capacity;
mod environment;
mod excerpt;
mod facts;
mod format;
mod gates;
mod load;
mod page;
mod recorded;
mod run;
mod status;
mod summary;
mod text;
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
/// let options = reporter_html::ReportOptions { max_output_chars: 500, ..Default::default() };
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
    /// How many hours of a recorded run are listed, the latest ones. 168 by default: a week, which
    /// somebody looks at who looks once a week.
    pub max_hours: usize,
    /// How many points the charts over the time of a recorded run have at most. Where there are more
    /// hours, as many are merged into each point as it takes. 240 by default, which is what a line of a
    /// screen can show; with 0, there are no such charts.
    pub max_points: usize,
    /// The same for the charts of each case. 48 by default: there may be many cases.
    pub max_case_points: usize,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            max_output_chars: 2_000,
            max_failed_output_chars: 20_000,
            max_hours: 168,
            max_points: 240,
            max_case_points: 48,
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
/// use reporter_html::{ReportOptions, write_report};
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
/// let report = String::from_utf8(report).expect("HTML is text");
/// assert!(report.contains("<title>Simple Stress Test Report</title>"));
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
    run::write(&mut out, report.into(), options)?;
    out.flush()
}

/// Writes the report on what a ledger holds of `run` to `out`, which need not be buffered, and flushes
/// it.
///
/// The run may go on: its report is one as of the latest moment that the ledger knows. With the default
/// options it stays below two mebibytes. Times stand in the zone in which the run was started.
///
/// ```
/// use reporter_html::{ReportOptions, write_recorded_report};
///
/// # let run = sample_results::recorded_runs::interim();
/// let mut report = Vec::new();
/// write_recorded_report(&run, &ReportOptions::default(), &mut report)?;
/// let report = String::from_utf8(report).expect("HTML is text");
/// assert!(report.contains("The soak goes on"));
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

/// Writes the report on a run of load to `out`, which need not be buffered, and flushes it. It stays below
/// two mebibytes.
///
/// ```
/// use reporter_html::{ReportOptions, write_load_report};
///
/// # let results = sample_results::load::eventful_load();
/// let mut report = Vec::new();
/// write_load_report(&results, &ReportOptions::default(), &mut report)?;
/// let report = String::from_utf8(report).expect("HTML is text");
/// assert!(report.contains("<title>Simple Stress Tests Load Report</title>"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_load_report(
    results: &LoadResults,
    options: &ReportOptions,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    load::write(&mut out, results, options)?;
    out.flush()
}

/// Writes the report on a search for the capacity to `out`, which need not be buffered, and flushes it. It stays
/// below two mebibytes.
///
/// ```
/// use reporter_html::{ReportOptions, write_capacity_report};
///
/// # let results = sample_results::capacity::found_capacity();
/// let mut report = Vec::new();
/// write_capacity_report(&results, &ReportOptions::default(), &mut report)?;
/// let report = String::from_utf8(report).expect("HTML is text");
/// assert!(report.contains("<title>Simple Stress Tests Capacity Report</title>"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_capacity_report(
    results: &CapacityResults,
    options: &ReportOptions,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    capacity::write(&mut out, results, options)?;
    out.flush()
}
