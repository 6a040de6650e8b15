//! The cases: in a table, then each over its time.

use std::collections::BTreeMap;

use charts::{Table, numbers, words};
use maud::{Markup, html};
use runner_core::{
    recorded::{OutcomeCounts, RecordedCase, cases_by_need},
    text::{Confidence, Grouped, OrDash, Rate, quantile},
    words::Attempts,
};

use super::charts::Charts;
use crate::{
    bounded::Room,
    facts::Facts,
    format::Anchor,
    page::Section,
    text::{Clipped, ClippedCode},
};

/// The table of the cases.
const TABLE: Room = Room {
    entries: 400,
    bytes: 200 * 1024,
};

/// The articles about cases over their time, each with two charts and a table of their points.
const ARTICLES: Room = Room {
    entries: 400,
    bytes: 700 * 1024,
};

/// The table of the cases. Those with failures come first, those that fail most before others; then those
/// of which nothing is known. Where there are too many, the rest is told as a sum.
pub(super) fn table(cases: &[RecordedCase], articles: &Articles) -> Option<Section> {
    let order = cases_by_need(cases);
    let shown = TABLE.fill(order.iter().copied(), |(number, case)| {
        row(number, case, articles.has(number))
    });
    let mut others = OutcomeCounts::default();
    for (_, case) in &order[shown.len()..] {
        others.merge(&case.totals.outcomes);
    }
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
        rows: html! { (shown) },
    };
    let body = html! {
        @if shown.len() < cases.len() {
            p {
                "The " (Grouped(shown.len() as u64)) " of " (Grouped(cases.len() as u64))
                " cases that fail most. Attempts of all others: " (Attempts(&others)) "."
            }
        }
        (table)
    };
    let section = Section::new("cases", "Cases", body);
    (!cases.is_empty()).then_some(section)
}

fn row(number: usize, case: &RecordedCase, has_article: bool) -> Markup {
    let totals = &case.totals;
    let success = totals.outcomes.success();
    let tried = success.trials();
    let failed = tried - success.successes();
    let known = (tried > 0).then_some(success);
    html! {
        tr {
            td.n { (number) }
            th scope="row" {
                @if has_article {
                    a href={ "#" (Anchor(number)) } { (Clipped(&case.name)) }
                } @else {
                    (Clipped(&case.name))
                }
            }
            td.n { (Grouped(tried)) }
            td class={ "n" @if failed > 0 { " bad" } } { (Grouped(failed)) }
            td.n { (OrDash(known.map(Rate))) }
            td { (OrDash(known.map(Confidence))) }
            @for q in [0.5, 0.95, 0.99] {
                td.n { (quantile(&totals.durations, q)) }
            }
            td.n { (quantile(&totals.first_outputs, 0.95)) }
            td.n { (quantile(&totals.gaps, 1.0)) }
        }
    }
}

/// An article for each case, or where there are too many, for those that fail most.
pub(super) struct Articles(BTreeMap<usize, Markup>);

impl Articles {
    /// The articles about as many of `cases` as there is room for.
    pub(super) fn new(cases: &[RecordedCase], charts: &Charts<'_>) -> Self {
        let mut numbers = Vec::new();
        let articles = ARTICLES.fill(cases_by_need(cases), |(number, case)| {
            numbers.push(number);
            article(number, case, charts)
        });
        Self(numbers.into_iter().zip(articles).collect())
    }

    /// Whether there is one about the case with this number.
    fn has(&self, number: usize) -> bool {
        self.0.contains_key(&number)
    }

    /// The section with them, in the order of the cases; `None` if there are none of `all` cases.
    pub(super) fn section(&self, all: usize) -> Option<Section> {
        let shown = self.0.len();
        let body = html! {
            @if shown < all {
                p {
                    "The " (Grouped(shown as u64)) " of " (Grouped(all as u64))
                    " cases that fail most."
                }
            }
            @for article in self.0.values() { (article) }
        };
        (shown > 0).then(|| Section::new("cases-over-time", "Cases over time", body))
    }
}

fn article(number: usize, case: &RecordedCase, charts: &Charts<'_>) -> Markup {
    let anchor = Anchor(number);
    html! {
        article id=(anchor) {
            h3 { (Clipped(&case.name)) }
            (facts(case))
            @if let Some(charts) = charts.of_case(anchor, &case.name, &case.hours) { (charts) }
        }
    }
}

fn facts(case: &RecordedCase) -> Facts {
    let mut facts = Facts::default();
    facts.add("ID", ClippedCode(&case.id));
    facts.add_wide("Attempts", Attempts(&case.totals.outcomes).to_string());
    facts
}
