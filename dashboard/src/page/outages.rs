//! When the executor was away.

use charts::{Table, numbers, words};
use maud::{Markup, html};
use runner_core::{
    recorded::RecordedRun,
    text::{Grouped, Human},
};

use super::{charts::why_not, text::Said, view::RunView};

/// So many are listed.
const LISTED: usize = 20;

pub(super) fn part(view: RunView<'_>) -> Markup {
    match view.recorded {
        None => html! { p { (why_not(view)) } },
        Some(run) if run.outages.is_empty() => html! { p { "None so far." } },
        Some(run) => of_run(view, run),
    }
}

fn of_run(view: RunView<'_>, run: &RecordedRun) -> Markup {
    let listed = run.outages.len().min(LISTED);
    let table = Table {
        caption: "Times in which the executor was away, latest first",
        columns: &[words("Since"), numbers("For"), words("Reason")],
        rows: html! {
            @for outage in run.outages.iter().rev().take(LISTED) {
                tr {
                    th scope="row" { time { (view.in_full(outage.began)) } }
                    td.n {
                        @match outage.lasted {
                            Some(lasted) => (Human(lasted)),
                            None => "no end was seen",
                        }
                    }
                    td { (Said(&outage.reason)) }
                }
            }
        },
    };
    html! {
        (table)
        @if run.outage_count > listed as u64 {
            p { "These are the latest " (listed) " of " (Grouped(run.outage_count)) "." }
        }
    }
}
