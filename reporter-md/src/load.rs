//! The report on a run of load: the verdict, what was driven, how long things took, and what failed.

use std::io::{self, Write};

use ::load::{
    CaseLoad, FailureKind, LoadResults, Point, Tally,
    words::{self, QUANTILES},
};
use run_stats::DurationHistogram;
use runner_core::{
    excerpt::Excerpt,
    recorded::{RunKind, Standing},
    text::{Fine, Grouped, Human, OrDash, Rate},
    words::{Nouns, Problem, Reasons, title},
};

use crate::{
    ReportOptions,
    cell::{Clipped, Name},
    environment,
    escape::{CodeSpan, Text},
    excerpt,
    field::write_field,
    format::RFC_3339,
    gates,
    verdict::Words,
};

/// Writes the whole report.
pub(crate) fn write(out: &mut impl Write, results: &LoadResults) -> io::Result<()> {
    let total = results.measured.total();
    write_beginning(out, results, &total)?;
    write_summary(out, results, &total)?;
    write_times(out, results, &total)?;
    gates::write(out, &results.gates)?;
    write_cases(out, &results.measured.cases)?;
    write_failures(out, results)?;
    write_series(out, results)?;
    let run = &results.load.run;
    let max_chars = ReportOptions::default().max_output_chars;
    environment::write_start(out, run, std::iter::once(&*run.version))?;
    environment::write_health(out, results.health.as_ref(), max_chars)?;
    environment::write_facts(out, &run.environment, max_chars)
}

fn write_beginning(out: &mut impl Write, results: &LoadResults, total: &Tally) -> io::Result<()> {
    let run = &results.load.run;
    let title = title(&format!("{} load", run.suite_stem), RunKind::Run);
    writeln!(out, "# {}\n", Text(&title))?;
    let problems: Vec<_> = results.problems.iter().map(Problem::from).collect();
    let words = Words {
        reasons: Reasons {
            nouns: Nouns::of_attempts(RunKind::Run),
            counts: &total.outcomes.counts(),
            gates: &results.gates,
        },
        max_chars: ReportOptions::default().max_failed_output_chars,
    };
    match (results.standing, problems.is_empty()) {
        (Some(standing), _) => write_standing(out, standing, total, &words, &problems)?,
        (None, true) => words.write_success(out)?,
        (None, false) => words.write_failure(out, &problems)?,
    }
    // Two spaces at the end of a line break it.
    writeln!(out, "**Started**: {}  ", run.started_at.strftime(RFC_3339))?;
    writeln!(out, "**Execution ID**: {}  ", CodeSpan(&run.marker))?;
    writeln!(out, "**Load**: {}  ", results.load.model)?;
    if !run.suite_description.is_empty() {
        writeln!(out, "**Description**: {}  ", Text(&run.suite_description))?;
    }
    writeln!(out, "**Configuration**: {}\n", CodeSpan(&run.suite_path))
}

/// How a run stands that has not ended, and what speaks against it so far.
fn write_standing(
    out: &mut impl Write,
    standing: Standing,
    total: &Tally,
    words: &Words<'_>,
    problems: &[Problem<'_>],
) -> io::Result<()> {
    let sign = match standing {
        Standing::GoesOn => "⏳",
        _ => "❌",
    };
    let whole = words.reasons.nouns.whole;
    let told = ::load::words::standing(standing, total);
    write!(out, "{sign} **The {whole} {}**. {told}", standing.words())?;
    if problems.is_empty() {
        return writeln!(out, "\n");
    }
    writeln!(out, " That is no success, because:\n")?;
    words.write(out, problems.iter())
}

fn write_summary(out: &mut impl Write, results: &LoadResults, total: &Tally) -> io::Result<()> {
    writeln!(out, "## Summary\n")?;
    for (name, value) in words::figures(results, total) {
        writeln!(out, "- **{name}**: {value}")?;
    }
    for (name, value) in words::not_passed(total) {
        writeln!(out, "- **{name}**: {value}")?;
    }
    for (name, value) in words::generator_facts(results) {
        writeln!(out, "- **{name}**: {value}")?;
    }
    writeln!(out)
}

fn write_times(out: &mut impl Write, results: &LoadResults, total: &Tally) -> io::Result<()> {
    if total.response.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Times\n")?;
    writeln!(
        out,
        "Of attempts that passed, each to three significant digits.\n"
    )?;
    let counted_from = words::counted_from(results);
    if !counted_from.is_empty() {
        writeln!(out, "{counted_from}\n")?;
    }
    let names = QUANTILES.map(|(name, _)| name).join(" | ");
    writeln!(out, "| | {names} |")?;
    writeln!(out, "| :--- |{}", " ---: |".repeat(QUANTILES.len()))?;
    for (name, durations) in words::times(results, total) {
        writeln!(out, "| {name} | {} |", quantiles(durations).join(" | "))?;
    }
    writeln!(out)
}

fn quantiles(histogram: &DurationHistogram) -> [String; QUANTILES.len()] {
    let cell = |(_, q)| OrDash(histogram.quantile(q).map(Fine)).to_string();
    QUANTILES.map(cell)
}

fn write_cases(out: &mut impl Write, cases: &[CaseLoad]) -> io::Result<()> {
    if cases.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Cases\n")?;
    writeln!(
        out,
        "| Case | Attempts | Success | p50 | p95 | p99 | First output p95 |"
    )?;
    writeln!(out, "| :--- | ---: | ---: | ---: | ---: | ---: | ---: |")?;
    for case in cases {
        let tally = &case.tally;
        let time = |histogram: &DurationHistogram, q| OrDash(histogram.quantile(q).map(Fine));
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            Clipped(&case.name),
            Grouped(tally.outcomes.counts().total),
            Rate(tally.outcomes.success()),
            time(&tally.response, 0.5),
            time(&tally.response, 0.95),
            time(&tally.response, 0.99),
            time(&tally.first_output, 0.95),
        )?;
    }
    writeln!(out)
}

fn write_failures(out: &mut impl Write, results: &LoadResults) -> io::Result<()> {
    let failures = &results.measured.failures;
    if failures.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Failures\n")?;
    writeln!(
        out,
        "The distinct ways in which attempts failed, each with the first attempt that did.\n"
    )?;
    for kind in failures.kinds() {
        write_failure(out, kind)?;
    }
    if failures.others() > 0 {
        let others = Grouped(failures.others());
        writeln!(out, "{others} attempts failed in still other ways.\n")?;
    }
    Ok(())
}

fn write_failure(out: &mut impl Write, kind: &FailureKind) -> io::Result<()> {
    let max_chars = ReportOptions::default().max_output_chars;
    let times = Grouped(kind.count);
    writeln!(
        out,
        "### {times} × {}: {}\n",
        kind.class.words(),
        Name(&kind.case_id)
    )?;
    write_field(out, "Why", &kind.words, max_chars)?;
    writeln!(out, "- **Execution ID**: {}", CodeSpan(&kind.execution_id))?;
    writeln!(out, "- **Began After**: {}", Human(kind.began_after))?;
    if let Some(code) = kind.exit_code {
        writeln!(out, "- **Exit Code**: {code}")?;
    }
    writeln!(out)?;
    if !kind.output.is_empty() {
        excerpt::write(out, Excerpt::of_text(&kind.output, max_chars), "text")?;
    }
    Ok(())
}

/// The table over time has at most so many rows: whoever wants more has the JSON report.
const MAX_ROWS: usize = 60;

fn write_series(out: &mut impl Write, results: &LoadResults) -> io::Result<()> {
    let series = &results.measured.series;
    let points = series.points();
    if points.len() < 2 {
        return Ok(());
    }
    let step = series.step_seconds();
    writeln!(out, "## Over Time\n")?;
    if points.len() > MAX_ROWS {
        writeln!(out, "The first {MAX_ROWS} of {} steps.\n", points.len())?;
    }
    writeln!(
        out,
        "| Second | Begun | Passed | Not passed | In flight | p50 | p99 |"
    )?;
    writeln!(out, "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")?;
    for (index, point) in points.iter().take(MAX_ROWS).enumerate() {
        write_point(out, index as u64 * step, point)?;
    }
    writeln!(out)
}

fn write_point(out: &mut impl Write, second: u64, point: &Point) -> io::Result<()> {
    let counts = point.outcomes.counts();
    let time = |q| OrDash(point.response.quantile(q).map(Fine));
    writeln!(
        out,
        "| {second} | {} | {} | {} | {} | {} | {} |",
        Grouped(point.begun),
        Grouped(counts.passed),
        Grouped(counts.total - counts.passed),
        Grouped(point.in_flight),
        time(0.5),
        time(0.99),
    )
}
