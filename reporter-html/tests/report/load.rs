//! Reports on load.

use std::time::Duration;

use load::{CaseLoad, Failures, LoadResults, ModelInfo, Point, Series};
use reporter_html::{ReportOptions, write_load_report};
use runner_core::{
    outcome::{Outcome, OutcomeClass},
    results::{AttemptReport, CapturedOutput},
};
use sample_results::load::{calm_load, eventful_load};

use crate::dom::{Document, Element};

const MIB: usize = 1024 * 1024;

pub(crate) fn report(results: &LoadResults) -> String {
    let mut report = Vec::new();
    write_load_report(results, &ReportOptions::default(), &mut report)
        .expect("memory takes everything");
    String::from_utf8(report).expect("HTML is text")
}

fn read(results: &LoadResults) -> Document {
    Document::read(&report(results))
}

/// The attribute `d` of the paths of this class in a chart.
fn paths(document: &Document, chart: &str, class: &str) -> Vec<String> {
    let title = format!("chart-{chart}-title");
    let is_it = |it: &&Element| {
        let labels = it.attribute("aria-labelledby").unwrap_or_default();
        labels.starts_with(&title)
    };
    let charts = document.all("svg");
    let chart = charts
        .iter()
        .find(is_it)
        .unwrap_or_else(|| panic!("no chart {chart}"));
    let paths = chart.all("path");
    let of_class = paths
        .iter()
        .filter(|path| path.attribute("class").as_deref() == Some(class));
    of_class.filter_map(|path| path.attribute("d")).collect()
}

#[test]
fn a_load_in_which_everything_happened() {
    insta::assert_snapshot!(read(&eventful_load()).tree());
}

#[test]
fn a_closed_load_of_which_all_is_well() {
    insta::assert_snapshot!(read(&calm_load()).tree());
}

#[test]
fn equal_results_give_equal_bytes() {
    assert_eq!(report(&eventful_load()), report(&eventful_load()));
}

#[test]
fn waits_for_the_executor_show_as_a_curve_of_their_own_in_the_open_model_alone() {
    let open = read(&eventful_load());
    let [response, service] =
        ["response", "service"].map(|class| paths(&open, "percentiles", class));
    assert_eq!([response.len(), service.len()], [1, 1]);
    assert_ne!(response, service);
    let closed = read(&calm_load());
    assert_eq!(paths(&closed, "percentiles", "response").len(), 1);
    assert!(paths(&closed, "percentiles", "service").is_empty());
    let headings = closed.all("h2");
    assert!(headings.iter().all(|it| it.text() != "Schedule lag"));
}

#[test]
fn the_intended_rate_is_a_line_that_follows_the_stages() {
    let mut results = eventful_load();
    let stages = ["2s:100/s", "1s:50/s"].map(|text| text.parse().expect("a stage"));
    results.load.model = ModelInfo::Open {
        stages: stages.into(),
        spacing: load::Spacing::Constant,
        max_in_flight: 64,
    };
    // Three steps at 100, 100 and 50 of an axis that ends at 100.
    let lines = paths(&read(&results), "rates", "intended");
    assert_eq!(lines, ["M72 10H283.3V10H494.7V114H706"]);
    assert!(paths(&read(&calm_load()), "rates", "intended").is_empty());
}

#[test]
fn bars_of_longer_steps_are_as_high_as_there_were_in_a_second() {
    let mut results = calm_load();
    let of_seconds = |seconds: u64| {
        let mut series = Series::default();
        for second in 0..seconds {
            let mut point = Point::default();
            point.outcomes.add(OutcomeClass::Passed, 100);
            series.add(second, &point);
        }
        series
    };
    results.measured.series = of_seconds(2);
    let short = paths(&read(&results), "rates", "passed");
    results.measured.series = of_seconds(960);
    assert_eq!(results.measured.series.step_seconds(), 4);
    let long = paths(&read(&results), "rates", "passed");
    let height = |paths: &[String]| {
        let first = paths[0].split('H').next().map(str::to_owned);
        first.expect("a place").split(' ').nth(1).map(str::to_owned)
    };
    assert_eq!(height(&short), height(&long));
}

#[test]
fn what_did_not_pass_is_counted_by_its_kind() {
    let mut results = eventful_load();
    let outcomes = &mut results.measured.cases[0].tally.outcomes;
    outcomes.add(OutcomeClass::Stalled, 2);
    outcomes.add(OutcomeClass::TimedOut, 7);
    let document = read(&results);
    let facts = document.all("dl");
    let facts: Vec<_> = facts
        .iter()
        .flat_map(|it| it.all("div"))
        .map(|it| it.text())
        .collect();
    for fact in ["Stalled2", "Timed out7", "Failed3"] {
        assert!(facts.iter().any(|it| it == fact), "{fact}: {facts:?}");
    }
}

#[test]
fn cases_that_failed_most_come_first_with_how_sure_that_is() {
    let document = read(&eventful_load());
    let cases = document.table(
        "Cases, those first that failed most often; times are those of attempts that passed.",
    );
    assert_eq!(cases.column("Failed"), ["3", "0"]);
    assert_eq!(cases.column("Success rate"), ["96.8%", "100.0%"]);
    let confidence = cases.column("95% confidence");
    assert_eq!(confidence, ["90.9% to 98.9%", "96.3% to 100.0%"]);
}

#[test]
fn whatever_goes_into_it_it_fits_into_two_mebibytes() {
    let mut results = eventful_load();
    let long = "\u{202e}\"<&é".repeat(400);
    let measured = &mut results.measured;
    let case = CaseLoad {
        id: long.clone(),
        name: long.clone(),
        ..measured.cases[1].clone()
    };
    measured.cases = vec![case; 30_000];
    measured.series = Series::default();
    for second in 0..1_000_000 {
        let mut point = Point {
            begun: u64::MAX / 10_000_000,
            good: u64::MAX / 10_000_000,
            in_flight: u64::MAX / 10_000_000,
            held: u64::MAX / 10_000_000,
            ..Point::default()
        };
        for class in OutcomeClass::ALL {
            point.outcomes.add(class, 1_000 + second);
        }
        if second % 1_000 == 0 {
            let micros = (0..30).map(|power| 1 << power);
            point.response = micros.map(Duration::from_micros).collect();
        }
        measured.series.add(second, &point);
    }
    measured.failures = Failures::default();
    for way in 'a'..='z' {
        let message = format!("{way}{long}");
        let mut failed = AttemptReport::bare(
            long.clone(),
            Duration::ZERO,
            Outcome::HarnessError { message },
        );
        failed.output = CapturedOutput {
            head: long.repeat(10),
            ..failed.output
        };
        measured.failures.add(&long, &failed);
    }
    results.load.run.suite_description.clone_from(&long);
    results.load.run.environment = vec![(long.clone(), long.clone()); 1_000];
    if let Some(health) = &mut results.health {
        health.body = long.repeat(100);
    }
    let text = report(&results);
    assert!(text.len() < 2 * MIB, "{} bytes", text.len());
    let document = Document::read(&text);
    assert!(
        text.contains(" of 30,000 cases that failed most often."),
        "the rest of the cases is told"
    );
    assert_eq!(
        document.table("What happened in each step.").rows.len(),
        results.measured.series.points().len()
    );
}

#[test]
fn a_load_that_never_began_tells_why_and_draws_nothing() {
    let mut results = eventful_load();
    results.measured = load::Measured::default();
    results.health = None;
    let document = read(&results);
    let charts = document.all("svg");
    assert!(charts.is_empty());
    let headings: Vec<_> = document.all("h2").iter().map(Element::text).collect();
    assert_eq!(headings[1..], ["Run", "Summary", "Gates", "Environment"]);
}
