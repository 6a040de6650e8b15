//! The latest attempts that did not pass.

use charts::{Table, numbers, words};
use maud::{Markup, Render, html};
use runner_core::{
    live::LiveFailure,
    outcome::OutcomeClass,
    recorded::RecordedAttempt,
    text::{Grouped, Human},
};

use super::{
    text::{Exact, Said},
    view::RunView,
};

/// So many are listed.
const LISTED: usize = 10;

/// An attempt that did not pass, wherever it is known from.
struct Row<'a> {
    number: u64,
    case_id: &'a str,
    /// When it ended or began, whichever is known, as a time of the day.
    at: String,
    elapsed: std::time::Duration,
    outcome: OutcomeClass,
    findings: Vec<&'a str>,
    explanation: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of_live(view: RunView<'_>, failure: &'a LiveFailure) -> Self {
        let at = view.live.map(|live| live.at(failure.at));
        Self {
            number: failure.place.number,
            case_id: &failure.case_id,
            at: at.map(|at| view.in_full(at)).unwrap_or_default(),
            elapsed: failure.elapsed,
            outcome: failure.outcome,
            findings: failure.findings.clone(),
            explanation: failure.explanation.as_deref(),
        }
    }

    fn of_recorded(view: RunView<'_>, attempt: &'a RecordedAttempt) -> Self {
        let ended = attempt.began.checked_add(attempt.elapsed);
        Self {
            number: attempt.number,
            case_id: &attempt.case_id,
            at: view.in_full(ended.unwrap_or(attempt.began)),
            elapsed: attempt.elapsed,
            outcome: attempt.outcome,
            findings: attempt.findings.iter().map(|code| &**code).collect(),
            explanation: attempt.explanation.as_deref(),
        }
    }

    /// The rows, latest first: what the process knows, and after that what is recorded of earlier ones.
    fn all(view: RunView<'a>) -> Vec<Self> {
        let live = view.live.map(|live| live.run.failures.iter());
        let live = live.into_iter().flatten();
        let mut rows: Vec<_> = live.map(|it| Self::of_live(view, it)).collect();
        let recorded = view.recorded.map(|run| run.failed.iter());
        let oldest = rows.last().map_or(u64::MAX, |row| row.number);
        // What is recorded lags behind: it has nothing later than what the process knows.
        let earlier = recorded.into_iter().flatten();
        let earlier = earlier.filter(|attempt| attempt.number < oldest);
        rows.extend(earlier.map(|it| Self::of_recorded(view, it)));
        rows.truncate(LISTED);
        rows
    }
}

pub(super) fn part(view: RunView<'_>) -> Markup {
    let rows = Row::all(view);
    if rows.is_empty() {
        return html! { p { "None so far." } };
    }
    let columns = [
        numbers("Attempt"),
        words("Case"),
        words("Ended"),
        words("Outcome"),
        numbers("Duration"),
        words("Findings"),
        words("Explanation"),
    ];
    let table = Table {
        caption: "Attempts that did not pass, latest first",
        columns: &columns,
        rows: html! {
            @for row in &rows {
                tr id={ "failure-" (row.number) } {
                    th.n scope="row" { (Grouped(row.number)) }
                    td { (Exact(row.case_id)) }
                    td { time { (row.at) } }
                    td.outcome.(row.outcome.as_str()) { (row.outcome.words()) }
                    td.n { (Human(row.elapsed)) }
                    td { (codes(&row.findings)) }
                    td { @if let Some(text) = row.explanation { (Said(text)) } @else { "–" } }
                }
            }
        },
    };
    table.render()
}

fn codes(findings: &[&str]) -> Markup {
    html! {
        @if findings.is_empty() { "–" }
        @for (index, code) in findings.iter().enumerate() {
            @if index > 0 { ", " }
            (Exact(code))
        }
    }
}
