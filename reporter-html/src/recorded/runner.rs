//! Whether the runner itself was fit to measure: what it took, and by how much it came late.

use maud::html;
use runner_core::{self_sample::SelfTotals, words::runner_facts};

use crate::{facts::Facts, page::Section};

/// The section.
pub(super) fn section(totals: &SelfTotals) -> Section {
    let body = html! {
        @if totals.samples == 0 {
            p { "The runner has not looked at itself." }
        } @else {
            @if let Some(overload) = totals.overload() {
                p.warning {
                    span aria-hidden="true" { "!" } " "
                    b { "The runner could not keep up" } ": " (overload) "."
                }
            }
            (facts(totals))
        }
    };
    Section::new("runner", "Runner", body)
}

fn facts(totals: &SelfTotals) -> Facts {
    let mut facts = Facts::default();
    for (name, fact) in runner_facts(totals) {
        facts.add(name, fact);
    }
    facts
}
