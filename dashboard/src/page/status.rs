//! Where a run stands, in a line, and what speaks against it.

use maud::{Markup, html};
use runner_core::{
    live::Phase,
    recorded::{RecordedRun, RecordedState},
    run_state::RunEnd,
    text::Many,
};

use super::{
    text::{Exact, Plain, Said},
    view::RunView,
};
use crate::source::SourceError;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Unknown,
    Starting,
    Running,
    Waiting,
    Passed,
    Failed,
    Interrupted,
    Broken,
}

impl Standing {
    /// The stable name, for scripts and tests.
    fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Broken => "broken",
        }
    }

    /// The class that the style colours, and the sign in front of the words.
    fn tone(self) -> (&'static str, &'static str) {
        match self {
            Self::Passed => ("good", "✓"),
            Self::Failed | Self::Broken | Self::Waiting => ("bad", "✗"),
            Self::Running => ("running", "●"),
            Self::Unknown | Self::Starting | Self::Interrupted => ("open", "…"),
        }
    }

    /// Of a run that ended with these problems, by their codes. One that was interrupted may be gone on
    /// with, whatever else there is to say against it.
    pub(super) fn of_end<'a>(mut codes: impl Iterator<Item = &'a str> + Clone) -> Self {
        if codes.clone().next().is_none() {
            Self::Passed
        } else if codes.any(|code| code == RunEnd::Interrupted.code()) {
            Self::Interrupted
        } else {
            Self::Failed
        }
    }
}

/// A problem as code and words, which may be foreign.
pub(super) type Problem<'a> = (&'a str, &'a str);

/// The short status, which is read out when it changes: nothing in it changes by itself.
pub(super) fn part(view: RunView<'_>) -> Markup {
    let (standing, words) = standing(view);
    line(standing, &words)
}

/// A short status.
pub(super) fn line(standing: Standing, words: &Markup) -> Markup {
    let (class, sign) = standing.tone();
    html! {
        p #status.(class) data-state=(standing.name()) {
            span.sign aria-hidden="true" { (sign) } " " (words)
        }
    }
}

fn standing(view: RunView<'_>) -> (Standing, Markup) {
    let problems = problems_of(view);
    let codes = problems.iter().map(|(code, _)| *code);
    if let Some(live) = view.live {
        return match &live.run.phase {
            Phase::Starting => (Standing::Starting, html! { "Looking for the executor" }),
            Phase::Running => (Standing::Running, html! { "Running" }),
            Phase::Away { since, reason } => {
                let since = view.time_of_day(live.at(*since));
                let words = html! {
                    "Waiting for the executor since " time { (since) } ": " (Said(reason))
                };
                (Standing::Waiting, words)
            }
            Phase::Ended { .. } => ended(Standing::of_end(codes), problems.len()),
        };
    }
    match view.recorded {
        Some(run) => recorded(view, run, Standing::of_end(codes), problems.len()),
        None if is_of_load(view) => (Standing::Unknown, html! { "A run of load" }),
        None if view.trouble.is_some() => (Standing::Unknown, html! { "Nothing can be read" }),
        None => (Standing::Unknown, html! { "Nothing is known yet" }),
    }
}

fn recorded(
    view: RunView<'_>,
    run: &RecordedRun,
    end: Standing,
    problems: usize,
) -> (Standing, Markup) {
    match &run.state {
        RecordedState::Running => {
            let away = run.outages.last().filter(|it| it.lasted.is_none());
            // An outage in which an earlier part ended is over.
            let part = run.parts.last().map(|part| part.began);
            match away.filter(|it| Some(it.began) >= part) {
                Some(away) => {
                    let since = view.time_of_day(away.began);
                    let words = html! {
                        "Waiting for the executor since " time { (since) } ": " (Said(&away.reason))
                    };
                    (Standing::Waiting, words)
                }
                None => (Standing::Running, html! { "Running" }),
            }
        }
        RecordedState::Broken => (
            Standing::Broken,
            html! { "Broken off: its process was killed, or the machine went down" },
        ),
        RecordedState::Ended(_) => ended(end, problems),
    }
}

/// How a run with so many problems ended.
pub(super) fn ended(standing: Standing, problems: usize) -> (Standing, Markup) {
    let words = match standing {
        Standing::Passed => html! { "Ended: success" },
        Standing::Interrupted => html! {
            "Interrupted"
            @if problems > 1 { ", with " (Many(problems as u64 - 1, "further problem")) }
        },
        _ => html! { "Ended: no success (" (Many(problems as u64, "problem")) ")" },
    };
    (standing, words)
}

/// What speaks against a run that is over.
fn problems_of(view: RunView<'_>) -> Vec<Problem<'_>> {
    match (view.live.map(|live| &live.run.phase), view.recorded) {
        (Some(Phase::Ended { problems, .. }), _) => problems
            .iter()
            .map(|(code, text)| (*code, &**text))
            .collect(),
        (None, Some(run)) => {
            let problems = run.problems.iter();
            problems.map(|it| (&*it.code, &*it.text)).collect()
        }
        _ => Vec::new(),
    }
}

fn is_of_load(view: RunView<'_>) -> bool {
    matches!(view.trouble, Some(SourceError::OfLoad { .. }))
}

/// What speaks against the run, and what else its reader should know before anything else.
pub(super) fn problems(view: RunView<'_>) -> Markup {
    let problems = problems_of(view);
    let rejected = view.live.and_then(|live| live.run.suite_rejected.as_ref());
    html! {
        (list(&problems))
        @if let Some(reason) = rejected {
            p.note #suite-rejected {
                "The suite's file was changed and cannot be used; the suite stays as it was: " (Said(reason))
            }
        }
        @if let Some(trouble) = view.trouble {
            p.note #ledger-trouble {
                @if !is_of_load(view) { "The ledger cannot be read just now; what is made of it is older: " }
                (Said(&trouble.to_string()))
            }
        }
    }
}

/// What speaks against a run, as a list; nothing if nothing does.
pub(super) fn list(problems: &[Problem<'_>]) -> Markup {
    html! {
        @if !problems.is_empty() {
            ul #problems {
                @for (code, text) in problems {
                    li data-code=(Plain(code)) { (Said(text)) " (" (Exact(code)) ")" }
                }
            }
        }
    }
}
