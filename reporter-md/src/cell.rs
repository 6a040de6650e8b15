//! Foreign text in the cells of tables, where there is little room.

use std::fmt;

use crate::escape::Text;

/// Texts of more characters than this go on elsewhere, or nowhere: a table of them could not be read.
const MAX_CELL_CHARS: usize = 200;

/// The beginning of a text, with `…` where it goes on.
pub(crate) struct Clipped<'a>(pub(crate) &'a str);

impl fmt::Display for Clipped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(MAX_CELL_CHARS) {
            Some((end, _)) => write!(f, "{} …", Text(&self.0[..end])),
            None => Text(self.0).fmt(f),
        }
    }
}

/// Whether a text is too long for a cell.
pub(crate) fn is_clipped(text: &str) -> bool {
    text.chars().nth(MAX_CELL_CHARS).is_some()
}

/// A name of machines, such as an id or a code: in code type if it looks like one, else as a text. Code
/// in tables would need escapes that renderers disagree on.
pub(crate) struct Name<'a>(pub(crate) &'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
        if self.0.is_empty() || self.0.len() > MAX_CELL_CHARS || !self.0.chars().all(is_plain) {
            return Clipped(self.0).fmt(f);
        }
        write!(f, "`{}`", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_says_that_it_goes_on() {
        let long = "ä".repeat(MAX_CELL_CHARS + 1);
        let expected = format!("{} …", "ä".repeat(MAX_CELL_CHARS));
        assert_eq!(Clipped(&long).to_string(), expected);
        assert_eq!(Clipped("a|b").to_string(), "a&#124;b");
    }

    #[test]
    fn only_what_looks_like_a_name_is_shown_as_one() {
        for (text, shown) in [
            ("simple_1", "`simple_1`"),
            ("a b", "a b"),
            ("`a`", "\\`a\\`"),
            ("", ""),
        ] {
            assert_eq!(Name(text).to_string(), shown);
        }
    }
}
