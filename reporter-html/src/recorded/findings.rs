//! Breaches of the stream protocol, by code.

use charts::{Table, numbers, words};
use executor_protocol::FindingCode;
use maud::{Markup, html};
use runner_core::{
    recorded::{FindingTotal, findings_by_gravity},
    text::{Grouped, OrDash},
};

use crate::{
    bounded::Room,
    page::Section,
    text::{Clipped, ClippedCode},
};

/// The section. The gravest come first.
pub(super) fn section(findings: &[FindingTotal]) -> Section {
    let shown = Room::OF_TABLE.fill(findings_by_gravity(findings), |(code, total)| {
        row(code, total)
    });
    let columns = [
        words("Code"),
        words("Severity"),
        numbers("Count"),
        numbers("Attempts"),
        numbers("First attempt"),
        words("Meaning"),
        words("Detail of the first"),
    ];
    let table = Table {
        caption: "Breaches of the stream protocol, the gravest first",
        columns: &columns,
        rows: html! { (shown) },
    };
    let body = html! {
        @if findings.is_empty() {
            p { "No breach of the stream protocol was found." }
        } @else {
            @if shown.len() < findings.len() {
                p { "The gravest " (shown.len()) " of " (Grouped(findings.len() as u64)) "." }
            }
            (table)
        }
    };
    Section::new("findings", "Findings", body)
}

fn row(code: Option<FindingCode>, total: &FindingTotal) -> Markup {
    html! {
        tr {
            th scope="row" { (ClippedCode(&total.code)) }
            td { (OrDash(code.map(FindingCode::severity))) }
            td.n { (Grouped(total.count)) }
            td.n { (Grouped(total.attempts)) }
            td.n { (Grouped(total.first_attempt)) }
            td { (OrDash(code.map(FindingCode::description))) }
            td { (Clipped(&total.detail)) }
        }
    }
}
