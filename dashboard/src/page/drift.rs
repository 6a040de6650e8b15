//! Whether anything drifts over the time of the run, in words.

use maud::{Markup, html};
use runner_core::{
    drift::Windows,
    text::{Human, Many},
};

use super::{charts::why_not, text::Said, view::RunView};

/// So many findings are told; those of the run as a whole come first.
const TOLD: usize = 20;

pub(super) fn part(view: RunView<'_>) -> Markup {
    match view.recorded {
        None => html! { p { (why_not(view)) } },
        Some(run) => of_windows(&run.windows),
    }
}

fn of_windows(windows: &Windows) -> Markup {
    let findings: Vec<_> = windows.findings().collect();
    html! {
        @if !windows.are_enough() {
            @let needed = (windows.enough().as_nanos() / windows.width.as_nanos().max(1)) as u64;
            p #drift data-state="too-short" {
                "Too short to tell: that needs " (Many(needed, "window")) " of " (Human(windows.width)) "."
            }
        } @else if findings.is_empty() {
            p #drift data-state="none" {
                "None found over " (Many(windows.totals.len() as u64, "window")) " of "
                (Human(windows.width)) "."
            }
        } @else {
            ul #drift data-state="found" {
                @for found in findings.iter().take(TOLD) { li { (Said(&found.to_string())) } }
                @if findings.len() > TOLD {
                    li { "and " (Many((findings.len() - TOLD) as u64, "further finding")) }
                }
            }
        }
        @if windows.cases_left_out > 0 {
            p {
                (Many(windows.cases_left_out as u64, "case"))
                " with the fewest attempts are not looked at."
            }
        }
    }
}
