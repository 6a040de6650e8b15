//! A report for the summary page of a step in GitHub Actions, which takes so many bytes and no more.
//!
//! What failed comes first and whole, as long as there is room for it; what has none is counted. Nothing is
//! cut in the middle, so that what is there is what the Markdown report says.

use std::io::{self, Write};

use runner_core::{
    recorded::RecordedRun,
    results::{CaseResult, Counts, Verdict, cases_by_need},
    text::Grouped,
    words::title,
};

use crate::{
    Report, ReportOptions, case, document,
    escape::Text,
    gates,
    recorded::{self, View},
    summary::Summary,
};

/// So many bytes are kept for what says that something is left out.
const LAST_WORDS: usize = 512;

/// Outputs are shown in so many characters, of which a case that did not pass may fill a page.
const OPTIONS: ReportOptions = ReportOptions {
    max_output_chars: 500,
    max_failed_output_chars: 4_000,
    max_hours: 48,
};

/// A document that takes so many bytes.
struct Room<'o, Out> {
    out: &'o mut Out,
    left: usize,
    part: Vec<u8>,
}

impl<'o, Out: Write> Room<'o, Out> {
    fn of(out: &'o mut Out, max_bytes: usize) -> Self {
        Self {
            out,
            left: max_bytes.saturating_sub(LAST_WORDS),
            part: Vec::new(),
        }
    }

    /// Writes a part, if there is room for all of it, and says whether there was.
    fn write(&mut self, part: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<bool> {
        self.part.clear();
        part(&mut self.part)?;
        let fits = self.part.len() <= self.left;
        if fits {
            self.out.write_all(&self.part)?;
            self.left -= self.part.len();
        }
        Ok(fits)
    }
}

/// Writes the summary of a single run.
pub(crate) fn write(out: &mut impl Write, report: Report<'_>, max_bytes: usize) -> io::Result<()> {
    let Report {
        results,
        graduation,
    } = report;
    let counts = &Counts::of(&results.cases);
    let mut room = Room::of(out, max_bytes);
    let has_room = room.write(|part| {
        document::write_beginning(part, results, counts, &OPTIONS)?;
        let summary = Summary {
            what: "Tests",
            of_cases: true,
            counts,
            interrupted: 0,
            graduation,
        };
        summary.write(part)?;
        gates::write(part, &results.gates)
    })?;
    if !has_room {
        return left_out(
            &mut room,
            "the whole run, with its cases",
            results.cases.len(),
        );
    }
    let order = cases_by_need(&results.cases);
    let (failed, others) =
        order.split_at(order.partition_point(|(_, result)| needs_a_section(result)));
    let mut told = 0;
    if !failed.is_empty() {
        room.write(|part| writeln!(part, "## Failed Cases\n"))?;
    }
    for (number, result) in failed {
        let bundle = results.bundle_of(result);
        if !room.write(|part| case::write(part, *number, result, bundle, &OPTIONS))? {
            break;
        }
        told += 1;
    }
    if told < failed.len() {
        return left_out(
            &mut room,
            "cases, failed ones among them",
            order.len() - told,
        );
    }
    let mut listed = 0;
    if !others.is_empty() && room.write(document::write_overview_head)? {
        for (number, result) in others {
            if !room.write(|part| document::write_overview_row(part, *number, result, false))? {
                break;
            }
            listed += 1;
        }
        writeln!(room.out)?;
    }
    left_out(&mut room, "cases", others.len() - listed)
}

/// Whether there is more to say of a case than a line.
fn needs_a_section(result: &CaseResult) -> bool {
    !matches!(
        result.verdict(),
        Verdict::Pass | Verdict::Flaky | Verdict::Skipped | Verdict::NotRun
    )
}

/// Writes the summary of a recorded run.
pub(crate) fn write_recorded(
    out: &mut impl Write,
    run: &RecordedRun,
    max_bytes: usize,
) -> io::Result<()> {
    let view = View { run };
    let mut room = Room::of(out, max_bytes);
    let mut omitted = 0;
    let mut part = |room: &mut Room<'_, _>, part: &dyn Fn(&mut Vec<u8>) -> io::Result<()>| {
        room.write(part).map(|fits| omitted += usize::from(!fits))
    };
    part(&mut room, &|out| {
        let title = title(&run.run.suite_stem, run.kind);
        writeln!(out, "# {}\n", Text(&title))?;
        recorded::write_beginning(out, view, &OPTIONS)
    })?;
    part(&mut room, &|out| {
        recorded::attempts::write_failed(out, view, &OPTIONS)
    })?;
    part(&mut room, &|out| {
        recorded::findings::write(out, &run.findings)
    })?;
    part(&mut room, &|out| recorded::drift::write(out, run))?;
    part(&mut room, &|out| match &run.baseline {
        Some(baseline) => recorded::baseline::write(out, baseline),
        None => Ok(()),
    })?;
    part(&mut room, &|out| recorded::absences::write(out, view))?;
    part(&mut room, &|out| {
        recorded::cases::write_table(out, &run.cases)
    })?;
    left_out(&mut room, "sections", omitted)
}

/// Says how much is left out, if anything is.
fn left_out(room: &mut Room<'_, impl Write>, what: &str, count: usize) -> io::Result<()> {
    match count {
        0 => Ok(()),
        count => writeln!(
            room.out,
            "\n**Not shown here**, for want of room: {} ({what}). The report has all.",
            Grouped(count as u64)
        ),
    }
}
