//! What became of each expectation in the end.

use std::time::Duration;

use suite::{CountOf, MatchOn, Pattern, Within};

use super::{
    MAX_STRUCTURED_BYTES, Watch, begin_of, code::code_in, json, nearest::nearest_line, words,
};
use crate::{
    attempt::search::{Find, QuestId, Search},
    results::{CapturedOutput, ExpectationKind, ExpectationResult, Standing},
    text::{Bytes, Grouped, Human, Part},
};

/// How what was watched came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::attempt) enum Ending {
    /// There is nothing more to come.
    Whole,
    /// It was ended at this time, because it could not turn out well any more.
    Early {
        /// Counted from the start of the attempt.
        at: Duration,
    },
}

/// What was found out about what was watched.
#[derive(Debug)]
pub(in crate::attempt) struct Examined {
    /// What became of each expectation.
    pub(in crate::attempt) results: Vec<ExpectationResult>,
    /// The code that the case expects, where it is there.
    pub(in crate::attempt) code: Option<String>,
}

/// The nearest line is told for so many texts that were not found: each takes a pass over the output.
const MAX_NEAREST: usize = 8;

/// Why what is not certain is not told.
const ENDED_EARLY: &str = "the attempt was ended before that was clear";

/// What became of an expectation, before it has words.
struct Fate(Standing, String);

impl Fate {
    fn met() -> Self {
        Self(Standing::Met, String::new())
    }

    fn missed(detail: impl Into<String>) -> Self {
        Self(Standing::Missed, detail.into())
    }

    fn unknown(detail: impl Into<String>) -> Self {
        Self(Standing::NotChecked, detail.into())
    }

    /// What does not hold, unless it may yet have come.
    fn missed_at(end: Ending, detail: impl Into<String>) -> Self {
        match end {
            Ending::Whole => Self::missed(detail),
            Ending::Early { .. } => Self::unknown(ENDED_EARLY),
        }
    }

    /// What holds, unless it may yet have been broken.
    fn met_at(end: Ending) -> Self {
        match end {
            Ending::Whole => Self::met(),
            Ending::Early { .. } => Self::unknown(ENDED_EARLY),
        }
    }
}

impl Watch {
    /// What became of each expectation in the `part` of the output that was watched, of which `output` is
    /// what was kept.
    pub(in crate::attempt) fn finish(
        mut self,
        end: Ending,
        part: MatchOn,
        output: &CapturedOutput,
    ) -> Examined {
        match end {
            Ending::Whole => self.search.finish(),
            Ending::Early { at } => {
                self.search.flush();
                self.on_sign_of_life(at);
            }
        }
        let mut results = Vec::new();
        self.add_patterns(&mut results, end, part, output);
        self.add_orders(&mut results, end);
        self.add_times(&mut results, end);
        self.add_lengths(&mut results, end);
        self.add_json(&mut results, end);
        let code = self.add_code(&mut results, end);
        Examined { results, code }
    }

    fn add_patterns(
        &mut self,
        results: &mut Vec<ExpectationResult>,
        end: Ending,
        part: MatchOn,
        output: &CapturedOutput,
    ) {
        let Self {
            expected,
            search,
            quests,
            ..
        } = self;
        let mut add = |kind, words, fate| results.push(result(kind, words, fate));
        let mut compared = 0;
        for (pattern, &quest) in expected.expected.iter().zip(&quests.expected) {
            let found = search.glimpse(quest);
            let fate = match (found, search.trouble(quest)) {
                (_, Some(why)) => Fate::missed(unusable(why)),
                (Some(_), _) => Fate::met(),
                (None, _) => {
                    let nearest = match pattern {
                        Pattern::Regex { .. } => None,
                        _ if compared == MAX_NEAREST => None,
                        _ => {
                            compared += 1;
                            nearest_line(pattern.text(), output)
                        }
                    };
                    let nearest = nearest.map(|line| format!("the nearest is \"{line}\""));
                    Fate::missed_at(end, nearest.unwrap_or_default())
                }
            };
            add(ExpectationKind::Pattern, words::pattern(pattern), fate);
        }
        for (pattern, &quest) in expected.forbidden.iter().zip(&quests.forbidden) {
            let fate = match (search.glimpse(quest), search.trouble(quest)) {
                (_, Some(why)) => Fate::missed(unusable(why)),
                (Some(find), _) => Fate::missed(place(find)),
                (None, _) => Fate::met_at(end),
            };
            add(ExpectationKind::Forbidden, words::forbidden(pattern), fate);
        }
        for (group, quests) in expected.any_of.iter().zip(&quests.any_of) {
            let fate = match quests.iter().any(|&quest| search.is_found(quest)) {
                true => Fate::met(),
                false => Fate::missed_at(end, format!("none of them is in the {}", Part(part))),
            };
            add(ExpectationKind::AnyOf, words::any_of(group), fate);
        }
        for (count, &quest) in expected.counts.iter().zip(&quests.counts) {
            let fate = counted(search, count, quest, end);
            add(ExpectationKind::Count, words::count(count), fate);
        }
    }

    fn add_orders(&mut self, results: &mut Vec<ExpectationResult>, end: Ending) {
        let Self {
            expected,
            search,
            quests,
            ..
        } = self;
        for (patterns, quests) in expected.ordered.iter().zip(&quests.ordered) {
            let missing = quests
                .iter()
                .position(|&quest| search.first(quest).is_none());
            let fate = match missing {
                None => Fate::met(),
                Some(at) => {
                    let detail = match (search.trouble(quests[at]), at.checked_sub(1)) {
                        (Some(why), _) => unusable(why),
                        (None, None) => format!("{} was not found", patterns[at]),
                        (None, Some(before)) => {
                            format!("{} was not found behind {}", patterns[at], patterns[before])
                        }
                    };
                    Fate::missed_at(end, detail)
                }
            };
            let words = words::ordered(patterns);
            results.push(result(ExpectationKind::Ordered, words, fate));
        }
        for (never, &(quest, after)) in expected.never_after.iter().zip(&quests.never_after) {
            let trouble = search.trouble(quest).or(search.trouble(after));
            let trouble = trouble.map(unusable);
            let fate = match (trouble, search.glimpse(quest)) {
                (Some(why), _) => Fate::missed(why),
                (None, Some(find)) => Fate::missed(place(find)),
                (None, None) => Fate::met_at(end),
            };
            let words = words::never_after(never);
            results.push(result(ExpectationKind::NeverAfter, words, fate));
        }
    }

    fn add_times(&mut self, results: &mut Vec<ExpectationResult>, end: Ending) {
        for (within, &(quest, after)) in self.expected.within.iter().zip(&self.quests.within) {
            let fate = in_time(&self.search, within, quest, after, end);
            let words = words::within(within);
            results.push(result(ExpectationKind::Within, words, fate));
        }
        if let Some(most) = self.expected.max_gap {
            let silence = self.silence;
            let fate = match silence > most {
                true => Fate::missed(format!("silent for {}", Human(silence))),
                false => Fate::met_at(end),
            };
            let words = format!("no silence of more than {}", Human(most));
            results.push(result(ExpectationKind::MaxGap, words, fate));
        }
    }

    fn add_lengths(&mut self, results: &mut Vec<ExpectationResult>, end: Ending) {
        let chars = self.chars;
        let detail = || format!("{} characters", Grouped(chars));
        if let Some(least) = self.expected.min_length {
            let fate = match chars < least {
                true => Fate::missed_at(end, detail()),
                false => Fate::met(),
            };
            let words = format!("at least {} characters", Grouped(least));
            results.push(result(ExpectationKind::MinLength, words, fate));
        }
        if let Some(most) = self.expected.max_length {
            let fate = match (chars > most, end) {
                (true, Ending::Whole) => Fate::missed(detail()),
                (true, Ending::Early { .. }) => Fate::missed(format!("{} by then", detail())),
                (false, _) => Fate::met_at(end),
            };
            let words = format!("at most {} characters", Grouped(most));
            results.push(result(ExpectationKind::MaxLength, words, fate));
        }
    }

    fn add_json(&mut self, results: &mut Vec<ExpectationResult>, end: Ending) {
        if self.expected.json.is_empty() {
            return;
        }
        let value = match end {
            Ending::Whole => json::first_value(&self.kept),
            Ending::Early { .. } => Err(String::new()),
        };
        for expected in &self.expected.json {
            let fate = match &value {
                Ok(value) => match json::mismatch(expected, value) {
                    None => Fate::met(),
                    Some(detail) => Fate::missed(detail),
                },
                Err(why) => Fate::missed_at(end, self.within_limit(why)),
            };
            results.push(result(ExpectationKind::Json, words::json(expected), fate));
        }
    }

    fn add_code(&mut self, results: &mut Vec<ExpectationResult>, end: Ending) -> Option<String> {
        let expected = self.expected.code.as_ref()?;
        let code = code_in(&self.kept, &expected.language).filter(|_| end == Ending::Whole);
        // What reaches the end of what was kept may go on behind it.
        let goes_on = |code: &&str| self.is_cut && self.kept.ends_with(code);
        let is_cut = code.as_ref().is_some_and(goes_on);
        let fate = match code {
            None => Fate::missed_at(end, self.within_limit("there is none")),
            Some(_) if expected.checked => Fate::unknown(UNCHECKED_SYNTAX),
            Some(_) => Fate::met(),
        };
        let code = code.filter(|_| !is_cut);
        results.push(result(ExpectationKind::Code, words::code(expected), fate));
        code.map(str::to_owned)
    }

    /// What there is not, and where it was looked for, if not everywhere.
    fn within_limit(&self, why: &str) -> String {
        match self.is_cut {
            true => format!("{why} in the first {}", Bytes(MAX_STRUCTURED_BYTES as u64)),
            false => why.to_owned(),
        }
    }
}

/// Why code whose syntax is to be checked is not told to be right.
const UNCHECKED_SYNTAX: &str = "it is there, but its syntax was not checked";

fn counted(search: &Search, count: &CountOf, quest: QuestId, end: Ending) -> Fate {
    if let Some(why) = search.trouble(quest) {
        return Fate::missed(unusable(why));
    }
    let found = search.count(quest);
    let times = if found == 1 { "time" } else { "times" };
    let detail = format!("found {} {times}", Grouped(found));
    if count.at_most.is_some_and(|most| found > most) {
        return Fate::missed(detail);
    }
    if count.at_least.is_some_and(|least| found < least) {
        return Fate::missed_at(end, detail);
    }
    match count.at_most {
        None => Fate::met(),
        Some(_) => Fate::met_at(end),
    }
}

fn in_time(
    search: &Search,
    within: &Within,
    quest: QuestId,
    after: Option<QuestId>,
    end: Ending,
) -> Fate {
    let trouble = after.and_then(|after| search.trouble(after));
    if let Some(why) = search.trouble(quest).or(trouble) {
        return Fate::missed(unusable(why));
    }
    let Some(begin) = begin_of(search, after) else {
        let after = within.after.as_ref().map(ToString::to_string);
        let after = after.unwrap_or_default();
        return Fate::missed_at(end, format!("{after} was not found"));
    };
    let took = |find: Find| find.at.unwrap_or_default().saturating_sub(begin);
    match (search.first(quest).map(took), end) {
        (Some(took), _) if took <= within.limit => Fate::met(),
        (Some(took), _) => Fate::missed(format!("found after {}", Human(took))),
        (None, Ending::Early { at }) if at.saturating_sub(begin) > within.limit => {
            let passed = Human(at.saturating_sub(begin));
            Fate::missed(format!("not found when {passed} had passed"))
        }
        (None, _) => Fate::missed_at(end, "not found"),
    }
}

fn result(kind: ExpectationKind, words: String, Fate(standing, detail): Fate) -> ExpectationResult {
    ExpectationResult {
        kind,
        words,
        standing,
        detail,
    }
}

/// Where something was found.
fn place(find: Find) -> String {
    match find.at {
        Some(at) => format!("found at byte {} after {}", Grouped(find.start), Human(at)),
        None => format!("found at byte {}", Grouped(find.start)),
    }
}

fn unusable(why: &str) -> String {
    format!("it cannot be looked for: {}", words::cut(why))
}
