//! Reports on recorded runs.

use reporter_html::{ReportOptions, write_recorded_report};
use runner_core::recorded::RecordedRun;
pub(crate) use sample_results::{recorded::*, recorded_runs::*};

/// The report on `run` with the default options.
pub(crate) fn report(run: &RecordedRun) -> String {
    report_with(run, &ReportOptions::default())
}

pub(crate) fn report_with(run: &RecordedRun, options: &ReportOptions) -> String {
    let mut document = Vec::new();
    write_recorded_report(run, options, &mut document).expect("memory takes all");
    String::from_utf8(document).expect("HTML is text")
}
