//! One pattern, ready to be looked for in the window of a streamed text.

use std::cmp::Reverse;

use memchr::memmem::Finder;
use regex_automata::{
    Input,
    meta::{self, Regex},
};
use regex_syntax::hir::{
    Hir, HirKind,
    literal::{ExtractKind, Extractor},
};
use suite::Pattern;

use super::{
    fold::folded,
    window::{LONGEST_CHARACTER, Window},
};

/// A pattern, compiled.
#[derive(Debug, Clone)]
pub(super) enum Sought {
    /// A text, in lower case if its case does not matter.
    Text(Box<Text>),
    /// A regular expression.
    Expression(Box<Expression>),
    /// What cannot be looked for, and why.
    Unusable(String),
}

#[derive(Debug, Clone)]
pub(super) struct Text {
    finder: Finder<'static>,
    case_sensitive: bool,
    is_word: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Expression {
    regex: Regex,
    /// Whether what stands behind a match can matter to it.
    looks_around: bool,
    /// How long a match can be, as far as it is found.
    longest: u64,
    /// The length of the blocks in which it is looked for.
    block: u64,
}

/// What looking for a pattern from some place on came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The next find.
    Found { start: u64, end: u64 },
    /// No find begins before this offset; behind it, more of the text has to be known.
    Nothing { before: u64 },
}

/// An expression that needs more memory than this when compiled cannot be used; the crate `regex` has the
/// same limit.
const MAX_COMPILED_BYTES: usize = 10 << 20;

/// What the lazily built part of an expression's automaton may take.
const MAX_LAZY_BYTES: usize = 2 << 20;

/// An expression is left alone while none of so many texts is there of which it needs one.
const MAX_NEEDLES: usize = 16;

/// Shorter texts are everywhere.
const MIN_NEEDLE_BYTES: usize = 3;

impl Sought {
    /// Compiles a pattern. Matches of expressions are found up to a length of `block` bytes.
    pub(super) fn new(pattern: &Pattern, block: u64) -> Self {
        match pattern {
            Pattern::Literal {
                text,
                case_sensitive,
            } => Self::text(text, *case_sensitive, false),
            Pattern::Word {
                text,
                case_sensitive,
            } => Self::text(text, *case_sensitive, true),
            Pattern::Regex { source } => match Expression::new(source, block) {
                Ok(expression) => Self::Expression(Box::new(expression)),
                Err(why) => Self::Unusable(why),
            },
            other => Self::Unusable(format!("{other} is of a kind that is not known")),
        }
    }

    fn text(text: &str, case_sensitive: bool, is_word: bool) -> Self {
        let needle = match case_sensitive {
            true => text.as_bytes().to_vec(),
            false => folded(text),
        };
        Self::Text(Box::new(Text {
            finder: Finder::new(&needle).into_owned(),
            case_sensitive,
            is_word,
        }))
    }

    /// Texts in lower case of which one is in everything that matches; `None` if there are no such texts,
    /// or too many.
    pub(super) fn needles(&self, pattern: &Pattern) -> Option<Vec<Vec<u8>>> {
        let needles = match (self, pattern) {
            (Self::Text(_), _) => vec![folded(pattern.text())],
            (Self::Expression(_), Pattern::Regex { source }) => {
                let hir = regex_syntax::parse(source).ok()?;
                required(&hir)?
            }
            _ => return None,
        };
        needles
            .iter()
            .all(|needle| !needle.is_empty())
            .then_some(needles)
    }

    /// Why the pattern cannot be looked for.
    pub(super) fn trouble(&self) -> Option<&str> {
        match self {
            Self::Unusable(why) => Some(why),
            _ => None,
        }
    }

    /// The first find that begins at `from` or behind it, as far as that is certain. At the end of the
    /// text, `is_end`, it always is.
    pub(super) fn next(&self, window: &Window, from: u64, is_end: bool) -> Step {
        match self {
            Self::Text(text) => text.next(window, from, is_end),
            Self::Expression(expression) => expression.next(window, from, is_end),
            Self::Unusable(_) => Step::Nothing {
                before: window.end(),
            },
        }
    }

    /// How many bytes from the end of a text back can belong to a find of which no needle is there yet.
    pub(super) fn keeps(&self) -> u64 {
        match self {
            // A character can be longer than it is in lower case.
            Self::Text(text) => (text.finder.needle().len() as u64 + 1) * LONGEST_CHARACTER,
            // The block in which the text ends, and the one before it, from which matches reach into it.
            Self::Expression(expression) => 2 * expression.block + LONGEST_CHARACTER,
            Self::Unusable(_) => 0,
        }
    }

    /// A find behind `from` that more text may change, but not undo.
    pub(super) fn glimpse(&self, window: &Window, from: u64) -> Option<(u64, u64)> {
        match self {
            Self::Expression(expression) => expression.glimpse(window, from, false),
            _ => None,
        }
    }

    /// Whether there may be a find behind `from` that ends with the text so far.
    pub(super) fn may_be_there(&self, window: &Window, from: u64) -> bool {
        match self {
            Self::Expression(expression) => expression.glimpse(window, from, true).is_some(),
            Self::Text(text) if text.is_word => {
                matches!(text.next(window, from, true), Step::Found { .. })
            }
            _ => false,
        }
    }

    /// How far back a find can begin that ends behind an offset.
    pub(super) fn longest(&self) -> u64 {
        match self {
            Self::Expression(expression) => expression.longest,
            Self::Text(text) => text.finder.needle().len() as u64 + LONGEST_CHARACTER,
            Self::Unusable(_) => 0,
        }
    }
}

impl Text {
    fn next(&self, window: &Window, from: u64, is_end: bool) -> Step {
        let hay = self.hay(window);
        let mut at = self.index(window, from);
        while let Some(found) = hay.get(at..).and_then(|rest| self.finder.find(rest)) {
            let (start, end) = (at + found, at + found + self.finder.needle().len());
            if self.is_word && end == hay.len() && !is_end {
                let before = self.offset(window, start, false).max(from);
                return Step::Nothing { before };
            }
            let stands_alone = || !ends_in_word(&hay[..start]) && !begins_with_word(&hay[end..]);
            if !self.is_word || stands_alone() {
                return Step::Found {
                    start: self.offset(window, start, false),
                    end: self.offset(window, end, true),
                };
            }
            at = start + 1;
        }
        Step::Nothing {
            before: self.rest(window, from),
        }
    }

    /// From where on what is not there yet may begin.
    fn rest(&self, window: &Window, from: u64) -> u64 {
        let reach = self.finder.needle().len().saturating_sub(1);
        let rest = self.hay(window).len().saturating_sub(reach);
        self.offset(window, rest, false).max(from)
    }

    fn hay<'w>(&self, window: &'w Window) -> &'w [u8] {
        match self.case_sensitive {
            true => window.text().as_bytes(),
            false => window.folded(),
        }
    }

    fn index(&self, window: &Window, from: u64) -> usize {
        match self.case_sensitive {
            true => (from - window.base()) as usize,
            false => window.folded_index(from),
        }
    }

    fn offset(&self, window: &Window, index: usize, is_end: bool) -> u64 {
        match (self.case_sensitive, is_end) {
            (true, true) => window.base() + index as u64,
            (true, false) => window.base() + window.floor(window.base() + index as u64) as u64,
            (false, _) => window.of_folded(window.folded_offset(index), is_end),
        }
    }
}

impl Expression {
    fn new(source: &str, block: u64) -> Result<Self, String> {
        let hir = regex_syntax::parse(source).map_err(|error| error.to_string())?;
        let config = meta::Config::new()
            .nfa_size_limit(Some(MAX_COMPILED_BYTES))
            .hybrid_cache_capacity(MAX_LAZY_BYTES);
        let regex = Regex::builder()
            .configure(config)
            .build_from_hir(&hir)
            .map_err(|error| match error.size_limit() {
                Some(limit) => format!("it takes more than {limit} bytes when compiled"),
                None => error.to_string(),
            })?;
        let longest = hir.properties().maximum_len();
        Ok(Self {
            regex,
            looks_around: !hir.properties().look_set().is_empty(),
            longest: longest.map_or(block, |longest| {
                block.min(longest as u64 + LONGEST_CHARACTER)
            }),
            block,
        })
    }

    /// What begins in a block is looked for in it and the next one: blocks lie where they lie in the text,
    /// so that pieces do not decide what is found.
    fn next(&self, window: &Window, mut from: u64, is_end: bool) -> Step {
        while from <= window.end() {
            let block_end = (from / self.block + 1) * self.block;
            let view_end = block_end + self.block;
            // One more character is what assertions at the end of the view may look at.
            if !is_end && window.end() < view_end + LONGEST_CHARACTER {
                break;
            }
            match self.find(window, from, window.floor(view_end)) {
                Some((start, end)) if start < block_end => return Step::Found { start, end },
                None if view_end >= window.end() => {
                    let before = window.end();
                    return Step::Nothing { before };
                }
                _ => from = window.ceil(block_end),
            }
        }
        Step::Nothing { before: from }
    }

    /// A match in what is there, also if it could become another one; with one that only the end of the
    /// text makes one, if so asked.
    fn glimpse(&self, window: &Window, from: u64, also_at_end: bool) -> Option<(u64, u64)> {
        let last = window.text().chars().next_back()?;
        let view = match self.looks_around && !also_at_end {
            true => window.text().len() - last.len_utf8(),
            false => window.text().len(),
        };
        let (start, end) = self.find(window, from, view)?;
        (end - start <= self.block).then_some((start, end))
    }

    /// The first match from `from` on in what of the window lies before the index `view`.
    fn find(&self, window: &Window, from: u64, view: usize) -> Option<(u64, u64)> {
        let start = window.floor(from);
        if start > view {
            return None;
        }
        let input = Input::new(window.text()).span(start..view);
        let found = self.regex.find(input)?;
        let base = window.base();
        Some((base + found.start() as u64, base + found.end() as u64))
    }
}

/// Texts in lower case of which one is in everything that matches: those that tell most.
fn required(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let ends = [ExtractKind::Prefix, ExtractKind::Suffix];
    let of_ends = ends.into_iter().filter_map(|kind| needles(hir, kind));
    // What matches a sequence has matches of all its members in it.
    let of_members: Vec<_> = match hir.kind() {
        HirKind::Concat(members) => members.iter().filter_map(required).collect(),
        HirKind::Capture(capture) => required(&capture.sub).into_iter().collect(),
        HirKind::Repetition(repetition) if repetition.min > 0 => {
            required(&repetition.sub).into_iter().collect()
        }
        _ => Vec::new(),
    };
    let shortest = |needles: &Vec<Vec<u8>>| needles.iter().map(Vec::len).min();
    of_ends
        .chain(of_members)
        .max_by_key(|needles| (shortest(needles), Reverse(needles.len())))
}

/// Texts of which one begins, or ends, everything that matches.
fn needles(hir: &Hir, kind: ExtractKind) -> Option<Vec<Vec<u8>>> {
    let mut extractor = Extractor::new();
    let sequence = extractor.kind(kind).extract(hir);
    let mut needles = Vec::new();
    for literal in sequence.literals()? {
        needles.push(folded(std::str::from_utf8(literal.as_bytes()).ok()?));
    }
    needles.sort();
    needles.dedup();
    let are_telling = needles.len() <= MAX_NEEDLES
        && needles
            .iter()
            .all(|needle| needle.len() >= MIN_NEEDLE_BYTES);
    (are_telling && !needles.is_empty()).then_some(needles)
}

fn ends_in_word(text: &[u8]) -> bool {
    let tail = &text[text.len().saturating_sub(LONGEST_CHARACTER as usize)..];
    let start = tail.iter().position(|byte| (byte & 0xc0) != 0x80);
    let tail = start.and_then(|start| std::str::from_utf8(&tail[start..]).ok());
    tail.and_then(|tail| tail.chars().next_back())
        .is_some_and(is_word)
}

fn begins_with_word(text: &[u8]) -> bool {
    let first = &text[..text.len().min(LONGEST_CHARACTER as usize)];
    first
        .utf8_chunks()
        .next()
        .and_then(|chunk| chunk.valid().chars().next())
        .is_some_and(is_word)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
