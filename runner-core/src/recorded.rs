//! What a ledger holds about a run: plain values that reporters turn into documents.
//!
//! They are bounded by the number of cases and hours, never by the number of attempts: single attempts
//! are in them only as far as somebody will read about them.

mod graduation;
mod lists;
mod outcome_counts;
mod standing;

use std::{fmt, time::Duration};

use jiff::Timestamp;
use run_stats::DurationHistogram;

use crate::{
    comparison::AgainstBaseline,
    drift::Windows,
    outcome::OutcomeClass,
    results::{Counts, GateResult, RunInfo},
    self_sample::SelfTotals,
};

pub use graduation::{GRADUATION_RATIO, Graduation, SuiteHistory};
pub use lists::{cases_by_need, findings_by_gravity, sum_of_hours};
pub use outcome_counts::OutcomeCounts;
pub use standing::{Gap, Standing, between};

/// Everything that a ledger holds about one run.
#[derive(Debug, Clone)]
pub struct RecordedRun {
    /// The run's number in its ledger.
    pub id: u64,
    /// What kind of run it is.
    pub kind: RunKind,
    /// What was run, where, and since when.
    pub run: RunInfo,
    /// Whether it goes on, and how it ended.
    pub state: RecordedState,
    /// Why it is no success, gravest first; empty if it is one, or goes on.
    pub problems: Vec<RecordedProblem>,
    /// How many attempts came to what.
    pub counts: Counts,
    /// How many attempts had begun when the runner itself was ended in the middle of them. They count
    /// among those not run.
    pub interrupted: u64,
    /// The iteration it is in, counted from one; 0 before the first attempt. Where the suite has changed
    /// between two iterations, the one that comes.
    pub iteration: u64,
    /// The time under test: that of all parts together, without the gaps between them.
    pub elapsed: Duration,
    /// The parts of the run, in their order: each by a process of its own, or after a sleep. The latest
    /// ones, if there are very many; never empty.
    pub parts: Vec<RunPart>,
    /// How many parts there are.
    pub part_count: u64,
    /// When the executor was away, in order; the latest ones, if there are very many.
    pub outages: Vec<Outage>,
    /// How often the executor was away.
    pub outage_count: u64,
    /// The versions of the suite under which attempts were made, in their order.
    pub suites: Vec<SuiteUse>,
    /// What came of each case, in the order in which the ledger came to know them, be it in another run.
    pub cases: Vec<RecordedCase>,
    /// What came of each hour in which attempts ended, in order.
    pub hours: Vec<RecordedHour>,
    /// The run cut into windows, and what drifted over them.
    pub windows: Windows,
    /// What was found, by code, in the order of the codes.
    pub findings: Vec<FindingTotal>,
    /// The latest attempts that did not pass, latest first.
    pub failed: Vec<RecordedAttempt>,
    /// The slowest attempts that passed, slowest first, among those that are not pruned.
    pub slowest: Vec<RecordedAttempt>,
    /// Single attempts that were pruned: they are in all sums, but not among the slowest and the failed.
    pub pruned: u64,
    /// How the runner itself fared.
    pub runner: SelfTotals,
    /// The gates of the suite, evaluated over all attempts.
    pub gates: Vec<GateResult>,
    /// What it is like beside an earlier run, if it was to be held against one.
    pub baseline: Option<AgainstBaseline>,
    /// How far the suite is from its graduation, over everything the ledger holds of it.
    pub graduation: Option<Graduation>,
}

/// The kinds of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunKind {
    /// Once over the suite.
    Run,
    /// Again and again over the suite.
    Soak,
    /// Many attempts at once. What came of one is no [`RecordedRun`]: the crate `load` has its values.
    Load,
}

impl RunKind {
    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Soak => "soak",
            Self::Load => "load",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Run, Self::Soak, Self::Load];
        all.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// The stable name of how a merged run stands of which shards are missing, or did not come to their end.
pub const OUTSTANDING: &str = "outstanding";

/// Where a run in a ledger stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordedState {
    /// A process is at it.
    Running,
    /// Its process ended without saying so: it was killed, or the machine went down.
    Broken,
    /// It ended, and this is the stable name of its end: `completed`, `interrupted`, ….
    Ended(String),
}

impl fmt::Display for RecordedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::Broken => "broken off",
            Self::Ended(end) => end,
        })
    }
}

/// A reason why a run is no success, as it was told when it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedProblem {
    /// The stable code.
    pub code: String,
    /// The words. They may quote what the executor sent.
    pub text: String,
}

/// A part of a run that one process made without a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPart {
    /// When it began.
    pub began: Timestamp,
    /// How long it went on, as far as anybody knows.
    pub elapsed: Duration,
    /// The program's version.
    pub version: String,
    /// How it ended; `None` while it goes on, and where its process ended without saying so.
    pub end: Option<PartEnd>,
}

/// How a part of a run ended whose end is in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartEnd {
    /// Its process said that it ends.
    InGoodOrder,
    /// The machine slept, and its process went on afterwards.
    MachineSlept,
}

impl PartEnd {
    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InGoodOrder => "ended",
            Self::MachineSlept => "slept",
        }
    }

    /// The end with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::InGoodOrder, Self::MachineSlept];
        all.into_iter().find(|end| end.as_str() == name)
    }
}

impl RunPart {
    /// When it ended, as far as anybody knows.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        let end = self.began.checked_add(self.elapsed);
        end.unwrap_or(Timestamp::MAX)
    }
}

/// A time during which the executor was away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// When it was noticed.
    pub began: Timestamp,
    /// How long it lasted, to the end of that part of the run at most; `None` while it lasts, and where the
    /// part was broken off.
    pub lasted: Option<Duration>,
    /// Whether the executor was seen to be back.
    pub is_over: bool,
    /// Why the executor was taken for away, in words. They may quote what it sent.
    pub reason: String,
}

/// A version of the suite under which attempts were made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteUse {
    /// The SHA-256 of its file, in hexadecimal.
    pub hash: String,
    /// How many attempts came to what.
    pub outcomes: OutcomeCounts,
}

/// What came of one case.
#[derive(Debug, Clone)]
pub struct RecordedCase {
    /// Its id in the suite.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How many attempts came to what, and how long those took that passed.
    pub totals: Totals,
    /// The same for each hour in which there were any.
    pub hours: Vec<RecordedHour>,
}

/// What came of one hour.
#[derive(Debug, Clone)]
pub struct RecordedHour {
    /// When it began: a full hour of universal time.
    pub began: Timestamp,
    /// How many attempts ended in it and came to what, and how long those took that passed.
    pub totals: Totals,
}

/// Attempts taken together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Totals {
    /// How many came to what.
    pub outcomes: OutcomeCounts,
    /// How long those took that passed.
    pub durations: DurationHistogram,
    /// How long it took until their first output.
    pub first_outputs: DurationHistogram,
    /// Their longest gaps between two events.
    pub gaps: DurationHistogram,
}

impl Totals {
    /// Adds one attempt. Only attempts that passed count for how long things take: one that failed at once,
    /// or never ended, says nothing about that.
    pub fn add(
        &mut self,
        outcome: OutcomeClass,
        elapsed: Duration,
        first_output: Option<Duration>,
        longest_gap: Duration,
    ) {
        self.outcomes.add(outcome, 1);
        if outcome != OutcomeClass::Passed {
            return;
        }
        self.durations.record(elapsed);
        self.gaps.record(longest_gap);
        if let Some(first_output) = first_output {
            self.first_outputs.record(first_output);
        }
    }

    /// Adds the attempts of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.outcomes.merge(&other.outcomes);
        self.durations.merge(&other.durations);
        self.first_outputs.merge(&other.first_outputs);
        self.gaps.merge(&other.gaps);
    }
}

/// What was found in the attempts of a run, by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingTotal {
    /// The stable code.
    pub code: String,
    /// How often it was found.
    pub count: u64,
    /// In how many attempts.
    pub attempts: u64,
    /// The first of these attempts.
    pub first_attempt: u64,
    /// A detail of the first one; may be empty, and may quote what the executor sent.
    pub detail: String,
}

/// One attempt, as far as a ledger keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedAttempt {
    /// Its number in the run.
    pub number: u64,
    /// The iteration it belongs to.
    pub iteration: u64,
    /// How often its case had been tried in its turn with it, counted from one.
    pub try_number: u64,
    /// The id of its case.
    pub case_id: String,
    /// When it began.
    pub began: Timestamp,
    /// How long it took.
    pub elapsed: Duration,
    /// What it came to.
    pub outcome: OutcomeClass,
    /// Why it did not pass, in words that may quote what the executor sent.
    pub explanation: Option<String>,
    /// The exit code that was reported.
    pub exit_code: Option<i32>,
    /// The codes of what was found.
    pub findings: Vec<String>,
    /// The end of its output, if it was kept.
    pub output: Option<String>,
    /// The version of the suite that it was made under.
    pub suite_hash: String,
}
