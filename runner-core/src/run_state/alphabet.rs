//! What a run is told, what it decides, and how it can end.

use std::{num::NonZeroU64, sync::Arc, time::Duration};

use suite::Case;

use crate::{
    health::HealthReport,
    outcome::{Fault, Outcome},
    results::{AttemptReport, Place},
    tries::{Tried, TurnEnd},
};

/// Something that happened.
#[derive(Debug)]
pub enum Input {
    /// The run begins.
    Started,
    /// The executor was asked for its health.
    HealthChecked {
        /// What came of it.
        report: HealthReport,
        /// How long that took.
        took: Duration,
    },
    /// A program was looked for where the executor runs.
    RequirementProbed(Probe),
    /// The running attempt came to its report.
    AttemptFinished(Box<AttemptReport>),
    /// It was looked for what an attempt that ended early has left behind: these processes. Empty if
    /// there are none, or if nobody could tell.
    CleanupProbed(Vec<String>),
    /// The latest result is taken in, to be kept.
    Recorded,
    /// The latest result, or the attempt that was to begin, cannot be kept, nor can anything else, for this
    /// reason.
    LedgerLost(String),
    /// Between other things, it was found that nothing can be kept any more, for this reason.
    LedgerFoundLost(String),
    /// A pause is over.
    WaitOver,
    /// It is time for the next iteration.
    IterationDue {
        /// The cases of the suite; `None` if they are the same as before.
        cases: Option<Vec<Arc<Case>>>,
    },
    /// Between other things, the executor was found not to be healthy.
    HealthSuspected,
    /// The time that the run may take is over: what runs comes to its end, and nothing new begins.
    TimeUp,
    /// The run shall end as soon as what runs has come to its own end.
    Stopped,
    /// The run shall end, and what runs with it.
    Cancelled,
}

/// Something to do. Every effect brings about exactly one input, but for
/// [`BeginIteration`](Self::BeginIteration), [`Abort`](Self::Abort) and [`Finish`](Self::Finish).
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Ask the executor for its health.
    CheckHealth,
    /// Look for this program where the executor runs.
    Probe {
        /// The program's name.
        program: String,
    },
    /// Run an attempt at the case at this place.
    RunAttempt(Place),
    /// Look for what the attempt at this place has left behind.
    ProbeCleanup(Place),
    /// Keep this result.
    Record {
        /// Where in the run.
        place: Place,
        /// What came of the attempt at the case.
        result: CaseEnd,
        /// How the case's turn ended with it; `None` if it is tried again.
        end: Option<TurnEnd>,
    },
    /// Wait this long for the executor, which is away.
    Wait(Duration),
    /// Wait this long before the next attempt: those before did not get through to an executor that calls
    /// itself healthy. [`Input::WaitOver`] follows here, too.
    BackOff(Duration),
    /// Wait this long before the case at hand is tried again. [`Input::WaitOver`] follows here, too.
    WaitToRetry(Duration),
    /// Say when it is time for this iteration, counted from one, and over which cases it goes.
    PrepareIteration(u64),
    /// Take note that this iteration begins now, or goes on in another process. It may have been due for
    /// long, if the executor was away.
    BeginIteration(u64),
    /// End what is under way, be it an attempt or a probe; its own input follows all the same.
    Abort,
    /// The run is over.
    Finish(RunEnd),
}

/// What came of a case, or of one attempt at it.
#[derive(Debug, PartialEq)]
pub enum CaseEnd {
    /// An attempt was made.
    Attempted(Box<AttemptReport>),
    /// No attempt was made, for this outcome.
    Decided(Outcome),
}

impl CaseEnd {
    pub(super) fn outcome(&self) -> &Outcome {
        match self {
            Self::Attempted(report) => &report.outcome,
            Self::Decided(outcome) => outcome,
        }
    }

    pub(super) fn tried(&self) -> Tried<'_> {
        match self {
            Self::Attempted(report) => Tried::from(&**report),
            Self::Decided(outcome) => Tried::from(outcome),
        }
    }

    /// How long the executor wants to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Attempted(report) => report.retry_after,
            Self::Decided(_) => None,
        }
    }
}

/// What looking for a program brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// It is there.
    Present,
    /// It is not there.
    Missing,
    /// The executor could not tell.
    Unknown(Fault),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEnd {
    /// Every case had its turn.
    Completed,
    /// It was told to end.
    Interrupted,
    /// The executor was not healthy at the start.
    ExecutorUnavailable {
        /// Why, in words.
        reason: String,
    },
    /// The executor went away and did not come back in time.
    ExecutorLost {
        /// Why, in words.
        reason: String,
    },
    /// What happened could not be kept any more.
    LedgerLost {
        /// Why, in words.
        reason: String,
    },
    /// The runner itself came to a standstill.
    Stuck {
        /// What it waited for, in words.
        part: String,
    },
    /// A part of the runner was lost.
    HarnessLost {
        /// Which part, in words.
        part: String,
    },
}

impl RunEnd {
    /// The stable name, as it stands in ledgers.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Interrupted => "interrupted",
            Self::ExecutorUnavailable { .. } => "executor-unavailable",
            Self::ExecutorLost { .. } => "executor-lost",
            Self::LedgerLost { .. } => "ledger-lost",
            Self::Stuck { .. } => "stuck",
            Self::HarnessLost { .. } => "harness-lost",
        }
    }
}

/// How a run decides where the suite leaves it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunPolicy {
    /// Whether a missing requirement fails its case instead of skipping it.
    pub require_all: bool,
    /// How long an executor that went away may take to come back.
    pub max_outage: Duration,
    /// Whether it is looked for what attempts that ended early have left behind.
    pub cleanup_probe: bool,
    /// After how many iterations the run is complete; `None` leaves that to [`Input::TimeUp`].
    pub iterations: Option<NonZeroU64>,
    /// The seed by which the cases of each iteration are shuffled; `None` keeps the suite's order.
    pub shuffle: Option<u64>,
    /// What the random parts of pauses before retries are made from.
    pub seed: u64,
    /// Whether pauses are made between attempts that fail one after the other without getting through to
    /// an executor that calls itself healthy. What has no end would go on failing as fast as it can.
    pub backs_off: bool,
    /// Whether an executor that is away at the start is waited for, like one that goes away later. A
    /// run that goes on after a reboot may be there before its executor.
    pub waits_at_start: bool,
}

impl Default for RunPolicy {
    /// One iteration in the suite's order. Skips what cannot run, waits ten seconds for an executor
    /// that went away, looks for nothing.
    fn default() -> Self {
        Self {
            require_all: false,
            max_outage: Duration::from_secs(10),
            cleanup_probe: false,
            iterations: Some(NonZeroU64::MIN),
            shuffle: None,
            seed: 0,
            backs_off: false,
            waits_at_start: false,
        }
    }
}
