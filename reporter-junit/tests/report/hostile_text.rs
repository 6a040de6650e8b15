//! Reports read back by an XML parser: whatever text is in them, they are XML.

use proptest::prelude::*;
use roxmltree::Document;
use sample_results::foreign::{recorded_with, results_with};

use crate::{
    documents::{of_recorded, of_run},
    schema::assert_keeps_to_the_schema,
};

/// Text made of what is special to XML, of what it cannot hold, and of anything else.
fn hostile() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "<?xml?>",
        "&amp;",
        "&#0;",
        "&",
        "<",
        ">",
        "\"",
        "'",
        "</testcase>",
        "\0",
        "\u{1b}[31m",
        "\r",
        "\n",
        "\t",
        "\u{fffe}",
        "\u{ffff}",
        "\u{fdd0}",
        "\u{10ffff}",
        "\u{85}",
        "\u{2028}",
        "\u{202e}",
        "\u{feff}",
        "é",
    ]);
    let piece = prop_oneof![
        4 => special.prop_map(str::to_owned),
        1 => "[ -~]{0,12}",
        2 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

/// The names of all elements, in their order.
fn structure(report: &str) -> Vec<String> {
    let document = Document::parse(report).expect("XML");
    assert_keeps_to_the_schema(&document);
    let elements = document.descendants().filter(roxmltree::Node::is_element);
    elements
        .map(|element| element.tag_name().name().to_owned())
        .collect()
}

proptest! {
    #[test]
    fn no_text_in_a_run_changes_the_elements(texts in [hostile(), hostile(), hostile(), hostile()]) {
        let plain = results_with(&["a", "b", "c", "d"].map(str::to_owned));
        let report = of_run(&results_with(&texts));
        let without_output = |names: Vec<String>| -> Vec<String> {
            names.into_iter().filter(|name| name != "system-out").collect()
        };
        prop_assert_eq!(
            without_output(structure(&report)),
            without_output(structure(&of_run(&plain)))
        );
    }

    #[test]
    fn any_text_in_a_recorded_run_leaves_it_xml(texts in [hostile(), hostile(), hostile(), hostile()]) {
        structure(&of_recorded(&recorded_with(&texts)));
    }
}
