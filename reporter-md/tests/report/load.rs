//! Reports on load.

use proptest::prelude::*;
use reporter_md::write_load_report;
use runner_core::{recorded::Standing, results::RunProblem};
use sample_results::load::{calm_load, eventful_load, load_with};

use crate::hostile_text::{harmless, hostile, skeleton};

fn report(results: &::load::LoadResults) -> String {
    let mut report = Vec::new();
    write_load_report(results, &mut report).expect("memory takes everything");
    String::from_utf8(report).expect("text")
}

#[test]
fn a_load_in_which_everything_happened() {
    insta::assert_snapshot!(report(&eventful_load()));
}

#[test]
fn a_closed_load_of_which_all_is_well() {
    insta::assert_snapshot!(report(&calm_load()));
}

proptest! {
    #[test]
    fn no_text_changes_the_structure_of_a_report_on_load(
        texts in prop::array::uniform4(hostile()),
    ) {
        let plain = texts.clone().map(|text| harmless(&text));
        prop_assert_eq!(
            skeleton(&report(&load_with(&texts))),
            skeleton(&report(&load_with(&plain)))
        );
    }
}

#[test]
fn a_load_that_has_not_ended_is_no_success_and_says_how_it_stands() {
    let mut results = calm_load();
    results.standing = Some(Standing::GoesOn);
    assert!(report(&results).contains("⏳ **The run goes on**. So far, 100 of 100 tried attempts"));
    results.standing = Some(Standing::BrokenOff);
    results.problems.push(RunProblem::CaseFailed);
    let broken = report(&results);
    assert!(
        broken.contains("❌ **The run was broken off**. Its process was killed"),
        "{broken}"
    );
    assert!(
        broken.contains("- **Attempts that did not pass**"),
        "{broken}"
    );
}
