//! Why a run is no success, and that it is one.
//!
//! The words go by the stable code of each problem, so that a run reads the same whether it has just
//! ended or comes out of a ledger.

use std::{borrow::Cow, fmt};

use crate::{
    recorded::{RecordedProblem, RecordedRun, RecordedState, RunKind},
    results::{Counts, GateResult, RunProblem},
    text::{Grouped, Many},
};

/// What reports call what was run, and what it consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nouns {
    /// As it stands after "The": `run`, `soak`.
    pub whole: &'static str,
    /// Several of what is counted: `cases`, `attempts`.
    pub parts: &'static str,
    /// The same where it begins a line.
    pub capital_parts: &'static str,
}

impl Nouns {
    /// A run of which the cases are told.
    pub const OF_CASES: Self = Self {
        whole: "run",
        parts: "cases",
        capital_parts: "Cases",
    };

    /// A run of which the attempts are told.
    #[must_use]
    pub fn of_attempts(kind: RunKind) -> Self {
        Self {
            whole: match kind {
                RunKind::Soak => "soak",
                RunKind::Run => "run",
                RunKind::Load => "load",
            },
            parts: "attempts",
            capital_parts: "Attempts",
        }
    }
}

/// A reason why a run is no success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem<'a> {
    /// The stable code.
    pub code: &'a str,
    /// What there is to say beyond the code. It may quote what the executor sent.
    pub words: Cow<'a, str>,
}

impl<'a> From<&'a RunProblem> for Problem<'a> {
    fn from(problem: &'a RunProblem) -> Self {
        let words = match problem {
            RunProblem::ExecutorUnavailable { reason }
            | RunProblem::ExecutorLost { reason }
            | RunProblem::LedgerLost { reason } => reason.into(),
            RunProblem::RunnerTooSlow { evidence } => evidence.into(),
            RunProblem::Regression { differences } => differences.into(),
            RunProblem::Incomparable { reason } => reason.into(),
            RunProblem::ShardsOutstanding { shards } => shards.into(),
            RunProblem::HarnessLost { part } => part.into(),
            other => other.to_string().into(),
        };
        let code = problem.code();
        Self { code, words }
    }
}

impl From<RunProblem> for Problem<'static> {
    fn from(problem: RunProblem) -> Self {
        let Problem { words, .. } = Problem::from(&problem);
        Self {
            code: problem.code(),
            words: words.into_owned().into(),
        }
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
    with_words(code, String::new()).map(|empty| empty.to_string())
}

/// The problem with this code, where it has words of its own.
fn with_words(code: &str, words: String) -> Option<RunProblem> {
    Some(match code {
        "executor-unavailable" => RunProblem::ExecutorUnavailable { reason: words },
        "executor-lost" => RunProblem::ExecutorLost { reason: words },
        "ledger-lost" => RunProblem::LedgerLost { reason: words },
        "runner-too-slow" => RunProblem::RunnerTooSlow { evidence: words },
        "regression" => RunProblem::Regression { differences: words },
        "incomparable" => RunProblem::Incomparable { reason: words },
        "shards-outstanding" => RunProblem::ShardsOutstanding { shards: words },
        "harness-lost" => RunProblem::HarnessLost { part: words },
        _ => return None,
    })
}

impl From<&RecordedProblem> for RunProblem {
    /// The problem as it was told. One that is younger than this program is a fault of gauntlet, with the words
    /// that it came with: it is a failure, and nothing else is known of it.
    fn from(recorded: &RecordedProblem) -> Self {
        let plain = [
            Self::Interrupted,
            Self::GateFailed,
            Self::CaseFailed,
            Self::CaseFlaky,
            Self::CaseInconclusive,
            Self::NothingTried,
        ];
        let found = plain.into_iter().find(|it| it.code() == recorded.code);
        let Problem { code, words } = recorded.into();
        let words = words.into_owned();
        let part = words.clone();
        found
            .or_else(|| with_words(code, words))
            .unwrap_or(Self::HarnessLost { part })
    }
}

/// What speaks against a recorded run, gravest first: what was said when it ended, and before that what
/// there is so far.
#[must_use]
pub fn problems(run: &RecordedRun) -> Vec<Problem<'_>> {
    match run.state {
        RecordedState::Ended(_) => run.problems.iter().map(Problem::from).collect(),
        _ => run
            .problems_so_far()
            .into_iter()
            .map(Problem::from)
            .collect(),
    }
}

/// What a run came to, in a few words, by the code of its gravest problem.
#[derive(Debug, Clone, Copy)]
pub struct Headline<'a> {
    /// What it is called.
    pub nouns: Nouns,
    /// The stable code.
    pub code: &'a str,
}

impl fmt::Display for Headline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.code {
            "executor-unavailable" => "could not start",
            "executor-lost" => "lost its executor",
            "interrupted" => "was interrupted",
            "nothing-tried" => "shows nothing",
            "case-flaky" => "is flaky",
            "case-inconclusive" => "is inconclusive",
            "ledger-lost" => return f.write_str("The ledger was lost"),
            "runner-too-slow" => "is not valid",
            "shards-outstanding" => "is not complete",
            _ => "failed",
        };
        write!(f, "The {} {what}", self.nouns.whole)
    }
}

/// What the words for problems are filled with.
#[derive(Debug, Clone, Copy)]
pub struct Reasons<'a> {
    /// What the run is called.
    pub nouns: Nouns,
    /// What it came to.
    pub counts: &'a Counts,
    /// Its gates.
    pub gates: &'a [GateResult],
}

/// A reason why a run is no success, with a name for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason<'p> {
    /// The name, as it stands in front of a colon.
    pub label: Cow<'static, str>,
    /// The reason.
    pub told: Told<'p>,
}

/// How a reason is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told<'p> {
    /// In words of our own.
    Words(String),
    /// By the names of the gates that do not hold.
    Gates(Vec<Cow<'static, str>>),
    /// In words that may be foreign, and long.
    Quoted(&'p str),
}

impl Reasons<'_> {
    /// Why a run with this problem is no success.
    #[must_use]
    pub fn reason<'p>(&self, problem: &'p Problem<'_>) -> Reason<'p> {
        let counts = self.counts;
        let parts = self.nouns.parts;
        let quoted = |label: &'static str| Reason {
            label: label.into(),
            told: Told::Quoted(&problem.words),
        };
        let in_words = |label: Cow<'static, str>, words: String| Reason {
            label,
            told: Told::Words(words),
        };
        match problem.code {
            "interrupted" => {
                let (not_run, total) = (Grouped(counts.not_run), Grouped(counts.total));
                let words = format!("{not_run} of {total} {parts} were not run");
                in_words("Interrupted".into(), words)
            }
            "gate-failed" if self.gates.iter().any(|gate| !gate.holds) => {
                let failed = self.gates.iter().filter(|gate| !gate.holds);
                Reason {
                    label: "Gates that do not hold".into(),
                    told: Told::Gates(failed.map(|gate| gate.name.clone()).collect()),
                }
            }
            "case-failed" => {
                let label = format!("{} that did not pass", self.nouns.capital_parts);
                let failed = Grouped(counts.failed);
                let words = format!("{failed} of {} tried", Grouped(tried(counts)));
                in_words(label.into(), words)
            }
            "case-flaky" => {
                let flaky = Many(counts.flaky, "case");
                let words = format!("{flaky} passed only when tried again");
                in_words("Flaky".into(), words)
            }
            "case-inconclusive" => {
                let open = Many(counts.inconclusive, "case");
                let words = format!("of {open} it is not clear whether it passes often enough");
                in_words("Inconclusive".into(), words)
            }
            "nothing-tried" => {
                let words = "no case was run to an end".into();
                in_words("Nothing tried".into(), words)
            }
            "executor-unavailable" => quoted("Executor not available at the start"),
            "executor-lost" => quoted("Executor lost in the middle"),
            "ledger-lost" => quoted("Ledger not written"),
            "runner-too-slow" => quoted("Runner itself too slow"),
            "regression" => quoted("Regression"),
            "incomparable" => quoted("Not to be told from the baseline"),
            "shards-outstanding" => quoted("Shards outstanding"),
            "harness-lost" => quoted("Part of the runner lost"),
            // A problem that is younger than this program is told in its own words.
            _ => quoted("Problem"),
        }
    }
}

/// What a run without problems came to, in a sentence without its capital and its end.
impl fmt::Display for Reasons<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.nouns.parts;
        let tried = Grouped(tried(self.counts));
        // Attempts may fail, and be made up for by others.
        let made_up_for = self.counts.failed_cases == 0 && self.gates.is_empty();
        match self.counts.failed {
            failed if failed > 0 && made_up_for => write!(
                f,
                "no case failed, although {} of {tried} tried {parts} did not pass",
                Grouped(failed)
            ),
            0 => write!(f, "{tried} of {tried} tried {parts} passed"),
            failed => write!(
                f,
                "every gate holds, although {} of {tried} tried {parts} did not pass",
                Grouped(failed)
            ),
        }
    }
}

fn tried(counts: &Counts) -> u64 {
    counts.passed + counts.failed
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
            RunProblem::Incomparable { reason: words() },
            RunProblem::ShardsOutstanding { shards: words() },
            RunProblem::Interrupted,
            RunProblem::GateFailed,
            RunProblem::CaseFailed,
            RunProblem::CaseFlaky,
            RunProblem::CaseInconclusive,
            RunProblem::NothingTried,
            RunProblem::Regression {
                differences: words(),
            },
        ] {
            let recorded = RecordedProblem {
                code: problem.code().into(),
                text: problem.to_string(),
            };
            let (one, other) = (Problem::from(&problem), Problem::from(&recorded));
            assert_eq!((one.code, one.words), (other.code, other.words));
            assert_eq!(RunProblem::from(&recorded), problem);
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
