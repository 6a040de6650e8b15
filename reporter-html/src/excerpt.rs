//! Long text cut down to its beginning and its end.
//!
//! The module owns what is shown and how the gap is told. The gap is told between two blocks, where no
//! output can forge it.

use maud::{Markup, Render, html};
use runner_core::results::CapturedOutput;

use crate::{
    format::Bytes,
    text::{Lines, Prose},
};

/// A text of more characters than this is shown as a block instead of in its line.
const MAX_LINE_CHARS: usize = 300;

/// The beginning and the end of a text, and how many bytes are left out between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Excerpt<'a> {
    head: &'a str,
    omitted_bytes: u64,
    tail: &'a str,
}

impl<'a> Excerpt<'a> {
    /// At most `max_chars` characters of `text`.
    pub(crate) fn of_text(text: &'a str, max_chars: usize) -> Self {
        if byte_of_char(text, max_chars) == text.len() {
            return Self {
                head: text,
                omitted_bytes: 0,
                tail: "",
            };
        }
        let (head, rest) = text.split_at(byte_of_char(text, max_chars.div_ceil(2)));
        let (middle, tail) = rest.split_at(byte_of_char_from_end(rest, max_chars / 2));
        Self {
            head,
            omitted_bytes: middle.len() as u64,
            tail,
        }
    }

    /// At most `max_chars` characters of what was kept of `output`.
    pub(crate) fn of_output(output: &'a CapturedOutput, max_chars: usize) -> Self {
        if output.omitted_bytes == 0 && output.tail.is_empty() {
            return Self::of_text(&output.head, max_chars);
        }
        let (head, after) = output
            .head
            .split_at(byte_of_char(&output.head, max_chars.div_ceil(2)));
        let (before, tail) = output
            .tail
            .split_at(byte_of_char_from_end(&output.tail, max_chars / 2));
        let omitted_bytes = output.omitted_bytes + (after.len() + before.len()) as u64;
        Self {
            head,
            omitted_bytes,
            tail,
        }
    }
}

impl Render for Excerpt<'_> {
    fn render(&self) -> Markup {
        html! {
            @if !self.head.is_empty() { (Lines(self.head)) }
            @if self.omitted_bytes > 0 {
                p.omitted { (Bytes(self.omitted_bytes)) " not shown here." }
            }
            @if !self.tail.is_empty() { (Lines(self.tail)) }
        }
    }
}

/// A foreign text in its line where it fits, else as a block.
pub(crate) fn words(text: &str, max_chars: usize) -> Markup {
    let needs_block = text.contains('\n') || text.chars().nth(MAX_LINE_CHARS).is_some();
    html! {
        @if needs_block { (Excerpt::of_text(text, max_chars)) } @else { (Prose(text)) }
    }
}

/// Where the character with index `chars` begins; the end if there are no more than that. Looks at
/// no more of the text than it has to.
fn byte_of_char(text: &str, chars: usize) -> usize {
    text.char_indices()
        .nth(chars)
        .map_or(text.len(), |(byte, _)| byte)
}

/// Where the last `chars` characters begin.
fn byte_of_char_from_end(text: &str, chars: usize) -> usize {
    match chars.checked_sub(1) {
        None => text.len(),
        Some(index) => text
            .char_indices()
            .nth_back(index)
            .map_or(0, |(byte, _)| byte),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn excerpt<'a>(head: &'a str, omitted_bytes: u64, tail: &'a str) -> Excerpt<'a> {
        Excerpt {
            head,
            omitted_bytes,
            tail,
        }
    }

    #[test]
    fn a_text_within_the_limit_is_whole() {
        assert_eq!(Excerpt::of_text("äöü", 3), excerpt("äöü", 0, ""));
        assert_eq!(Excerpt::of_text("", 0), excerpt("", 0, ""));
    }

    #[test]
    fn a_longer_text_keeps_its_beginning_and_its_end() {
        assert_eq!(Excerpt::of_text("0123456789", 5), excerpt("012", 5, "89"));
        assert_eq!(Excerpt::of_text("äöüß", 1), excerpt("ä", 6, ""));
        assert_eq!(Excerpt::of_text("äöüß", 0), excerpt("", 8, ""));
    }

    #[test]
    fn a_gap_in_what_was_kept_grows_on_both_sides() {
        let output = CapturedOutput {
            head: "aaaa".into(),
            omitted_bytes: 100,
            tail: "zzzz".into(),
        };
        assert_eq!(Excerpt::of_output(&output, 4), excerpt("aa", 104, "zz"));
        assert_eq!(Excerpt::of_output(&output, 8), excerpt("aaaa", 100, "zzzz"));
    }

    #[test]
    fn words_stand_in_their_line_where_they_fit() {
        assert_eq!(words("a b", 9).into_string(), "<bdi>a b</bdi>");
        assert_eq!(words("a\nb", 9).into_string(), "<pre>\na\nb</pre>");
    }

    proptest! {
        #[test]
        fn no_byte_is_unaccounted_for(text in any::<String>(), limit in 0..60usize) {
            let excerpt = Excerpt::of_text(&text, limit);
            let shown = excerpt.head.len() + excerpt.tail.len();
            prop_assert_eq!(shown as u64 + excerpt.omitted_bytes, text.len() as u64);
            prop_assert!(excerpt.head.chars().count() + excerpt.tail.chars().count() <= limit);
            prop_assert!(text.starts_with(excerpt.head) && text.ends_with(excerpt.tail));
        }
    }
}
