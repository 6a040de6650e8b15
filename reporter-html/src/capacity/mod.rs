//! The order of the report on a search for the capacity, for somebody who wants to know how far to trust it.
//!
//! What is known comes first, then what was sought, the gates, the trials in their order, what each gate
//! was held against at each rate, and at the end where the search took place.

mod gates;
mod interval;
mod quantity;
mod summary;
mod trials;

use std::{
    io::{self, Write},
    iter,
};

use ::load::capacity::{CapacityResults, TrialReport};
use charts::Mark;
use maud::{Render, html};
use runner_core::{recorded::RunKind, words::title};

use crate::{
    ReportOptions,
    environment::Environment,
    excerpt,
    facts::Facts,
    format::Moment,
    page::{self, Section, Tone},
    text::{Clipped, Code},
    verdict::Verdict,
};

/// Charts and tables beside them show so many trials at most, the latest ones: more are no picture.
const MAX_SHOWN: usize = 200;

/// Writes the whole report.
pub(crate) fn write(
    out: &mut impl Write,
    results: &CapacityResults,
    options: &ReportOptions,
) -> io::Result<()> {
    let suite = &results.info.run.suite_stem;
    let title = title(&format!("{suite} capacity"), RunKind::Run);
    let verdict = verdict(results, options);
    let sections: Vec<_> = sections(results, options).into_iter().flatten().collect();
    let contents: Vec<_> = sections.iter().map(Section::entry).collect();
    page::begin(out, &title, verdict.tone, &verdict.render(), &contents)?;
    for section in &sections {
        page::write(out, &section.render())?;
    }
    page::end(out)
}

fn sections(results: &CapacityResults, options: &ReportOptions) -> [Option<Section>; 6] {
    let run = &results.info.run;
    let mut environment =
        Environment::new(run, iter::once(&*run.version), options.max_output_chars);
    environment.add_health(results.health.as_ref());
    [
        Some(head(results)),
        Some(summary::section(results)),
        gates::section(results),
        trials::section(results),
        gates::values(results),
        Some(environment.section()),
    ]
}

fn verdict(results: &CapacityResults, options: &ReportOptions) -> Verdict {
    let end = results.end.to_string();
    Verdict {
        tone: match results.end.is_success() {
            true => Tone::Good,
            false => Tone::Bad,
        },
        headline: format!("Capacity: {}", results.known),
        // It may quote what the executor sent.
        body: html! { div { (excerpt::words(&end, options.max_failed_output_chars)) } },
    }
}

fn head(results: &CapacityResults) -> Section {
    let run = &results.info.run;
    let mut facts = Facts::default();
    facts.add("Started", Moment::of(&run.started_at));
    facts.add("Execution ID", Code(&run.marker));
    if !run.suite_description.is_empty() {
        facts.add("Description", Clipped(&run.suite_description));
    }
    facts.add("Configuration", Code(&run.suite_path));
    Section::new("run", "Run", html! { (facts) })
}

/// A trial with its number, from 1.
#[derive(Debug, Clone, Copy)]
struct Numbered<'a> {
    number: usize,
    trial: &'a TrialReport,
}

/// The trials that are drawn, in their order.
fn shown(results: &CapacityResults) -> impl Iterator<Item = Numbered<'_>> + Clone {
    let all = results.trials.iter().enumerate();
    let left_out = results.trials.len().saturating_sub(MAX_SHOWN);
    all.skip(left_out).map(|(index, trial)| Numbered {
        number: index + 1,
        trial,
    })
}

/// The mark of something that holds or does not hold, if the trial shows anything.
fn mark(trial: &TrialReport, holds: bool) -> Mark {
    match (trial.verdict.evidence(), holds) {
        (None, _) => Mark::Open,
        (Some(_), true) => Mark::Good,
        (Some(_), false) => Mark::Bad,
    }
}
