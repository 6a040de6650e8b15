//! Single attempts: those that did not pass, and the slowest of those that did.

use charts::{Table, numbers, words};
use maud::{Markup, html};
use runner_core::{
    excerpt::Excerpt,
    recorded::RecordedAttempt,
    text::{Bytes, Grouped, Human, OrDash},
};

use super::View;
use crate::{
    ReportOptions,
    bounded::{Filled, Room},
    excerpt::{self, Blocks},
    facts::Facts,
    page::Section,
    status::Status,
    text::{Clipped, ClippedCode, Code, is_clipped},
};

/// The table of attempts that did not pass, which has more to say than others.
const TABLE: Room = Room {
    entries: 100,
    bytes: 128 * 1024,
};

/// So many attempts that did not pass are shown with all that is kept of them.
const IN_FULL: Room = Room {
    entries: 20,
    bytes: 200 * 1024,
};

/// So many codes of findings stand in a cell.
const CODES: usize = 10;

/// The section about attempts that did not pass; `None` if there are none.
pub(super) fn failed(view: View<'_>, options: &ReportOptions) -> Option<Section> {
    let run = view.run;
    let shown = TABLE.fill(&run.failed, |attempt| failed_row(view, attempt));
    let count = run.counts.failed.max(shown.len() as u64);
    if count == 0 {
        return None;
    }
    let is_complete = shown.len() as u64 == count;
    let listed = run.failed.iter().take(shown.len());
    let with_more = listed.filter(|attempt| has_more(attempt));
    let in_full = IN_FULL.fill(with_more, |attempt| in_full(attempt, options));
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
        @if shown.len() > 0 { (failed_table(&shown)) }
        (in_full)
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

fn failed_table(rows: &Filled) -> Markup {
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
        rows: html! { (rows) },
    };
    html! { (table) }
}

fn failed_row(view: View<'_>, attempt: &RecordedAttempt) -> Markup {
    html! {
        tr {
            (row_start(view, attempt))
            td { (Status::of_class(attempt.outcome)) }
            td.n { (Human(attempt.elapsed)) }
            td.n { (OrDash(attempt.exit_code)) }
            td { (codes(&attempt.findings)) }
            td {
                @match &attempt.explanation {
                    Some(explanation) => (Clipped(explanation)),
                    None => "–",
                }
            }
        }
    }
}

/// The codes of what was found, or a dash.
fn codes(codes: &[String]) -> Markup {
    html! {
        @for (index, code) in codes.iter().take(CODES).enumerate() {
            @if index > 0 { ", " }
            (ClippedCode(code))
        }
        @if codes.len() > CODES { ", and " (codes.len() - CODES) " more" }
        @if codes.is_empty() { "–" }
    }
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
            @if let Some(output) = &attempt.output { (Blocks(Excerpt::of_text(output, max_chars))) }
        }
    }
}

/// The section about the slowest attempts; `None` if none is known.
pub(super) fn slowest(view: View<'_>) -> Option<Section> {
    let run = view.run;
    let slowest = Room::OF_TABLE.fill(&run.slowest, |attempt| {
        html! {
            tr {
                (row_start(view, attempt))
                td.n { (Human(attempt.elapsed)) }
            }
        }
    });
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
        rows: html! { (slowest) },
    };
    let body = html! {
        p { "Attempts that passed, slowest first." (not_kept(run.pruned)) }
        (table)
    };
    let section = Section::new("slowest-attempts", "Slowest attempts", body);
    (!run.slowest.is_empty()).then_some(section)
}
