//! Foreign text made inert, for each place in the document where it may stand.
//!
//! Whatever a suite or an executor sent is written through one of these adapters: [`Prose`] for words in
//! a line, [`Code`] for exact single lines, [`Lines`] for exact blocks, [`Plain`] for attributes and the
//! texts of pictures. `maud` sees to it that none of it is taken for markup; here, what would hide,
//! reorder or control becomes visible, so that text that is copied into a terminal is harmless, too. The
//! module refuses to know what the text means.

use std::fmt::{self, Write as _};

use maud::{Markup, Render, html};
use runner_core::text::Shown;

/// Texts of more characters than this go on elsewhere, or nowhere: a table of them could not be read.
const MAX_CELL_CHARS: usize = 200;

/// Words in a line. Line breaks and tabs become spaces. Its direction is its own: letters that are
/// written from right to left move nothing around them.
pub(crate) struct Prose<'a>(pub(crate) &'a str);

/// The beginning of words for the cell of a table, with `…` where they go on.
pub(crate) struct Clipped<'a>(pub(crate) &'a str);

/// A single line shown exactly. Line breaks and tabs are shown as symbols.
pub(crate) struct Code<'a>(pub(crate) &'a str);

/// The beginning of a [`Code`] for the cell of a table.
pub(crate) struct ClippedCode<'a>(pub(crate) &'a str);

/// Lines shown exactly, as a block.
pub(crate) struct Lines<'a>(pub(crate) &'a str);

/// Words without an element of their own, as [`Prose`] has them.
pub(crate) struct Plain<'a>(pub(crate) &'a str);

impl Render for Prose<'_> {
    fn render(&self) -> Markup {
        html! { bdi { (Plain(self.0)) } }
    }
}

impl Render for Clipped<'_> {
    fn render(&self) -> Markup {
        let (text, rest) = clip(self.0);
        html! { (Prose(text)) @if !rest.is_empty() { " …" } }
    }
}

impl Render for Code<'_> {
    fn render(&self) -> Markup {
        let (text, breaks) = (self.0, Breaks::Pictures);
        html! { code { (Harmless { text, breaks }) } }
    }
}

impl Render for ClippedCode<'_> {
    fn render(&self) -> Markup {
        let (text, rest) = clip(self.0);
        html! { (Code(text)) @if !rest.is_empty() { " …" } }
    }
}

impl Render for Lines<'_> {
    fn render(&self) -> Markup {
        let (text, breaks) = (self.0, Breaks::Themselves);
        // Parsers drop a line break at the beginning. It has to be this one and not that of the text.
        html! { pre { "\n" (Harmless { text, breaks }) } }
    }
}

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, breaks) = (self.0, Breaks::Spaces);
        Harmless { text, breaks }.fmt(f)
    }
}

/// Whether a text is too long for a cell.
pub(crate) fn is_clipped(text: &str) -> bool {
    !clip(text).1.is_empty()
}

/// The beginning of a text that is too long for a cell, or the whole.
pub(crate) fn beginning(text: &str) -> &str {
    clip(text).0
}

fn clip(text: &str) -> (&str, &str) {
    let end = text.char_indices().nth(MAX_CELL_CHARS);
    text.split_at(end.map_or(text.len(), |(end, _)| end))
}

/// What becomes of line breaks and tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Breaks {
    Themselves,
    Spaces,
    Pictures,
}

/// A text in which every character can be seen: control characters as their pictures (␛), characters
/// that show nothing or turn the order of others around as their numbers (`\u{202e}`).
struct Harmless<'a> {
    text: &'a str,
    breaks: Breaks,
}

impl fmt::Display for Harmless<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, breaks } = *self;
        let mut pending = 0;
        for (at, c) in text.char_indices() {
            let shown = match (c, breaks) {
                ('\n' | '\t', Breaks::Spaces) => Shown::Picture(' '),
                ('\n' | '\t', Breaks::Pictures) => Shown::picture(c),
                _ => Shown::of(c),
            };
            if shown == Shown::Itself {
                continue;
            }
            f.write_str(&text[pending..at])?;
            match shown {
                Shown::Picture(picture) => f.write_char(picture)?,
                _ => write!(f, "{}", c.escape_unicode())?,
            }
            pending = at + c.len_utf8();
        }
        f.write_str(&text[pending..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_controls_hides_or_reorders_can_be_seen() {
        let text = "a\u{1b}[31m\r\n\tb\u{202e}c\u{200b}\u{9b}";
        assert_eq!(
            Lines(text).render().into_string(),
            "<pre>\na␛[31m␍\n\tb\\u{202e}c\\u{200b}\\u{9b}</pre>"
        );
        assert_eq!(
            Code(text).render().into_string(),
            "<code>a␛[31m␍␊␉b\\u{202e}c\\u{200b}\\u{9b}</code>"
        );
        assert_eq!(
            Prose(text).render().into_string(),
            "<bdi>a␛[31m␍  b\\u{202e}c\\u{200b}\\u{9b}</bdi>"
        );
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(
            Code("</code><b a=\"x\">&lt;").render().into_string(),
            "<code>&lt;/code&gt;&lt;b a=&quot;x&quot;&gt;&amp;lt;</code>"
        );
    }

    #[test]
    fn a_long_text_says_that_it_goes_on() {
        let long = "ä".repeat(MAX_CELL_CHARS + 1);
        let expected = format!("<bdi>{}</bdi> …", "ä".repeat(MAX_CELL_CHARS));
        assert_eq!(Clipped(&long).render().into_string(), expected);
        assert_eq!(Clipped("a|b").render().into_string(), "<bdi>a|b</bdi>");
        assert!(is_clipped(&long) && !is_clipped("a|b"));
    }
}
