//! Whether a pattern is found in a text: plainly, for short texts that are at hand.

use regex::{Regex, RegexBuilder};

use crate::Pattern;

/// A pattern, ready to be looked for.
pub(super) struct Matcher<'p> {
    pattern: &'p Pattern,
    regex: Option<Regex>,
    /// The text in lower case, where case does not matter.
    folded: String,
}

/// How a pattern is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Find {
    /// Nowhere.
    No,
    /// With nothing beside it that belongs to it.
    Whole,
    /// As a piece of a longer word or number.
    Part,
}

impl<'p> Matcher<'p> {
    pub(super) fn new(pattern: &'p Pattern) -> Self {
        let regex = match pattern {
            Pattern::Regex { source } => RegexBuilder::new(source)
                .size_limit(Pattern::MAX_REGEX_BYTES)
                .build()
                .ok(),
            _ => None,
        };
        Self {
            pattern,
            regex,
            folded: pattern.text().to_lowercase(),
        }
    }

    /// Whether an expression is found in nothing at all.
    pub(super) fn matches_nothing(&self) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(""))
    }

    /// The closest find of the pattern in `text`.
    pub(super) fn find(&self, text: &str) -> Find {
        let is_whole = |text: &str, start: usize, end: usize| {
            let found = &text[start..end];
            let joins = |inner: Option<char>, outer: Option<char>| {
                inner.is_some_and(is_of_word) && outer.is_some_and(is_of_word)
            };
            !joins(found.chars().next(), text[..start].chars().next_back())
                && !joins(found.chars().next_back(), text[end..].chars().next())
        };
        let of_text = |text: &str, wanted: &str| {
            let finds = text.match_indices(wanted);
            let finds = finds.map(|(at, found)| match is_whole(text, at, at + found.len()) {
                true => Find::Whole,
                false => Find::Part,
            });
            finds.max().unwrap_or(Find::No)
        };
        match self.pattern {
            Pattern::Literal {
                text: wanted,
                case_sensitive: true,
            } => of_text(text, wanted),
            Pattern::Literal { .. } => of_text(&text.to_lowercase(), &self.folded),
            Pattern::Word {
                text: wanted,
                case_sensitive,
            } => {
                let is_found = match case_sensitive {
                    true => finds_word(text, wanted),
                    false => finds_word(&text.to_lowercase(), &self.folded),
                };
                if is_found { Find::Whole } else { Find::No }
            }
            Pattern::Regex { .. } => {
                let finds = self.regex.iter().flat_map(|regex| regex.find_iter(text));
                let finds = finds.map(|found| match is_whole(text, found.start(), found.end()) {
                    true => Find::Whole,
                    false => Find::Part,
                });
                finds.max().unwrap_or(Find::No)
            }
        }
    }
}

/// Whether `wanted` stands in `text` with no letter, digit or underscore beside it.
fn finds_word(text: &str, wanted: &str) -> bool {
    text.match_indices(wanted).any(|(at, found)| {
        let (before, after) = (&text[..at], &text[at + found.len()..]);
        !before.chars().next_back().is_some_and(is_of_word)
            && !after.chars().next().is_some_and(is_of_word)
    })
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(pattern: &Pattern, text: &str) -> Find {
        Matcher::new(pattern).find(text)
    }

    #[test]
    fn a_find_is_whole_or_a_part_of_something() {
        let four = Pattern::literal("4");
        assert_eq!(find(&four, "is 4."), Find::Whole);
        assert_eq!(find(&four, "4 of 42"), Find::Part);
        assert_eq!(find(&four, "none"), Find::No);
        assert_eq!(find(&Pattern::literal("OK!"), "ok! done"), Find::Whole);
        assert_eq!(find(&Pattern::literal("= 4"), "x = 42"), Find::Part);
        let expression = Pattern::Regex {
            source: "\\d".into(),
        };
        assert_eq!(find(&expression, "v2"), Find::Part);
    }

    #[test]
    fn a_word_is_found_only_on_its_own() {
        let word = |case_sensitive| Pattern::Word {
            text: "Ok".into(),
            case_sensitive,
        };
        assert_eq!(find(&word(false), "token ok"), Find::Whole);
        assert_eq!(find(&word(false), "token oké ok_"), Find::No);
        assert_eq!(find(&word(true), "ok"), Find::No);
    }
}
