//! Breaches of the stream protocol, by code.

use charts::{Table, numbers, words};
use executor_protocol::FindingCode;
use maud::html;
use runner_core::{
    recorded::{FindingTotal, findings_by_gravity},
    text::{Grouped, OrDash},
};

use crate::{
    page::Section,
    text::{Clipped, ClippedCode},
};

/// The section. The gravest come first.
pub(super) fn section(findings: &[FindingTotal]) -> Section {
    let rows = html! {
        @for (code, total) in findings_by_gravity(findings) {
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
    };
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
        rows,
    };
    let body = html! {
        @if findings.is_empty() {
            p { "No breach of the stream protocol was found." }
        } @else {
            (table)
        }
    };
    Section::new("findings", "Findings", body)
}
