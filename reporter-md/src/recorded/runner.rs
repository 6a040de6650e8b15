//! Whether the runner itself was fit to measure: what it took, and by how much it came late.

use std::io::{self, Write};

use runner_core::{self_sample::SelfTotals, words::runner_facts};

/// Writes the section.
pub(crate) fn write(out: &mut impl Write, totals: &SelfTotals) -> io::Result<()> {
    writeln!(out, "## Runner\n")?;
    if totals.samples == 0 {
        return writeln!(out, "The runner has not looked at itself.\n");
    }
    if let Some(overload) = totals.overload() {
        writeln!(out, "⚠️ **The runner could not keep up**: {overload}.\n")?;
    }
    for (name, fact) in runner_facts(totals) {
        writeln!(out, "- **{}**: {fact}", heading(name))?;
    }
    writeln!(out)
}

/// A name as these reports write names, each word with a capital.
fn heading(name: &str) -> String {
    let mut before = ' ';
    let capital = |c: char| {
        let is_first = std::mem::replace(&mut before, c) == ' ';
        if is_first { c.to_ascii_uppercase() } else { c }
    };
    name.chars().map(capital).collect()
}
