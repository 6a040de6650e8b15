//! What drifted over a run.

use run_stats::{ChangePoint, Drift};
use runner_core::{
    drift::{DriftWords, Series, Windows},
    recorded::RecordedRun,
    text::{Grouped, Human, Many},
};
use serde::Serialize;

use crate::{ledger::page::Page, records::ms};

/// Shows what was found, or that nothing was, or that nobody can know yet.
pub(super) fn add_to(page: &mut Page, run: &RecordedRun) {
    let Some(windows) = run.drift_windows() else {
        return;
    };
    page.section(format_args!(
        "Drift, over {} of {}",
        Many(windows.totals.len() as u64, "window"),
        Human(windows.width)
    ));
    if !windows.are_enough() {
        page.line(format_args!(
            "too early to tell: {} with data are needed",
            Human(windows.enough())
        ));
        return;
    }
    let mut is_any = false;
    for found in windows.findings() {
        is_any = true;
        page.line(format_args!("! {found}"));
    }
    if !is_any {
        page.line("none found");
    }
    if windows.cases_left_out > 0 {
        page.line(format_args!(
            "{} with fewer attempts were not looked at",
            Grouped(windows.cases_left_out as u64)
        ));
    }
}

/// The drift of a run, as JSON.
#[derive(Serialize)]
pub(super) struct DriftJson<'a> {
    window_ms: f64,
    windows: usize,
    cases_left_out: usize,
    /// The quantities of the whole run, and those of cases about which there is something to say.
    series: Vec<SeriesJson<'a>>,
}

#[derive(Serialize)]
struct SeriesJson<'a> {
    quantity: &'static str,
    case: Option<&'a str>,
    /// In seconds, bytes, processors, or as a share between 0 and 1.
    level: f64,
    /// Whether a trend was found.
    found: bool,
    per_hour: f64,
    per_hour_low: Option<f64>,
    per_hour_high: Option<f64>,
    certainty: f64,
    changes: Vec<ChangeJson>,
    words: Option<String>,
}

#[derive(Serialize)]
struct ChangeJson {
    at: String,
    before: f64,
    after: f64,
    certainty: f64,
}

/// What is written about `windows`; `None` if they are too few to say anything.
pub(super) fn json(windows: &Windows) -> Option<DriftJson<'_>> {
    let told = windows
        .series
        .iter()
        .filter(|series| series.case_id.is_none() || series.is_conspicuous());
    windows.are_enough().then(|| DriftJson {
        window_ms: ms(windows.width),
        windows: windows.totals.len(),
        cases_left_out: windows.cases_left_out,
        series: told
            .filter_map(|series| Some(series_json(windows, series, series.drift.as_ref()?)))
            .collect(),
    })
}

fn series_json<'a>(windows: &'a Windows, series: &'a Series, drift: &Drift) -> SeriesJson<'a> {
    let interval = drift.per_hour_interval();
    let change = |change: &ChangePoint| ChangeJson {
        at: windows.start_of(change.window).to_string(),
        before: change.before,
        after: change.after,
        certainty: 1.0 - change.p_value,
    };
    SeriesJson {
        quantity: series.quantity.as_str(),
        case: series.case_id.as_deref(),
        level: drift.level(),
        found: drift.is_found(),
        per_hour: drift.per_hour(),
        per_hour_low: interval.map(|interval| interval.low),
        per_hour_high: interval.map(|interval| interval.high),
        certainty: drift.certainty(),
        changes: drift.change_points().iter().map(change).collect(),
        words: series
            .is_conspicuous()
            .then(|| DriftWords { series, windows }.to_string()),
    }
}
