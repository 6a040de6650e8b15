//! Reports on load.

use proptest::prelude::*;
use reporter_md::write_load_report;
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
