//! What became of what a case expects of the output.

use std::io::{self, Write};

use runner_core::{
    results::{ExpectationKind, ExpectationResult, Standing},
    text::Part,
};
use suite::MatchOn;

use crate::{escape::Text, field::write_code_list};

/// Writes the items about a case's expectations: patterns in sums and those that are missing, everything else
/// one by one where it does not hold.
pub(crate) fn write(
    out: &mut impl Write,
    match_on: MatchOn,
    expectations: &[ExpectationResult],
) -> io::Result<()> {
    let is_pattern = |it: &&ExpectationResult| it.kind == ExpectationKind::Pattern;
    let (patterns, others): (Vec<_>, Vec<_>) = expectations.iter().partition(is_pattern);
    if !patterns.is_empty() {
        let found = patterns.iter().filter(|pattern| pattern.is_met()).count();
        writeln!(out, "- **Patterns Found**: {found}/{}", patterns.len())?;
    }
    if !expectations.is_empty() && match_on != MatchOn::Output {
        writeln!(out, "- **Patterns Sought In**: {}", Part(match_on))?;
    }
    let missing = || {
        let all = patterns.iter();
        all.filter(|pattern| pattern.standing == Standing::Missed)
    };
    if missing().next().is_some() {
        write_code_list(out, "Patterns Missing", missing().map(|it| &it.words))?;
    }
    if !others.is_empty() {
        let met = others.iter().filter(|other| other.is_met()).count();
        writeln!(out, "- **Other Expectations Met**: {met}/{}", others.len())?;
    }
    for result in expectations {
        let label = match result.standing {
            Standing::NotChecked => "Not Checked",
            Standing::Missed if result.kind != ExpectationKind::Pattern => "Missed",
            Standing::Missed if !result.detail.is_empty() => "Missing",
            _ => continue,
        };
        write!(out, "- **{label}**: {}", Text(&result.words))?;
        if !result.detail.is_empty() {
            write!(out, ": {}", Text(&result.detail))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
