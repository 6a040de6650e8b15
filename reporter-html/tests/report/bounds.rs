//! Documents that stay small, whatever goes into them.

use std::time::Duration;

use jiff::Timestamp;
use runner_core::{
    outcome::OutcomeClass::{Failed, Passed},
    recorded::{
        FindingTotal, RecordedAttempt, RecordedCase, RecordedHour, RecordedRun, RunPart, SuiteUse,
        Totals,
    },
};

use crate::{dom::Document, recorded_fixtures::*};

const MIB: usize = 1024 * 1024;

#[test]
fn a_year_of_a_million_attempts_fits_into_two_mebibytes() {
    let run = a_year();
    let text = report(&run);
    assert!(text.len() < 2 * MIB, "{} bytes", text.len());
    let document = Document::read(&text);
    let hours = document.table("Hours in which attempts ended.");
    assert_eq!(hours.rows.len(), 169);
    assert_eq!(
        hours.rows[0][..3],
        ["before (8,592 hours)", "979,488", "979,488"]
    );
    let rates = document.table("Success rate over time.");
    assert_eq!(rates.rows.len(), 183);
    assert_eq!(document.all("article").len(), 50);
}

/// Text of which every character takes more bytes than one, in the document even more.
fn long() -> String {
    "\u{202e}\"<&é".repeat(400)
}

/// So many cases, each with some hours; every seventh fails now and then.
fn with_cases(run: &mut RecordedRun, count: usize, name: &str) {
    let hours = |failed: u64| -> Vec<RecordedHour> {
        let hours = (0..4).map(|later| {
            let mut totals = Totals::default();
            totals.outcomes.add(Passed, 3);
            totals.outcomes.add(Failed, failed);
            for millis in [900, 1_000, 1_100 + later] {
                totals.durations.record(Duration::from_millis(millis));
            }
            RecordedHour {
                began: hour(later as i64),
                totals,
            }
        });
        hours.collect()
    };
    run.cases = (0..count)
        .map(|index| {
            let hours = hours((index % 7 == 0).into());
            let mut totals = Totals::default();
            hours.iter().for_each(|hour| totals.merge(&hour.totals));
            RecordedCase {
                totals,
                hours,
                ..recorded_case(&format!("case_{index}"), name)
            }
        })
        .collect();
}

#[test]
fn tens_of_thousands_of_cases_fit_and_those_that_fail_are_shown() {
    let mut run = clean();
    with_cases(&mut run, 30_000, "A case with a name of a usual length");
    let text = report(&run);
    assert!(text.len() < 2 * MIB, "{} bytes", text.len());
    let document = Document::read(&text);
    let cases = document
        .table("Cases, those first that fail most; durations are those of attempts that passed.");
    assert!(cases.rows.len() >= 300, "{} rows", cases.rows.len());
    assert!(cases.column("Failed").iter().all(|failed| *failed == "4"));
    let paragraphs: Vec<_> = document.all("p").iter().map(|it| it.text()).collect();
    let articles = document.all("article").len();
    assert!(articles >= 30, "{articles} articles");
    for words in [
        format!(
            "The {} of 30,000 cases that fail most. Attempts of all others: ",
            cases.rows.len()
        ),
        format!("The {articles} of 30,000 cases that fail most."),
    ] {
        assert!(
            paragraphs.iter().any(|it| it.starts_with(&words)),
            "{words}"
        );
    }
}

#[test]
fn thousands_of_outages_and_interruptions_fit() {
    let mut run = a_year();
    run.outages = (0..20_000)
        .map(|index| outage(index * 26, Some(60), "connection refused"))
        .collect();
    run.outage_count = 100_000;
    run.parts = (0..5_000)
        .map(|index| RunPart {
            version: format!("0.{index}.0"),
            ..part(index * 105, 100, false)
        })
        .collect();
    let text = report(&run);
    assert!(text.len() < 2 * MIB, "{} bytes", text.len());
    let document = Document::read(&text);
    assert_eq!(
        document
            .table("Times in which the executor was away.")
            .rows
            .len(),
        100
    );
    assert!(text.contains("then <bdi>0.19.0</bdi>, and 4,980 more"));
}

#[test]
fn thousands_of_findings_fit() {
    let mut run = clean();
    run.findings = (0..5_000)
        .map(|index| FindingTotal {
            code: format!("code-{index}"),
            count: 1,
            attempts: 1,
            first_attempt: index,
            detail: long(),
        })
        .collect();
    let text = report(&run);
    assert!(text.len() < MIB, "{} bytes", text.len());
    let document = Document::read(&text);
    let table = document.table("Breaches of the stream protocol, the gravest first.");
    let words = format!("The gravest {} of 5,000.", table.rows.len());
    assert!(
        document.all("p").iter().any(|it| it.text() == words),
        "{words}"
    );
}

#[test]
fn everything_at_once_and_at_its_longest_fits_as_well() {
    let mut run = a_year();
    let long = long();
    with_cases(&mut run, 10_000, &long);
    run.outages = (0..10_000)
        .map(|index| outage(index * 50, Some(60), &long))
        .collect();
    run.outage_count = 100_000;
    run.counts.failed = 100_000;
    run.failed = (1..=500)
        .map(|number| RecordedAttempt {
            explanation: Some(long.clone()),
            output: Some(long.repeat(20)),
            findings: vec![long.clone(); 50],
            ..attempt(number, &long, Failed)
        })
        .collect();
    run.slowest = run.failed.clone();
    run.parts = (0..2_000)
        .map(|index| RunPart {
            version: format!("{index}{long}"),
            ..part(index * 250, 200, false)
        })
        .collect();
    run.suites = vec![
        SuiteUse {
            hash: long.clone(),
            ..run.suites[0].clone()
        };
        1_000
    ];
    run.findings = vec![
        FindingTotal {
            code: long.clone(),
            count: 1,
            attempts: 1,
            first_attempt: 1,
            detail: long.clone(),
        };
        1_000
    ];
    run.run.environment = vec![(long.clone(), long.clone()); 1_000];
    if let Some(graduation) = &mut run.graduation {
        graduation.versions = vec![graduation.versions[0].clone(); 1_000];
    }
    let text = report(&run);
    assert!(text.len() < 2 * MIB, "{} bytes", text.len());
    Document::read(&text);
}

#[test]
fn a_clock_that_leapt_makes_no_larger_document() {
    let mut run = clean();
    run.hours[0].began = Timestamp::MIN;
    run.hours[3].began = Timestamp::MAX;
    run.cases[0].hours[0].began = Timestamp::MIN;
    run.parts[0].began = Timestamp::MIN;
    run.outages = vec![outage(0, Some(u64::MAX), "for ever")];
    let text = report(&run);
    assert!(text.len() < 2 * report(&clean()).len());
    Document::read(&text);
}
