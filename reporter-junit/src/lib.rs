//! Writes the results of a run as a JUnit report, the XML that CI servers read.
//!
//! There are two: [`write_report`] on a run that has just gone once over its suite, and
//! [`write_recorded_report`] on what a ledger holds of a run.
//!
//! The crate owns what becomes of outcomes in a format that knows fewer of them, and that the document is
//! XML whatever an executor or a suite sent. It refuses clocks, ledgers and files: results come in as a
//! value, the document goes out through [`io::Write`], and equal results give equal bytes. It writes the
//! few elements there are by itself, one case after the other, in no more memory than one takes.
//!
//! # What becomes of what
//!
//! | of the run | in the document |
//! | --- | --- |
//! | a case | a `testcase`, named by its id, of the class `suite.category` |
//! | failed, timed out, stalled | `failure`, with the outcome as its type |
//! | infrastructure error, harness error | `error` |
//! | skipped, not run, cancelled | `skipped` |
//! | attempts that did not pass before one that did | `flakyFailure`, `flakyError` |
//! | a case that is flaky, where that is to be no success | `failure` of the type `flaky` |
//! | a case that was tried as often as it may be and is not clear | `failure` of the type `inconclusive` |
//! | of a case that did not pass, attempts that did not besides the last such | `rerunFailure`, `rerunError` |
//! | a case of a soak that failed, while the soak is a success | `flakyFailure`: gates decide |
//! | a gate | a `testcase` of the class `suite.gates`, a `failure` if it does not hold |
//! | what else speaks against the run | a `testcase` of the class `suite.run`, an `error` |
//!
//! So a document has neither failures nor errors exactly if the run has no problem and no case failed.
//! Elements and attributes are those that the schema of Jenkins knows (`junit-10.xsd`), which others are
//! content with as well.

mod recorded;
mod run;
mod trials;
mod whole;
mod xml;

use std::io::{self, BufWriter, Write};

use runner_core::{recorded::RecordedRun, results::RunResults};

/// How much a report shows.
///
/// ```
/// let options = reporter_junit::ReportOptions { max_output_chars: 500, ..Default::default() };
/// assert_eq!(options.max_failed_output_chars, 20_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportOptions {
    /// How many characters of a case's output are shown, half of them from its beginning and half
    /// from its end. 2,000 by default.
    pub max_output_chars: usize,
    /// The same for a case that did not pass, and for the words in which its error is told. 20,000
    /// by default.
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

/// Writes the report on a single run to `out`, which need not be buffered, and flushes it.
///
/// ```
/// use reporter_junit::{ReportOptions, write_report};
///
/// # let results = sample_results::runs::eventful_run();
/// let mut report = Vec::new();
/// write_report(&results, &ReportOptions::default(), &mut report)?;
/// assert!(report.starts_with(br#"<?xml version="1.0" encoding="UTF-8"?>"#));
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
    run::write(&mut out, results, options)?;
    out.flush()
}

/// Writes the report on what a ledger holds of `run` to `out`, which need not be buffered, and flushes
/// it. A case is one `testcase`, however many attempts were made of it.
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_recorded_report(
    run: &RecordedRun,
    options: &ReportOptions,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    recorded::write(&mut out, run, options)?;
    out.flush()
}
