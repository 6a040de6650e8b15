//! The document on a run of load.

use std::collections::BTreeSet;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use reporter_json::{ReadError, read, write_load_report};
use run_stats::DurationHistogram;
use sample_results::load::{calm_load, eventful_load};
use serde_json::Value;

fn report(results: &::load::LoadResults) -> Vec<u8> {
    let mut report = Vec::new();
    write_load_report(results, &[104, 107], &mut report).expect("memory takes everything");
    report
}

/// What other documents have as well, and `docs/report.schema.json` tells of.
const SHARED: [&str; 4] = ["run", "health", "gates", "problems"];

/// The keys of a value and of all that is in it.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields.iter().filter(|(key, _)| !SHARED.contains(&&***key)) {
                found.insert(key.clone());
                // The names of outcomes are no keys.
                if key != "outcomes" {
                    keys(value, found);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

#[test]
fn every_key_is_documented() {
    let documented = include_str!("../../../docs/load.md");
    let documents = [eventful_load(), calm_load()]
        .map(|results| serde_json::from_slice(&report(&results)).expect("JSON"));
    assert_keys_are_told(&documents, documented, 50);
}

/// Fails where documents have a key that is not told of, or fewer of them than that.
#[track_caller]
pub(crate) fn assert_keys_are_told(documents: &[Value], documented: &str, at_least: usize) {
    let mut found = BTreeSet::new();
    for document in documents {
        keys(document, &mut found);
    }
    assert!(found.len() > at_least, "{found:?}");
    for key in found {
        let is_told = [format!("`{key}`"), format!("`{key}[]`")];
        let is_told = is_told.iter().any(|text| documented.contains(text));
        assert!(is_told, "no page tells of {key}");
    }
}

#[test]
fn what_was_measured_stands_where_it_is_looked_for() {
    let results = eventful_load();
    let json: Value = serde_json::from_slice(&report(&results)).expect("JSON");
    assert_eq!(json["document"], "load");
    assert_eq!(json["exit_codes"], serde_json::json!([104, 107]));
    assert_eq!(
        json["total"]["outcomes"],
        serde_json::json!({ "failed": 3, "passed": 190 })
    );
    assert_eq!(json["cases"][1]["response"]["count"], 90);
    assert_eq!(json["failures"][0]["count"], 3);
    assert_eq!(json["pace"]["never_begun"], 5);
    assert_eq!(json["series"]["points"][2]["outcomes"]["passed"], 62);
    assert_eq!(json["model"]["stages"][0]["to_per_second"], 200.0);
}

#[test]
fn histograms_are_whole_so_that_those_of_several_processes_merge() {
    let results = eventful_load();
    let json: Value = serde_json::from_slice(&report(&results)).expect("JSON");
    let text = json["total"]["response"]["hdr_base64"]
        .as_str()
        .expect("text");
    let bytes = BASE64_STANDARD.decode(text).expect("base64");
    let read = DurationHistogram::from_bytes(&bytes).expect("a histogram");
    assert_eq!(read, results.measured.total().response);
}

#[test]
fn a_closed_load_has_no_schedule() {
    let json: Value = serde_json::from_slice(&report(&calm_load())).expect("JSON");
    assert_eq!(json["pace"], Value::Null);
    assert_eq!(json["model"]["concurrency"], 64);
}

#[test]
fn no_other_report_is_made_of_it() {
    let error = read(&report(&calm_load())).expect_err("not yet");
    assert!(matches!(error, ReadError::Load), "{error}");
}
