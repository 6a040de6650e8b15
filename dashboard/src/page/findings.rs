//! Which breaches of the stream protocol were found, and how often.

use charts::{Table, numbers, words};
use maud::{Markup, Render, html};
use runner_core::text::Grouped;

use super::{
    charts::why_not,
    text::{Exact, Said},
    view::RunView,
};

pub(super) fn part(view: RunView<'_>) -> Markup {
    let Some(run) = view.recorded else {
        return html! { p { (why_not(view)) } };
    };
    if run.findings.is_empty() {
        return html! { p { "None so far." } };
    }
    let columns = [
        words("Finding"),
        numbers("Times"),
        numbers("Attempts"),
        numbers("First in attempt"),
        words("Detail of the first"),
    ];
    let table = Table {
        caption: "Breaches of the stream protocol",
        columns: &columns,
        rows: html! {
            @for found in &run.findings {
                tr {
                    th scope="row" { (Exact(&found.code)) }
                    td.n { (Grouped(found.count)) }
                    td.n { (Grouped(found.attempts)) }
                    td.n { (Grouped(found.first_attempt)) }
                    td { @if found.detail.is_empty() { "–" } @else { (Said(&found.detail)) } }
                }
            }
        },
    };
    table.render()
}
