//! Whether what a command prints is what its case expects.
//!
//! The module owns what becomes of each expectation, and when none of this can change any more. How patterns are
//! found is the search's affair; what an outcome is made of, the judge's.

mod code;
mod json;
mod nearest;
mod verdicts;
mod words;

use std::{sync::Arc, time::Duration};

use suite::{Expectations, Pattern};

use super::search::{Extent, QuestId, Search, SearchBuilder};

pub use code::code_in;
pub(super) use code::full_name;
pub(super) use verdicts::Ending;

/// JSON and code are looked for in so much of what a command prints, from its beginning on.
pub const MAX_STRUCTURED_BYTES: usize = 1 << 20;

/// Watches what a command prints for what its case expects.
///
/// To make one takes long, as its patterns are compiled; to clone one that has seen nothing yet does not.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    expected: Arc<Expectations>,
    search: Search,
    quests: Arc<Quests>,
    /// How many characters were printed, if that matters.
    chars: u64,
    /// The beginning of what was printed, if JSON or code is looked for in it.
    kept: String,
    is_cut: bool,
    /// When the latest piece of output came.
    latest: Duration,
    /// The longest silence so far.
    silence: Duration,
}

/// What the search is asked for, in the order of the expectations.
#[derive(Debug, Default)]
struct Quests {
    expected: Vec<QuestId>,
    forbidden: Vec<QuestId>,
    any_of: Vec<Vec<QuestId>>,
    counts: Vec<QuestId>,
    ordered: Vec<Vec<QuestId>>,
    /// Each with what it is counted from.
    within: Vec<(QuestId, Option<QuestId>)>,
    /// Each with what it comes after.
    never_after: Vec<(QuestId, QuestId)>,
}

impl Quests {
    fn of(expected: &Expectations, search: &mut SearchBuilder) -> Self {
        let mut first = |pattern: &Pattern, after| search.ask(pattern, after, Extent::First);
        let mut chain = |patterns: &Vec<Pattern>| {
            let mut after = None;
            let each = patterns.iter().map(|pattern| {
                let quest = first(pattern, after);
                after = Some(quest);
                quest
            });
            each.collect()
        };
        let ordered = expected.ordered.iter().map(&mut chain).collect();
        let within = expected.within.iter().map(|within| {
            let after = within.after.as_ref().map(|after| first(after, None));
            (first(&within.pattern, after), after)
        });
        let within = within.collect();
        let never_after = expected.never_after.iter().map(|never| {
            let after = first(&never.after, None);
            (first(&never.pattern, Some(after)), after)
        });
        let never_after = never_after.collect();
        let mut all = |patterns: &[Pattern]| -> Vec<_> {
            let each = patterns.iter().map(|pattern| first(pattern, None));
            each.collect()
        };
        Self {
            ordered,
            within,
            never_after,
            expected: all(&expected.expected),
            forbidden: all(&expected.forbidden),
            any_of: expected.any_of.iter().map(|group| all(group)).collect(),
            counts: expected
                .counts
                .iter()
                .map(|count| search.ask(&count.pattern, None, Extent::All))
                .collect(),
        }
    }
}

impl Watch {
    pub(super) fn new(expected: &Expectations) -> Self {
        let mut search = SearchBuilder::new();
        let quests = Quests::of(expected, &mut search);
        Self {
            expected: Arc::new(expected.clone()),
            search: search.build(),
            quests: Arc::new(quests),
            chars: 0,
            kept: String::new(),
            is_cut: false,
            latest: Duration::ZERO,
            silence: Duration::ZERO,
        }
    }

    /// Whether it matters when output comes.
    pub(super) fn is_timed(&self) -> bool {
        self.expected.max_gap.is_some() || !self.expected.within.is_empty()
    }

    /// Takes note that the command printed anything, wherever that is, or that it ended.
    pub(super) fn on_sign_of_life(&mut self, at: Duration) {
        self.silence = self.silence.max(at.saturating_sub(self.latest));
        self.latest = self.latest.max(at);
    }

    /// Takes the next piece of the text that is watched.
    pub(super) fn push(&mut self, text: &str, arrived: Option<Duration>) {
        self.search.push(text, arrived);
        if self.expected.min_length.is_some() || self.expected.max_length.is_some() {
            self.chars += characters(text);
        }
        if self.is_structured() && !self.is_cut {
            self.keep(text);
        }
    }

    fn keep(&mut self, text: &str) {
        let mut room = (MAX_STRUCTURED_BYTES - self.kept.len()).min(text.len());
        while !text.is_char_boundary(room) {
            room -= 1;
        }
        self.is_cut = room < text.len();
        self.kept.push_str(&text[..room]);
    }

    fn is_structured(&self) -> bool {
        !self.expected.json.is_empty() || self.expected.code.is_some()
    }

    /// Brings the search up to date.
    pub(super) fn on_pause(&mut self) {
        self.search.flush();
    }

    /// Whether the attempt may end as soon as it cannot pass any more.
    pub(super) fn stops(&self) -> bool {
        self.expected.stop_on_failure
    }

    /// Whether nothing that is still to come can make all expectations hold. It is `now`, counted as the
    /// times of the output are.
    ///
    /// It errs on the side of going on: what is not certain yet may still come out well.
    pub(super) fn is_hopeless(&mut self, now: Duration) -> bool {
        let Self {
            expected,
            search,
            quests,
            ..
        } = self;
        let is_too_long = expected.max_length.is_some_and(|most| self.chars > most);
        let silence = self.silence.max(now.saturating_sub(self.latest));
        let is_too_silent = expected.max_gap.is_some_and(|most| silence > most);
        is_too_long
            || is_too_silent
            || quests.forbidden.iter().any(|&quest| search.is_found(quest))
            || quests
                .never_after
                .iter()
                .any(|&(quest, _)| search.is_found(quest))
            || expected
                .counts
                .iter()
                .zip(&quests.counts)
                .any(|(count, &quest)| count.at_most.is_some_and(|most| search.count(quest) > most))
            || expected
                .within
                .iter()
                .zip(&quests.within)
                .any(|(within, &(quest, after))| {
                    let Some(begin) = begin_of(search, after) else {
                        return false;
                    };
                    let deadline = begin.saturating_add(within.limit);
                    match search.first(quest) {
                        Some(find) => find.at.is_some_and(|at| at > deadline),
                        None => now > deadline && !search.may_be_found(quest),
                    }
                })
    }
}

/// From when on the time of a find is counted; `None` if that has not come.
fn begin_of(search: &Search, after: Option<QuestId>) -> Option<Duration> {
    match after {
        None => Some(Duration::ZERO),
        Some(after) => search.first(after).map(|find| find.at.unwrap_or_default()),
    }
}

/// How many characters a text has.
fn characters(text: &str) -> u64 {
    let begins = |byte: &&u8| (**byte & 0xc0) != 0x80;
    text.as_bytes().iter().filter(begins).count() as u64
}

#[cfg(test)]
mod tests;
