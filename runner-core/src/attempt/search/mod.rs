//! Finds patterns in an output while it streams by: which, where, how often and when.
//!
//! The module owns what is found, in memory that is bounded by the patterns, and in such a way that it does
//! not matter how the text was cut. What is expected of it, it refuses to know.

mod fold;
mod pieces;
mod scanner;
mod sought;
mod window;

use std::{sync::Arc, time::Duration};

use suite::Pattern;

use self::{
    scanner::Scanner,
    sought::{Sought, Step},
    window::{LONGEST_CHARACTER, Window},
};

pub(super) use fold::folded;

/// How long a match of a regular expression can be, in bytes. One that is longer may be missed, or found as
/// a shorter one; the same happens to it however the text is cut.
pub const LONGEST_MATCH: u64 = 64 * 1024;

/// Text is lower-cased and searched in portions of this size, because beginning to do either costs more than
/// doing it for a line: large against that, small against the processor's caches.
const PORTION: usize = 32 * 1024;

/// Where a scanner looks more closely more often than once in so many bytes, another one may do better.
const BYTES_BETWEEN_HITS: usize = 1024;

/// Searches a streamed text for patterns, across the borders of its pieces.
///
/// What is asked for are *quests*: the first find of a pattern, or all of them, from the beginning of the text
/// or from the end of another quest's first find. Finds of one quest do not overlap.
///
/// Texts whose case does not matter are compared by Unicode's simple rule: each character is lower-cased by
/// itself, and a final sigma equals any other sigma. Matches of regular expressions are found up to
/// [`LONGEST_MATCH`].
///
/// To make one ready takes long beside searching a short text. A clone of one that is ready shares what does
/// not change.
#[derive(Debug, Clone)]
pub(super) struct Search {
    window: Window,
    patterns: Arc<[Compiled]>,
    states: Vec<PatternState>,
    quests: Vec<Quest>,
    scanner: Arc<Scanner>,
    /// Whether another scanner may do better: this one looks for what nobody asks for any more, or at what
    /// is nothing too often, or was made before there was any text.
    is_wasteful: bool,
    /// The offset from which on another scanner is worth the time that it takes to make it; the next one when the
    /// text is twice as long.
    renews_at: u64,
    /// How many quests are not over.
    open: usize,
    /// The folded text before this offset was scanned.
    scanned: u64,
}

/// Names a quest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QuestId(usize);

/// A place where a pattern was found, in bytes from the beginning of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Find {
    pub(super) start: u64,
    pub(super) end: u64,
    /// When its last character arrived, if times were told.
    pub(super) at: Option<Duration>,
}

/// How many finds a quest is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    First,
    All,
}

/// A pattern, ready to be looked for.
#[derive(Debug, Clone)]
struct Compiled {
    pattern: Pattern,
    sought: Sought,
    needles: Option<Vec<Vec<u8>>>,
    /// How many bytes from the end of the text back can belong to a find of which no needle is there yet.
    keeps: u64,
}

/// What became of a pattern so far.
#[derive(Debug, Clone, Copy, Default)]
struct PatternState {
    /// The offset up to which a needle of it may be there.
    awake_until: u64,
    /// How many quests for it are not over.
    open: usize,
}

#[derive(Debug, Clone)]
struct Quest {
    pattern: usize,
    after: Option<QuestId>,
    extent: Extent,
    /// No further find begins before this offset; `None` while what it comes after was not found.
    from: Option<u64>,
    is_over: bool,
    first: Option<Find>,
    latest_end: Option<u64>,
    count: u64,
    /// What lies before this offset was looked at for a find that is not certain yet.
    glimpsed: u64,
}

/// Gathers what a search is to look for.
#[derive(Debug)]
pub(super) struct SearchBuilder {
    patterns: Vec<Compiled>,
    states: Vec<PatternState>,
    quests: Vec<Quest>,
    block: u64,
}

impl SearchBuilder {
    /// For a search without quests.
    pub(super) fn new() -> Self {
        Self::with_longest_match(LONGEST_MATCH)
    }

    fn with_longest_match(block: u64) -> Self {
        Self {
            patterns: Vec::new(),
            states: Vec::new(),
            quests: Vec::new(),
            block,
        }
    }

    /// Asks for finds of `pattern`, of those that begin behind the first find of `after` if that is given.
    /// Who asks the same again gets the same quest.
    pub(super) fn ask(
        &mut self,
        pattern: &Pattern,
        after: Option<QuestId>,
        extent: Extent,
    ) -> QuestId {
        let pattern = self.keep(pattern);
        let same =
            |quest: &Quest| (quest.pattern, quest.after, quest.extent) == (pattern, after, extent);
        if let Some(index) = self.quests.iter().position(same) {
            return QuestId(index);
        }
        let is_over = self.patterns[pattern].sought.trouble().is_some();
        self.states[pattern].open += usize::from(!is_over);
        self.quests.push(Quest {
            pattern,
            after,
            extent,
            from: after.is_none().then_some(0),
            is_over,
            first: None,
            latest_end: None,
            count: 0,
            glimpsed: 0,
        });
        QuestId(self.quests.len() - 1)
    }

    fn keep(&mut self, pattern: &Pattern) -> usize {
        let known = self
            .patterns
            .iter()
            .position(|kept| kept.pattern == *pattern);
        known.unwrap_or_else(|| {
            let sought = Sought::new(pattern, self.block);
            self.patterns.push(Compiled {
                needles: sought.needles(pattern),
                keeps: sought.keeps(),
                pattern: pattern.clone(),
                sought,
            });
            self.states.push(PatternState::default());
            self.patterns.len() - 1
        })
    }

    /// A search of a text of which nothing has come yet.
    pub(super) fn build(self) -> Search {
        Search {
            window: Window::default(),
            scanner: Arc::new(scanner(&self.patterns, &self.states, b"")),
            patterns: self.patterns.into(),
            states: self.states,
            open: self.quests.iter().filter(|quest| !quest.is_over).count(),
            quests: self.quests,
            is_wasteful: true,
            renews_at: self.block,
            scanned: 0,
        }
    }
}

/// A scanner for what is not found yet, in text like `sample`.
fn scanner(patterns: &[Compiled], states: &[PatternState], sample: &[u8]) -> Scanner {
    let patterns = patterns.iter().zip(states).enumerate();
    let open = patterns.filter(|(_, (_, state))| state.open > 0);
    let needles = open.flat_map(|(number, (compiled, _))| {
        let needles = compiled.needles.iter().flatten().cloned();
        needles.map(move |needle| (number, needle))
    });
    Scanner::new(needles, sample)
}

impl Search {
    /// Why a quest cannot find anything, if its pattern cannot be used.
    pub(super) fn trouble(&self, id: QuestId) -> Option<&str> {
        self.patterns[self.quests[id.0].pattern].sought.trouble()
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
        let mut needed = self.window.end();
        for index in 0..self.quests.len() {
            if let Some(from) = self.pursue(index, is_end) {
                needed = needed.min(from);
            }
        }
        // What stands before a find can matter to it.
        self.window
            .drop_before(needed.saturating_sub(LONGEST_CHARACTER));
    }

    /// Looks which patterns may be in what is new.
    fn scan(&mut self) {
        if self.is_wasteful && self.scanned >= self.renews_at {
            let folded = self.window.folded();
            let sample = &folded[folded.len().saturating_sub(PORTION)..];
            self.scanner = Arc::new(scanner(&self.patterns, &self.states, sample));
            self.is_wasteful = false;
            self.renews_at = self.scanned * 2;
        }
        let window = &self.window;
        let first = window.folded_offset(0);
        let from = self.scanned.saturating_sub(self.scanner.reach() as u64);
        let from = from.saturating_sub(first) as usize;
        let end = window.end();
        let text = &window.folded()[from..];
        let hits = self.scanner.scan(text, |number| {
            self.states[number].awake_until = end;
        });
        self.is_wasteful |= hits > text.len() / BYTES_BETWEEN_HITS;
        self.scanned = window.folded_end();
    }

    /// Takes what a quest finds in the text so far. Tells from where on it needs that text further on; `None` if it
    /// does not.
    fn pursue(&mut self, index: usize, is_end: bool) -> Option<u64> {
        let quest = &mut self.quests[index];
        if quest.is_over {
            return None;
        }
        let kept = &self.patterns[quest.pattern];
        let state = &mut self.states[quest.pattern];
        let end = self.window.end();
        // That it is asleep is all there is to know of most quests most of the time.
        let asleep = Some(end.saturating_sub(kept.keeps));
        let is_asleep = |from| kept.needles.is_some() && state.awake_until <= from;
        if quest.from.is_some_and(is_asleep) {
            return asleep;
        }
        let after = quest.after.and_then(|after| self.quests[after.0].first);
        let quest = &mut self.quests[index];
        let from = quest.from.or(after.map(|find| find.end))?;
        // What was dropped while it was asleep has no find in it.
        let mut from = from.max(self.window.base());
        while from <= end {
            if kept.needles.is_some() && state.awake_until <= from {
                quest.from = Some(from);
                return asleep;
            }
            match kept.sought.next(&self.window, from, is_end) {
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
                    if quest.extent == Extent::First {
                        quest.is_over = true;
                        self.open -= 1;
                        state.open -= 1;
                        self.is_wasteful |= state.open == 0;
                        break;
                    }
                }
            }
        }
        quest.from = Some(from);
        (!quest.is_over).then_some(from)
    }

    /// Whether a quest finds anything for certain, also where it is open what exactly: a match of an expression
    /// can grow, but not go away.
    pub(super) fn is_found(&mut self, id: QuestId) -> bool {
        self.glimpse(id).is_some()
    }

    /// The first find of a quest, or one that more of the text may make another one.
    pub(super) fn glimpse(&mut self, id: QuestId) -> Option<Find> {
        let quest = &mut self.quests[id.0];
        let kept = &self.patterns[quest.pattern];
        let Some(from) = quest.from.filter(|_| quest.first.is_none()) else {
            return quest.first;
        };
        let awake_until = self.states[quest.pattern].awake_until;
        if kept.needles.is_some() && awake_until <= from {
            return None;
        }
        let reach = kept.sought.longest();
        let from = from
            .max(self.window.base())
            .max(self.window.ceil(quest.glimpsed.saturating_sub(reach)));
        let found = kept.sought.glimpse(&self.window, from);
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
        let kept = &self.patterns[quest.pattern];
        match quest.from {
            Some(from) if quest.first.is_none() => {
                let from = from.max(self.window.base());
                kept.sought.may_be_there(&self.window, from)
            }
            _ => quest.first.is_some(),
        }
    }
}

#[cfg(test)]
mod tests;
