//! How each version of the suite did, over everything that the ledger holds of it.

use charts::{Table, numbers, words};
use maud::html;
use runner_core::{
    recorded::{GRADUATION_RATIO, SuiteHistory},
    text::{Confidence, Grouped},
};

use super::{View, suites::beginning};
use crate::{page::Section, text::Code};

/// So many versions are listed, the latest ones.
const LISTED: usize = 100;

/// The section; `None` if nobody knows.
pub(super) fn section(view: View<'_>) -> Option<Section> {
    let graduation = view.run.graduation.as_ref()?;
    let versions = &graduation.versions;
    let rows = html! {
        @for SuiteHistory { hash, since, runs, ratio } in versions.iter().take(LISTED) {
            tr {
                th scope="row" { (Code(beginning(hash))) }
                td { (view.moment(*since)) }
                td.n { (Grouped(*runs)) }
                td.n { (Grouped(ratio.successes())) }
                td.n { (Grouped(ratio.failures())) }
                td { (Confidence(ratio.proportion())) }
            }
        }
    };
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
        rows,
    };
    let body = html! {
        p {
            "The latest version has to reach " (GRADUATION_RATIO) " successes to a failure. "
            "All versions together have "
            (graduation.overall) "."
            @if versions.len() > LISTED {
                " The latest " (LISTED) " of " (Grouped(versions.len() as u64)) " are listed."
            }
        }
        (table)
    };
    Some(Section::new("graduation", "Graduation", body))
}
