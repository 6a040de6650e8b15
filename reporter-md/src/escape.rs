//! Foreign text made inert, for each place in the document where it may stand.
//!
//! Whatever a suite or an executor sent is written through one of three adapters: [`Text`] for prose
//! and table cells, [`CodeSpan`] for exact single lines, [`Fence`] for exact blocks. None of them
//! lets its text end the place it stands in, start anything of Markdown or HTML, or hide characters
//! from the reader. The module refuses to know what the text means.
//!
//! The rules follow CommonMark and its GitHub dialect, and where an implementation is narrower than
//! the specification, the implementation.

use std::fmt::{self, Write};

use runner_core::text::Shown;

/// Prose: shown as it reads, with nothing in it taken for markup.
///
/// It never stands at the start of a line: list bullets, numbers and underlines of headings are
/// markup only there, and stay as they are. Line breaks and tabs become spaces.
pub(crate) struct Text<'a>(pub(crate) &'a str);

/// A single line shown exactly, in code type. Line breaks and tabs are shown as symbols. Not for
/// table cells, where `|` would need an escape of its own that renderers disagree on.
pub(crate) struct CodeSpan<'a>(pub(crate) &'a str);

/// Lines shown exactly, as a block of code. It starts and ends at the start of a line.
pub(crate) struct Fence<'a> {
    /// The language, which renderers colour by.
    pub(crate) info: &'static str,
    /// The lines.
    pub(crate) text: &'a str,
}

/// More backticks in a row than this are broken up by writing the next one as a number.
///
/// The specification allows fences and code spans of any length, but the reference implementation,
/// which GitHub uses, keeps the length of a fence in a byte and does not recognise code spans of
/// more than 80 backticks: a row of 255 would close any fence. With this bound, fences and spans
/// need at most one backtick more.
const MAX_BACKTICKS: usize = 60;

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0;
        let mut pending = 0;
        for (at, c) in text.char_indices() {
            let (before, from) = text.split_at(at);
            let escape = match c {
                '\n' | '\t' => " ",
                // Entities where a renderer might not take a backslash: HTML, and the cells of
                // tables, which are split before anything else is read.
                '<' => "&lt;",
                '&' => "&amp;",
                '|' => "&#124;",
                '\\' => "\\\\",
                '`' => "\\`",
                '*' => "\\*",
                '_' => "\\_",
                '[' => "\\[",
                ']' => "\\]",
                '{' => "\\{",
                '}' => "\\}",
                '>' => "\\>",
                '#' => "\\#",
                '~' => "\\~",
                '^' => "\\^",
                '$' => "\\$",
                // Bare addresses become links in the GitHub dialect.
                '@' => "\\@",
                ':' if from.starts_with("://") => "\\:",
                '.' if ends_with_www(before) => "\\.",
                _ => match Shown::of(c) {
                    Shown::Itself => continue,
                    Shown::Picture(picture) => {
                        write!(f, "{}{picture}", &text[pending..at])?;
                        pending = at + c.len_utf8();
                        continue;
                    }
                    Shown::Number => {
                        write!(f, "{}\\\\u\\{{{:x}\\}}", &text[pending..at], u32::from(c))?;
                        pending = at + c.len_utf8();
                        continue;
                    }
                },
            };
            f.write_str(&text[pending..at])?;
            f.write_str(escape)?;
            pending = at + c.len_utf8();
        }
        f.write_str(&text[pending..])
    }
}

fn ends_with_www(text: &str) -> bool {
    text.as_bytes()
        .last_chunk::<3>()
        .is_some_and(|last| last.eq_ignore_ascii_case(b"www"))
}

impl fmt::Display for CodeSpan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0;
        if text.is_empty() {
            // Two backticks with nothing between them are no code span.
            return f.write_str("` `");
        }
        // A code span ends at a row of exactly as many backticks as it began with: the shortest
        // row that the text lacks will do, and `MAX_BACKTICKS` + 1 is always lacking.
        let rows = rows_of_backticks(text);
        let fence = (1..=MAX_BACKTICKS).find(|length| rows & 1 << length == 0);
        let fence = "`".repeat(fence.unwrap_or(MAX_BACKTICKS + 1));
        // One space on each side is taken off, unless there is nothing but spaces.
        let at_edge = |c| c == ' ' || c == '`';
        let padded = text.starts_with(at_edge) || text.ends_with(at_edge);
        let pad = if padded && text.contains(|c| c != ' ') {
            " "
        } else {
            ""
        };
        write!(
            f,
            "{fence}{pad}{}{pad}{fence}",
            Visible {
                text,
                single_line: true
            }
        )
    }
}

impl fmt::Display for Fence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { info, text } = *self;
        // The highest bit that is set is the longest row.
        let longest = rows_of_backticks(text).checked_ilog2().unwrap_or(0) as usize;
        let fence = "`".repeat(3.max(longest + 1));
        let end = if text.ends_with('\n') { "" } else { "\n" };
        let text = Visible {
            text,
            single_line: false,
        };
        writeln!(f, "{fence}{info}\n{text}{end}{fence}")
    }
}

/// The lengths of the rows of backticks that `text` has once it is [`Visible`]: bit *n* is set if
/// there is a row of *n*.
fn rows_of_backticks(text: &str) -> u64 {
    let (mut rows, mut row) = (0_u64, 0);
    for byte in text.bytes() {
        if byte == b'`' && row < MAX_BACKTICKS {
            row += 1;
        } else if row > 0 {
            rows |= 1 << row;
            row = 0;
        }
    }
    if row > 0 { rows | 1 << row } else { rows }
}

/// Text whose every character can be seen: control characters as their pictures (␛), characters
/// that show nothing or turn the order of others around as their numbers (`\u{202e}`).
struct Visible<'a> {
    text: &'a str,
    /// Whether line breaks and tabs are shown as pictures, too.
    single_line: bool,
}

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, single_line } = *self;
        let (mut pending, mut row) = (0, 0);
        for (at, c) in text.char_indices() {
            let shown = match c {
                '`' if row == MAX_BACKTICKS => Shown::Number,
                '\n' | '\t' if single_line => Shown::picture(c),
                _ => Shown::of(c),
            };
            row = if c == '`' && shown == Shown::Itself {
                row + 1
            } else {
                0
            };
            if shown == Shown::Itself {
                continue;
            }
            f.write_str(&text[pending..at])?;
            match shown {
                Shown::Itself => {}
                Shown::Picture(picture) => f.write_char(picture)?,
                Shown::Number => write!(f, "{}", c.escape_unicode())?,
            }
            pending = at + c.len_utf8();
        }
        f.write_str(&text[pending..])
    }
}

#[cfg(test)]
mod tests {
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
}
