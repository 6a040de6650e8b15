//! The verdict over a run: one line that says it, and the reasons below.
//!
//! The module owns the words for each problem. They go by its stable code, so that a run reads the
//! same whether it has just ended or comes out of a ledger.

use std::{
    borrow::Cow,
    fmt,
    io::{self, Write},
};

use runner_core::{
    recorded::RecordedProblem,
    results::{Counts, GateResult, RunProblem},
    text::Grouped,
};

use crate::{field::write_field, gates};

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
    /// Writes that the run is a success.
    pub(crate) fn write_success(&self, out: &mut impl Write) -> io::Result<()> {
        let Nouns { whole, parts, .. } = self.nouns;
        let tried = Grouped(self.counts.passed + self.counts.failed);
        let failed = Grouped(self.counts.failed);
        match self.counts.failed {
            0 => writeln!(
                out,
                "✅ **The {whole} succeeded**: {tried} of {tried} tried {parts} passed.\n"
            ),
            _ => writeln!(
                out,
                "✅ **The {whole} succeeded**: every gate holds, although {failed} of {tried} tried \
                 {parts} did not pass.\n"
            ),
        }
    }

    /// Writes a list of `problems`, and an empty line after it.
    pub(crate) fn write<'p>(
        &self,
        out: &mut impl Write,
        problems: impl Iterator<Item = &'p Problem<'p>>,
    ) -> io::Result<()> {
        for problem in problems {
            self.write_problem(out, problem)?;
        }
        writeln!(out)
    }

    fn write_problem(&self, out: &mut impl Write, problem: &Problem<'_>) -> io::Result<()> {
        let Nouns {
            parts,
            capital_parts,
            ..
        } = self.nouns;
        let counts = self.counts;
        let label = match problem.code {
            "interrupted" => {
                let (not_run, total) = (Grouped(counts.not_run), Grouped(counts.total));
                return writeln!(
                    out,
                    "- **Interrupted**: {not_run} of {total} {parts} were not run"
                );
            }
            "gate-failed" if self.gates.iter().any(|gate| !gate.holds) => {
                return gates::write_failed(out, self.gates);
            }
            "case-failed" => {
                let failed = Grouped(counts.failed);
                let tried = Grouped(counts.passed + counts.failed);
                return writeln!(
                    out,
                    "- **{capital_parts} that did not pass**: {failed} of {tried} tried"
                );
            }
            "nothing-tried" => {
                return writeln!(out, "- **Nothing tried**: no case was run to an end");
            }
            "executor-unavailable" => "Executor not available at the start",
            "executor-lost" => "Executor lost in the middle",
            "ledger-lost" => "Ledger not written",
            "runner-too-slow" => "Runner itself too slow",
            "harness-lost" => "Part of the runner lost",
            // A problem that is younger than this report is told in its own words.
            _ => "Problem",
        };
        write_field(out, label, &problem.words, self.max_chars)
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
