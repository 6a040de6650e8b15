//! The numbers of a run: how many came to what, and how far the suite is from its graduation.

use std::io::{self, Write};

use runner_core::{
    recorded::Graduation,
    results::Counts,
    text::{Grouped, Share},
    words::GraduationLine,
};

use crate::agent;

/// What a summary is about.
pub(crate) struct Summary<'a> {
    /// What is counted, as it stands after "Total".
    pub(crate) what: &'static str,
    /// Whether cases are counted, and not attempts.
    pub(crate) of_cases: bool,
    pub(crate) counts: &'a Counts,
    /// How many of those not run the runner left in the middle, because it was ended itself.
    pub(crate) interrupted: u64,
    pub(crate) graduation: Option<&'a Graduation>,
}

impl Summary<'_> {
    /// Writes the section. Everything counts in exactly one line; in `counts`, `failed` holds the
    /// errors, too.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let counts = self.counts;
        let errors = counts.infrastructure_errors + counts.harness_errors;
        writeln!(out, "## Summary\n")?;
        writeln!(out, "- **Total {}**: {}", self.what, Grouped(counts.total))?;
        let flaky = if self.of_cases { counts.flaky } else { 0 };
        writeln!(
            out,
            "- **Passed**: {} ✅",
            Grouped(counts.passed.saturating_sub(flaky))
        )?;
        if flaky > 0 {
            writeln!(out, "- **Flaky**: {} 🔁", Grouped(flaky))?;
        }
        writeln!(
            out,
            "- **Failed**: {} ❌",
            Grouped(counts.failed.saturating_sub(errors))
        )?;
        writeln!(
            out,
            "- **Infrastructure Errors**: {} ⚠️",
            Grouped(counts.infrastructure_errors)
        )?;
        writeln!(
            out,
            "- **Harness Errors**: {} ⚠️",
            Grouped(counts.harness_errors)
        )?;
        if self.of_cases && counts.inconclusive > 0 {
            writeln!(
                out,
                "- **Inconclusive**: {} ❔",
                Grouped(counts.inconclusive)
            )?;
        }
        writeln!(out, "- **Skipped**: {} ⏭️", Grouped(counts.skipped))?;
        write!(out, "- **Not Run**: {} ⏹️", Grouped(counts.not_run))?;
        if self.interrupted > 0 {
            let interrupted = Grouped(self.interrupted);
            write!(
                out,
                ", {interrupted} of them interrupted: the runner itself ended in the middle"
            )?;
        }
        writeln!(out)?;
        writeln!(out, "- **Success Rate**: {}", Share(counts.success()))?;
        if !self.of_cases {
            self.write_cases(out)?;
        }
        agent::write_totals(out, &counts.agents)?;
        if let Some(graduation) = self.graduation {
            writeln!(out, "- **Graduation**: {}", GraduationLine(graduation))?;
        }
        writeln!(out)
    }

    /// Writes what came of cases, each of which counts once in an iteration, where that is not told by their
    /// attempts.
    fn write_cases(&self, out: &mut impl Write) -> io::Result<()> {
        let Counts {
            flaky,
            failed_cases,
            inconclusive,
            ..
        } = *self.counts;
        if flaky + inconclusive > 0 {
            writeln!(out, "- **Cases That Failed**: {} ❌", Grouped(failed_cases))?;
            writeln!(out, "- **Cases That Were Flaky**: {} 🔁", Grouped(flaky))?;
            writeln!(
                out,
                "- **Cases That Were Inconclusive**: {} ❔",
                Grouped(inconclusive)
            )?;
        }
        Ok(())
    }
}
