//! Whole documents on recorded runs, as a browser reads them.

use reporter_html::ReportOptions;
use runner_core::{outcome::OutcomeClass::Failed, recorded::RecordedState};

use crate::{dom::Document, recorded_fixtures::*};

fn tree(document: &str) -> String {
    Document::read(document).tree()
}

#[test]
fn a_clean_soak() {
    insta::assert_snapshot!(tree(&report(&clean())));
}

#[test]
fn a_soak_in_which_everything_happened() {
    insta::assert_snapshot!(tree(&report(&eventful())));
}

#[test]
fn a_soak_in_which_much_drifts_beside_its_baseline() {
    let run = sample_results::drifting::drifting();
    insta::assert_snapshot!(tree(&report(&run)));
}

#[test]
fn a_soak_that_goes_on() {
    let options = ReportOptions {
        max_hours: 2,
        max_case_points: 0,
        ..ReportOptions::default()
    };
    insta::assert_snapshot!(tree(&report_with(&interim(), &options)));
}

#[test]
fn a_soak_of_which_nothing_is_known_yet() {
    let mut run = soak(&[]);
    run.state = RecordedState::Running;
    run.iteration = 0;
    run.suites.clear();
    run.runner = Default::default();
    insta::assert_snapshot!(tree(&report(&run)));
}

#[test]
fn equal_runs_give_equal_bytes() {
    assert_eq!(report(&eventful()), report(&eventful()));
}

#[test]
fn lists_that_are_cut_say_so() {
    let mut run = clean();
    run.counts.passed -= 150;
    run.counts.failed += 150;
    run.failed = (1..=150)
        .rev()
        .map(|number| attempt(number, "simple_1", Failed))
        .collect();
    run.outages = (0..150)
        .map(|minute| outage(minute, Some(6), "away"))
        .collect();
    run.outage_count = 1_234;
    run.parts = (0..150).map(|index| part(index, 0, false)).collect();
    run.suites = vec![run.suites.remove(0); 150];
    let document = Document::read(&report(&run));
    let paragraphs: Vec<_> = document.all("p").iter().map(|it| it.text()).collect();
    for words in [
        "Attempts that did not pass, latest first: the latest 100 of 150.",
        "The executor was away 1,234 times, the latest 150 times for 15m 00s in all. The latest 100 are listed.",
        "The soak stood still 149 times, for 2h 29m 00s in all. The latest 100 are listed.",
        "The latest 100 of 150.",
    ] {
        assert!(
            paragraphs.iter().any(|it| it == words),
            "no {words:?} in {paragraphs:?}"
        );
    }
    let outages = document.table("Times in which the executor was away.");
    assert_eq!(outages.rows.len(), 100);
}

#[test]
fn failures_that_are_not_kept_any_more_are_told_of() {
    let mut run = clean();
    run.counts.failed = 12;
    run.pruned = 300;
    assert!(report(&run).contains(
        "<p>Attempts that did not pass, latest first: none of 12 is listed. \
         Older attempts of which only sums are kept: 300.</p>"
    ));
}
