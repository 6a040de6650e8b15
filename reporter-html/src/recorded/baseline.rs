//! The run beside the one that it was held against.

use charts::{Table, numbers, words};
use maud::{Markup, html};
use runner_core::{
    comparison::{AgainstBaseline, Row},
    text::{Grouped, Human, OrDash, Rate},
};

use crate::{
    bounded::Room,
    page::Section,
    text::{ClippedCode, Code, Prose},
};

/// The section; `None` if the run was not held against any.
pub(super) fn section(against: Option<&AgainstBaseline>) -> Option<Section> {
    let against = against?;
    let rows = against.rows();
    let shown = Room::OF_TABLE.fill(rows.iter().copied(), row);
    let columns = [
        words("Case"),
        numbers("Passed then"),
        numbers("Passed now"),
        numbers("Median then"),
        numbers("Median now"),
        words("Verdict"),
    ];
    let table = Table {
        caption: "Cases that both runs have; those that differ come first",
        columns: &columns,
        rows: html! { (shown) },
    };
    let started = against.started_at.strftime("%Y-%m-%d %H:%M:%S %:z");
    let body = html! {
        p {
            "Run " (against.id) " is " (Code(&against.marker)) ", from " (started) ". This one is "
            (Prose(&against.to_string())) "."
        }
        @for caveat in &against.caveats { p { "Note: " (caveat.words()) "." } }
        @if shown.len() > 0 {
            (table)
            @if shown.len() < rows.len() {
                p { "And " (Grouped((rows.len() - shown.len()) as u64)) " more." }
            }
            p {
                "Shares of passed attempts: Fisher\u{2019}s exact test. Durations: rank-sum test of Mann and \
                 Whitney. All p-values are adjusted together by Holm\u{2019}s method."
            }
        }
    };
    Some(Section::new("baseline", "Beside the baseline", body))
}

fn row(row: &Row) -> Markup {
    html! {
        tr {
            th scope="row" { (ClippedCode(row.name())) }
            td.n { (Rate(row.success.baseline)) }
            td.n { (Rate(row.success.candidate)) }
            td.n { (OrDash(row.durations.baseline.quantile(0.5).map(Human))) }
            td.n { (OrDash(row.durations.candidate.quantile(0.5).map(Human))) }
            td { (row.verdict().words()) }
        }
    }
}
