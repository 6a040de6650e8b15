//! The table of gates, and which of them do not hold.

use std::io::{self, Write};

use runner_core::{results::GateResult, text::OrDash};

use crate::{cell::Name, escape::Text};

/// Writes the section with its table; nothing if the suite has no gates.
pub(crate) fn write(out: &mut impl Write, gates: &[GateResult]) -> io::Result<()> {
    if gates.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Gates\n")?;
    writeln!(out, "| Gate | Bound | Value | Margin | Holds |")?;
    writeln!(out, "| :--- | :--- | :--- | :--- | :--- |")?;
    for gate in gates {
        write!(out, "| {} | ", Name(&gate.name))?;
        write!(out, "{} | ", Text(&gate.bound.to_string()))?;
        match &gate.value {
            None => write!(out, "none, because nothing counts for it")?,
            Some(value) => write!(out, "{value}")?,
        }
        write!(out, " | {}", OrDash(gate.margin.as_ref()))?;
        writeln!(out, " | {} |", if gate.holds { "✅ yes" } else { "❌ no" })?;
    }
    writeln!(out)
}
