//! Breaches of the stream protocol, by code.

use std::io::{self, Write};

use executor_protocol::FindingCode;
use runner_core::{recorded::FindingTotal, text::Grouped};

use crate::{
    cell::{Clipped, Name},
    format::OrDash,
};

/// Writes the section. The gravest come first.
pub(crate) fn write(out: &mut impl Write, findings: &[FindingTotal]) -> io::Result<()> {
    writeln!(out, "## Findings\n")?;
    if findings.is_empty() {
        return writeln!(out, "No breach of the stream protocol was found.\n");
    }
    let mut known: Vec<_> = findings.iter().map(|total| (code(total), total)).collect();
    known.sort_by_key(|(code, _)| code.map(FindingCode::severity));
    known.reverse();
    writeln!(
        out,
        "| Code | Severity | Count | Attempts | First Attempt | Meaning | Detail Of The First |"
    )?;
    writeln!(out, "| :--- | :--- | ---: | ---: | ---: | :--- | :--- |")?;
    for (code, total) in known {
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

/// The code of a finding; `None` if another version of the program has found it.
fn code(total: &FindingTotal) -> Option<FindingCode> {
    let mut all = FindingCode::ALL.iter().copied();
    all.find(|code| code.as_str() == total.code)
}
