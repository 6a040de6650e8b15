//! All cases in a table, with a bar for how long each took.

use std::time::Duration;

use charts::{Coordinate, Table, numbers, words};
use maud::{Markup, html};
use runner_core::{
    results::{CaseResult, Verdict, cases_by_need},
    text::Human,
};

use crate::{format::Anchor, page::Section, status::Status, text::Prose};

/// The section; `None` if there are no cases.
pub(super) fn section(cases: &[CaseResult]) -> Option<Section> {
    let longest = cases.iter().filter_map(duration).max().unwrap_or_default();
    let rows = html! {
        @for (number, result) in cases_by_need(cases) { (row(number, result, longest)) }
    };
    let columns = [
        numbers("#"),
        words("Case"),
        words("Result"),
        numbers("Duration"),
        words("Compared with the longest"),
    ];
    let table = Table {
        caption: "All cases, those first that need attention",
        columns: &columns,
        rows,
    };
    let section = Section::new("overview", "Overview", html! { (table) });
    (!cases.is_empty()).then_some(section)
}

/// How long a case took, if it was tried.
fn duration(result: &CaseResult) -> Option<Duration> {
    let attempt = result.attempt();
    let tried = attempt.filter(|_| result.verdict() != Verdict::Skipped);
    tried.map(|attempt| attempt.elapsed)
}

fn row(number: usize, result: &CaseResult, longest: Duration) -> Markup {
    let status = Status::of(result);
    html! {
        tr {
            td.n { (number) }
            th scope="row" { a href={ "#" (Anchor(number)) } { (Prose(&result.case.name)) } }
            td { (status) }
            @match duration(result) {
                Some(duration) => {
                    td.n { (Human(duration)) }
                    td.bar { (bar(status, duration, longest)) }
                },
                None => { td.n { "–" } td {} },
            }
        }
    }
}

/// A bar as long as its duration is, compared with the longest. The figure stands beside it.
fn bar(status: Status, duration: Duration, longest: Duration) -> Markup {
    let share = duration.as_secs_f64() / longest.as_secs_f64().max(f64::MIN_POSITIVE);
    // However short it was, it can be seen.
    let width = Coordinate((share * 100.0).max(0.5));
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            rect class=(status.class) width=(width) height="10" {}
        }
    }
}
