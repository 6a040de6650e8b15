//! The verdict over a run: one line that says it, and the reasons below.
//!
//! The module owns the words for each problem. They go by its stable code, so that a run reads the
//! same whether it has just ended or comes out of a ledger.

use std::{borrow::Cow, fmt};

use maud::{Markup, Render, html};
use runner_core::{
    recorded::RecordedProblem,
    results::{Counts, GateResult, RunProblem},
    text::Grouped,
};

use crate::{excerpt, gates, page::Tone};

/// What reports call what was run, and what it consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Nouns {
    /// As it stands after "The": `run`, `soak`.
    pub(crate) whole: &'static str,
    /// Several of what is counted: `cases`, `attempts`.
    pub(crate) parts: &'static str,
    /// The same where it begins a line.
    pub(crate) capital_parts: &'static str,
}

/// The verdict as it stands at the top.
pub(crate) struct Verdict {
    pub(crate) tone: Tone,
    /// Never foreign.
    pub(crate) headline: String,
    /// What follows the headline, as paragraphs and lists.
    pub(crate) body: Markup,
}

impl Render for Verdict {
    fn render(&self) -> Markup {
        let Self {
            tone,
            headline,
            body,
        } = self;
        html! {
            section class={ "verdict " (tone.class()) } aria-labelledby="verdict" {
                h2 id="verdict" { span aria-hidden="true" { (tone.sign()) } " " (headline) }
                (body)
            }
        }
    }
}

/// A reason why a run is no success.
#[derive(Debug)]
pub(crate) struct Problem<'a> {
    /// The stable code.
    pub(crate) code: &'a str,
    /// What there is to say beyond the code. It may quote what the executor sent.
    pub(crate) words: Cow<'a, str>,
}

impl<'a> From<&'a RunProblem> for Problem<'a> {
    fn from(problem: &'a RunProblem) -> Self {
        let words = match problem {
            RunProblem::ExecutorUnavailable { reason }
            | RunProblem::ExecutorLost { reason }
            | RunProblem::LedgerLost { reason } => reason.into(),
            RunProblem::RunnerTooSlow { evidence } => evidence.into(),
            RunProblem::HarnessLost { part } => part.into(),
            other => other.to_string().into(),
        };
        let code = problem.code();
        Self { code, words }
    }
}

impl<'a> From<&'a RecordedProblem> for Problem<'a> {
    fn from(problem: &'a RecordedProblem) -> Self {
        let RecordedProblem { code, text } = problem;
        let beyond = beginning(code).and_then(|beginning| text.strip_prefix(&beginning));
        let words = beyond.unwrap_or(text).into();
        Self { code, words }
    }
}

/// What the words of a problem begin with where the rest is foreign. It says what the code says.
fn beginning(code: &str) -> Option<String> {
    let (reason, evidence, part) = (String::new(), String::new(), String::new());
    let empty = match code {
        "executor-unavailable" => RunProblem::ExecutorUnavailable { reason },
        "executor-lost" => RunProblem::ExecutorLost { reason },
        "ledger-lost" => RunProblem::LedgerLost { reason },
        "runner-too-slow" => RunProblem::RunnerTooSlow { evidence },
        "harness-lost" => RunProblem::HarnessLost { part },
        _ => return None,
    };
    Some(empty.to_string())
}

/// What a run came to, in a few words, by the code of its gravest problem.
pub(crate) struct Headline<'a> {
    pub(crate) nouns: Nouns,
    pub(crate) code: &'a str,
}

impl fmt::Display for Headline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.code {
            "executor-unavailable" => "could not start",
            "executor-lost" => "lost its executor",
            "interrupted" => "was interrupted",
            "nothing-tried" => "shows nothing",
            "ledger-lost" => return f.write_str("The ledger was lost"),
            "runner-too-slow" => "is not valid",
            _ => "failed",
        };
        write!(f, "The {} {what}", self.nouns.whole)
    }
}

/// What the words for problems are filled with.
pub(crate) struct Reasons<'a> {
    pub(crate) nouns: Nouns,
    pub(crate) counts: &'a Counts,
    pub(crate) gates: &'a [GateResult],
    /// How many characters of a problem's words are shown.
    pub(crate) max_chars: usize,
}

impl Reasons<'_> {
    /// That the run is a success.
    pub(crate) fn success(&self) -> Verdict {
        let Nouns { whole, parts, .. } = self.nouns;
        let tried = Grouped(self.counts.passed + self.counts.failed);
        let failed = Grouped(self.counts.failed);
        let words = match self.counts.failed {
            0 => format!("{tried} of {tried} tried {parts} passed."),
            _ => format!(
                "Every gate holds, although {failed} of {tried} tried {parts} did not pass."
            ),
        };
        Verdict {
            tone: Tone::Good,
            headline: format!("The {whole} succeeded"),
            body: html! { p { (words) } },
        }
    }

    /// That it is none, for these problems, of which the first is the gravest.
    pub(crate) fn failure(&self, problems: &[Problem<'_>]) -> Verdict {
        let gravest = problems.first().map_or("", |problem| problem.code);
        let headline = Headline {
            nouns: self.nouns,
            code: gravest,
        };
        Verdict {
            tone: Tone::Bad,
            headline: headline.to_string(),
            body: self.list(problems),
        }
    }

    /// A list of problems.
    pub(crate) fn list<'p>(&self, problems: impl IntoIterator<Item = &'p Problem<'p>>) -> Markup {
        html! {
            ul {
                @for problem in problems { li { (self.reason(problem)) } }
            }
        }
    }

    fn reason(&self, problem: &Problem<'_>) -> Markup {
        let Nouns {
            parts,
            capital_parts,
            ..
        } = self.nouns;
        let counts = self.counts;
        let (failed, tried) = (Grouped(counts.failed), counts.passed + counts.failed);
        let tried = Grouped(tried);
        let (not_run, total) = (Grouped(counts.not_run), Grouped(counts.total));
        let label = match problem.code {
            "interrupted" => {
                return html! {
                    b { "Interrupted:" } " " (not_run) " of " (total) " " (parts) " were not run"
                };
            }
            "gate-failed" if self.gates.iter().any(|gate| !gate.holds) => {
                return html! { b { "Gates that do not hold:" } " " (gates::failed(self.gates)) };
            }
            "case-failed" => {
                return html! {
                    b { (capital_parts) " that did not pass:" } " " (failed) " of " (tried) " tried"
                };
            }
            "nothing-tried" => {
                return html! { b { "Nothing tried:" } " no case was run to an end" };
            }
            "executor-unavailable" => "Executor not available at the start:",
            "executor-lost" => "Executor lost in the middle:",
            "ledger-lost" => "Ledger not written:",
            "runner-too-slow" => "Runner itself too slow:",
            "harness-lost" => "Part of the runner lost:",
            // A problem that is younger than this report is told in its own words.
            _ => "Problem:",
        };
        html! { b { (label) } " " (excerpt::words(&problem.words, self.max_chars)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_the_same_out_of_a_ledger() {
        let words = || "some words".to_owned();
        for problem in [
            RunProblem::ExecutorUnavailable { reason: words() },
            RunProblem::ExecutorLost { reason: words() },
            RunProblem::LedgerLost { reason: words() },
            RunProblem::RunnerTooSlow { evidence: words() },
            RunProblem::HarnessLost { part: words() },
            RunProblem::GateFailed,
        ] {
            let recorded = RecordedProblem {
                code: problem.code().into(),
                text: problem.to_string(),
            };
            let (one, other) = (Problem::from(&problem), Problem::from(&recorded));
            assert_eq!((one.code, one.words), (other.code, other.words));
        }
    }

    #[test]
    fn a_problem_in_words_of_another_version_is_told_in_these() {
        let recorded = RecordedProblem {
            code: "executor-lost".into(),
            text: "it is gone".into(),
        };
        assert_eq!(Problem::from(&recorded).words, "it is gone");
    }
}
