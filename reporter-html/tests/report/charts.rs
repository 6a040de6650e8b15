//! Charts, and their figures as tables: they are those of the run.

use std::time::Duration;

use reporter_html::ReportOptions;
use run_stats::DurationHistogram;
use runner_core::{
    outcome::OutcomeClass,
    recorded::{RecordedHour, RecordedRun},
    text::{Confidence, Grouped, Human, Rate},
};

use crate::{
    dom::{Document, Element},
    recorded_fixtures::*,
};

/// What a table would show of each hour of which there is anything to show.
fn of_hours(run: &RecordedRun, tell: impl Fn(&RecordedHour) -> Option<String>) -> Vec<String> {
    run.hours.iter().filter_map(tell).collect()
}

#[test]
fn the_figures_of_the_success_rate_are_those_of_the_run() {
    let run = eventful();
    let table = Document::read(&report(&run)).table("Success rate over time.");
    let success = |hour: &RecordedHour| {
        let success = hour.totals.outcomes.success();
        (success.trials() > 0).then_some(success)
    };
    let expected = of_hours(&run, |hour| {
        Some(Grouped(success(hour)?.trials()).to_string())
    });
    assert_eq!(table.column("Tried"), expected);
    let expected = of_hours(&run, |hour| {
        Some(Grouped(success(hour)?.successes()).to_string())
    });
    assert_eq!(table.column("Passed"), expected);
    let expected = of_hours(&run, |hour| Some(Rate(success(hour)?).to_string()));
    assert_eq!(table.column("Success rate"), expected);
    let expected = of_hours(&run, |hour| Some(Confidence(success(hour)?).to_string()));
    assert_eq!(table.column("95% confidence"), expected);
}

#[test]
fn the_figures_of_the_durations_are_those_of_the_run() {
    let run = eventful();
    let table =
        Document::read(&report(&run)).table("Durations of attempts that passed, over time.");
    for (name, q) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
        let expected = of_hours(&run, |hour| {
            let quantile = hour.totals.durations.quantile(q)?;
            Some(Human(quantile).to_string())
        });
        assert_eq!(table.column(name), expected);
    }
}

#[test]
fn the_figures_of_the_outcomes_are_those_of_the_run() {
    let run = eventful();
    let table = Document::read(&report(&run)).table("Outcomes over time.");
    for class in OutcomeClass::ALL {
        let expected = of_hours(&run, |hour| {
            Some(Grouped(hour.totals.outcomes.get(class)).to_string())
        });
        assert_eq!(table.column(class.words()), expected);
    }
}

#[test]
fn the_figures_of_the_distribution_are_those_of_the_run() {
    let run = eventful();
    let table = Document::read(&report(&run)).table("Durations of attempts that passed.");
    let counts = table.column("Attempts");
    let sum: u64 = counts
        .iter()
        .map(|count| count.replace(',', "").parse::<u64>().expect("a count"))
        .sum();
    assert_eq!(sum, run.counts.passed);
    assert_eq!(
        table.column("Share of this and shorter").last(),
        Some(&"100.0%")
    );
    // The shortest took 1.2 seconds, or a little less: histograms keep three digits.
    assert_eq!(table.rows[0][0], "1.19s to 1.20s");
    let expected: u64 = run
        .hours
        .iter()
        .flat_map(|hour| hour.totals.durations.iter())
        .filter(|(duration, _)| *duration < Duration::from_millis(1_200))
        .map(|(_, count)| count)
        .sum();
    assert_eq!(counts[0], expected.to_string());
}

#[test]
fn the_figures_of_a_case_are_those_of_the_case() {
    let run = eventful();
    let document = Document::read(&report(&run));
    let case = &run.cases[1];
    let article = document.id("case-2");
    let rows = article.all("tbody")[0].all("tr");
    assert_eq!(rows.len(), case.hours.len());
    for (row, hour) in rows.iter().zip(&case.hours) {
        let cells: Vec<_> = row.all("td").iter().map(Element::text).collect();
        let counts = hour.totals.outcomes.counts();
        let p99 = hour.totals.durations.quantile(0.99).expect("durations");
        assert_eq!(cells[0], Grouped(counts.total).to_string());
        assert_eq!(cells[1], Grouped(counts.passed).to_string());
        assert_eq!(cells[7], Human(p99).to_string());
    }
}

#[test]
fn hours_are_merged_until_they_fit() {
    let run = clean();
    let options = ReportOptions {
        max_points: 2,
        ..ReportOptions::default()
    };
    let document = Document::read(&report_with(&run, &options));
    let table = document.table("Durations of attempts that passed, over time.");
    let mut merged = [DurationHistogram::new(), DurationHistogram::new()];
    for (index, hour) in run.hours.iter().enumerate() {
        merged[index / 2].merge(&hour.totals.durations);
    }
    let expected = merged.map(|it| Human(it.quantile(0.95).expect("durations")).to_string());
    assert_eq!(table.column("p95"), expected);
    assert!(
        document
            .id("chart-rate-desc")
            .text()
            .starts_with("Each step is 2 hours.")
    );
}

#[test]
fn without_points_there_are_no_charts_over_time() {
    let options = ReportOptions {
        max_points: 0,
        max_case_points: 0,
        ..ReportOptions::default()
    };
    let document = Document::read(&report_with(&clean(), &options));
    let charts = document.all("figure");
    assert_eq!(charts.len(), 1);
    assert!(charts[0].text().starts_with("Distribution of durations"));
}

/// The `d` of the only path of this class in the chart with this name.
fn path(document: &Document, chart: &str, class: &str) -> String {
    let title = document.id(&format!("{chart}-title"));
    let charts = document.all("svg");
    let chart = charts.iter().find(|chart| {
        let titles = chart.all("title");
        titles
            .iter()
            .any(|it| it.attribute("id") == title.attribute("id"))
    });
    let paths = chart.expect("the chart").all("path");
    let path = paths
        .iter()
        .find(|it| it.attribute("class").as_deref() == Some(class));
    path.and_then(|path| path.attribute("d")).expect("the path")
}

#[test]
fn absences_are_drawn_where_they_were() {
    let mut run = clean();
    // The hours go from 45 minutes before the run began to 15 minutes after it ended: four hours.
    run.parts = vec![part(0, 15, false), part(75, 105, true)];
    run.outages = vec![
        outage(135, Some(60 * 30), "away"),
        outage(150, Some(60), "away"),
    ];
    let document = Document::read(&report(&run));
    // 634 units wide, 72 from the left: the gap from 1:00 to 2:00 after the first hour began.
    assert_eq!(
        path(&document, "chart-rate", "gap"),
        "M230.7 10H389.2V218H230.7z"
    );
    // From 3:00 to 3:30, and the second one is within the first.
    assert_eq!(
        path(&document, "chart-rate", "outage"),
        "M547.7 10H627V222H547.7z"
    );
    let description = document.id("chart-rate-desc").text();
    assert!(
        description
            .ends_with("Bands show when the executor was away (2) and when the runner was (1).")
    );
}

#[test]
fn a_line_breaks_where_nothing_was_tried() {
    let document = Document::read(&report(&eventful()));
    // Hours 0 and 1, 3, and 7.
    assert_eq!(
        path(&document, "chart-rate", "rate").matches('M').count(),
        3
    );
}

#[test]
fn one_failure_among_very_many_can_be_seen() {
    let document = Document::read(&report(&eventful()));
    let failed = path(&document, "chart-outcomes", "failed");
    // One of 202 would be less than one unit high.
    assert_eq!(failed, "M589 216H661.8V218H589z");
}

#[test]
fn a_case_that_was_never_tried_has_no_empty_charts() {
    let document = Document::read(&report(&eventful()));
    // Only skipped.
    assert_eq!(document.id("case-3").all("figure").len(), 0);
    assert_eq!(document.id("case-2").all("figure").len(), 2);
}
