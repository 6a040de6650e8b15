//! The order of the report on a recorded run, for somebody who looks once after a week.
//!
//! The verdict comes first, then how much was done in which time, then what came of it: over time, by
//! case, by hour, and by what went wrong. Then come the runner itself, the cases over time, and where
//! the run took place. Every list has room for so many entries and says what it leaves out.

mod absences;
mod attempts;
mod baseline;
mod cases;
mod charts;
mod drift;
mod findings;
mod graduation;
mod hours;
mod runner;
mod suites;
mod verdict;
mod view;

use std::io::{self, Write};

use maud::{Render, html};
use runner_core::{
    text::{Grouped, Human, Many, Seconds},
    words::title,
};

use crate::{
    ReportOptions,
    environment::Environment,
    facts::Facts,
    gates,
    page::{self, Section},
    summary::Summary,
    text::{Code, Prose},
};
use cases::Articles;
use charts::Charts;
pub(crate) use view::View;

/// Writes the whole report.
pub(crate) fn write(
    out: &mut impl Write,
    view: View<'_>,
    options: &ReportOptions,
) -> io::Result<()> {
    let run = view.run;
    let title = title(&run.run.suite_stem, run.kind);
    let verdict = verdict::verdict(view, options);
    let sections: Vec<_> = sections(view, options).into_iter().flatten().collect();
    let contents: Vec<_> = sections.iter().map(Section::entry).collect();
    page::begin(out, &title, verdict.tone, &verdict.render(), &contents)?;
    for section in &sections {
        page::write(out, &section.render())?;
    }
    page::end(out)
}

fn sections(view: View<'_>, options: &ReportOptions) -> [Option<Section>; 19] {
    let run = view.run;
    let charts = Charts::new(view, options);
    let articles = Articles::new(&run.cases, &charts);
    let summary = Summary {
        what: "attempts",
        of_cases: false,
        counts: &run.counts,
        interrupted: run.interrupted,
        graduation: run.graduation.as_ref(),
    };
    let environment = Environment::new(&run.run, run.versions(), options.max_output_chars);
    [
        Some(head(view)),
        Some(summary.section()),
        gates::section(&run.gates),
        charts.section(),
        charts.distribution(),
        drift::section(run),
        baseline::section(run.baseline.as_ref()),
        cases::table(&run.cases, &articles),
        hours::section(view, options),
        Some(absences::outages(view)),
        absences::gaps(view),
        Some(findings::section(&run.findings)),
        attempts::failed(view, options),
        attempts::slowest(view),
        suites::section(&run.suites),
        Some(runner::section(&run.runner)),
        graduation::section(view),
        articles.section(run.cases.len()),
        Some(environment.section()),
    ]
}

/// What was run when. The report reads no clock: it belongs to the latest moment that it is told of.
fn head(view: View<'_>) -> Section {
    let recorded = view.run;
    let run = &recorded.run;
    let (began, until) = (view.moment(recorded.began()), view.moment(recorded.until()));
    let mut facts = Facts::default();
    facts.add("Generated", until);
    facts.add("Execution ID", Code(&run.marker));
    facts.add("Number in ledger", recorded.id);
    facts.add("Time under test", Seconds(recorded.elapsed).to_string());
    let wall_clock = html! {
        (began) " to " (until) " (" (Human(recorded.span())) ")"
        @if recorded.part_count() > 1 { ", in " (Grouped(recorded.part_count())) " parts" }
    };
    facts.add("Wall clock", wall_clock);
    let attempts = html! {
        (Grouped(recorded.counts.total)) " in " (Many(recorded.iteration, "iteration"))
    };
    facts.add("Attempts", attempts);
    if !run.suite_description.is_empty() {
        facts.add("Description", Prose(&run.suite_description));
    }
    facts.add("Configuration", Code(&run.suite_path));
    facts.add("Executor", Code(&run.executor));
    Section::new("run", "Run", html! { (facts) })
}
