//! Breaches of the stream protocol, by code.

use std::io::{self, Write};

use executor_protocol::FindingCode;
use runner_core::{
    recorded::{FindingTotal, findings_by_gravity},
    text::{Grouped, OrDash},
};

use crate::cell::{Clipped, Name};

/// Writes the section. The gravest come first.
pub(crate) fn write(out: &mut impl Write, findings: &[FindingTotal]) -> io::Result<()> {
    writeln!(out, "## Findings\n")?;
    if findings.is_empty() {
        return writeln!(out, "No breach of the stream protocol was found.\n");
    }
    writeln!(
        out,
        "| Code | Severity | Count | Attempts | First Attempt | Meaning | Detail Of The First |"
    )?;
    writeln!(out, "| :--- | :--- | ---: | ---: | ---: | :--- | :--- |")?;
    for (code, total) in findings_by_gravity(findings) {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            Name(&total.code),
            OrDash(code.map(FindingCode::severity)),
            Grouped(total.count),
            Grouped(total.attempts),
            Grouped(total.first_attempt),
            OrDash(code.map(FindingCode::description)),
            Clipped(&total.detail)
        )?;
    }
    writeln!(out)
}
