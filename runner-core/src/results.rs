//! The results of a run: plain values that reporters turn into documents.

mod counts;
mod expectation;
mod problem;

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use executor_protocol::{Findings, Health, StreamStats};
use jiff::Zoned;
use run_stats::Proportion;
use suite::{Case, Ratio, Usd};

use crate::{
    agent::{AgentReport, Sum},
    notices::Notices,
    outcome::{Outcome, OutcomeClass},
    text::{Grouped, Percent, Share, Untold, Visible},
};
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
}

/// What came of one case.
#[derive(Debug, Clone)]
pub struct CaseResult {
    /// The case.
    pub case: Arc<Case>,
    /// Its attempt; `None` if the run ended before its turn.
    pub attempt: Option<Arc<AttemptReport>>,
}

/// The judgement over a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// It did what it should.
    Pass,
    /// It did not, whoever's fault that was: see the outcome.
    Fail,
    /// It was not tried, for a reason of its own.
    Skipped,
    /// It was not tried or not finished, because the run ended before.
    NotRun,
}

impl Verdict {
    /// The stable name, as it stands in machine records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
            Self::NotRun => "not-run",
        }
    }
}

impl CaseResult {
    /// The result of a case that has not had its turn.
    #[must_use]
    pub fn not_run(case: Arc<Case>) -> Self {
        Self {
            case,
            attempt: None,
        }
    }

    /// The judgement over the case.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.attempt
            .as_ref()
            .map_or(Verdict::NotRun, |attempt| attempt.verdict())
    }
}

/// The results with their numbers, those first that need attention: what failed, what was not run, what
/// was skipped, what passed.
#[must_use]
pub fn cases_by_need(cases: &[CaseResult]) -> Vec<(usize, &CaseResult)> {
    let mut order: Vec<_> = (1..).zip(cases).collect();
    order.sort_by_key(|(_, result)| match result.verdict() {
        Verdict::Fail => 0,
        Verdict::NotRun => 1,
        Verdict::Skipped => 2,
        Verdict::Pass => 3,
    });
    order
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
    /// What the command printed, as far as it was kept.
    pub output: CapturedOutput,
    /// What an agent told, where the case says that its command runs one and it told anything.
    pub agent: Option<AgentReport>,
    /// What was measured on the stream.
    pub stats: StreamStats,
}

impl AttemptReport {
    /// The judgement over a case of which this is the only attempt.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self.outcome.class() {
            OutcomeClass::Cancelled => Verdict::NotRun,
            OutcomeClass::Passed => Verdict::Pass,
            OutcomeClass::Skipped => Verdict::Skipped,
            _ => Verdict::Fail,
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
    /// A drift that is slower than this, as it was written: `< 5MiB/h`.
    Drift(String),
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
    /// A drift, or that there is none, or why nobody knows, in words.
    Drift(String),
}

impl fmt::Display for GateBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(ratio) => write!(f, "at least {}", Percent(*ratio)),
            Self::AtMost(count) => write!(f, "at most {}", Grouped(*count)),
            Self::AtMostUsd(amount) => write!(f, "at most {amount}"),
            Self::Drift(bound) => Visible(bound).fmt(f),
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
            Self::Drift(words) => f.write_str(words),
        }
    }
}
