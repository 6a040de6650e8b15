//! Reports read back by a Markdown parser: whatever text is in them, their structure stays.

use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use runner_core::{outcome::Outcome, results::AttemptReport};
use sample_results::foreign::{recorded_with, results_with};

use crate::{fixtures::*, recorded_fixtures};

/// Text made of what is special to Markdown, HTML and terminals, and of anything else.
pub(crate) fn hostile() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "```",
        "````",
        "~~~",
        "`",
        "\n",
        "\n\n",
        "\r",
        "\t",
        "  ",
        "    ",
        "\\",
        "|",
        "\n| - | - |\n",
        "</details>",
        "</summary>",
        "<script>",
        "<!--",
        "-->",
        "<![CDATA[",
        "<a id=\"x\">",
        "&lt;",
        "# h",
        "\n# h\n",
        "\n===\n",
        "\n---\n",
        "- ",
        "1. ",
        "> ",
        "*",
        "**",
        "__",
        "[x](y)",
        "![x](y)",
        "[x]: y",
        "[^1]",
        "[ ]",
        "<https://a.b>",
        "$x$",
        "$$",
        "{#id}",
        "\u{1b}[31m",
        "\u{202e}",
        "é",
    ]);
    let piece = prop_oneof![
        4 => special.prop_map(str::to_owned),
        1 => "[ -~]{0,12}",
        1 => "`{1,300}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

/// Both reports with these texts.
fn reports_with(texts: &[String; 4]) -> [String; 2] {
    [
        report(&results_with(texts)),
        recorded_fixtures::report(&recorded_with(texts)),
    ]
}

/// A text of the same shape without anything special: as many characters in as many lines. What looks
/// like a name of machines does so still, and what does not, does not.
pub(crate) fn harmless(text: &str) -> String {
    let shape = |c: char| match c {
        '\n' => '\n',
        '/' | '-' | '.' | '_' => 'x',
        c if c.is_ascii_alphanumeric() => 'x',
        _ => 'é',
    };
    text.chars().map(shape).collect()
}

fn every_extension() -> Options {
    Options::all() - Options::ENABLE_SMART_PUNCTUATION
}

/// All that a document consists of, but for its texts: elements, links with where they lead, code,
/// raw HTML (without the numbers in it).
pub(crate) fn skeleton(document: &str) -> Vec<String> {
    Parser::new_ext(document, every_extension())
        .filter_map(|event| match event {
            Event::Text(_) => None,
            Event::Code(_) => Some("code".into()),
            Event::Html(html) | Event::InlineHtml(html) => Some(
                html.chars()
                    .filter(|c| !c.is_ascii_digit() && *c != ',')
                    .collect(),
            ),
            other => Some(format!("{other:?}")),
        })
        .collect()
}

fn raw_html(document: &str) -> Vec<String> {
    Parser::new_ext(document, every_extension())
        .filter_map(|event| match event {
            Event::Html(html) | Event::InlineHtml(html) => Some(html.trim_end().to_owned()),
            _ => None,
        })
        .collect()
}

/// The texts of all blocks of code in the language `info`.
fn code_blocks(document: &str, info: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open = false;
    for event in Parser::new_ext(document, every_extension()) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(found))) if *found == *info => {
                open = true;
                blocks.push(String::new());
            }
            Event::End(TagEnd::CodeBlock) => open = false,
            Event::Text(text) if open => blocks.last_mut().expect("a block").push_str(&text),
            _ => {}
        }
    }
    blocks
}

/// Whether this HTML stands in reports that nothing hostile went into.
fn is_own(html: &str) -> bool {
    let is_anchor = (1..=3).any(|number| html == format!("<a id=\"case-{number}\">"));
    let summary = html
        .strip_prefix("<summary>")
        .and_then(|rest| rest.strip_suffix(")</summary>"))
        .and_then(|words| words.split_once(" ("));
    let is_summary = summary.is_some_and(|(label, size)| {
        ["Output", "Hours", "Attempt 1 with the end of its output"].contains(&label)
            && size
                .chars()
                .all(|c| c.is_alphanumeric() || " ,".contains(c))
    });
    ["<details>", "</details>", "</a>"].contains(&html) || is_anchor || is_summary
}

proptest! {
    #[test]
    fn no_text_changes_the_structure_of_a_report(texts in prop::array::uniform4(hostile())) {
        // Labels and list separators depend on what is there at all, so nothing is empty.
        let texts = texts.map(|text| text + "x");
        let hostile = reports_with(&texts);
        let harmless = reports_with(&texts.each_ref().map(|text| harmless(text)));
        prop_assert_eq!(hostile.map(|it| skeleton(&it)), harmless.map(|it| skeleton(&it)));
    }

    #[test]
    fn the_only_html_in_a_report_is_its_own(texts in prop::array::uniform4(hostile())) {
        for html in reports_with(&texts).iter().flat_map(|report| raw_html(report)) {
            prop_assert!(is_own(&html), "{}", html);
        }
    }

    #[test]
    fn printable_output_is_read_back_exactly(text in "[ -~\n\t]{1,400}") {
        // Rows of backticks that are long enough to be broken up do not come up by chance here.
        let shown = AttemptReport { output: output(text.clone()), ..attempt(Outcome::Passed) };
        let document = report(&results(vec![tried(case("a", "A", "a"), shown)]));
        let end = if text.ends_with('\n') { "" } else { "\n" };
        prop_assert_eq!(code_blocks(&document, "text"), [text + end]);
    }

    #[test]
    fn a_command_of_several_lines_is_read_back_exactly(text in "[ -~\t]{0,40}\n[ -~\n\t]{0,80}") {
        let document = report(&results(vec![not_run(case("a", "A", &text))]));
        let end = if text.ends_with('\n') { "" } else { "\n" };
        prop_assert_eq!(code_blocks(&document, "sh"), [text + end]);
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
}
