//! The versions of the suite: its file may change while a run goes on.

use charts::{Table, numbers, words};
use maud::{Markup, html};
use runner_core::{
    recorded::SuiteUse,
    text::{Confidence, Grouped, OrDash, Rate, short_hash},
};

use crate::{bounded::Room, page::Section, text::Code};

/// The section; `None` if no attempt was made.
pub(super) fn section(suites: &[SuiteUse]) -> Option<Section> {
    let shown = Room::OF_TABLE.fill(suites.iter().rev(), row).reversed();
    let columns = [
        words("SHA-256 begins with"),
        numbers("Attempts"),
        numbers("Success rate"),
        words("95% confidence"),
    ];
    let table = Table {
        caption: "Versions of the suite under which attempts were made",
        columns: &columns,
        rows: html! { (shown) },
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

fn row(SuiteUse { hash, outcomes }: &SuiteUse) -> Markup {
    let success = outcomes.success();
    let known = (success.trials() > 0).then_some(success);
    html! {
        tr {
            th scope="row" { (Code(short_hash(hash))) }
            td.n { (Grouped(outcomes.counts().total)) }
            td.n { (OrDash(known.map(Rate))) }
            td { (OrDash(known.map(Confidence))) }
        }
    }
}
