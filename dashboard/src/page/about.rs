//! What is run, where, and since when.

use maud::{Markup, html};
use runner_core::text::Grouped;

use super::{
    text::{Exact, Said},
    view::RunView,
};

pub(super) fn part(view: RunView<'_>) -> Markup {
    let Some(run) = view.info() else {
        return html! { p { "Nothing has begun yet." } };
    };
    html! {
        dl.facts {
            div { dt { "Run" } dd #marker { (Exact(&run.marker)) } }
            @if let Some(recorded) = view.recorded {
                div { dt { "Number in the ledger" } dd #run-id { (recorded.id) } }
            }
            div { dt { "Suite" } dd #suite { (Exact(&run.suite_path)) } }
            @if !run.suite_description.is_empty() {
                div { dt { "Description" } dd { (Said(&run.suite_description)) } }
            }
            @if let Some(live) = view.live {
                div { dt { "Cases" } dd { (Grouped(live.run.total as u64)) } }
            }
            div { dt { "Started" } dd { time { (view.in_full(run.started_at.timestamp())) } } }
            @if let Some(recorded) = view.recorded {
                @if recorded.parts.len() > 1 {
                    div { dt { "Parts" } dd { (recorded.parts.len()) } }
                }
            }
            div { dt { "Executor" } dd #executor { (Exact(&run.executor)) } }
            @for (name, value) in &run.environment {
                div { dt { (Said(name)) } dd { (Said(value)) } }
            }
            div { dt { "Version" } dd { (Exact(&run.version)) } }
        }
    }
}
