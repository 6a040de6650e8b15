//! The verdict over a run: one line that says it, and the reasons below.

use std::io::{self, Write};

use runner_core::words::{Headline, Problem, Reason, Reasons, Told};

use crate::field::write_field;

/// The words of a verdict as lines.
pub(crate) struct Words<'a> {
    pub(crate) reasons: Reasons<'a>,
    /// How many characters of a problem's words are shown.
    pub(crate) max_chars: usize,
}

impl Words<'_> {
    /// Writes that the run is a success.
    pub(crate) fn write_success(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { reasons, .. } = self;
        let whole = reasons.nouns.whole;
        writeln!(out, "✅ **The {whole} succeeded**: {reasons}.\n")
    }

    /// Writes that it is none because of `problems`, the gravest of which comes first.
    pub(crate) fn write_failure(
        &self,
        out: &mut impl Write,
        problems: &[Problem<'_>],
    ) -> io::Result<()> {
        let headline = Headline {
            nouns: self.reasons.nouns,
            code: problems.first().map_or("", |gravest| gravest.code),
        };
        writeln!(out, "❌ **{headline}**, because:\n")?;
        self.write(out, problems.iter())
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
        let Reason { label, told } = self.reasons.reason(problem);
        match told {
            Told::Words(words) => writeln!(out, "- **{label}**: {words}"),
            Told::Gates(names) => writeln!(out, "- **{label}**: `{}`", names.join("`, `")),
            Told::Quoted(words) => write_field(out, &label, words, self.max_chars),
        }
    }
}
