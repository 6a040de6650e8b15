//! What a search is asked for, compiled: the same for every text, and shared by all searches for it.

use std::sync::OnceLock;

use suite::Pattern;

use super::{LONGEST_MATCH, scanner::Scanner, sought::Sought};

/// What to look for in texts, ready to be looked for.
#[derive(Debug)]
pub(in crate::attempt) struct SearchPlan {
    pub(super) patterns: Vec<Planned>,
    pub(super) quests: Vec<Asked>,
    /// The scanner for all needles, made when it is first needed.
    scanner: OnceLock<Scanner>,
    /// How long a match of an expression can be, in bytes.
    pub(super) block: u64,
}

/// A pattern that is asked for at least once.
#[derive(Debug)]
pub(super) struct Planned {
    pattern: Pattern,
    pub(super) sought: Sought,
    /// Texts of which one is in everything that the pattern finds, if there are such texts.
    pub(super) needles: Option<Vec<Vec<u8>>>,
}

/// A quest, before any text.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) pattern: usize,
    pub(super) after: Option<QuestId>,
    pub(super) extent: Extent,
}

/// Names a quest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::attempt) struct QuestId(pub(super) usize);

/// How many finds a quest is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::attempt) enum Extent {
    First,
    All,
}

impl SearchPlan {
    /// A plan without quests.
    pub(in crate::attempt) fn new() -> Self {
        Self::with_longest_match(LONGEST_MATCH)
    }

    pub(super) fn with_longest_match(block: u64) -> Self {
        Self {
            patterns: Vec::new(),
            quests: Vec::new(),
            scanner: OnceLock::new(),
            block,
        }
    }

    /// Asks for finds of `pattern`, of those that begin behind the first find of `after` if that is given.
    /// Who asks the same again gets the same quest.
    pub(in crate::attempt) fn ask(
        &mut self,
        pattern: &Pattern,
        after: Option<QuestId>,
        extent: Extent,
    ) -> QuestId {
        let pattern = self.keep(pattern);
        let same =
            |asked: &Asked| (asked.pattern, asked.after, asked.extent) == (pattern, after, extent);
        let known = self.quests.iter().position(same);
        QuestId(known.unwrap_or_else(|| {
            self.quests.push(Asked {
                pattern,
                after,
                extent,
            });
            self.scanner = OnceLock::new();
            self.quests.len() - 1
        }))
    }

    fn keep(&mut self, pattern: &Pattern) -> usize {
        let known = self.patterns.iter().position(|it| it.pattern == *pattern);
        known.unwrap_or_else(|| {
            let sought = Sought::new(pattern, self.block);
            self.patterns.push(Planned {
                needles: sought.needles(pattern),
                pattern: pattern.clone(),
                sought,
            });
            self.patterns.len() - 1
        })
    }

    /// The pattern of a quest.
    pub(super) fn pattern(&self, QuestId(quest): QuestId) -> &Planned {
        &self.patterns[self.quests[quest].pattern]
    }

    /// What tells which of all patterns may be there.
    pub(super) fn scanner(&self) -> &Scanner {
        self.scanner.get_or_init(|| self.scanner_of(|_| true))
    }

    /// What tells which of some patterns may be there: of those whose number `is_sought`.
    pub(super) fn scanner_of(&self, is_sought: impl Fn(usize) -> bool) -> Scanner {
        let sought = self.patterns.iter().enumerate();
        let sought = sought.filter(|&(number, _)| is_sought(number));
        let needles = sought.flat_map(|(number, planned)| {
            let needles = planned.needles.iter().flatten().cloned();
            needles.map(move |needle| (number, needle))
        });
        Scanner::new(needles)
    }
}
