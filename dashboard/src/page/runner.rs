//! Whether the runner itself was fit to measure others.

use maud::{Markup, html};
use runner_core::{
    drift::Dimension,
    self_sample::{LATE, SelfTotals},
    text::{Grouped, Human, Many},
};

use super::{series::told, view::RunView};

pub(super) fn part(view: RunView<'_>) -> Markup {
    let totals = view.recorded.map(|run| run.runner);
    let totals = totals.filter(|totals| totals.samples > 0);
    let latest = view.live.and_then(|live| live.run.samples);
    if totals.is_none() && latest.is_none() {
        return html! { p { "The runner has not looked at itself yet; it does so in soaks alone." } };
    }
    html! {
        dl.facts {
            @if let Some(sample) = latest {
                @let runner = sample.runner;
                div { dt { "Memory now" } dd #runner-memory { (bytes(runner.memory_bytes)) } }
                div { dt { "Descriptors now" } dd { (Grouped(runner.descriptors)) } }
                @if let Some(executor) = sample.executor {
                    div {
                        dt { "The executor now" }
                        dd #executor-now {
                            (bytes(executor.memory_bytes)) " in "
                            (Processes(executor.processes)) ", "
                            (Many(executor.threads, "thread")) ", "
                            (Many(executor.descriptors, "descriptor"))
                            @if let Some(share) = executor.cpu_share() {
                                ", " (told(Dimension::Processors, share))
                            }
                        }
                    }
                }
            }
            @if let Some(totals) = totals { (facts(&totals)) }
        }
    }
}

fn facts(totals: &SelfTotals) -> Markup {
    let sum = &totals.sum;
    html! {
        div {
            dt { "Memory" }
            dd {
                (bytes(totals.memory_first)) " first, " (bytes(totals.memory_last)) " last, "
                (bytes(totals.memory_max)) " at most"
            }
        }
        div { dt { "Processor" } dd { (told(Dimension::Processors, totals.cpu_share())) } }
        div {
            dt { "Event loop" }
            dd #event-loop {
                (Human(sum.lag_max)) " late at worst; more than " (Human(LATE)) " for " (Human(sum.late))
                " of " (Human(sum.span))
                @if let Some(overload) = totals.overload() {
                    " – " b { "the runner could not keep up" } ": " (overload)
                }
            }
        }
        div { dt { "Lost log lines" } dd { (Grouped(sum.lost_log_lines)) } }
        div {
            dt { "Ledger commits" }
            dd { (Grouped(sum.commits)) ", " (Human(sum.commit_max)) " at worst" }
        }
    }
}

fn bytes(count: u64) -> String {
    told(Dimension::Bytes, count as f64)
}

/// A number of processes, whose plural is its own.
struct Processes(u64);

impl std::fmt::Display for Processes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            1 => f.write_str("1 process"),
            count => write!(f, "{} processes", Grouped(count)),
        }
    }
}
