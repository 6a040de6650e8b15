//! Breaches of the stream protocol, by code.

use charts::{Table, numbers, words};
use executor_protocol::FindingCode;
use maud::html;
use runner_core::{recorded::FindingTotal, text::Grouped};

use crate::{
    format::OrDash,
    page::Section,
    text::{Clipped, ClippedCode},
};

/// The section. The gravest come first.
pub(super) fn section(findings: &[FindingTotal]) -> Section {
    let mut known: Vec<_> = findings.iter().map(|total| (code(total), total)).collect();
    known.sort_by_key(|(code, _)| code.map(FindingCode::severity));
    known.reverse();
    let rows = html! {
        @for (code, total) in known {
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

/// The code of a finding; `None` if another version of the program has found it.
fn code(total: &FindingTotal) -> Option<FindingCode> {
    let mut all = FindingCode::ALL.iter().copied();
    all.find(|code| code.as_str() == total.code)
}
