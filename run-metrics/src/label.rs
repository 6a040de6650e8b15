//! Foreign text as values of labels: harmless, bounded, and still told apart.

use std::fmt::Write as _;

use runner_core::text::Visible;
use sha2::{Digest, Sha256};

/// Values of labels have at most this many bytes.
pub const MAX_LABEL_BYTES: usize = 128;

/// Stands for all that have no label of their own.
pub const OTHER: &str = "other";

/// Between the beginning of a text and what stands for the whole.
const SEPARATOR: char = '~';

/// Hexadecimal digits of the hash that stands for the whole text.
const HASH_DIGITS: usize = 16;

/// `text` as the value of a label.
///
/// Most texts are their own label. What is too long, has characters that control something, or would be
/// taken for [`OTHER`], is its beginning and a hash of all of it: the same in every run.
pub(crate) fn label(text: &str) -> String {
    let mut value = Visible(text).to_string();
    if value == text && value.len() <= MAX_LABEL_BYTES && value != OTHER {
        return value;
    }
    let kept = MAX_LABEL_BYTES - SEPARATOR.len_utf8() - HASH_DIGITS;
    let mut ends = (0..=kept.min(value.len())).rev();
    let end = ends.find(|end| value.is_char_boundary(*end));
    value.truncate(end.unwrap_or_default());
    value.push(SEPARATOR);
    let hash = Sha256::digest(text);
    for byte in &hash[..HASH_DIGITS / 2] {
        let _ = write!(value, "{byte:02x}");
    }
    value
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_plain_text_is_its_own_label() {
        assert_eq!(label("echo \"hello\" ☃"), "echo \"hello\" ☃");
    }

    #[test]
    fn what_is_cut_is_told_apart_by_what_was_cut() {
        let long = "x".repeat(10_000);
        let (one, other) = (label(&format!("{long}1")), label(&format!("{long}2")));
        assert_eq!(one.len(), MAX_LABEL_BYTES);
        assert_ne!(one, other);
        assert_ne!(label(OTHER), OTHER);
        assert_ne!(label("a\n"), label("a␊"));
    }

    proptest! {
        #[test]
        fn labels_are_bounded_and_control_nothing(text in "\\PC*|(?s).{0,300}") {
            let value = label(&text);
            prop_assert!(value.len() <= MAX_LABEL_BYTES);
            prop_assert!(!value.contains(char::is_control));
        }

        #[test]
        fn different_texts_have_different_labels(
            one in "(?s)[ab\n␊é]{0,4}x{0,200}.{0,2}",
            other in "(?s)[ab\n␊é]{0,4}x{0,200}.{0,2}",
        ) {
            prop_assert_eq!(one == other, label(&one) == label(&other));
        }
    }
}
