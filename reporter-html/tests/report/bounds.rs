//! Documents that stay small, whatever goes into them.

use jiff::Timestamp;
use runner_core::outcome::OutcomeClass::Failed;

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

#[test]
fn everything_that_a_ledger_lists_at_its_longest_fits_as_well() {
    let mut run = a_year();
    let long = "\u{202e}\"<&é".repeat(400);
    run.outages = (0..1_000)
        .map(|index| outage(index * 500, Some(60), &long))
        .collect();
    run.outage_count = 100_000;
    run.counts.failed = 100_000;
    run.failed = (1..=100)
        .map(|number| {
            let mut attempt = attempt(number, "case_1", Failed);
            attempt.explanation = Some(long.clone());
            attempt.output = Some(long.clone());
            attempt
        })
        .collect();
    run.parts = (0..2_000)
        .map(|index| part(index * 250, 200, false))
        .collect();
    let text = report(&run);
    assert!(text.len() < 4 * MIB, "{} bytes", text.len());
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
