//! What is written for programs: one JSON document, and the values that several of them have in common.
//!
//! Keys are stable, and have units in their names. What is not known is null.

use std::{fmt::Write as _, io};

use jiff::{Timestamp, Zoned};
use run_ledger::RunLine;
use run_stats::{DurationHistogram, Proportion, SuccessRatio};
use runner_core::{
    recorded::{OutcomeCounts, RecordedRun, RecordedState, RunKind},
    results::Counts,
    text::Shown,
};
use serde::Serialize;

use crate::{error::CliError, records::ms, streams};

/// The version of all documents: a key that is taken away, or means something else, makes a new one.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<'a, T> {
    schema: u32,
    #[serde(flatten)]
    body: &'a T,
}

/// Writes a document to standard output.
pub(crate) fn print(body: &impl Serialize) -> Result<(), CliError> {
    let schema = SCHEMA;
    let text = serde_json::to_string_pretty(&Document { schema, body })
        .map_err(|error| CliError::Output(io::Error::from(error)))?;
    streams::print(harmless(&text))
}

/// The same document without a character that does anything to a terminal. JSON itself needs none of
/// them, so that they can only be in texts, where they may stand by number.
fn harmless(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if Shown::of(c) == Shown::Itself {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

/// A moment in the zone that it was told in.
pub(crate) fn moment(at: &Zoned) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A moment in the zone of `run`.
pub(crate) fn moment_of(at: Timestamp, run: &Zoned) -> String {
    moment(&at.to_zoned(run.time_zone().clone()))
}

/// Which run it is, and how it stands.
#[derive(Serialize)]
pub(crate) struct RunJson<'a> {
    id: u64,
    marker: &'a str,
    kind: &'static str,
    suite: &'a str,
    /// The SHA-256 of the suite that was in force last; null if nothing was tried.
    suite_hash: Option<&'a str>,
    started_at: String,
    elapsed_ms: f64,
    state: String,
    resumable: bool,
    problems: Vec<&'a str>,
}

impl<'a> From<&'a RunLine> for RunJson<'a> {
    fn from(run: &'a RunLine) -> Self {
        let (state, resumable) = standing(run.kind, &run.state);
        Self {
            id: run.id,
            marker: &run.marker,
            kind: run.kind.as_str(),
            suite: &run.suite_path,
            suite_hash: Some(&run.suite_hash),
            started_at: moment(&run.started_at),
            elapsed_ms: ms(run.elapsed),
            state,
            resumable,
            problems: run.problems.iter().map(String::as_str).collect(),
        }
    }
}

impl<'a> From<&'a RecordedRun> for RunJson<'a> {
    fn from(run: &'a RecordedRun) -> Self {
        let (state, resumable) = standing(run.kind, &run.state);
        Self {
            id: run.id,
            marker: &run.run.marker,
            kind: run.kind.as_str(),
            suite: &run.run.suite_path,
            suite_hash: run.suites.last().map(|suite| &*suite.hash),
            started_at: moment(&run.run.started_at),
            elapsed_ms: ms(run.elapsed),
            state,
            resumable,
            problems: run.problems.iter().map(|problem| &*problem.code).collect(),
        }
    }
}

/// The stable name of how a run stands, and whether more can come of it.
fn standing(kind: RunKind, state: &RecordedState) -> (String, bool) {
    let name = match state {
        RecordedState::Running => "running",
        RecordedState::Broken => "broken-off",
        RecordedState::Ended(end) => end,
    };
    (name.to_owned(), state.is_resumable(kind))
}

/// How many attempts came to what, with the keys of the machine records.
#[derive(Serialize)]
pub(crate) struct CountsJson {
    attempts: u64,
    passed: u64,
    failed: u64,
    infrastructure_errors: u64,
    harness_errors: u64,
    skipped: u64,
    not_run: u64,
    success: ShareJson,
}

impl From<&Counts> for CountsJson {
    fn from(counts: &Counts) -> Self {
        Self {
            attempts: counts.total,
            passed: counts.passed,
            failed: counts.failed,
            infrastructure_errors: counts.infrastructure_errors,
            harness_errors: counts.harness_errors,
            skipped: counts.skipped,
            not_run: counts.not_run,
            success: counts.success().into(),
        }
    }
}

impl From<&OutcomeCounts> for CountsJson {
    fn from(outcomes: &OutcomeCounts) -> Self {
        Self::from(&outcomes.counts())
    }
}

/// An observed share, between 0 and 1, with its interval at 95 % confidence.
#[derive(Serialize)]
pub(crate) struct ShareJson {
    passed: u64,
    tried: u64,
    rate: Option<f64>,
    rate_low: Option<f64>,
    rate_high: Option<f64>,
}

impl From<Proportion> for ShareJson {
    fn from(share: Proportion) -> Self {
        let interval = share.wilson_95();
        Self {
            passed: share.successes(),
            tried: share.trials(),
            rate: share.rate(),
            rate_low: interval.map(|interval| interval.low),
            rate_high: interval.map(|interval| interval.high),
        }
    }
}

impl From<SuccessRatio> for ShareJson {
    fn from(ratio: SuccessRatio) -> Self {
        ratio.proportion().into()
    }
}

/// How long something took.
#[derive(Serialize)]
pub(crate) struct DurationsJson {
    count: u64,
    min_ms: Option<f64>,
    mean_ms: Option<f64>,
    p50_ms: Option<f64>,
    p95_ms: Option<f64>,
    p99_ms: Option<f64>,
    max_ms: Option<f64>,
}

impl From<&DurationHistogram> for DurationsJson {
    fn from(durations: &DurationHistogram) -> Self {
        let quantile = |q| durations.quantile(q).map(ms);
        Self {
            count: durations.count(),
            min_ms: durations.min().map(ms),
            mean_ms: durations.mean().map(ms),
            p50_ms: quantile(0.5),
            p95_ms: quantile(0.95),
            p99_ms: quantile(0.99),
            max_ms: durations.max().map(ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_act_on_a_terminal_stands_by_number_and_means_the_same() {
        let foreign = "a\u{1b}\u{9b}31m\u{202e}\u{e0041}\u{7f}é\n\"\\";
        let json = serde_json::to_string(foreign).unwrap();
        let shown = harmless(&json);
        let expected =
            "\"a\\u001b\\u009b31m\\u202e\\udb40\\udc41\\u007f\u{e9}\\n\\\"\\\\\"".to_owned();
        assert_eq!(shown, expected);
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), foreign);
    }

    #[test]
    fn what_is_not_known_is_null() {
        let durations = serde_json::to_value(DurationsJson::from(&DurationHistogram::new()));
        assert_eq!(durations.unwrap()["p50_ms"], serde_json::Value::Null);
        let share = serde_json::to_value(ShareJson::from(Proportion::new(0, 0)));
        assert_eq!(share.unwrap()["rate"], serde_json::Value::Null);
    }
}
