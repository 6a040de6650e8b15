//! What is special in Markdown, in every place where a foreign text may stand.

use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag};

use super::*;

/// Text made of what is special to Markdown, HTML, terminals and people, and of anything else.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("```".to_owned()),
        Just("~~~".to_owned()),
        Just("</details>".to_owned()),
        Just("<script>".to_owned()),
        Just("![x](javascript:y)".to_owned()),
        Just("\n\n# heading\n".to_owned()),
        Just("| a |\n| - |\n".to_owned()),
        Just("&lt;&#124;".to_owned()),
        Just("\\|".to_owned()),
        Just("\u{1b}[31m".to_owned()),
        "[ -~]{0,8}",
        "[`\\\\*_<>|\\[\\]$&#{}~ \n\t\r]{0,6}",
        "`{1,140}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn every_extension() -> Options {
    // Typographic quotes would change the text, which is what is looked at here.
    Options::all() - Options::ENABLE_SMART_PUNCTUATION
}

fn visible(text: &str, single_line: bool) -> String {
    Visible { text, single_line }.to_string()
}

fn events(markdown: &str) -> Vec<Event<'_>> {
    Parser::new_ext(markdown, every_extension()).collect()
}

/// All that a reader sees of an inline text; a panic if it is anything but text.
fn plain_text(events: &[Event<'_>]) -> String {
    events
        .iter()
        .map(|event| match event {
            Event::Text(text) => &**text,
            other => panic!("{other:?} is not text"),
        })
        .collect()
}

#[test]
fn control_characters_become_their_pictures() {
    assert_eq!(
        visible("a\u{1b}[31m\r\n\tb\0\u{7f}", false),
        "a␛[31m␍\n\tb␀␡"
    );
    assert_eq!(visible("a\n\tb", true), "a␊␉b");
}

#[test]
fn what_hides_or_reorders_text_becomes_its_number() {
    assert_eq!(
        visible("\u{202e}x\u{200b}y\u{2066}z\u{e0041}\u{9b}", false),
        "\\u{202e}x\\u{200b}y\\u{2066}z\\u{e0041}\\u{9b}"
    );
    assert_eq!(Text("a\u{202e}b").to_string(), "a\\\\u\\{202e\\}b");
}

#[test]
fn letters_signs_and_emoji_stay_as_they_are() {
    let text = "Grüße, 你好, 1 + 2 = 3 - 0! (é) ✅ “x”";
    assert_eq!(Text(text).to_string(), text);
    assert_eq!(CodeSpan(text).to_string(), format!("`{text}`"));
}

#[test]
fn bare_addresses_do_not_become_links() {
    assert_eq!(
        Text("see https://a.b, WWW.a.b or me@a.b").to_string(),
        "see https\\://a.b, WWW\\.a.b or me\\@a.b"
    );
}

#[test]
fn a_code_span_has_the_shortest_fence_that_its_text_lacks() {
    for (text, span) in [
        ("echo hi", "`echo hi`"),
        ("echo `date`", "`` echo `date` ``"),
        ("a ``b`` c", "`a ``b`` c`"),
        (" ", "` `"),
        ("", "` `"),
        (" x", "`  x `"),
        ("a\nb", "`a␊b`"),
    ] {
        assert_eq!(CodeSpan(text).to_string(), span);
    }
}

#[test]
fn a_fence_is_longer_than_any_row_of_backticks_in_its_text() {
    let fence = Fence {
        info: "text",
        text: "a\n````\nb",
    }
    .to_string();
    assert_eq!(fence, "`````text\na\n````\nb\n`````\n");
}

#[test]
fn no_row_of_backticks_is_long_enough_to_confuse_a_renderer() {
    let long = "`".repeat(1_000);
    for markdown in [
        Fence {
            info: "text",
            text: &long,
        }
        .to_string(),
        CodeSpan(&long).to_string(),
        Text(&long).to_string(),
    ] {
        let longest = markdown.split(|c| c != '`').map(str::len).max();
        assert!(longest <= Some(MAX_BACKTICKS + 1), "{longest:?} in a row");
    }
}

proptest! {
    #[test]
    fn text_is_read_back_as_nothing_but_text(text in hostile()) {
        let markdown = format!("- **X**: x{}x", Text(&text));
        let events = events(&markdown);
        // List, item, bold with its text; then the text; then item and list end.
        prop_assert!(matches!(events[2], Event::Start(Tag::Strong)));
        let shown = plain_text(&events[5..events.len() - 2]);
        let expected = visible(&text.replace(['\n', '\t'], " "), false);
        // Rows of backticks need no breaking up where each of them is escaped.
        let unbroken = |text: &str| text.replace("\\u{60}", "`");
        prop_assert_eq!(unbroken(&shown), unbroken(&format!(": x{expected}x")));
    }

    #[test]
    fn text_in_a_table_stays_in_its_cell(text in hostile()) {
        let markdown = format!("| a | b |\n| - | - |\n| {} | end |\n", Text(&text));
        let events = events(&markdown);
        let cells = events.iter().filter(|e| matches!(e, Event::Start(Tag::TableCell))).count();
        prop_assert_eq!(cells, 4);
        let last = plain_text(&events[events.len() - 4..events.len() - 3]);
        prop_assert_eq!(last, "end");
        let starts = events.iter().filter(|event| matches!(event, Event::Start(_))).count();
        prop_assert_eq!(starts, 1 + 2 + cells, "a table with two rows of cells");
    }

    #[test]
    fn text_does_not_end_or_style_a_heading(text in hostile()) {
        let markdown = format!("### {} - ✅ PASSED\n", Text(&text));
        let events = events(&markdown);
        let plain_heading = Tag::Heading {
            level: HeadingLevel::H3,
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        };
        prop_assert_eq!(&events[0], &Event::Start(plain_heading));
        prop_assert!(plain_text(&events[1..events.len() - 1]).ends_with("- ✅ PASSED"));
    }

    #[test]
    fn a_code_span_is_read_back_exactly(text in hostile()) {
        let markdown = format!("- {}, end", CodeSpan(&text));
        let events = events(&markdown);
        let expected = if text.is_empty() { " ".into() } else { visible(&text, true) };
        prop_assert!(
            matches!(&events[2], Event::Code(code) if **code == expected),
            "{:?} is not {:?}", &events[2], expected
        );
        prop_assert_eq!(plain_text(&events[3..events.len() - 2]), ", end");
    }

    #[test]
    fn a_fence_is_read_back_exactly(text in hostile()) {
        let markdown = format!("{}\nend", Fence { info: "text", text: &text });
        let events = events(&markdown);
        let fenced = Tag::CodeBlock(CodeBlockKind::Fenced("text".into()));
        prop_assert_eq!(&events[0], &Event::Start(fenced));
        let end = events.iter().position(|e| matches!(e, Event::End(_))).expect("an end");
        let mut expected = visible(&text, false);
        if !expected.ends_with('\n') {
            expected.push('\n');
        }
        prop_assert_eq!(plain_text(&events[1..end]), expected);
        prop_assert_eq!(plain_text(&events[end + 2..events.len() - 1]), "end");
    }
}
