//! How each version of the suite did, over everything that the ledger holds of it.

use charts::{Table, numbers, words};
use maud::{Markup, html};
use runner_core::{
    recorded::{GRADUATION_RATIO, SuiteHistory},
    text::{Confidence, Grouped, short_hash},
};

use super::View;
use crate::{bounded::Room, page::Section, text::Code};

/// The section; `None` if nobody knows.
pub(super) fn section(view: View<'_>) -> Option<Section> {
    let graduation = view.run.graduation.as_ref()?;
    let versions = &graduation.versions;
    let shown = Room::OF_TABLE.fill(versions, |version| row(view, version));
    let columns = [
        words("SHA-256 begins with"),
        words("Since"),
        numbers("Runs"),
        numbers("Successes"),
        numbers("Failures"),
        words("95% confidence of the success rate"),
    ];
    let table = Table {
        caption: "Versions of the suite in all runs of the ledger, latest first",
        columns: &columns,
        rows: html! { (shown) },
    };
    let body = html! {
        p {
            "The latest version has to reach " (GRADUATION_RATIO) " successes to a failure. "
            "All versions together have "
            (graduation.overall) "."
            @if versions.len() > shown.len() {
                " The latest " (shown.len()) " of " (Grouped(versions.len() as u64)) " are listed."
            }
        }
        (table)
    };
    Some(Section::new("graduation", "Graduation", body))
}

fn row(view: View<'_>, version: &SuiteHistory) -> Markup {
    let SuiteHistory {
        hash,
        since,
        runs,
        ratio,
    } = version;
    html! {
        tr {
            th scope="row" { (Code(short_hash(hash))) }
            td { (view.moment(*since)) }
            td.n { (Grouped(*runs)) }
            td.n { (Grouped(ratio.successes())) }
            td.n { (Grouped(ratio.failures())) }
            td { (Confidence(ratio.proportion())) }
        }
    }
}
