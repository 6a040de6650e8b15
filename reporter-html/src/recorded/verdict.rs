//! Where a recorded run stands, and what speaks against it.
//!
//! A run that has ended was judged when it did. One that goes on, or was broken off, was not: its
//! report says what would be said against it if it ended now.

use std::fmt;

use maud::{Markup, Render, html};
use runner_core::{
    recorded::{RecordedRun, RecordedState, RunKind},
    results::{Counts, RunProblem},
    run_state::RunEnd,
    text::Grouped,
};

use super::View;
use crate::{
    ReportOptions,
    page::Tone,
    verdict::{Nouns, Problem, Reasons, Verdict},
};

/// The verdict with its reasons.
pub(super) fn verdict(view: View<'_>, options: &ReportOptions) -> Verdict {
    let run = view.run;
    let reasons = Reasons {
        nouns: nouns(run.kind),
        counts: &run.counts,
        gates: &run.gates,
        max_chars: options.max_failed_output_chars,
    };
    let so_far = problems_so_far(run);
    let told: Vec<_> = match run.state {
        RecordedState::Ended(_) => run.problems.iter().map(Problem::from).collect(),
        _ => so_far.iter().map(Problem::from).collect(),
    };
    if let Some(standing) = Standing::of(run) {
        return standing.verdict(view, &reasons, &told);
    }
    if told.is_empty() {
        return reasons.success();
    }
    let mut verdict = reasons.failure(&told);
    if let Some(resume) = Resume::of(run) {
        let reasons = verdict.body;
        verdict.body = html! { (reasons) p { (resume) " goes on with it." } };
    }
    verdict
}

pub(super) fn nouns(kind: RunKind) -> Nouns {
    Nouns {
        whole: match kind {
            RunKind::Soak => "soak",
            _ => "run",
        },
        parts: "attempts",
        capital_parts: "Attempts",
    }
}

/// What speaks against a run that nobody has judged.
fn problems_so_far(run: &RecordedRun) -> Vec<RunProblem> {
    let mut problems = Vec::new();
    if let Some(overload) = run.runner.overload() {
        let evidence = overload.to_string();
        problems.push(RunProblem::RunnerTooSlow { evidence });
    }
    if run.gates.iter().any(|gate| !gate.holds) {
        problems.push(RunProblem::GateFailed);
    }
    if run.gates.is_empty() && run.counts.failed > 0 {
        problems.push(RunProblem::CaseFailed);
    }
    problems
}

/// How a run that is not over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    GoesOn,
    Interrupted,
    BrokenOff,
}

impl Standing {
    /// `None` if the run is over.
    fn of(run: &RecordedRun) -> Option<Self> {
        match &run.state {
            RecordedState::Running => Some(Self::GoesOn),
            RecordedState::Broken => Some(Self::BrokenOff),
            RecordedState::Ended(end) => {
                (end == RunEnd::Interrupted.code()).then_some(Self::Interrupted)
            }
        }
    }

    fn verdict(self, view: View<'_>, reasons: &Reasons<'_>, told: &[Problem<'_>]) -> Verdict {
        let run = view.run;
        let resume = Resume::of(run);
        let what = match self {
            Self::GoesOn => "goes on",
            Self::Interrupted => "was interrupted",
            Self::BrokenOff => "was broken off",
        };
        // That it was interrupted is said.
        let is_said = |problem: &&Problem<'_>| problem.code == RunEnd::Interrupted.code();
        let others: Vec<_> = told.iter().filter(|it| !is_said(it)).collect();
        let body = html! {
            p { (self.words(view)) }
            @if !others.is_empty() {
                p { "That is no success, because:" }
                (reasons.list(others))
            }
        };
        Verdict {
            // A run that is no soak cannot go on.
            tone: if resume.is_some() || self == Self::GoesOn {
                Tone::Open
            } else {
                Tone::Bad
            },
            headline: format!("The {} {what}", reasons.nouns.whole),
            body,
        }
    }

    fn words(self, view: View<'_>) -> Markup {
        let tried = Tried(&view.run.counts);
        let resume = Resume::of(view.run);
        html! {
            @match self {
                Self::GoesOn => {
                    "As of " (view.moment(view.until())) ", " (tried) "."
                    @if let Some(since) = view.away_since() {
                        " The executor is away since " (view.moment(since)) "."
                    }
                },
                Self::Interrupted => { "So far, " (tried) "." },
                Self::BrokenOff => {
                    "Its process was killed, or the machine went down. So far, " (tried) "."
                },
            }
            @if let Some(resume) = resume.filter(|_| self != Self::GoesOn) {
                " " (resume) " goes on with it."
            }
        }
    }
}

/// How many attempts passed, in words.
struct Tried<'a>(&'a Counts);

impl fmt::Display for Tried<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { passed, failed, .. } = *self.0;
        match passed + failed {
            0 => f.write_str("nothing was tried yet"),
            tried => write!(
                f,
                "{} of {} tried attempts passed",
                Grouped(passed),
                Grouped(tried)
            ),
        }
    }
}

/// The command that goes on with a run. It names the run by its number, which no suite chooses.
struct Resume(u64);

impl Resume {
    fn of(run: &RecordedRun) -> Option<Self> {
        let is_complete = match &run.state {
            RecordedState::Running => true,
            RecordedState::Broken => false,
            RecordedState::Ended(end) => end == RunEnd::Completed.code(),
        };
        (run.kind == RunKind::Soak && !is_complete).then_some(Self(run.id))
    }
}

impl Render for Resume {
    fn render(&self) -> Markup {
        html! { code { "gauntlet soak --resume " (self.0) } }
    }
}
