//! The order of the report on a run of load, for somebody who wants to know what the executor bears.
//!
//! The verdict comes first, then the rates and what attempts came to, the gates, what happened over time,
//! how long things took, the generator's own delay, the cases, the failures, and at the end where the run
//! took place.

mod cases;
mod failures;
mod lag;
mod over_time;
mod summary;
mod times;

use std::{
    io::{self, Write},
    iter,
};

use ::load::{LoadResults, Tally};
use maud::{Render, html};
use runner_core::{
    recorded::{RunKind, Standing},
    text::Seconds,
    words::{Nouns, Problem, Reasons, title},
};

use crate::{
    ReportOptions,
    environment::Environment,
    facts::Facts,
    format::Moment,
    gates,
    page::{self, Section, Tone},
    text::{Clipped, Code},
    verdict::{Verdict, Words},
};

/// The results, and what all attempts came to together.
#[derive(Clone, Copy)]
struct View<'a> {
    results: &'a LoadResults,
    total: &'a Tally,
}

/// Writes the whole report.
pub(crate) fn write(
    out: &mut impl Write,
    results: &LoadResults,
    options: &ReportOptions,
) -> io::Result<()> {
    let total = &results.measured.total();
    let view = View { results, total };
    let title = title(
        &format!("{} load", results.load.run.suite_stem),
        RunKind::Run,
    );
    let verdict = verdict(view, options);
    let sections: Vec<_> = sections(view, options).into_iter().flatten().collect();
    let contents: Vec<_> = sections.iter().map(Section::entry).collect();
    page::begin(out, &title, verdict.tone, &verdict.render(), &contents)?;
    for section in &sections {
        page::write(out, &section.render())?;
    }
    page::end(out)
}

fn sections(view: View<'_>, options: &ReportOptions) -> [Option<Section>; 9] {
    let results = view.results;
    let run = &results.load.run;
    let mut environment =
        Environment::new(run, iter::once(&*run.version), options.max_output_chars);
    environment.add_health(results.health.as_ref());
    [
        Some(head(results)),
        Some(summary::section(view)),
        gates::section(&results.gates),
        over_time::section(view),
        times::section(view),
        lag::section(view),
        cases::section(&results.measured.cases),
        failures::section(&results.measured.failures, options),
        Some(environment.section()),
    ]
}

fn verdict(view: View<'_>, options: &ReportOptions) -> Verdict {
    let results = view.results;
    let words = Words {
        reasons: Reasons {
            nouns: Nouns::of_attempts(RunKind::Run),
            counts: &view.total.outcomes.counts(),
            gates: &results.gates,
        },
        max_chars: options.max_failed_output_chars,
    };
    let problems: Vec<_> = results.problems.iter().map(Problem::from).collect();
    match (results.standing, problems.is_empty()) {
        (Some(standing), _) => unfinished(view, standing, &words, &problems),
        (None, true) => words.success(),
        (None, false) => words.failure(&problems),
    }
}

/// The verdict over a run that has not ended.
fn unfinished(
    view: View<'_>,
    standing: Standing,
    words: &Words<'_>,
    problems: &[Problem<'_>],
) -> Verdict {
    Verdict {
        tone: match standing {
            Standing::GoesOn => Tone::Open,
            _ => Tone::Bad,
        },
        headline: format!("The {} {}", words.reasons.nouns.whole, standing.words()),
        body: html! {
            p { (::load::words::standing(standing, view.total)) }
            @if !problems.is_empty() {
                p { "That is no success, because:" }
                (words.list(problems))
            }
        },
    }
}

fn head(results: &LoadResults) -> Section {
    let run = &results.load.run;
    let mut facts = Facts::default();
    facts.add("Started", Moment::of(&run.started_at));
    facts.add("Execution ID", Code(&run.marker));
    facts.add("Load", results.load.model.to_string());
    facts.add(
        "Measured for",
        Seconds(results.measured.elapsed).to_string(),
    );
    if !run.suite_description.is_empty() {
        facts.add("Description", Clipped(&run.suite_description));
    }
    facts.add("Configuration", Code(&run.suite_path));
    Section::new("run", "Run", html! { (facts) })
}
