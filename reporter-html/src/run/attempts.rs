//! All attempts at a case that was tried more than once, briefly.

use charts::{Table, numbers, words};
use maud::{Markup, html};
use runner_core::{
    results::CaseResult,
    text::{Grouped, Human},
    words::{LISTED_TRIES, unlisted_tries},
};

use crate::{status::Status, text::Clipped};

/// A table of the attempts; nothing if there is but one.
pub(super) fn table(result: &CaseResult) -> Markup {
    let attempts = result.attempts();
    let earlier = attempts.len().saturating_sub(LISTED_TRIES);
    let rows = html! {
        @for (number, attempt) in (1..).zip(attempts).skip(earlier) {
            tr {
                th.n scope="row" { (Grouped(number)) }
                td { (Status::of_class(attempt.outcome.class())) }
                td.n { (Human(attempt.elapsed)) }
                td {
                    @match attempt.outcome.explanation() {
                        Some(reason) => (Clipped(&reason)),
                        None => "–",
                    }
                }
            }
        }
    };
    let columns = [
        numbers("Try"),
        words("Result"),
        numbers("Duration"),
        words("Reason"),
    ];
    let table = Table {
        caption: "Attempts",
        columns: &columns,
        rows,
    };
    html! {
        @if attempts.len() > 1 {
            (table)
            @if let Some(unlisted) = unlisted_tries(result) { p { "These are the latest: " (unlisted) "." } }
        }
    }
}
