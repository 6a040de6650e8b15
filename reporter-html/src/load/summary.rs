//! The figures that somebody looks for first: rates, percentiles, and what attempts came to.

use ::load::words::{GOODPUT, generator_facts, not_passed, per_second};
use maud::{Markup, html};
use runner_core::text::{Fine, OrDash};

use super::View;
use crate::{
    facts::{Facts, tile},
    page::Section,
    summary::Summary,
};

/// The section.
pub(super) fn section(view: View<'_>) -> Section {
    let counts = view.total.outcomes.counts();
    let summary = Summary {
        what: "attempts",
        of_cases: false,
        counts: &counts,
        interrupted: 0,
        graduation: None,
    };
    let body = html! {
        (rates(view))
        (summary.body())
        (facts(view))
    };
    Section::new("summary", "Summary", body)
}

fn rates(view: View<'_>) -> Markup {
    let View { results, total } = view;
    let measured = &results.measured;
    let attempts = measured.per_second(total.outcomes.counts().total);
    let name = match results.load.model.is_open() {
        true => "Response time",
        false => "Duration",
    };
    html! {
        dl.tiles {
            (tile("Attempts a second", &per_second(attempts)))
            (tile("Goodput a second", &per_second(results.goodput())))
            @for (label, q) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
                @let quantile = OrDash(total.response.quantile(q).map(Fine));
                (tile(&format!("{name} {label}"), &quantile.to_string()))
            }
        }
    }
}

/// The kinds of failures, which the numbers above add up, and what the generator did.
fn facts(view: View<'_>) -> Facts {
    let mut facts = Facts::default();
    facts.add("Goodput", format!("attempts that {GOODPUT}"));
    for (name, count) in not_passed(view.total) {
        facts.add(name, count);
    }
    for (name, words) in generator_facts(view.results) {
        facts.add(name, words);
    }
    facts
}
