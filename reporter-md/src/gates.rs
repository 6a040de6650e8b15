//! The table of gates, and which of them do not hold.

use std::io::{self, Write};

use runner_core::results::GateResult;

/// Writes the section with its table; nothing if the suite has no gates.
pub(crate) fn write(out: &mut impl Write, gates: &[GateResult]) -> io::Result<()> {
    if gates.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Gates\n")?;
    writeln!(out, "| Gate | Bound | Value | Holds |")?;
    writeln!(out, "| :--- | :--- | :--- | :--- |")?;
    for gate in gates {
        write!(out, "| `{}` | ", gate.name)?;
        write!(out, "{} | ", gate.bound)?;
        match &gate.value {
            None => write!(out, "none, because nothing counts for it")?,
            Some(value) => write!(out, "{value}")?,
        }
        writeln!(out, " | {} |", if gate.holds { "✅ yes" } else { "❌ no" })?;
    }
    writeln!(out)
}
