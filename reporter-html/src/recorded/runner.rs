//! Whether the runner itself was fit to measure: what it took, and by how much it came late.

use std::time::Duration;

use maud::{Markup, html};
use runner_core::{
    self_sample::{LATE, SelfTotals},
    text::{Grouped, Human},
};

use crate::{facts::Facts, format::Memory, page::Section};

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
    let sum = &totals.sum;
    let mut facts = Facts::default();
    let samples = html! { (Grouped(totals.samples)) " over " (Human(sum.span)) };
    facts.add("Samples", samples);
    let memory = html! {
        (Memory(totals.memory_first)) " first, " (Memory(totals.memory_last)) " last, "
        (Memory(totals.memory_max)) " at most"
    };
    facts.add("Memory", memory);
    let processor = format!("{:.1}% of one core", totals.cpu_share() * 100.0);
    facts.add("Processor", processor);
    let descriptors = html! { (Grouped(totals.descriptors_max)) " at most" };
    facts.add("Open descriptors", descriptors);
    facts.add("Event loop", lateness(totals));
    facts.add("Lost log lines", Grouped(sum.lost_log_lines).to_string());
    let commits = html! {
        (Grouped(sum.commits))
        @if let Some(mean) = mean(sum.commit_time, sum.commits) {
            ", " (Human(mean)) " on average, " (Human(sum.commit_max)) " at worst"
        }
    };
    facts.add("Ledger commits", commits);
    facts
}

fn lateness(totals: &SelfTotals) -> Markup {
    let sum = &totals.sum;
    let share = sum.late.as_secs_f64() / sum.span.as_secs_f64().max(f64::MIN_POSITIVE);
    html! {
        (Human(sum.lag_max)) " late at worst, "
        @if sum.late.is_zero() {
            "never more than " (Human(LATE))
        } @else {
            "more than " (Human(LATE)) " for " (Human(sum.late))
            " (" (format!("{:.1}", share * 100.0)) "% of the time)"
        }
    }
}

fn mean(sum: Duration, count: u64) -> Option<Duration> {
    let nanos = sum.as_nanos().checked_div(u128::from(count))?;
    u64::try_from(nanos).ok().map(Duration::from_nanos)
}
