//! What is shown of what is too long to be shown.
//!
//! The module owns how much of a text and of a list stays, and refuses to say how the gap is told: that
//! is for those who know where nobody else can forge it.

use crate::results::CapturedOutput;

/// The beginning and the end of a text, and how many bytes are left out between them.
///
/// ```
/// use runner_core::excerpt::Excerpt;
///
/// let Excerpt { head, omitted_bytes, tail } = Excerpt::of_text("0123456789", 5);
/// assert_eq!((head, omitted_bytes, tail), ("012", 5, "89"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excerpt<'a> {
    /// The beginning; the whole text if nothing is left out.
    pub head: &'a str,
    /// How many bytes are left out between both.
    pub omitted_bytes: u64,
    /// The end; empty if nothing is left out.
    pub tail: &'a str,
}

impl<'a> Excerpt<'a> {
    /// At most `max_chars` characters of `text`.
    #[must_use]
    pub fn of_text(text: &'a str, max_chars: usize) -> Self {
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
    #[must_use]
    pub fn of_output(output: &'a CapturedOutput, max_chars: usize) -> Self {
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

/// A text of more characters than this is shown as a block instead of in its line.
const MAX_LINE_CHARS: usize = 300;

/// Whether a foreign text is shown as a block, because a line is no place for it.
#[must_use]
pub fn needs_block(text: &str) -> bool {
    text.contains('\n') || text.chars().nth(MAX_LINE_CHARS).is_some()
}

/// The latest entries of a list that grows with time: at most so many, from its end.
#[must_use]
pub fn latest<T>(list: &[T], at_most: usize) -> &[T] {
    &list[list.len().saturating_sub(at_most)..]
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
    fn a_line_is_a_place_for_what_is_short_and_has_no_breaks() {
        assert!(!needs_block(&"ä".repeat(MAX_LINE_CHARS)));
        assert!(needs_block(&"ä".repeat(MAX_LINE_CHARS + 1)));
        assert!(needs_block("a\nb"));
    }

    #[test]
    fn the_latest_entries_are_those_at_the_end() {
        assert_eq!(latest(&[1, 2, 3], 2), [2, 3]);
        assert_eq!(latest(&[1, 2, 3], 5), [1, 2, 3]);
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
