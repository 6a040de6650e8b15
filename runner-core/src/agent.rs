//! What agents told about their work: their answers, and what these took.
//!
//! The module owns the values and their sums. It refuses to know how an agent prints them: see
//! `attempt::format`.

use std::{ops::Add, time::Duration};

use suite::Usd;

use crate::results::CapturedOutput;

/// What an agent printed about itself in one attempt, in a format that the case names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentReport {
    /// The model that answered, as the agent calls it.
    pub model: Option<String>,
    /// The agent's name for the conversation.
    pub session_id: Option<String>,
    /// The tools that the agent used.
    pub tool_uses: ToolUses,
    /// Questions to the model that had to be asked again.
    pub retries: Retries,
    /// From the start of the attempt until the first text of the model arrived here.
    pub first_text: Option<Duration>,
    /// How it ended; `None` if the agent did not come to an end.
    pub result: Option<AgentResult>,
}

/// How an agent ended, in its own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentResult {
    /// The answer, as far as it was kept.
    pub final_text: CapturedOutput,
    /// What went wrong; `None` if the agent says that it succeeded.
    pub error: Option<String>,
    /// The agent's name for the way in which it ended.
    pub subtype: Option<String>,
    /// How often the model was asked and its tools used in turn.
    pub turns: Option<u64>,
    /// What the model read and wrote.
    pub tokens: Option<TokenUsage>,
    /// What it cost.
    pub cost: Option<Usd>,
    /// How long the agent says that it took.
    pub duration: Option<Duration>,
    /// How long the agent says that the model took to begin its answer. Unlike
    /// [`AgentReport::first_text`], the start of the program does not count.
    pub time_to_first_token: Option<Duration>,
}

/// Tokens that a model read and wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TokenUsage {
    /// Read, but for those in the cache.
    pub input: u64,
    /// Written.
    pub output: u64,
    /// Read and put into the cache.
    pub cache_creation: u64,
    /// Read from the cache.
    pub cache_read: u64,
}

impl Add for TokenUsage {
    type Output = Self;

    /// The sum; the largest number there is where it would be more.
    fn add(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            cache_creation: self.cache_creation.saturating_add(other.cache_creation),
            cache_read: self.cache_read.saturating_add(other.cache_read),
        }
    }
}

/// Which tools an agent used, and how often.
///
/// Names are bounded in length and in number, because they come from foreign text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolUses {
    by_name: Vec<ToolUse>,
    others: u64,
}

/// How often an agent used one tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolUse {
    /// The tool.
    pub name: String,
    /// How often.
    pub count: u64,
}

/// Tools are told apart up to this many.
const MAX_TOOLS: usize = 64;

/// Names that agents tell are kept up to this many characters.
pub(crate) const NAME_CHARS: usize = 120;

impl ToolUses {
    /// Uses that were counted elsewhere: of the tools in the order in which they were used first, and of
    /// those that are not told apart.
    #[must_use]
    pub fn of_counts(by_name: Vec<ToolUse>, others: u64) -> Self {
        Self { by_name, others }
    }

    /// Counts one more use of the tool `name`.
    pub(crate) fn count(&mut self, name: &str) {
        let name: String = name.chars().take(NAME_CHARS).collect();
        let is_full = self.by_name.len() == MAX_TOOLS;
        match self.by_name.iter_mut().find(|tool| tool.name == name) {
            Some(tool) => tool.count += 1,
            None if is_full => self.others += 1,
            None => self.by_name.push(ToolUse { name, count: 1 }),
        }
    }

    /// The tools in the order in which they were used first.
    pub fn iter(&self) -> std::slice::Iter<'_, ToolUse> {
        self.by_name.iter()
    }

    /// How often tools were used beyond those that are told apart.
    #[must_use]
    pub fn others(&self) -> u64 {
        self.others
    }

    /// Whether no tool was used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }
}

impl<'a> IntoIterator for &'a ToolUses {
    type Item = &'a ToolUse;
    type IntoIter = std::slice::Iter<'a, ToolUse>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<S: AsRef<str>> FromIterator<S> for ToolUses {
    /// Counts the uses of these names.
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        let mut uses = Self::default();
        for name in names {
            uses.count(name.as_ref());
        }
        uses
    }
}

/// Questions to a model that had to be asked again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retries {
    /// How many.
    pub count: u64,
    /// How often a limit on how much may be asked was met: mostly the reason of a retry.
    pub rate_limited: u64,
    /// How long the agent meant to wait between them in all.
    pub waits: Duration,
}

/// What all agents of a run told together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AgentTotals {
    /// Attempts in which an agent began to work.
    pub attempts: u64,
    /// What those that told it cost together.
    pub cost: Sum<Usd>,
    /// What those that told it read and wrote together.
    pub tokens: Sum<TokenUsage>,
    /// How often a rate limit was met.
    pub rate_limited: u64,
}

/// A sum over what agents told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum<T> {
    /// The sum over those that told it.
    pub known: T,
    /// How many agents began to work and did not tell it, mostly because they were ended before they
    /// could. The sum lacks what they took.
    pub untold: u64,
}

impl<T: Copy + Add<Output = T>> Sum<T> {
    fn take(&mut self, amount: Option<T>) {
        match amount {
            Some(amount) => self.known = self.known + amount,
            None => self.untold += 1,
        }
    }
}

impl AgentTotals {
    /// Takes in what one more agent told.
    pub fn add(&mut self, agent: &AgentReport) {
        let result = agent.result.as_ref();
        self.attempts += 1;
        self.cost.take(result.and_then(|result| result.cost));
        self.tokens.take(result.and_then(|result| result.tokens));
        self.rate_limited += agent.retries.rate_limited;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        outcome::Outcome,
        results::{AttemptReport, CaseResult, Counts},
        test_support::{case, report},
    };

    fn tried(result: Option<AgentResult>) -> CaseResult {
        let agent = AgentReport {
            result,
            ..AgentReport::default()
        };
        let attempt = AttemptReport {
            agent: Some(agent),
            ..report(Outcome::Passed)
        };
        CaseResult::tried(Arc::new(case("a")), [Arc::new(attempt)])
    }

    #[test]
    fn an_agent_that_was_ended_before_it_told_leaves_a_gap_in_the_sums() {
        let told = AgentResult {
            cost: Usd::new(0.25),
            tokens: Some(TokenUsage {
                output: 7,
                ..TokenUsage::default()
            }),
            ..AgentResult::default()
        };
        let cases = [tried(Some(told.clone())), tried(None), tried(Some(told))];
        let totals = Counts::of(&cases).agents;
        assert_eq!(totals.attempts, 3);
        assert_eq!(Some(totals.cost.known), Usd::new(0.5));
        assert_eq!((totals.tokens.known.output, totals.tokens.untold), (14, 1));
    }

    #[test]
    fn tools_are_told_apart_in_bounded_memory() {
        let names = (0..1000).map(|index| format!("{index}{}", "x".repeat(10_000)));
        let uses: ToolUses = names.chain(["0".into(), "0".into()]).collect();
        assert_eq!(uses.iter().count(), MAX_TOOLS);
        assert!(uses.iter().all(|tool| tool.name.len() <= NAME_CHARS));
        assert_eq!(uses.others(), 1002 - MAX_TOOLS as u64);
    }
}
