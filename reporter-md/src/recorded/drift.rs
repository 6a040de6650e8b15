//! What drifted over a soak.

use std::io::{self, Write};

use runner_core::{
    drift::METHODS,
    recorded::RecordedRun,
    text::{Grouped, Human},
};

use crate::escape::Text;

/// At most so many findings are told.
const MAX_FINDINGS: usize = 30;

/// Writes what was found, or that nothing was, or that nobody can know yet.
pub(crate) fn write(out: &mut impl Write, run: &RecordedRun) -> io::Result<()> {
    let Some(windows) = run.drift_windows() else {
        return Ok(());
    };
    writeln!(out, "## Drift\n")?;
    if !windows.are_enough() {
        return writeln!(
            out,
            "Too early to tell: {} with data are needed.\n",
            Human(windows.enough())
        );
    }
    let (count, width) = (windows.totals.len(), Human(windows.width));
    let found: Vec<_> = windows.findings().collect();
    if found.is_empty() {
        writeln!(out, "None was found over {count} windows of {width}.\n")?;
    } else {
        writeln!(out, "Over {count} windows of {width}:\n")?;
        for words in found.iter().take(MAX_FINDINGS) {
            writeln!(out, "- {}", Text(&words.to_string()))?;
        }
        if let Some(more) = found
            .len()
            .checked_sub(MAX_FINDINGS)
            .filter(|more| *more > 0)
        {
            writeln!(out, "- and {} more", Grouped(more as u64))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{METHODS}\n")
}
