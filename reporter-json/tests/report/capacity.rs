//! The document on a search for the capacity.

use reporter_json::{ReadError, read, write_capacity_report};
use sample_results::capacity::{eventful_capacity, found_capacity};
use serde_json::{Value, json};

use crate::load::assert_keys_are_told;

fn report(results: &::load::capacity::CapacityResults) -> Vec<u8> {
    let mut report = Vec::new();
    write_capacity_report(results, &[104], &mut report).expect("memory takes everything");
    report
}

fn parsed(results: &::load::capacity::CapacityResults) -> Value {
    serde_json::from_slice(&report(results)).expect("JSON")
}

#[test]
fn every_key_is_documented() {
    let documents = [eventful_capacity(), found_capacity()].map(|results| parsed(&results));
    let documented = concat!(
        include_str!("../../../docs/capacity.md"),
        include_str!("../../../docs/load.md")
    );
    assert_keys_are_told(&documents, documented, 40);
}

#[test]
fn what_was_found_stands_where_it_is_looked_for() {
    let json = parsed(&eventful_capacity());
    assert_eq!(json["document"], "capacity");
    assert_eq!(json["end"], "executor-lost");
    assert_eq!(json["exit_codes"], json!([104]));
    let verdicts: Vec<_> = json["trials"]
        .as_array()
        .expect("trials")
        .iter()
        .map(|trial| trial["verdict"].clone())
        .collect();
    assert_eq!(
        verdicts,
        [
            "holds",
            "gate-failed",
            "not-taken",
            "invalid",
            "invalid",
            "invalid"
        ]
    );
    assert_eq!(json["trials"][1]["ended_early"], true);
    let (low, high) = (
        &json["capacity"]["low_per_second"],
        &json["capacity"]["high_per_second"],
    );
    assert!(low.as_f64() < high.as_f64(), "{}", json["capacity"]);
}

#[test]
fn no_other_report_is_made_of_it() {
    let error = read(&report(&found_capacity())).expect_err("not yet");
    assert!(matches!(error, ReadError::Capacity), "{error}");
}
