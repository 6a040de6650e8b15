//! Reports on results of single runs.

use reporter_html::{ReportOptions, write_report};
use runner_core::results::RunResults;
pub(crate) use sample_results::{cases::*, runs::*};

/// The report on `results` with the default options.
pub(crate) fn report(results: &RunResults) -> String {
    report_with(results, &ReportOptions::default())
}

pub(crate) fn report_with(results: &RunResults, options: &ReportOptions) -> String {
    let mut document = Vec::new();
    write_report(results, options, &mut document).expect("memory takes all");
    String::from_utf8(document).expect("HTML is text")
}
