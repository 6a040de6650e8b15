//! What the page of a run of load says.

mod charts;
mod results;

use ::load::LiveLoad;
use jiff::{Timestamp, tz::TimeZone};
use maud::{Markup, html};
use runner_core::text::{Clipped, Grouped, Human};

use super::{
    status::{self, Standing},
    text::{Exact, Said},
};
use crate::{clock, load_feed::LoadNow, state::Part};

/// The sections of the page: the part in each, and its heading.
pub(super) const SECTIONS: [(&str, &str); 5] = [
    ("now", "Now"),
    ("results", "Results"),
    ("over-time", "The last minutes"),
    ("failures", "Failures"),
    ("about", "About this run"),
];

/// The parts of the page.
pub(crate) fn parts(now: &LoadNow) -> Vec<Part> {
    let part = |name, html: Markup| Part {
        name,
        html: html.into_string(),
    };
    vec![
        part("status", standing(now)),
        part("problems", problems(now)),
        part("now", rates(now)),
        part("results", results::part(now)),
        part("over-time", charts::part(now)),
        part("failures", last_failure(now)),
        part("about", about(now)),
    ]
}

/// What the page is called.
pub(crate) fn title(now: &LoadNow) -> String {
    format!("Load of {}", now.info.run.suite_stem)
}

/// The moment of the page, as the clock of its run says it.
pub(crate) fn at(now: &LoadNow, at: Timestamp) -> String {
    clock::time_of_day(at, &zone(now))
}

fn zone(now: &LoadNow) -> TimeZone {
    now.info.run.started_at.time_zone().clone()
}

fn standing(now: &LoadNow) -> Markup {
    let (standing, words) = match (&now.problems, &now.latest) {
        (Some(problems), _) => {
            let standing = Standing::of_end(problems.iter().map(|(code, _)| *code));
            status::ended(standing, problems.len())
        }
        (None, None) => (Standing::Starting, html! { "Looking for the executor" }),
        (None, Some(live)) => (Standing::Running, html! { (phase(live)) }),
    };
    status::line(standing, &words)
}

/// What goes on. None of it changes by the second.
fn phase(live: &LiveLoad) -> &'static str {
    match (live.is_ending, live.is_warming_up) {
        (true, _) => "Waiting for the last attempts",
        (false, true) => "Warming up: nothing counts yet",
        (false, false) => "Running",
    }
}

fn problems(now: &LoadNow) -> Markup {
    let problems = now.problems.iter().flatten();
    let problems: Vec<_> = problems.map(|(code, text)| (*code, &**text)).collect();
    status::list(&problems)
}

/// How long it goes on, and how many attempts there are in a second.
fn rates(now: &LoadNow) -> Markup {
    let Some(live) = &now.latest else {
        return html! { p { "Nothing yet." } };
    };
    let ended: u64 = live
        .last_second
        .outcomes
        .iter()
        .map(|(_, count)| count)
        .sum();
    html! {
        dl.facts {
            div { dt { "Elapsed" } dd #elapsed { (Human(live.elapsed)) } }
            @if let Some(planned) = live.planned {
                div { dt { "Remaining" } dd #remaining { (Human(planned.saturating_sub(live.elapsed))) } }
            }
            div {
                dt { "Attempts a second" }
                dd #rate data-count=(ended) {
                    (Grouped(ended)) " ended in the last second"
                    @if let Some(scheduled) = live.scheduled { "; scheduled: " (scheduled) }
                }
            }
            div {
                dt { "In flight" }
                dd #in-flight data-count=(live.in_flight) { (Grouped(live.in_flight)) }
            }
            @if live.last_second.held > 0 {
                div {
                    dt { "Had to wait" }
                    dd #held { (Grouped(live.last_second.held)) " in the last second, until another one ended" }
                }
            }
            @if live.scheduled.is_some() {
                div { dt { "Lag of the generator" } dd #lag { "at most " (Human(live.lag_max)) } }
            }
        }
    }
}

fn last_failure(now: &LoadNow) -> Markup {
    html! {
        @match now.latest.as_ref().and_then(|live| live.last_failure.as_ref()) {
            Some((case, words)) => p #last-failure {
                "The last attempt that failed in a new way: " (Exact(case)) ": " (Said(words))
            },
            None => p { "None so far." },
        }
    }
}

fn about(now: &LoadNow) -> Markup {
    let (load, run) = (&now.info, &now.info.run);
    html! {
        dl.facts {
            div { dt { "Run" } dd #marker { (Exact(&run.marker)) } }
            div { dt { "Suite" } dd #suite { (Exact(&run.suite_path)) } }
            @if !run.suite_description.is_empty() {
                div { dt { "Description" } dd { (Said(&run.suite_description)) } }
            }
            div { dt { "Load" } dd #model { (Clipped(&load.model.to_string(), 600)) } }
            div { dt { "Threads" } dd { (load.threads) } }
            div {
                dt { "Started" }
                dd { time { (clock::in_full(run.started_at.timestamp(), &zone(now))) } }
            }
            div { dt { "Executor" } dd #executor { (Exact(&run.executor)) } }
            @for (name, value) in &run.environment {
                div { dt { (Said(name)) } dd { (Said(value)) } }
            }
            div { dt { "Version" } dd { (Exact(&run.version)) } }
        }
    }
}
