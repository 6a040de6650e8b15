//! Texts of which everything that an expression matches holds one.
//!
//! They need not be where a match begins or ends: of `\d+ tests failed in [a-z]+`, ` tests failed in ` is
//! what counts.

use std::cmp::Reverse;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::{fold::folded, pieces::rarity};

/// An expression is left alone while none of so many texts is there of which it needs one.
const MAX_TEXTS: usize = 16;

/// Shorter texts are everywhere.
const MIN_BYTES: usize = 3;

/// What makes a text longer than this tells nothing more.
const MAX_BYTES: usize = 256;

/// Texts in lower case of which one is in everything that `hir` matches, all of them long enough to be rare;
/// `None` if there are no such texts, or too many.
pub(super) fn required(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    Parts::of(hir).best()
}

/// What is known of the matches of a part of an expression, in lower case.
struct Parts {
    /// All that it matches, if that is little.
    exact: Option<Texts>,
    /// Texts of which one is in everything that it matches.
    held: Option<Texts>,
}

/// Different texts, at most [`MAX_TEXTS`] of them and at least one.
type Texts = Vec<Vec<u8>>;

impl Parts {
    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::exactly(vec![Vec::new()]),
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => Self::exactly(vec![folded(text)]),
                Err(_) => Self::unknown(),
            },
            HirKind::Class(class) => Self {
                exact: characters(class),
                held: None,
            },
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Repetition(repetition) if repetition.min == 0 => Self::unknown(),
            HirKind::Repetition(repetition) => {
                let once = Self::of(&repetition.sub);
                if repetition.max == Some(1) {
                    return once;
                }
                Self {
                    exact: None,
                    held: once.best(),
                }
            }
            HirKind::Concat(parts) => Self::concatenated(parts),
            HirKind::Alternation(parts) => Self::one_of(parts),
        }
    }

    fn exactly(texts: Texts) -> Self {
        Self {
            exact: Some(texts),
            held: None,
        }
    }

    fn unknown() -> Self {
        Self {
            exact: None,
            held: None,
        }
    }

    /// The better of what it matches and what that holds.
    fn best(self) -> Option<Texts> {
        better(self.exact, self.held)
    }

    /// Parts in a row: what they hold is what one of them holds, or neighbours together.
    fn concatenated(parts: &[Hir]) -> Self {
        let mut held = None;
        let mut run: Texts = vec![Vec::new()];
        let mut is_exact = true;
        for part in parts {
            let part = Self::of(part);
            if let Some(exact) = &part.exact
                && let Some(longer) = appended(&run, exact)
            {
                run = longer;
                continue;
            }
            is_exact = false;
            held = better(held, part.held);
            let next = part.exact.unwrap_or_else(|| vec![Vec::new()]);
            held = better(held, Some(std::mem::replace(&mut run, next)));
        }
        match is_exact {
            true => Self::exactly(run),
            false => Self {
                exact: None,
                held: better(held, Some(run)),
            },
        }
    }

    fn one_of(parts: &[Hir]) -> Self {
        let parts: Vec<_> = parts.iter().map(Self::of).collect();
        let exact: Option<Vec<_>> = parts.iter().map(|part| part.exact.clone()).collect();
        if let Some(exact) = exact.and_then(united) {
            return Self::exactly(exact);
        }
        let held: Option<Vec<_>> = parts.into_iter().map(Self::best).collect();
        Self {
            exact: None,
            held: held.and_then(united),
        }
    }
}

/// The characters of a class in lower case, if there are few.
fn characters(class: &Class) -> Option<Texts> {
    let Class::Unicode(class) = class else {
        return None;
    };
    let mut texts = Vec::new();
    for range in class.ranges() {
        if range.len() > 2 * MAX_TEXTS {
            return None;
        }
        let characters = range.start()..=range.end();
        texts.push(
            characters
                .map(|it| folded(it.encode_utf8(&mut [0; 4])))
                .collect(),
        );
    }
    united(texts)
}

/// All of several sets, if that is not too many and there is any.
fn united(sets: Vec<Texts>) -> Option<Texts> {
    let mut all = sets.concat();
    all.sort();
    all.dedup();
    (1..=MAX_TEXTS).contains(&all.len()).then_some(all)
}

/// Each of `heads` with each of `tails` behind it, if that is neither too many nor too long.
fn appended(heads: &Texts, tails: &Texts) -> Option<Texts> {
    if heads.len() * tails.len() > MAX_TEXTS {
        return None;
    }
    let pairs = heads
        .iter()
        .flat_map(|head| tails.iter().map(move |tail| [&head[..], tail].concat()));
    let all = united(vec![pairs.collect()])?;
    all.iter()
        .all(|text| text.len() <= MAX_BYTES)
        .then_some(all)
}

/// Of two sets the one whose most common text is rarer, the smaller one if they are equal; neither if both
/// have texts that tell nothing.
fn better(one: Option<Texts>, other: Option<Texts>) -> Option<Texts> {
    let tells = |texts: &Texts| texts.iter().all(|text| text.len() >= MIN_BYTES);
    let rarest = |texts: &Texts| texts.iter().map(|text| rarity(text)).min();
    let both = one.into_iter().chain(other).filter(tells);
    both.max_by_key(|texts| (rarest(texts), Reverse(texts.len())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_automata::meta::Regex;

    use super::*;

    fn texts(source: &str) -> Option<Vec<String>> {
        let hir = regex_syntax::parse(source).expect("an expression");
        let texts = required(&hir)?.into_iter();
        Some(
            texts
                .map(|text| String::from_utf8(text).expect("text"))
                .collect(),
        )
    }

    fn one(source: &str) -> String {
        let texts = texts(source).expect("texts");
        assert_eq!(texts.len(), 1, "{source}: {texts:?}");
        texts.concat()
    }

    #[test]
    fn what_stands_between_other_things_is_found() {
        assert_eq!(one(r"\d+ tests failed in [a-z]+"), " tests failed in ");
        assert_eq!(one(r"^\w+: (?P<what>exit code) \d+$"), ": exit code ");
        assert_eq!(one(r"(ab)?panicked(!|\?)*\s+now"), "panicked");
        assert_eq!(one(r"\d(?:\d\w+timeout)+"), "timeout");
    }

    #[test]
    fn letters_of_either_case_are_one_letter() {
        assert_eq!(one("(?i)connection"), "connection");
        assert_eq!(one("E[rR]ROR: [aA]"), "error: a");
        // A kelvin sign is a k in lower case, a long s is none.
        assert_eq!(one("(?i)kilo"), "kilo");
        assert_eq!(texts("(?i)lost").expect("texts"), ["lost", "loſt"]);
    }

    #[test]
    fn where_there_are_ways_each_has_its_text() {
        let mut ways = texts(r"(?:\d+ passed|failed \w+|skipped)").expect("texts");
        ways.sort();
        assert_eq!(ways, [" passed", "failed ", "skipped"]);
        assert_eq!(texts(r"(?:\d+ passed|\w+)"), None);
    }

    #[test]
    fn what_is_short_or_optional_tells_nothing() {
        for source in [
            r"\d+ms",
            "(?:timeout)?",
            "(?:timeout)*",
            "[^a]+",
            "",
            r"\b",
            "[a-z]{9}",
        ] {
            assert_eq!(texts(source), None, "{source}");
        }
    }

    proptest! {
        #[test]
        fn whatever_matches_holds_one_of_the_texts(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "a", "Σ", "(?i:ks)", "(?i:σa)", "[ab]", "[aA]k", r"\w*", ".+", "(ab|K|ks)", "(?:aks)?",
                    "(?:ab){2}", "(?:kσ|[a-z]ab)+", r"\b", "^", "(?:a|)", "b{1,3}",
                ]),
                1..7,
            ),
            text in "[aAbBkKKsSſσςΣ ]{0,40}",
        ) {
            let source = parts.concat();
            let needed = texts(&source);
            for found in Regex::new(&source).expect("an expression").find_iter(&text) {
                let found = String::from_utf8(folded(&text[found.range()])).expect("text");
                let holds = |needed: Vec<String>| needed.iter().any(|it| found.contains(it));
                prop_assert!(needed.clone().is_none_or(holds), "{} {}", source, found);
            }
        }
    }
}
