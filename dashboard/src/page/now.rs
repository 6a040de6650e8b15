//! What happens now: how long it has gone on, what runs, what it printed last.

use maud::{Markup, html};
use runner_core::text::{Grouped, Human};

use super::{
    text::{Exact, Said},
    view::{LiveView, RunView},
};

pub(super) fn part(view: RunView<'_>) -> Markup {
    match (view.live, view.recorded) {
        (Some(live), _) => of_live(view, live),
        (None, Some(run)) => html! {
            dl.facts {
                div { dt { "Time under test" } dd #elapsed { (Human(run.elapsed)) } }
                div { dt { "Iteration" } dd #iteration { (Grouped(run.iteration)) } }
                @if view.goes_on() {
                    div {
                        dt { "The case that runs" }
                        dd #running-case { "known to the process that makes the run alone" }
                    }
                }
            }
        },
        (None, None) => html! { p { "Nothing yet." } },
    }
}

fn of_live(view: RunView<'_>, live: &LiveView) -> Markup {
    let run = &live.run;
    html! {
        dl.facts {
            div { dt { "Time under test" } dd #elapsed { (Human(run.elapsed(live.now))) } }
            @if view.goes_on() {
                @if let Some(remaining) = run.remaining(live.now) {
                    div { dt { "Remaining" } dd #remaining { (Human(remaining)) } }
                }
            }
            div { dt { "Iteration" } dd #iteration { (Grouped(run.iteration)) } }
            @if view.goes_on() {
                div { dt { "The case that runs" } dd #running-case { (running(live)) } }
                div { dt { "Its last line" } dd #last-line { (last_line(live)) } }
            }
        }
    }
}

fn running(live: &LiveView) -> Markup {
    html! {
        @match &live.run.running {
            Some(running) => {
                (Said(&running.case_name)) " (" (Exact(&running.case_id)) "), attempt "
                (Grouped(running.place.number)) ", for "
                (Human(live.now.saturating_duration_since(running.since)))
            },
            None => "none",
        }
    }
}

fn last_line(live: &LiveView) -> Markup {
    html! {
        @if live.run.running.is_none() || live.line.is_empty() { "none" }
        @else { (Exact(&live.line)) }
    }
}
