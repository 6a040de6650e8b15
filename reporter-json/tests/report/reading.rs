//! What is no report is refused, and says why.

use proptest::prelude::*;
use reporter_json::{ReadError, read, write_report};
use sample_results::runs;
use serde_json::{Value, json};

fn eventful() -> Value {
    let mut report = Vec::new();
    write_report(&runs::eventful_run(), &mut report).expect("JSON");
    serde_json::from_slice(&report).expect("JSON")
}

/// Why `report` is refused: the message, and those below it.
fn refusal(report: impl AsRef<[u8]>) -> String {
    let error = read(report.as_ref()).expect_err("it is refused");
    let source = std::error::Error::source(&error);
    source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

#[test]
fn a_later_version_is_refused_by_its_number_whatever_else_it_says() {
    let later = json!({ "schema_version": 2, "document": "something new", "and": [1, 2] });
    let error = read(later.to_string().as_bytes()).expect_err("later");
    assert!(matches!(error, ReadError::Newer { version: 2 }), "{error}");
    assert_eq!(
        error.to_string(),
        "it has schema version 2, and this program knows no later one than 1: a newer gauntlet has written it"
    );
}

#[test]
fn what_is_no_report_is_called_so() {
    for text in [
        "",
        "# Markdown",
        "[]",
        "{\"tests\": []}",
        "{\"schema_version\": 0}",
    ] {
        let words = refusal(text);
        assert!(
            words.starts_with("it is no JSON report of gauntlet: "),
            "{words}"
        );
    }
}

#[test]
fn a_key_that_nobody_knows_a_missing_one_and_a_value_without_sense_are_named() {
    let mut report = eventful();
    report["surprise"] = json!(1);
    let words = refusal(report.to_string());
    assert!(words.contains("unknown field `surprise`"), "{words}");

    let mut report = eventful();
    report["cases"][0]
        .as_object_mut()
        .expect("a case")
        .remove("command");
    let words = refusal(report.to_string());
    assert!(words.contains("missing field `command`"), "{words}");

    for (place, value, words) in [
        (
            "/cases/0/match_on",
            json!("nowhere"),
            "\"nowhere\" is no part of an output",
        ),
        (
            "/run/started/at",
            json!("yesterday"),
            "\"yesterday\" is no moment",
        ),
        (
            "/problems/0/code",
            json!("bad-luck"),
            "\"bad-luck\" is no code of a problem",
        ),
        ("/elapsed_ms", json!(-1), "-1 ms is no duration"),
    ] {
        let mut report = eventful();
        *report.pointer_mut(place).expect("the place") = value;
        let refusal = refusal(report.to_string());
        assert!(refusal.contains(words), "{refusal}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = read(&bytes);
    }

    /// One value somewhere in a report is another one.
    #[test]
    fn a_report_that_was_tampered_with_is_read_or_refused(place: prop::sample::Index, with in 0..6usize) {
        let mut report = eventful();
        let mut places = Vec::new();
        collect(&report, String::new(), &mut places);
        let with = [json!(null), json!(-1), json!(1e300), json!(u64::MAX), json!("x"), json!([])][with].clone();
        let place: &String = place.get(&places);
        *report.pointer_mut(place).expect("a place") = with;
        let _ = read(report.to_string().as_bytes());
    }
}

fn collect(value: &Value, here: String, places: &mut Vec<String>) {
    match value {
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                collect(value, format!("{here}/{index}"), places);
            }
        }
        Value::Object(values) => {
            for (key, value) in values {
                collect(value, format!("{here}/{key}"), places);
            }
        }
        _ => {}
    }
    places.push(here);
}
