//! What came of the attempts so far: how many passed, how sure the rate is, how long they took lately.

use maud::{Markup, html};
use run_stats::Proportion;
use runner_core::text::{Confidence, Grouped, Human, Many, Rate};

use super::view::{LiveView, RunView};

/// What half of the latest attempts that passed did not exceed, and what most of them did not.
const SHARES: [f64; 2] = [0.5, 0.95];

pub(super) fn part(view: RunView<'_>) -> Markup {
    let counts = view.counts();
    let success = counts.success();
    let tiles = [
        ("passed", "Passed", counts.passed),
        ("failed", "Failed", counts.failed),
        ("flaky", "Flaky cases", counts.flaky),
        ("inconclusive", "Inconclusive cases", counts.inconclusive),
        ("skipped", "Skipped", counts.skipped),
        ("not-run", "Not run", counts.not_run),
    ];
    html! {
        dl.tiles {
            (success_rate(success))
            // What only cases can be that are tried again is shown where there is any.
            @let is_shown = |name: &str, count| count > 0 || !["flaky", "inconclusive"].contains(&name);
            @for (name, words, count) in tiles.into_iter().filter(|it| is_shown(it.0, it.2)) {
                div class={ "tile" @if count > 0 { " " (name) } } {
                    dt { (words) }
                    dd.number id={ "count-" (name) } data-count=(count) { (Grouped(count)) }
                }
            }
            @let outages = outages(view);
            div class={ "tile" @if outages > 0 { " outage" } } {
                dt { "Outages" }
                dd.number #count-outages data-count=(outages) { (Grouped(outages)) }
            }
            @if let Some(live) = view.live { (latency(live)) }
        }
        @if counts.infrastructure_errors + counts.harness_errors > 0 {
            p {
                "Among the failed are " span #count-infrastructure-errors { (infrastructure(view)) } " and "
                span #count-harness-errors { (Many(counts.harness_errors, "harness error")) } "."
            }
        }
    }
}

fn infrastructure(view: RunView<'_>) -> String {
    Many(view.counts().infrastructure_errors, "infrastructure error").to_string()
}

/// How often the executor was away. What is recorded knows of all parts of the run, the process of its own.
fn outages(view: RunView<'_>) -> u64 {
    let live = view.live.map_or(0, |live| live.run.outages);
    live.max(view.recorded.map_or(0, |run| run.outage_count))
}

fn latency(live: &LiveView) -> Markup {
    let recent = &live.run.recent;
    html! {
        @if let Some([p50, p95]) = recent.quantiles(SHARES) {
            div.tile {
                dt { "p50 lately" }
                dd.number #latency-p50 data-ms=(p50.as_millis()) { (Human(p50)) }
            }
            div.tile {
                dt { "p95 lately" }
                dd.number #latency-p95 data-ms=(p95.as_millis()) { (Human(p95)) }
            }
            div.tile.remark {
                dt { "Lately" }
                dd { "the latest " (Many(recent.len() as u64, "attempt")) " that passed" }
            }
        }
    }
}

/// The tile that says how many attempts pass.
pub(super) fn success_rate(success: Proportion) -> Markup {
    html! {
        div.tile.wide {
            dt { "Success rate" }
            dd #success-rate data-passed=(success.successes()) data-tried=(success.trials()) {
                @if success.trials() == 0 {
                    span.number { "–" } " " span.beside { "nothing was tried yet" }
                } @else {
                    span.number { (Rate(success)) } " "
                    span.beside {
                        (Grouped(success.successes())) " of " (Grouped(success.trials()))
                        "; 95% confidence: " (Confidence(success))
                    }
                }
            }
        }
    }
}
