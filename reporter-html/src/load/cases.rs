//! The table of the cases.

use ::load::CaseLoad;
use charts::{Table, numbers, words};
use maud::{Markup, html};
use run_stats::DurationHistogram;
use runner_core::{
    recorded::OutcomeCounts,
    text::{Confidence, Fine, Grouped, OrDash, Rate},
    words::Attempts,
};

use crate::{bounded::Room, page::Section, text::Clipped};

/// The room of the table.
const TABLE: Room = Room {
    entries: 400,
    bytes: 300 * 1024,
};

/// The section; `None` without cases. Those that failed most come first, and where there are too many, the
/// rest is told as a sum.
pub(super) fn section(cases: &[CaseLoad]) -> Option<Section> {
    let mut order: Vec<_> = cases.iter().collect();
    order.sort_by_key(|case| std::cmp::Reverse(failed(case)));
    let shown = TABLE.fill(order.iter().copied(), row);
    let mut others = OutcomeCounts::default();
    for case in &order[shown.len()..] {
        others.merge(&case.tally.outcomes);
    }
    let table = Table {
        caption: "Cases, those first that failed most often; times are those of attempts that passed",
        columns: &[
            words("Case"),
            numbers("Tried"),
            numbers("Failed"),
            numbers("Success rate"),
            words("95% confidence"),
            numbers("p50"),
            numbers("p95"),
            numbers("p99"),
            numbers("Max"),
            numbers("First output p95"),
            numbers("Longest gap"),
        ],
        rows: html! { (shown) },
    };
    let body = html! {
        @if shown.len() < cases.len() {
            p {
                "The " (Grouped(shown.len() as u64)) " of " (Grouped(cases.len() as u64))
                " cases that failed most often. Attempts of all others: " (Attempts(&others)) "."
            }
        }
        (table)
    };
    (!cases.is_empty()).then(|| Section::new("cases", "Cases", body))
}

fn failed(case: &CaseLoad) -> u64 {
    let success = case.tally.outcomes.success();
    success.trials() - success.successes()
}

fn row(case: &CaseLoad) -> Markup {
    let (tally, failed) = (&case.tally, failed(case));
    let success = tally.outcomes.success();
    let known = (success.trials() > 0).then_some(success);
    let time = |durations: &DurationHistogram, q| OrDash(durations.quantile(q).map(Fine));
    html! {
        tr {
            th scope="row" { (Clipped(&case.name)) }
            td.n { (Grouped(success.trials())) }
            td class={ "n" @if failed > 0 { " bad" } } { (Grouped(failed)) }
            td.n { (OrDash(known.map(Rate))) }
            td { (OrDash(known.map(Confidence))) }
            @for q in [0.5, 0.95, 0.99, 1.0] {
                td.n { (time(&tally.response, q)) }
            }
            td.n { (time(&tally.first_output, 0.95)) }
            td.n { (time(&tally.gaps, 1.0)) }
        }
    }
}
