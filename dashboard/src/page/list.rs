//! All runs that are recorded, latest first.

use charts::{Table, numbers, words};
use maud::{Markup, Render, html};
use runner_core::{
    recorded::RecordedState,
    run_state::RunEnd,
    text::{Grouped, Human, OrDash, Rate},
};

use super::text::{Exact, Said};
use crate::{
    clock,
    reading::LISTED,
    source::{ListedRun, SourceError},
    state::Part,
};

/// The one part of the page.
pub(crate) fn parts(runs: Option<&[ListedRun]>, trouble: Option<&SourceError>) -> Vec<Part> {
    let html = html! {
        @if let Some(trouble) = trouble {
            p.note #ledger-trouble { "The ledger cannot be read just now: " (Said(&trouble.to_string())) }
        }
        @match runs {
            None => { p { "The ledger is not read yet." } },
            Some([]) => { p { "There is no run in the ledger." } },
            Some(runs) => {
                (table(runs))
                @if runs.len() >= LISTED { p { "Earlier runs are not listed." } }
            },
        }
    };
    vec![Part {
        name: "runs",
        html: html.into_string(),
    }]
}

fn table(runs: &[ListedRun]) -> Markup {
    let columns = [
        numbers("Run"),
        words("State"),
        words("Kind"),
        words("Suite"),
        words("Started"),
        numbers("Time under test"),
        numbers("Attempts"),
        numbers("Success rate"),
        words("Name"),
    ];
    let table = Table {
        caption: "Runs in the ledger, latest first",
        columns: &columns,
        rows: html! { @for run in runs { (row(run)) } },
    };
    table.render()
}

fn row(run: &ListedRun) -> Markup {
    let counts = run.outcomes.counts();
    let success = counts.success();
    let known = (success.trials() > 0).then_some(Rate(success));
    let (name, class) = standing(run);
    html! {
        tr id={ "run-" (run.id) } data-state=(name) {
            th.n scope="row" { a href={ "/runs/" (run.id) } { (run.id) } }
            td.outcome.(class) { (words_of(run)) }
            td { (run.kind.as_str()) }
            td { (Exact(&run.suite_path)) }
            td {
                time { (clock::in_full(run.started_at.timestamp(), run.started_at.time_zone())) }
            }
            td.n { (Human(run.elapsed)) }
            td.n { (Grouped(counts.total)) }
            td.n { (OrDash(known)) }
            td { (Exact(&run.marker)) }
        }
    }
}

/// The stable name of where a run stands, and the class that the style colours.
fn standing(run: &ListedRun) -> (&'static str, &'static str) {
    match &run.state {
        RecordedState::Running => ("running", "running"),
        RecordedState::Broken => ("broken", "failed"),
        RecordedState::Ended(_) if run.problems.is_empty() => ("passed", "passed"),
        RecordedState::Ended(end) if end == RunEnd::Interrupted.code() => {
            ("interrupted", "interrupted")
        }
        RecordedState::Ended(_) => ("failed", "failed"),
    }
}

fn words_of(run: &ListedRun) -> Markup {
    html! {
        @match standing(run).0 {
            "running" => "running",
            "broken" => "broken off",
            "passed" => "success",
            "interrupted" => "interrupted",
            _ => {
                "no success: "
                @for (index, code) in run.problems.iter().enumerate() {
                    @if index > 0 { ", " }
                    (Exact(code))
                }
            },
        }
    }
}
