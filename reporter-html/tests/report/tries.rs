//! Cases that were tried more than once.

use sample_results::tries::{flaky_case, inconclusive_case};

use crate::fixtures::*;

#[test]
fn a_flaky_case_is_none_that_passed_and_shows_all_of_its_attempts() {
    let report = report(&results(vec![flaky_case("not there"), passed_case()]));
    for part in [
        "<dt>Flaky</dt>",
        "</span> flaky</span>",
        "2 times, of which it passed once",
        "the executor reported an error: not there",
    ] {
        assert!(report.contains(part), "{part}\n{report}");
    }
}

#[test]
fn an_inconclusive_case_neither_passed_nor_failed_and_says_how_often_it_did() {
    let report = report(&results(vec![inconclusive_case(60)]));
    for part in [
        "<dt>Inconclusive</dt>",
        "</span> inconclusive</span>",
        "88.3% (53 of 60; 95% confidence: 77.8% to 94.2%), which leaves it open whether it is enough",
        "These are the latest: 10 earlier attempts are not listed.",
    ] {
        assert!(report.contains(part), "{part}\n{report}");
    }
}

#[test]
fn hostile_words_of_an_attempt_that_was_made_up_for_are_text() {
    let report = report(&results(vec![flaky_case(
        "<script>alert(1)</script>\u{1b}[31m",
    )]));
    for active in ["<script>alert", "\u{1b}"] {
        assert!(!report.contains(active), "{active:?}\n{report}");
    }
}
