//! Whatever stands in any place comes back as it was.

use proptest::prelude::*;
use sample_results::foreign::{recorded_with, results_with};

use crate::rendered::Rendered;

/// Any text, and more of what formats stumble over.
fn text() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "\0",
        "\u{1b}[31m",
        "]]>",
        "\u{fffe}",
        "\u{ffff}",
        "\r\n",
        "\"",
        "\\",
        "\\u0000",
        "</script>",
        "\u{2028}",
        "{\"schema_version\":2}",
        "|",
        "```",
    ]);
    let any = prop_oneof![
        any::<String>(),
        nasty.prop_map(str::to_owned),
        "[a-z ]{0,20}".prop_map(|text| text),
    ];
    prop::collection::vec(any, 0..4).prop_map(|texts| texts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_in_any_place_of_a_run_survives(texts in [text(), text(), text(), text()]) {
        Rendered::of_run(&results_with(&texts), None).survives_reading();
    }

    #[test]
    fn any_text_in_any_place_of_a_recorded_run_survives(texts in [text(), text(), text(), text()]) {
        Rendered::of_recorded(&recorded_with(&texts)).survives_reading();
    }
}
