//! The cases: all of them in a table, then each over its time.

use charts::{Table, numbers, words};
use maud::{Markup, html};
use runner_core::{
    recorded::{OutcomeCounts, RecordedCase},
    text::{Confidence, Grouped, Rate},
};

use super::{charts::Charts, hours};
use crate::{
    facts::Facts,
    format::{Anchor, OrDash},
    page::Section,
    text::{Code, Prose},
};

/// The table of all cases. Those with failures come first, those that fail most before others; then
/// those of which nothing is known.
pub(super) fn table(cases: &[RecordedCase]) -> Option<Section> {
    let mut order: Vec<_> = (1..).zip(cases).collect();
    order.sort_by(|(_, one), (_, other)| rank(one).total_cmp(&rank(other)));
    let rows = html! { @for (number, case) in order { (row(number, case)) } };
    let columns = [
        numbers("#"),
        words("Case"),
        numbers("Tried"),
        numbers("Failed"),
        numbers("Success rate"),
        words("95% confidence"),
        numbers("p50"),
        numbers("p95"),
        numbers("p99"),
        numbers("First output p95"),
        numbers("Longest gap"),
    ];
    let table = Table {
        caption: "Cases, those first that fail most; durations are those of attempts that passed",
        columns: &columns,
        rows,
    };
    let section = Section::new("cases", "Cases", html! { (table) });
    (!cases.is_empty()).then_some(section)
}

/// The share of passed attempts, for cases of which it is not known between those that failed at all
/// and those that never did.
fn rank(case: &RecordedCase) -> f64 {
    case.totals
        .outcomes
        .success()
        .rate()
        .unwrap_or(1.0 - f64::EPSILON)
}

fn row(number: usize, case: &RecordedCase) -> Markup {
    let totals = &case.totals;
    let success = totals.outcomes.success();
    let tried = success.trials();
    let failed = tried - success.successes();
    let known = (tried > 0).then_some(success);
    html! {
        tr {
            td.n { (number) }
            th scope="row" { a href={ "#" (Anchor(number)) } { (Prose(&case.name)) } }
            td.n { (Grouped(tried)) }
            td class={ "n" @if failed > 0 { " bad" } } { (Grouped(failed)) }
            td.n { (OrDash(known.map(Rate))) }
            td { (OrDash(known.map(Confidence))) }
            @for q in [0.5, 0.95, 0.99] {
                td.n { (hours::quantile(&totals.durations, q)) }
            }
            td.n { (hours::quantile(&totals.first_outputs, 0.95)) }
            td.n { (hours::quantile(&totals.gaps, 1.0)) }
        }
    }
}

/// An article for each case, in their own order.
pub(super) fn over_time(cases: &[RecordedCase], charts: &Charts<'_>) -> Option<Section> {
    let body = html! {
        @for (number, case) in (1..).zip(cases) {
            @let anchor = Anchor(number);
            article id=(anchor) {
                h3 { (Prose(&case.name)) }
                (facts(case))
                @if let Some(charts) = charts.of_case(anchor, &case.name, &case.hours) { (charts) }
            }
        }
    };
    let section = Section::new("cases-over-time", "Cases over time", body);
    (!cases.is_empty()).then_some(section)
}

fn facts(case: &RecordedCase) -> Facts {
    let mut facts = Facts::default();
    facts.add("ID", Code(&case.id));
    facts.add_wide("Attempts", attempts(&case.totals.outcomes));
    facts
}

fn attempts(outcomes: &OutcomeCounts) -> Markup {
    html! {
        (Grouped(outcomes.counts().total))
        @for (index, (class, count)) in outcomes.iter().enumerate() {
            @if index > 0 { ", " } @else { ", of which " }
            (Grouped(count)) " " (class.words())
        }
    }
}
