//! Single attempts: those that did not pass, and the slowest of those that did.

use charts::{Table, numbers, words};
use maud::{Markup, html};
use runner_core::{
    recorded::RecordedAttempt,
    text::{Grouped, Human},
};

use super::View;
use crate::{
    ReportOptions,
    excerpt::{self, Excerpt},
    facts::Facts,
    format::{Bytes, OrDash},
    page::Section,
    status::Status,
    text::{Clipped, ClippedCode, Code, is_clipped},
};

/// So many attempts that did not pass are shown with all that is kept of them.
const IN_FULL: usize = 20;

/// So many attempts are listed in each table.
const LISTED: usize = 100;

/// The section about attempts that did not pass; `None` if there are none.
pub(super) fn failed(view: View<'_>, options: &ReportOptions) -> Option<Section> {
    let run = view.run;
    let shown = &run.failed[..run.failed.len().min(LISTED)];
    let count = run.counts.failed.max(shown.len() as u64);
    if count == 0 {
        return None;
    }
    let is_complete = shown.len() as u64 == count;
    let with_more = shown.iter().filter(|attempt| has_more(attempt));
    let body = html! {
        p {
            "Attempts that did not pass, latest first: "
            @match shown.len() {
                0 => { "none of " (Grouped(count)) " is listed." },
                _ if is_complete => { "all " (Grouped(count)) "." },
                some => { "the latest " (some) " of " (Grouped(count)) "." },
            }
            @if !is_complete { (not_kept(run.pruned)) }
        }
        @if !shown.is_empty() { (failed_table(view, shown)) }
        @for attempt in with_more.take(IN_FULL) { (in_full(attempt, options)) }
    };
    Some(Section::new("failed-attempts", "Failed attempts", body))
}

/// What is not listed because it is not kept.
fn not_kept(pruned: u64) -> Markup {
    html! {
        @if pruned > 0 {
            " Older attempts of which only sums are kept: " (Grouped(pruned)) "."
        }
    }
}

fn failed_table(view: View<'_>, shown: &[RecordedAttempt]) -> Markup {
    let rows = html! {
        @for attempt in shown {
            tr {
                (row_start(view, attempt))
                td { (Status::of_class(attempt.outcome)) }
                td.n { (Human(attempt.elapsed)) }
                td.n { (OrDash(attempt.exit_code)) }
                td {
                    @for (index, code) in attempt.findings.iter().enumerate() {
                        @if index > 0 { ", " }
                        (ClippedCode(code))
                    }
                    @if attempt.findings.is_empty() { "–" }
                }
                td {
                    @match &attempt.explanation {
                        Some(explanation) => (Clipped(explanation)),
                        None => "–",
                    }
                }
            }
        }
    };
    let columns = [
        numbers("Attempt"),
        numbers("Iteration"),
        words("Case"),
        words("Began"),
        words("Outcome"),
        numbers("Duration"),
        numbers("Exit code"),
        words("Findings"),
        words("Explanation"),
    ];
    let table = Table {
        caption: "Attempts that did not pass",
        columns: &columns,
        rows,
    };
    html! { (table) }
}

/// The first cells of a row: which attempt it is about.
fn row_start(view: View<'_>, attempt: &RecordedAttempt) -> Markup {
    html! {
        th.n scope="row" { (Grouped(attempt.number)) }
        td.n { (Grouped(attempt.iteration)) }
        td { (ClippedCode(&attempt.case_id)) }
        td { (view.moment(attempt.began)) }
    }
}

/// Whether there is more to an attempt than its row shows.
fn has_more(attempt: &RecordedAttempt) -> bool {
    attempt.output.is_some() || attempt.explanation.as_deref().is_some_and(is_clipped)
}

fn in_full(attempt: &RecordedAttempt, options: &ReportOptions) -> Markup {
    let max_chars = options.max_failed_output_chars;
    let mut facts = Facts::default();
    facts.add("Case", Code(&attempt.case_id));
    if let Some(explanation) = &attempt.explanation {
        facts.add_wide("Explanation", excerpt::words(explanation, max_chars));
    }
    html! {
        details {
            summary {
                "Attempt " (Grouped(attempt.number))
                @if let Some(output) = &attempt.output {
                    " with the end of its output (" (Bytes(output.len() as u64)) ")"
                }
            }
            (facts)
            @if let Some(output) = &attempt.output { (Excerpt::of_text(output, max_chars)) }
        }
    }
}

/// The section about the slowest attempts; `None` if none is known.
pub(super) fn slowest(view: View<'_>) -> Option<Section> {
    let run = view.run;
    let rows = html! {
        @for attempt in run.slowest.iter().take(LISTED) {
            tr {
                (row_start(view, attempt))
                td.n { (Human(attempt.elapsed)) }
            }
        }
    };
    let columns = [
        numbers("Attempt"),
        numbers("Iteration"),
        words("Case"),
        words("Began"),
        numbers("Duration"),
    ];
    let table = Table {
        caption: "The slowest attempts that passed",
        columns: &columns,
        rows,
    };
    let body = html! {
        p { "Attempts that passed, slowest first." (not_kept(run.pruned)) }
        (table)
    };
    let section = Section::new("slowest-attempts", "Slowest attempts", body);
    (!run.slowest.is_empty()).then_some(section)
}
