//! The versions of the suite: its file may change while a run goes on.

use charts::{Table, numbers, words};
use maud::html;
use runner_core::{
    recorded::SuiteUse,
    text::{Confidence, Grouped, Rate},
};

use super::view::latest;
use crate::{format::OrDash, page::Section, text::Code};

/// Versions are called by so many characters of their hash: enough to tell them apart, and few enough
/// to be read.
const HASH_CHARS: usize = 12;

/// The section; `None` if no attempt was made.
pub(super) fn section(suites: &[SuiteUse]) -> Option<Section> {
    let shown = latest(suites);
    let rows = html! {
        @for SuiteUse { hash, outcomes } in shown {
            @let success = outcomes.success();
            @let known = (success.trials() > 0).then_some(success);
            tr {
                th scope="row" { (Code(beginning(hash))) }
                td.n { (Grouped(outcomes.counts().total)) }
                td.n { (OrDash(known.map(Rate))) }
                td { (OrDash(known.map(Confidence))) }
            }
        }
    };
    let columns = [
        words("SHA-256 begins with"),
        numbers("Attempts"),
        numbers("Success rate"),
        words("95% confidence"),
    ];
    let table = Table {
        caption: "Versions of the suite under which attempts were made",
        columns: &columns,
        rows,
    };
    let body = html! {
        @if shown.len() < suites.len() {
            p { "The latest " (shown.len()) " of " (Grouped(suites.len() as u64)) "." }
        }
        (table)
    };
    let section = Section::new("suite-versions", "Suite versions", body);
    (!suites.is_empty()).then_some(section)
}

/// What a version is called by.
pub(super) fn beginning(hash: &str) -> &str {
    let end = hash.char_indices().nth(HASH_CHARS);
    &hash[..end.map_or(hash.len(), |(end, _)| end)]
}
