//! Whether the runner itself was fit to measure: what it took, and by how much it came late.

use std::{
    io::{self, Write},
    time::Duration,
};

use runner_core::{
    self_sample::{LATE, SelfTotals},
    text::{Grouped, Human},
};

use crate::format::Memory;

/// Writes the section.
pub(crate) fn write(out: &mut impl Write, totals: &SelfTotals) -> io::Result<()> {
    writeln!(out, "## Runner\n")?;
    if totals.samples == 0 {
        return writeln!(out, "The runner has not looked at itself.\n");
    }
    let sum = &totals.sum;
    if let Some(overload) = totals.overload() {
        writeln!(out, "⚠️ **The runner could not keep up**: {overload}.\n")?;
    }
    writeln!(
        out,
        "- **Samples**: {} over {}",
        Grouped(totals.samples),
        Human(sum.span)
    )?;
    writeln!(
        out,
        "- **Memory**: {} first, {} last, {} at most",
        Memory(totals.memory_first),
        Memory(totals.memory_last),
        Memory(totals.memory_max)
    )?;
    writeln!(
        out,
        "- **Processor**: {:.1}% of one core",
        totals.cpu_share() * 100.0
    )?;
    writeln!(
        out,
        "- **Open Descriptors**: {} at most",
        Grouped(totals.descriptors_max)
    )?;
    write!(
        out,
        "- **Event Loop**: {} late at worst",
        Human(sum.lag_max)
    )?;
    if sum.late.is_zero() {
        writeln!(out, ", never more than {}", Human(LATE))?;
    } else {
        let share = sum.late.as_secs_f64() / sum.span.as_secs_f64().max(f64::MIN_POSITIVE);
        writeln!(
            out,
            ", more than {} for {} ({:.1}% of the time)",
            Human(LATE),
            Human(sum.late),
            share * 100.0
        )?;
    }
    writeln!(out, "- **Lost Log Lines**: {}", Grouped(sum.lost_log_lines))?;
    write!(out, "- **Ledger Commits**: {}", Grouped(sum.commits))?;
    if let Some(mean) = mean(sum.commit_time, sum.commits) {
        let worst = Human(sum.commit_max);
        write!(out, ", {} on average, {worst} at worst", Human(mean))?;
    }
    writeln!(out, "\n")
}

fn mean(sum: Duration, count: u64) -> Option<Duration> {
    let nanos = sum.as_nanos().checked_div(u128::from(count))?;
    u64::try_from(nanos).ok().map(Duration::from_nanos)
}
