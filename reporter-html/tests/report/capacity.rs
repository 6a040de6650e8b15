//! Reports on searches for the capacity.

use std::time::Duration;

use load::{
    ArrivalRate,
    capacity::{CapacityResults, Known, Stopped, TrialReport, TrialVerdict},
};
use reporter_html::{ReportOptions, write_capacity_report};
use runner_core::results::{GateBound, GateResult, GateValue};
use sample_results::capacity::{eventful_capacity, found_capacity};

use crate::dom::{Document, Element};

const MIB: usize = 1024 * 1024;

pub(crate) fn report(results: &CapacityResults) -> String {
    let mut report = Vec::new();
    write_capacity_report(results, &ReportOptions::default(), &mut report)
        .expect("memory takes everything");
    String::from_utf8(report).expect("HTML is text")
}

fn read(results: &CapacityResults) -> Document {
    Document::read(&report(results))
}

/// The elements of this class in a chart.
fn marks(document: &Document, chart: &str, class: &str) -> Vec<Element> {
    let title = format!("chart-{chart}-title");
    let charts = document.all("svg");
    let is_it = |it: &&Element| {
        let labels = it.attribute("aria-labelledby").unwrap_or_default();
        labels.starts_with(&title)
    };
    let found = charts.iter().find(is_it);
    let found = found.unwrap_or_else(|| panic!("no chart {chart}"));
    let all = ["circle", "path"].map(|name| found.all(name)).concat();
    all.into_iter()
        .filter(|it| it.attribute("class").as_deref() == Some(class))
        .collect()
}

#[test]
fn a_search_in_which_everything_happened() {
    insta::assert_snapshot!(read(&eventful_capacity()).tree());
}

#[test]
fn a_search_that_found_what_was_sought() {
    insta::assert_snapshot!(read(&found_capacity()).tree());
}

#[test]
fn equal_results_give_equal_bytes() {
    assert_eq!(report(&eventful_capacity()), report(&eventful_capacity()));
}

#[test]
fn every_trial_is_a_mark_by_what_it_shows() {
    let results = eventful_capacity();
    let document = read(&results);
    let count = |evidence| {
        let trials = results.trials.iter();
        let same = trials.filter(|trial| trial.verdict.evidence() == evidence);
        same.count()
    };
    for (class, evidence) in [
        ("mark good", Some(true)),
        ("mark bad", Some(false)),
        ("mark open", None),
    ] {
        let drawn = marks(&document, "trials", class);
        assert!(!drawn.is_empty(), "{class}");
        assert_eq!(drawn.len(), count(evidence), "{class}");
    }
    let pointed_at = document.all("title");
    let words: Vec<_> = pointed_at.iter().map(Element::text).collect();
    assert!(
        words.contains(&"trial 2 at 20/s: does not hold".to_owned()),
        "{words:?}"
    );
}

#[test]
fn the_interval_and_the_bound_are_drawn_where_they_are_known() {
    let mut results = eventful_capacity();
    let document = read(&results);
    for chart in ["trials", "gate-1", "gate-2"] {
        assert_eq!(marks(&document, chart, "likely").len(), 1, "{chart}");
        assert_eq!(marks(&document, chart, "estimate").len(), 1, "{chart}");
    }
    assert_eq!(marks(&document, "gate-1", "bound").len(), 1);
    results.known = Known::AtLeast(ArrivalRate::of(10.0).expect("a rate"));
    let document = read(&results);
    assert!(marks(&document, "trials", "likely").is_empty());
    assert_eq!(marks(&document, "trials", "estimate").len(), 1);
}

#[test]
fn a_gate_says_up_to_which_rate_it_held_and_from_which_on_it_did_not() {
    let table = read(&eventful_capacity())
        .table("Gates, and in how many trials that show something they held.");
    assert_eq!(table.column("Trials"), ["3", "3"]);
    assert_eq!(table.column("Held up to"), ["14/s", "20/s"]);
    assert_eq!(table.column("Failed from"), ["20/s", "–"]);
}

#[test]
fn a_search_that_never_began_tells_why_and_draws_nothing() {
    let mut results = eventful_capacity();
    results.trials.clear();
    results.known = Known::Nothing;
    results.health = None;
    let document = read(&results);
    assert!(document.all("svg").is_empty());
    let headings: Vec<_> = document.all("h2").iter().map(Element::text).collect();
    assert_eq!(
        headings,
        ["✗ Capacity: unknown", "Run", "Capacity", "Environment"]
    );
}

#[test]
fn whatever_goes_into_it_it_fits_into_two_mebibytes() {
    let mut results = eventful_capacity();
    let long = "\u{202e}\"<&é".repeat(400);
    let gate = |number: usize| GateResult {
        name: format!("case[{number}{long}].p95.duration").into(),
        bound: GateBound::AtMostTime(Duration::from_millis(500)),
        value: Some(GateValue::Time(Duration::from_millis(100 + number as u64))),
        margin: Some(long.clone()),
        holds: number.is_multiple_of(3),
    };
    let gates: Vec<_> = (0..200).map(gate).collect();
    let trial = TrialReport {
        verdict: TrialVerdict::GateFailed,
        stopped: Stopped::AsLost,
        gates,
        ..results.trials[0].clone()
    };
    results.trials = vec![trial; 2_000];
    results.info.run.suite_description.clone_from(&long);
    results.info.run.environment = vec![(long.clone(), long.clone()); 1_000];
    if let Some(health) = &mut results.health {
        health.body = long.repeat(100);
    }
    let text = report(&results);
    assert!(text.len() < 2 * MIB, "{} bytes", text.len());
    for told in [
        "The first 1,800 are not shown.",
        "further gates are not listed",
        "these are those that failed most often",
        " trials are not listed.",
    ] {
        assert!(text.contains(told), "{told}");
    }
    assert_eq!(
        marks(&Document::read(&text), "trials", "mark bad").len(),
        200
    );
}
