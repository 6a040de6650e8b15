//! Where a recorded run stands, and what speaks against it.
//!
//! A run that has ended was judged when it did. One that goes on, or was broken off, was not: its
//! report says what would be said against it if it ended now.

use std::{
    fmt,
    io::{self, Write},
};

use runner_core::{
    recorded::{RecordedRun, RecordedState, RunKind},
    results::{Counts, RunProblem},
    run_state::RunEnd,
    text::Grouped,
};

use super::View;
use crate::{
    ReportOptions,
    verdict::{Headline, Nouns, Problem, Reasons},
};

/// Writes the verdict with its reasons, and an empty line after it.
pub(crate) fn write(
    out: &mut impl Write,
    view: View<'_>,
    options: &ReportOptions,
) -> io::Result<()> {
    let run = view.run;
    let nouns = nouns(run.kind);
    let reasons = Reasons {
        nouns,
        counts: &run.counts,
        gates: &run.gates,
        max_chars: options.max_failed_output_chars,
    };
    let so_far = problems_so_far(run);
    let told: Vec<_> = match run.state {
        RecordedState::Ended(_) => run.problems.iter().map(Problem::from).collect(),
        _ => so_far.iter().map(Problem::from).collect(),
    };
    if let Some(standing) = Standing::of(view) {
        write!(out, "{standing}")?;
        // That it was interrupted is said.
        let others = || {
            told.iter()
                .filter(|it| it.code != RunEnd::Interrupted.code())
        };
        if others().next().is_none() {
            return writeln!(out, "\n");
        }
        writeln!(out, " That is no success, because:\n")?;
        return reasons.write(out, others());
    }
    let Some(gravest) = told.first() else {
        return reasons.write_success(out);
    };
    let headline = Headline {
        nouns,
        code: gravest.code,
    };
    writeln!(out, "❌ **{headline}**, because:\n")?;
    reasons.write(out, told.iter())?;
    match Resume::of(run) {
        Some(resume) => writeln!(out, "{resume} goes on with it.\n"),
        None => Ok(()),
    }
}

pub(crate) fn nouns(kind: RunKind) -> Nouns {
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

/// A run that is not over, in a line.
struct Standing<'a> {
    view: View<'a>,
    kind: StandingKind,
}

#[derive(Debug, Clone, Copy)]
enum StandingKind {
    GoesOn,
    Interrupted,
    BrokenOff,
}

impl<'a> Standing<'a> {
    /// Where the run stands; `None` if it is over.
    fn of(view: View<'a>) -> Option<Self> {
        let kind = match &view.run.state {
            RecordedState::Running => StandingKind::GoesOn,
            RecordedState::Broken => StandingKind::BrokenOff,
            RecordedState::Ended(end) if end == RunEnd::Interrupted.code() => {
                StandingKind::Interrupted
            }
            RecordedState::Ended(_) => return None,
        };
        Some(Self { view, kind })
    }
}

impl fmt::Display for Standing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let run = self.view.run;
        let whole = nouns(run.kind).whole;
        let tried = Tried(&run.counts);
        // A run that is no soak cannot go on.
        let resume = Resume::of(run);
        let sign = if resume.is_some() { "⏸️" } else { "❌" };
        match self.kind {
            StandingKind::GoesOn => {
                let until = self.view.moment(self.view.until());
                write!(f, "⏳ **The {whole} goes on**; as of {until}, {tried}.")?;
                return match self.view.away_since() {
                    Some(since) => {
                        let since = self.view.moment(since);
                        write!(f, " The executor is away since {since}.")
                    }
                    None => Ok(()),
                };
            }
            StandingKind::Interrupted => write!(f, "{sign} **The {whole} was interrupted**")?,
            StandingKind::BrokenOff => write!(
                f,
                "{sign} **The {whole} was broken off**: its process was killed, or the machine went down"
            )?,
        }
        if let Some(resume) = resume {
            write!(f, "; {resume} goes on with it")?;
        }
        write!(f, ". So far, {tried}.")
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

impl fmt::Display for Resume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`gauntlet soak --resume {}`", self.0)
    }
}
