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
        writeln!(out, "- **Passed**: {} ✅", Grouped(counts.passed))?;
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
        agent::write_totals(out, &counts.agents)?;
        if let Some(graduation) = self.graduation {
            writeln!(out, "- **Graduation**: {}", GraduationLine(graduation))?;
        }
        writeln!(out)
    }
}
