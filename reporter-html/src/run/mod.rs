//! The order of the report on a single run: from what everyone reads to what only some look up.
//!
//! The verdict and its reasons come first, then the numbers, the gates, all cases with their durations,
//! their sections, and at the end where the run took place.

mod agent;
mod attempts;
mod case;
mod expectations;
mod overview;

use std::{
    io::{self, Write},
    iter,
};

use maud::{PreEscaped, Render, html};
use runner_core::{
    recorded::RunKind,
    results::{Counts, RunResults},
    text::Seconds,
    words::{Nouns, Problem, Reasons, title},
};

use crate::{
    Report, ReportOptions,
    environment::Environment,
    facts::Facts,
    format::Moment,
    gates,
    page::{self, Entry, Section},
    summary::Summary,
    text::{Code, Prose},
    verdict::{Verdict, Words},
};

/// The section with an article for each case.
const CASES: Entry = Entry {
    id: "cases",
    heading: "Cases",
};

/// Writes the whole report. The cases are written one by one: there may be very many, with output.
pub(crate) fn write(
    out: &mut impl Write,
    report: Report<'_>,
    options: &ReportOptions,
) -> io::Result<()> {
    let results = report.results;
    let counts = Counts::of(&results.cases);
    let title = title(&results.run.suite_stem, RunKind::Run);
    let verdict = verdict(results, &counts, options);
    let summary = Summary {
        what: "cases",
        of_cases: true,
        counts: &counts,
        interrupted: 0,
        graduation: report.graduation,
    };
    let before: Vec<_> = [
        Some(head(results)),
        Some(summary.section()),
        gates::section(&results.gates),
        overview::section(&results.cases),
    ]
    .into_iter()
    .flatten()
    .collect();
    let environment = environment(results, options);
    let contents: Vec<_> = before
        .iter()
        .map(Section::entry)
        .chain((!results.cases.is_empty()).then_some(CASES))
        .chain([environment.entry()])
        .collect();
    page::begin(out, &title, verdict.tone, &verdict.render(), &contents)?;
    for section in &before {
        page::write(out, &section.render())?;
    }
    write_cases(out, report, options)?;
    page::write(out, &environment.render())?;
    page::end(out)
}

fn write_cases(
    out: &mut impl Write,
    report: Report<'_>,
    options: &ReportOptions,
) -> io::Result<()> {
    let results = report.results;
    if results.cases.is_empty() {
        return Ok(());
    }
    let Entry { id, heading } = CASES;
    let begin = html! {
        (PreEscaped(format!("<section aria-labelledby=\"{id}\">")))
        h2 id=(id) { (heading) }
    };
    page::write(out, &begin)?;
    for (number, result) in (1..).zip(&results.cases) {
        let article = case::article(number, result, results.bundle_of(result), options);
        page::write(out, &article)?;
    }
    out.write_all(b"</section>")
}

fn verdict(results: &RunResults, counts: &Counts, options: &ReportOptions) -> Verdict {
    let words = Words {
        reasons: Reasons {
            nouns: Nouns::OF_CASES,
            counts,
            gates: &results.gates,
        },
        max_chars: options.max_failed_output_chars,
    };
    let problems: Vec<_> = results.problems.iter().map(Problem::from).collect();
    match problems.is_empty() {
        true => words.success(),
        false => words.failure(&problems),
    }
}

fn head(results: &RunResults) -> Section {
    let run = &results.run;
    // The report reads no clock. It belongs to the moment the run ended, which it is told.
    let started_at = run.started_at.timestamp();
    let generated = Moment {
        timestamp: started_at
            .checked_add(results.elapsed)
            .unwrap_or(started_at),
        zone: run.started_at.time_zone(),
        to_the_second: true,
    };
    let mut facts = Facts::default();
    facts.add("Generated", generated);
    facts.add("Execution ID", Code(&run.marker));
    facts.add("Total duration", Seconds(results.elapsed).to_string());
    if !run.suite_description.is_empty() {
        facts.add("Description", Prose(&run.suite_description));
    }
    facts.add("Configuration", Code(&run.suite_path));
    Section::new("run", "Run", html! { (facts) })
}

fn environment(results: &RunResults, options: &ReportOptions) -> Section {
    let run = &results.run;
    let versions = iter::once(&*run.version);
    let mut environment = Environment::new(run, versions, options.max_output_chars);
    environment.add_health(results.health.as_ref());
    environment.section()
}
