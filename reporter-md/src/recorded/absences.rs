//! When nothing was tested, and why: the executor was away, or the runner.

use std::io::{self, Write};

use runner_core::{
    excerpt::latest,
    recorded::{Gap, Outage, PartEnd},
    text::{Human, Times},
    words::Nouns,
};

use super::{View, view::LISTED};
use crate::cell::Clipped;

/// Writes the sections about outages and gaps.
pub(crate) fn write(out: &mut impl Write, view: View<'_>) -> io::Result<()> {
    write_outages(out, view)?;
    write_gaps(out, view)
}

fn write_outages(out: &mut impl Write, view: View<'_>) -> io::Result<()> {
    let run = view.run;
    writeln!(out, "## Outages\n")?;
    if run.outage_count == 0 && run.outages.is_empty() {
        return writeln!(out, "The executor was never away.\n");
    }
    let known = run.outages.len() as u64;
    let count = run.outage_count.max(known);
    let total = Human(
        run.outages
            .iter()
            .map(|outage| run.outage_length(outage))
            .sum(),
    );
    write!(out, "The executor was away {}, ", Times(count))?;
    if count > known {
        // Nobody knows of the others any more.
        write!(out, "the latest {} ", Times(known))?;
    }
    write!(out, "for {total} in all.")?;
    let shown = latest(&run.outages, LISTED);
    if (shown.len() as u64) < count {
        write!(out, " The latest {} are listed.", shown.len())?;
    }
    writeln!(out, "\n")?;
    writeln!(out, "| Began | Lasted | Reason |")?;
    writeln!(out, "| :--- | ---: | :--- |")?;
    for outage in shown {
        write_outage(out, view, outage)?;
    }
    writeln!(out)
}

fn write_outage(out: &mut impl Write, view: View<'_>, outage: &Outage) -> io::Result<()> {
    let began = view.moment(outage.began);
    write!(out, "| {began} | {}", Human(view.run.outage_length(outage)))?;
    if !outage.is_over {
        match view.run.away_since() == Some(outage.began) {
            true => write!(out, ", still away")?,
            false => write!(out, ", still away at the end")?,
        }
    }
    writeln!(out, " | {} |", Clipped(&outage.reason))
}

fn write_gaps(out: &mut impl Write, view: View<'_>) -> io::Result<()> {
    let gaps: Vec<_> = view.run.gaps().collect();
    if gaps.is_empty() {
        return Ok(());
    }
    let total = Human(gaps.iter().map(Gap::length).sum());
    let whole = Nouns::of_attempts(view.run.kind).whole;
    let count = gaps.len() as u64 + view.run.earlier_parts();
    writeln!(out, "## Gaps Between Parts\n")?;
    write!(out, "The {whole} stood still {}, ", Times(count))?;
    if count > gaps.len() as u64 {
        write!(out, "the latest {} ", Times(gaps.len() as u64))?;
    }
    write!(out, "for {total} in all.")?;
    let shown = latest(&gaps, LISTED);
    if (shown.len() as u64) < count {
        write!(out, " The latest {} are listed.", shown.len())?;
    }
    writeln!(out, "\n")?;
    writeln!(out, "| From | To | Length | How The Part Before Ended |")?;
    writeln!(out, "| :--- | :--- | ---: | :--- |")?;
    for gap in shown {
        let (from, to) = (
            view.moment(gap.before.until()),
            view.moment(gap.after.began),
        );
        let end = match gap.before.end {
            Some(PartEnd::InGoodOrder) => "in good order",
            Some(PartEnd::MachineSlept) => "the machine slept",
            None => "killed, or the machine went down",
        };
        writeln!(out, "| {from} | {to} | {} | {end} |", Human(gap.length()))?;
    }
    writeln!(out)
}
