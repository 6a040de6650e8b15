//! The verdict over a recorded run, which may go on.

use maud::{Markup, html};
use runner_core::{
    recorded::Standing,
    run_state::RunEnd,
    words::{Nouns, Problem, Reasons, Tried, problems},
};

use super::View;
use crate::{
    ReportOptions,
    page::Tone,
    verdict::{Verdict, Words},
};

/// The verdict with its reasons.
pub(super) fn verdict(view: View<'_>, options: &ReportOptions) -> Verdict {
    let run = view.run;
    let words = Words {
        reasons: Reasons {
            nouns: Nouns::of_attempts(run.kind),
            counts: &run.counts,
            gates: &run.gates,
        },
        max_chars: options.max_failed_output_chars,
    };
    let told = problems(run);
    if let Some(standing) = run.standing() {
        return unfinished(view, standing, &words, &told);
    }
    if told.is_empty() {
        return words.success();
    }
    let mut verdict = words.failure(&told);
    if let Some(resume) = run.resume_command() {
        let reasons = verdict.body;
        verdict.body = html! { (reasons) p { code { (resume) } " goes on with it." } };
    }
    verdict
}

/// The verdict over a run that is not over.
fn unfinished(
    view: View<'_>,
    standing: Standing,
    words: &Words<'_>,
    told: &[Problem<'_>],
) -> Verdict {
    let whole = words.reasons.nouns.whole;
    // That it was interrupted is said.
    let is_said = |problem: &&Problem<'_>| problem.code == RunEnd::Interrupted.code();
    let others: Vec<_> = told.iter().filter(|it| !is_said(it)).collect();
    let body = html! {
        p { (standing_words(view, standing)) }
        @if !others.is_empty() {
            p { "That is no success, because:" }
            (words.list(others))
        }
    };
    Verdict {
        tone: if standing == Standing::GoesOn || view.run.is_resumable() {
            Tone::Open
        } else {
            Tone::Bad
        },
        headline: format!("The {whole} {}", standing.words()),
        body,
    }
}

fn standing_words(view: View<'_>, standing: Standing) -> Markup {
    let run = view.run;
    let tried = Tried(&run.counts);
    html! {
        @match standing {
            Standing::GoesOn => {
                "As of " (view.moment(run.until())) ", " (tried) "."
                @if let Some(since) = run.away_since() {
                    " The executor is away since " (view.moment(since)) "."
                }
            },
            Standing::Interrupted => { "So far, " (tried) "." },
            Standing::BrokenOff => {
                "Its process was killed, or the machine went down. So far, " (tried) "."
            },
        }
        @if let Some(resume) = run.resume_command() {
            " " code { (resume) } " goes on with it."
        }
    }
}
