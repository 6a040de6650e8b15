//! Where a run took place: at the end, for those who look it up.

use std::io::{self, Write};

use executor_protocol::Health;
use runner_core::{excerpt::needs_block, results::RunInfo, text::Human};

use crate::{
    escape::{CodeSpan, Text},
    field::write_field,
};

/// Writes the heading and what every run has: the program's `versions`, the executor.
pub(crate) fn write_start<'a>(
    out: &mut impl Write,
    run: &RunInfo,
    versions: impl Iterator<Item = &'a str>,
) -> io::Result<()> {
    writeln!(out, "## Environment\n")?;
    write!(out, "- **Gauntlet Version**: ")?;
    for (index, version) in versions.enumerate() {
        let then = if index > 0 { ", then " } else { "" };
        write!(out, "{then}{}", Text(version))?;
    }
    writeln!(out)?;
    writeln!(out, "- **Executor**: {}", CodeSpan(&run.executor))
}

/// Writes what the executor said about its health at the start.
pub(crate) fn write_health(
    out: &mut impl Write,
    health: Option<&Health>,
    max_chars: usize,
) -> io::Result<()> {
    let Some(health) = health else {
        return writeln!(out, "- **Executor Health**: never healthy");
    };
    let latency = Human(health.latency);
    writeln!(out, "- **Executor Health**: answered after {latency}")?;
    let body = &health.body;
    // Data rather than words: shown exactly.
    match needs_block(body) {
        false => writeln!(out, "- **Health Body**: {}", CodeSpan(body)),
        true => write_field(out, "Health Body", body, max_chars),
    }
}

/// Writes further facts.
pub(crate) fn write_facts(
    out: &mut impl Write,
    facts: &[(String, String)],
    max_chars: usize,
) -> io::Result<()> {
    for (name, value) in facts {
        // Spaces inside of the asterisks would keep the name from being bold.
        let name = Text(name.trim()).to_string();
        write_field(out, &name, value, max_chars)?;
    }
    Ok(())
}
