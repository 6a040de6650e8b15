//! What the attempts of a load came to so far, and how long they took lately.

use ::load::LiveLoad;
use maud::{Markup, html};
use runner_core::{
    outcome::OutcomeClass,
    text::{Fine, Grouped},
    words::capitalized,
};

use crate::{
    load_feed::{LoadNow, quantiles},
    page::results::success_rate,
};

/// Tiles of the success rate, of each outcome and of percentiles.
pub(super) fn part(now: &LoadNow) -> Markup {
    let Some(live) = &now.latest else {
        return html! { p { "Nothing was tried yet." } };
    };
    html! {
        dl.tiles {
            (success_rate(live.outcomes.success()))
            @for class in OutcomeClass::ALL {
                @let count = live.outcomes.get(class);
                // These two are looked for, the others only where there are any.
                @if count > 0 || matches!(class, OutcomeClass::Passed | OutcomeClass::Failed) {
                    div class={ "tile" @if count > 0 { " " (class.as_str()) } } {
                        dt { (capitalized(class.words())) }
                        dd.number id={ "count-" (class.as_str()) } data-count=(count) { (Grouped(count)) }
                    }
                }
            }
            div.tile {
                dt { "Good" }
                dd.number #count-good data-count=(live.good) { (Grouped(live.good)) }
            }
            (latency(live))
        }
    }
}

fn latency(live: &LiveLoad) -> Markup {
    let Some(quantiles) = quantiles(live) else {
        return html! {};
    };
    html! {
        @for (name, quantile) in ["p50", "p95", "p99"].into_iter().zip(quantiles) {
            div.tile {
                dt { (name) " lately" }
                dd.number id={ "latency-" (name) } data-ms=(quantile.as_millis()) { (Fine(quantile)) }
            }
        }
        div.tile.remark {
            dt { "Lately" }
            dd { "response times of those that passed in the last 5 seconds" }
        }
    }
}
