//! The results of a run: plain values that reporters turn into documents.

mod case;
mod counts;
mod expectation;
mod problem;

use std::{borrow::Cow, collections::BTreeMap, fmt, time::Duration};

use executor_protocol::{Findings, Health, NoticeKind, StreamStats};
use jiff::Zoned;
use run_stats::Proportion;
use suite::{Ratio, Usd};

use crate::{
    agent::{AgentReport, Sum},
    notices::Notices,
    outcome::{Outcome, OutcomeClass},
    text::{Grouped, Human, Percent, Share, Untold, Visible},
};
pub use case::{CaseResult, cases_by_need};
pub use counts::Counts;
pub use expectation::{ExpectationKind, ExpectationResult, Standing};
pub use problem::RunProblem;

/// Everything there is to say about one run over one suite.
#[derive(Debug, Clone)]
pub struct RunResults {
    /// What was run, where, and when.
    pub run: RunInfo,
    /// The executor's answer to the first question for its health; `None` if it never was healthy.
    pub health: Option<Health>,
    /// One result per selected case, in the order of the suite. Empty for a soak, which has too many
    /// attempts for that: they are in the ledger.
    pub cases: Vec<CaseResult>,
    /// The gates of the suite, evaluated.
    pub gates: Vec<GateResult>,
    /// From the start of the run to its end.
    pub elapsed: Duration,
    /// Why the run as a whole is no success, gravest first; empty if it is one.
    pub problems: Vec<RunProblem>,
    /// Where everything about an attempt that failed is kept, by the attempt's execution id; empty where
    /// nothing is.
    pub bundles: BTreeMap<String, String>,
}

impl RunResults {
    /// Where everything about the last attempt of `case` that failed is kept, if it is.
    #[must_use]
    pub fn bundle_of(&self, case: &CaseResult) -> Option<&str> {
        let attempts = case.attempts().iter().rev();
        let mut bundles = attempts.filter_map(|attempt| self.bundles.get(&attempt.execution_id));
        bundles.next().map(String::as_str)
    }
}

/// What was run, where, and when: all that is known before the first case.
#[derive(Debug, Clone)]
pub struct RunInfo {
    /// The run's name, with which every execution id of it begins.
    pub marker: String,
    /// When it started, by the wall clock.
    pub started_at: Zoned,
    /// The suite file as the user named it.
    pub suite_path: String,
    /// The suite file's name without folder and extension.
    pub suite_stem: String,
    /// What the suite says it is for; may be empty.
    pub suite_description: String,
    /// The program's version.
    pub version: String,
    /// The executor's address, without credentials.
    pub executor: String,
    /// Further facts about where the run took place, as name and value.
    pub environment: Vec<(String, String)>,
}

/// Where an attempt stands in its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The attempt's number in the run, counted from one. It never repeats, also when a run goes on
    /// after an interruption.
    pub number: u64,
    /// The iteration it belongs to, counted from one.
    pub iteration: u64,
    /// The index of its case in the suite.
    pub index: usize,
    /// How often the case has been tried in its turn with this attempt, counted from one.
    pub try_number: u64,
}

/// The judgement over a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// It did what it should.
    Pass,
    /// It did what it should, but not at the first attempt.
    Flaky,
    /// It did not, whoever's fault that was: see the outcome.
    Fail,
    /// It was tried as often as it may be, and it is not clear whether it passes often enough.
    Inconclusive,
    /// It was not tried, for a reason of its own.
    Skipped,
    /// It was not tried or not finished, because the run ended before.
    NotRun,
}

impl Verdict {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 6] = [
        Self::Pass,
        Self::Flaky,
        Self::Fail,
        Self::Inconclusive,
        Self::Skipped,
        Self::NotRun,
    ];

    /// The verdict with this stable name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// The stable name, as it stands in machine records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Flaky => "flaky",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Skipped => "skipped",
            Self::NotRun => "not-run",
        }
    }
}

/// What happened in one attempt, and what was seen of it.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptReport {
    /// The name under which the executor knows the attempt.
    pub execution_id: String,
    /// When it started, counted from the start of the run.
    pub started_after: Duration,
    /// How long it took.
    pub elapsed: Duration,
    /// What happened.
    pub outcome: Outcome,
    /// The exit code the executor reported, if it reported a usable one.
    pub exit_code: Option<i32>,
    /// What the case expects of the output, with what became of it: first the patterns that have to be found,
    /// in their order, then everything else.
    pub expectations: Vec<ExpectationResult>,
    /// Breaches of the stream protocol, and of the output's format.
    pub findings: Findings,
    /// What the executor wanted known besides, such as limits of a service behind the command.
    pub notices: Notices,
    /// How long the executor, or the service behind an agent, wants to be left alone before it is asked again, if
    /// it said so.
    pub retry_after: Option<Duration>,
    /// What the command printed, as far as it was kept.
    pub output: CapturedOutput,
    /// What an agent told, where the case says that its command runs one and it told anything.
    pub agent: Option<AgentReport>,
    /// What was measured on the stream.
    pub stats: StreamStats,
}

impl AttemptReport {
    /// The judgement over the attempt alone, as if its case were not tried again.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self.outcome.class() {
            OutcomeClass::Cancelled => Verdict::NotRun,
            OutcomeClass::Passed => Verdict::Pass,
            OutcomeClass::Skipped => Verdict::Skipped,
            _ => Verdict::Fail,
        }
    }

    /// Whether a service behind the command said that it is asked too often.
    #[must_use]
    pub fn met_rate_limit(&self) -> bool {
        let mut notices = self.notices.iter();
        let is_told = |agent: &AgentReport| agent.retries.rate_limited > 0;
        notices.any(|notice| notice.kind == NoticeKind::RateLimit)
            || self.agent.as_ref().is_some_and(is_told)
    }

    /// Forgets what the command printed, but for how much it was.
    pub fn forget_output(&mut self) {
        self.output.forget();
        let result = self.agent.as_mut().and_then(|it| it.result.as_mut());
        if let Some(result) = result {
            result.final_text.forget();
        }
    }

    /// A report of an attempt of which only the outcome is known.
    #[must_use]
    pub fn bare(execution_id: String, started_after: Duration, outcome: Outcome) -> Self {
        Self {
            execution_id,
            started_after,
            elapsed: Duration::ZERO,
            outcome,
            exit_code: None,
            expectations: Vec::new(),
            findings: Findings::default(),
            notices: Notices::default(),
            retry_after: None,
            output: CapturedOutput::default(),
            agent: None,
            stats: StreamStats::default(),
        }
    }
}

/// The beginning and the end of an output, with how much lay between.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CapturedOutput {
    /// The beginning; the whole output if nothing was omitted.
    pub head: String,
    /// How many bytes were dropped between `head` and `tail`.
    pub omitted_bytes: u64,
    /// The end; empty if nothing was omitted.
    pub tail: String,
}

impl CapturedOutput {
    /// Whether the command printed nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.head.is_empty() && self.tail.is_empty() && self.omitted_bytes == 0
    }

    fn forget(&mut self) {
        let omitted_bytes = self.total_bytes();
        *self = Self {
            omitted_bytes,
            ..Self::default()
        };
    }

    /// How many bytes the command printed in all.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.head.len() as u64 + self.omitted_bytes + self.tail.len() as u64
    }
}

/// A gate and whether it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct GateResult {
    /// The gate's key in the suite file, or what it is over: `drift.executor_rss`.
    pub name: Cow<'static, str>,
    /// What it demands.
    pub bound: GateBound,
    /// What there was; `None` if no attempt counts for it. Such a gate does not hold.
    pub value: Option<GateValue>,
    /// How far the value is from the bound, in words: `2.3 points above`.
    pub margin: Option<String>,
    /// Whether it holds.
    pub holds: bool,
}

/// What a gate demands.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum GateBound {
    /// At least this share.
    AtLeast(Ratio),
    /// At most this many.
    AtMost(u64),
    /// At most this much money.
    AtMostUsd(Usd),
    /// At most so long.
    AtMostTime(Duration),
    /// As it was written: `< 5MiB/h`.
    Written(String),
}

/// What a gate is held against.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum GateValue {
    /// A share of attempts.
    Share(Proportion),
    /// A number of attempts.
    Count(u64),
    /// What agents cost.
    Cost(Sum<Usd>),
    /// How many tokens agents wrote.
    Tokens(Sum<u64>),
    /// A time.
    Time(Duration),
    /// In words: a drift, or that there is none, or why nobody knows.
    Words(String),
}

impl fmt::Display for GateBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(ratio) => write!(f, "at least {}", Percent(*ratio)),
            Self::AtMost(count) => write!(f, "at most {}", Grouped(*count)),
            Self::AtMostUsd(amount) => write!(f, "at most {amount}"),
            Self::AtMostTime(limit) => write!(f, "at most {}", Human(*limit)),
            Self::Written(bound) => Visible(bound).fmt(f),
        }
    }
}

impl fmt::Display for GateValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(share) => Share(*share).fmt(f),
            Self::Count(count) => Grouped(*count).fmt(f),
            Self::Cost(sum) => write!(f, "{}{}", sum.known, Untold(sum.untold)),
            Self::Tokens(sum) => write!(f, "{}{}", Grouped(sum.known), Untold(sum.untold)),
            Self::Time(time) => Human(*time).fmt(f),
            Self::Words(words) => f.write_str(words),
        }
    }
}
