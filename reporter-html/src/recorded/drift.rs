//! What drifted over a soak.

use maud::html;
use runner_core::{
    recorded::{RecordedRun, RunKind},
    text::{Grouped, Human},
};

use crate::{page::Section, text::Prose};

/// At most so many findings are told.
const MAX_FINDINGS: usize = 30;

/// The section; `None` of a run that is over before anything could drift.
pub(super) fn section(run: &RecordedRun) -> Option<Section> {
    let windows = &run.windows;
    if run.kind != RunKind::Soak || windows.totals.is_empty() {
        return None;
    }
    let found: Vec<_> = windows.findings().collect();
    let (count, width) = (windows.totals.len(), Human(windows.width));
    let body = html! {
        @if !windows.are_enough() {
            p { "Too early to tell: " (Human(windows.enough())) " with data are needed." }
        } @else {
            @if found.is_empty() {
                p { "None was found over " (count) " windows of " (width) "." }
            } @else {
                p { "Over " (count) " windows of " (width) ":" }
                ul {
                    @for words in found.iter().take(MAX_FINDINGS) { li { (Prose(&words.to_string())) } }
                    @if found.len() > MAX_FINDINGS {
                        li { "and " (Grouped((found.len() - MAX_FINDINGS) as u64)) " more" }
                    }
                }
            }
            p {
                "Trends: Mann\u{2013}Kendall test with the slope of Theil and Sen, corrected for \
                 autocorrelation and for the number of quantities."
            }
        }
    };
    Some(Section::new("drift", "Drift", body))
}
