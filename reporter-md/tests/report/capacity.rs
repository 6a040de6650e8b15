//! Reports on searches for the capacity.

use proptest::prelude::*;
use reporter_md::write_capacity_report;
use sample_results::capacity::{capacity_with, eventful_capacity, found_capacity};

use crate::hostile_text::{harmless, hostile, skeleton};

fn report(results: &::load::capacity::CapacityResults) -> String {
    let mut report = Vec::new();
    write_capacity_report(results, &mut report).expect("memory takes everything");
    String::from_utf8(report).expect("text")
}

#[test]
fn a_search_in_which_everything_happened() {
    insta::assert_snapshot!(report(&eventful_capacity()));
}

#[test]
fn a_search_that_found_the_capacity() {
    insta::assert_snapshot!(report(&found_capacity()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_changes_the_structure_of_a_report_on_capacity(
        texts in prop::array::uniform4(hostile()),
    ) {
        let plain = texts.clone().map(|text| harmless(&text));
        prop_assert_eq!(
            skeleton(&report(&capacity_with(&texts))),
            skeleton(&report(&capacity_with(&plain)))
        );
    }
}
