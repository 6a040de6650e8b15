//! The run beside the one that it was held against.

use std::io::{self, Write};

use runner_core::{
    comparison::{AgainstBaseline, Row},
    text::{Grouped, Human, OrDash, Rate},
};

use crate::{
    cell::Name,
    escape::{CodeSpan, Text},
};

/// At most so many cases are shown: those that differ come first.
const MAX_ROWS: usize = 100;

/// Writes the section.
pub(crate) fn write(out: &mut impl Write, against: &AgainstBaseline) -> io::Result<()> {
    let (id, comparison) = (against.id, &against.comparison);
    writeln!(out, "## Beside The Baseline\n")?;
    writeln!(
        out,
        "Run {id} is {}, from {}. This one is {}.\n",
        CodeSpan(&against.marker),
        against.started_at.strftime("%Y-%m-%d %H:%M:%S %:z"),
        Text(&against.to_string())
    )?;
    for caveat in &against.caveats {
        writeln!(out, "- Note: {}", caveat.words())?;
    }
    if !against.caveats.is_empty() {
        writeln!(out)?;
    }
    if comparison.cases.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "| Case | Passed Then | Passed Now | Median Then | Median Now | Verdict |"
    )?;
    writeln!(out, "| :--- | ---: | ---: | ---: | ---: | :--- |")?;
    let rows = against.rows();
    for row in rows.iter().take(MAX_ROWS) {
        write_row(out, row)?;
    }
    writeln!(out)?;
    if let Some(more) = rows.len().checked_sub(MAX_ROWS).filter(|more| *more > 0) {
        writeln!(out, "And {} more.\n", Grouped(more as u64))?;
    }
    writeln!(
        out,
        "Shares of passed attempts: Fisher\'s exact test. Durations: rank-sum test of Mann and Whitney. All \
         p-values are adjusted together by Holm\'s method.\n"
    )
}

fn write_row(out: &mut impl Write, row: &Row) -> io::Result<()> {
    let (success, durations) = (&row.success, &row.durations);
    writeln!(
        out,
        "| {} | {} | {} | {} | {} | {} |",
        Name(row.name()),
        Rate(success.baseline),
        Rate(success.candidate),
        OrDash(durations.baseline.quantile(0.5).map(Human)),
        OrDash(durations.candidate.quantile(0.5).map(Human)),
        row.verdict().words()
    )
}
