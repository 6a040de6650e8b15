//! What drifted over a soak.

use maud::html;
use runner_core::{
    drift::METHODS,
    recorded::RecordedRun,
    text::{Grouped, Human},
};

use crate::{bounded::Room, page::Section, text::Prose};

/// The room of what is told.
const FINDINGS: Room = Room {
    entries: 30,
    bytes: 32 * 1024,
};

/// The section; `None` of a run that is over before anything could drift.
pub(super) fn section(run: &RecordedRun) -> Option<Section> {
    let windows = run.drift_windows()?;
    let found: Vec<_> = windows.findings().collect();
    let told = FINDINGS.fill(&found, |words| html! { li { (Prose(&words.to_string())) } });
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
                    (told)
                    @if found.len() > told.len() {
                        li { "and " (Grouped((found.len() - told.len()) as u64)) " more" }
                    }
                }
            }
            p { (METHODS) }
        }
    };
    Some(Section::new("drift", "Drift", body))
}
