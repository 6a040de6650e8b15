//! Finds patterns in an output while it streams by: which, where, how often and when.
//!
//! The module owns what is found, in memory that is bounded by the patterns, and in such a way that it does
//! not matter how the text was cut. What is expected of it, it refuses to know.

mod fold;
mod plan;
mod rarity;
mod required;
mod scanner;
mod sought;
mod strides;
mod window;

use std::{sync::Arc, time::Duration};

use self::{
    scanner::Scanner,
    sought::Step,
    window::{LONGEST_CHARACTER, Window},
};

pub(super) use fold::folded;
pub(super) use plan::{Extent, QuestId, SearchPlan};

/// How long a match of a regular expression can be, in bytes. One that is longer may be missed, or found as
/// a shorter one; the same happens to it however the text is cut.
pub const LONGEST_MATCH: u64 = 64 * 1024;

/// Text is lower-cased and searched in portions of this size, because beginning to do either costs more than
/// doing it for a line: large against that, small against the processor's caches.
const PORTION: usize = 32 * 1024;

/// What was found is looked for no longer once so many blocks of the text have passed: making another scanner
/// takes about as long as scanning these.
const WORTH_NARROWING: u64 = 4;

/// Searches a streamed text for patterns, across the borders of its pieces.
///
/// What is asked for are *quests*: the first find of a pattern, or all of them, from the beginning of the text
/// or from the end of another quest's first find. Finds of one quest do not overlap.
///
/// Texts whose case does not matter are compared by Unicode's simple rule: each character is lower-cased by
/// itself, and a final sigma equals any other sigma. Matches of regular expressions are found up to
/// [`LONGEST_MATCH`].
#[derive(Debug)]
pub(super) struct Search {
    plan: Arc<SearchPlan>,
    window: Window,
    patterns: Vec<Watched>,
    quests: Vec<Quest>,
    /// What looks for less than the plan's scanner does, since some of it was found.
    narrowed: Option<Scanner>,
    /// Whether the scanner looks for what nobody asks for any more.
    is_stale: bool,
    /// The folded text before this offset was scanned when the scanner was last made.
    scanner_since: u64,
    /// How many quests are not over.
    open: usize,
    /// The folded text before this offset was scanned.
    scanned: u64,
}

/// A place where a pattern was found, in bytes from the beginning of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Find {
    pub(super) start: u64,
    pub(super) end: u64,
    /// When its last character arrived, if times were told.
    pub(super) at: Option<Duration>,
}

/// What is known of a pattern in this text.
#[derive(Debug)]
struct Watched {
    /// The offset up to which a needle of it may be there.
    awake_until: u64,
    /// How many quests for it are not over.
    open: usize,
}

#[derive(Debug)]
struct Quest {
    /// No further find begins before this offset; `None` while what it comes after was not found.
    from: Option<u64>,
    is_over: bool,
    first: Option<Find>,
    latest_end: Option<u64>,
    count: u64,
    /// What lies before this offset was looked at for a find that is not certain yet.
    glimpsed: u64,
}

impl Search {
    /// A search for what `plan` asks for, in a text of which nothing is known yet.
    pub(super) fn new(plan: Arc<SearchPlan>) -> Self {
        let mut patterns: Vec<_> = plan
            .patterns
            .iter()
            .map(|_| Watched {
                awake_until: 0,
                open: 0,
            })
            .collect();
        let mut open = 0;
        let quests = plan.quests.iter().map(|asked| {
            let is_over = plan.patterns[asked.pattern].sought.trouble().is_some();
            if !is_over {
                open += 1;
                patterns[asked.pattern].open += 1;
            }
            Quest {
                from: asked.after.is_none().then_some(0),
                is_over,
                first: None,
                latest_end: None,
                count: 0,
                glimpsed: 0,
            }
        });
        Self {
            quests: quests.collect(),
            window: Window::default(),
            narrowed: None,
            is_stale: false,
            scanner_since: 0,
            open,
            scanned: 0,
            patterns,
            plan,
        }
    }

    /// Why a quest cannot find anything, if its pattern cannot be used.
    pub(super) fn trouble(&self, id: QuestId) -> Option<&str> {
        self.plan.pattern(id).sought.trouble()
    }

    /// The first find of a quest, as far as it is certain yet.
    pub(super) fn first(&self, id: QuestId) -> Option<Find> {
        self.quests[id.0].first
    }

    /// How many finds of a quest are certain yet.
    pub(super) fn count(&self, id: QuestId) -> u64 {
        self.quests[id.0].count
    }

    /// Takes the next piece of the text, which came at `arrived`.
    pub(super) fn push(&mut self, text: &str, arrived: Option<Duration>) {
        if self.open == 0 {
            return;
        }
        self.window.push(text, arrived);
        if self.window.unfolded() >= PORTION {
            self.flush();
        }
    }

    /// Searches what was pushed since the last search.
    pub(super) fn flush(&mut self) {
        if self.open > 0 && self.window.unfolded() > 0 {
            self.advance(false);
        }
    }

    /// Searches what was not searched yet: the text has come to its end.
    pub(super) fn finish(&mut self) {
        if self.open > 0 {
            self.advance(true);
        }
    }

    fn advance(&mut self, is_end: bool) {
        self.window.fold();
        self.scan();
        for index in 0..self.quests.len() {
            self.pursue(index, is_end);
        }
        let needed = self.quests.iter().filter(|quest| !quest.is_over);
        let needed = needed.filter_map(|quest| quest.from).min();
        let needed = needed.unwrap_or(self.window.end());
        // What stands before a find can matter to it.
        self.window
            .drop_before(needed.saturating_sub(LONGEST_CHARACTER));
    }

    /// Looks which patterns may be in what is new.
    fn scan(&mut self) {
        let age = self.scanned - self.scanner_since;
        if self.is_stale && age >= WORTH_NARROWING * self.plan.block {
            let patterns = &self.patterns;
            self.narrowed = Some(self.plan.scanner_of(|number| patterns[number].open > 0));
            self.scanner_since = self.scanned;
            self.is_stale = false;
        }
        let scanner = self.narrowed.as_ref().unwrap_or(self.plan.scanner());
        let first = self.window.folded_offset(0);
        let from = self.scanned.saturating_sub(scanner.reach() as u64);
        let from = from.saturating_sub(first) as usize;
        let end = self.window.end();
        let patterns = &mut self.patterns;
        scanner.scan(&self.window.folded()[from..], |number| {
            patterns[number].awake_until = end;
        });
        self.scanned = self.window.folded_end();
    }

    /// Takes what a quest finds in the text so far.
    fn pursue(&mut self, index: usize, is_end: bool) {
        let quest = &self.quests[index];
        if quest.is_over {
            return;
        }
        let asked = &self.plan.quests[index];
        let planned = &self.plan.patterns[asked.pattern];
        let after = asked.after.and_then(|after| self.quests[after.0].first);
        let Some(mut from) = quest.from.or(after.map(|find| find.end)) else {
            return;
        };
        let quest = &mut self.quests[index];
        let watched = &mut self.patterns[asked.pattern];
        while from <= self.window.end() {
            if planned.needles.is_some() && watched.awake_until <= from {
                from = planned.sought.without_needle(&self.window, from);
                break;
            }
            match planned.sought.next(&self.window, from, is_end) {
                Step::Nothing { before } => {
                    from = before;
                    break;
                }
                Step::Found { start, end } => {
                    let is_empty = start == end;
                    from = match is_empty {
                        true => self.window.ceil(end + 1),
                        false => end,
                    };
                    // An empty match at the end of another one is a part of it.
                    if is_empty && quest.latest_end == Some(end) {
                        continue;
                    }
                    quest.latest_end = Some(end);
                    quest.count += 1;
                    if quest.first.is_none() {
                        let at = self.window.arrived(end);
                        quest.first = Some(Find { start, end, at });
                    }
                    if asked.extent == Extent::First {
                        quest.is_over = true;
                        self.open -= 1;
                        watched.open -= 1;
                        self.is_stale |= watched.open == 0;
                        break;
                    }
                }
            }
        }
        quest.from = Some(from);
    }

    /// Whether a quest finds anything for certain, also where it is open what exactly: a match of an expression
    /// can grow, but not go away.
    pub(super) fn is_found(&mut self, id: QuestId) -> bool {
        self.glimpse(id).is_some()
    }

    /// The first find of a quest, or one that more of the text may make another one.
    pub(super) fn glimpse(&mut self, id: QuestId) -> Option<Find> {
        let quest = &mut self.quests[id.0];
        let (planned, watched) = (
            self.plan.pattern(id),
            &self.patterns[self.plan.quests[id.0].pattern],
        );
        let Some(from) = quest.from.filter(|_| quest.first.is_none()) else {
            return quest.first;
        };
        if planned.needles.is_some() && watched.awake_until <= from {
            return None;
        }
        let reach = planned.sought.longest();
        let from = from.max(self.window.ceil(quest.glimpsed.saturating_sub(reach)));
        let found = planned.sought.glimpse(&self.window, from);
        if found.is_none() {
            quest.glimpsed = self.window.end();
        }
        let (start, end) = found?;
        let at = self.window.arrived(end);
        Some(Find { start, end, at })
    }

    /// Whether a quest that has found nothing for certain may have in the text so far.
    pub(super) fn may_be_found(&self, id: QuestId) -> bool {
        let quest = &self.quests[id.0];
        let sought = &self.plan.pattern(id).sought;
        match quest.from {
            Some(from) if quest.first.is_none() => sought.may_be_there(&self.window, from),
            _ => quest.first.is_some(),
        }
    }
}

#[cfg(test)]
mod tests;
