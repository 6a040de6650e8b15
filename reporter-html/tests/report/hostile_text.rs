//! Reports read back as browsers read them: whatever text is in them, their structure stays.

use proptest::prelude::*;
use runner_core::{outcome::Outcome, results::AttemptReport};
use sample_results::{
    capacity::capacity_with,
    foreign::{recorded_with, results_with},
    load::load_with,
};

use crate::{
    capacity,
    dom::{Document, Element},
    fixtures::*,
    load, recorded_fixtures,
};

/// Text made of what is special to HTML, SVG, styles and terminals, and of anything else.
fn hostile() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "<",
        ">",
        "\"",
        "'",
        "&",
        "&lt;",
        "&#x3c;script&#x3e;",
        "&#0;",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "</code></pre>",
        "</td></tr></table>",
        "</title>",
        "</style>",
        "</svg>",
        "</desc>",
        "</details>",
        "</main></body></html>",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\" onload=\"alert(1)",
        "<svg/onload=alert(1)>",
        "<a href=javascript:alert(1)>",
        "<base href=//example.org>",
        "<style>*{background:url(//example.org)}</style>",
        "<plaintext>",
        "<template>",
        "<table>",
        "<math><mi>",
        "\n",
        "\n\n",
        "\r",
        "\t",
        "\0",
        "\u{b}",
        "\u{1b}[31m",
        "\u{202e}",
        "\u{2028}",
        "é",
        "שלום",
    ]);
    let piece = prop_oneof![
        4 => special.prop_map(str::to_owned),
        1 => "[ -~]{0,12}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

/// All reports with these texts.
fn reports_with(texts: &[String; 4]) -> [String; 4] {
    [
        report(&results_with(texts)),
        recorded_fixtures::report(&recorded_with(texts)),
        load::report(&load_with(texts)),
        capacity::report(&capacity_with(texts)),
    ]
}

/// A text of the same shape without anything special: as many characters in as many lines.
fn harmless(text: &str) -> String {
    let is_harmless = |c: char| c == '\n' || c.is_ascii_alphanumeric();
    let shape = |c: char| if is_harmless(c) { c } else { 'x' };
    text.chars().map(shape).collect()
}

/// All that a document consists of, but for its texts: elements with their attributes.
fn skeleton(document: &str) -> Vec<String> {
    let elements = Document::read(document).elements();
    let tell = |element: &Element| format!("{} {:?}", element.name(), element.attributes());
    elements.iter().map(tell).collect()
}

/// All texts of blocks.
fn blocks(document: &str) -> Vec<String> {
    let blocks = Document::read(document).all("pre");
    blocks.iter().map(Element::text).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_changes_the_structure_of_a_report(texts in prop::array::uniform4(hostile())) {
        // What is shown depends on what is there at all, and is told apart: nothing is empty or the same.
        let [a, b, c, d] = texts;
        let texts = [a + "a", b + "b", c + "c", d + "d"];
        let hostile = reports_with(&texts);
        let harmless = reports_with(&texts.each_ref().map(|text| harmless(text)));
        for (hostile, harmless) in hostile.iter().zip(&harmless) {
            let (hostile, harmless) = (skeleton(hostile), skeleton(harmless));
            let differ = hostile.iter().zip(&harmless).find(|(one, other)| one != other);
            prop_assert_eq!(differ, None);
            prop_assert_eq!(hostile.len(), harmless.len());
        }
    }

    #[test]
    fn no_character_of_a_report_controls_a_terminal(texts in prop::array::uniform4(hostile())) {
        for document in reports_with(&texts) {
            let control = document.chars().find(|c| c.is_control() && !"\n\t".contains(*c));
            prop_assert_eq!(control, None);
            let reversed = document.contains('\u{202e}');
            prop_assert!(!reversed);
        }
    }

    #[test]
    fn printable_output_is_read_back_exactly(text in "[ -~\n\t]{1,400}") {
        let shown = AttemptReport { output: output(text.clone()), ..attempt(Outcome::Passed) };
        let document = report(&results(vec![tried(case("a", "A", "a"), shown)]));
        prop_assert_eq!(blocks(&document), [text]);
    }

    #[test]
    fn a_command_of_several_lines_is_read_back_exactly(text in "[ -~\t]{0,40}\n[ -~\n\t]{0,80}") {
        let document = report(&results(vec![not_run(case("a", "A", &text))]));
        prop_assert_eq!(blocks(&document), [text]);
    }
}
