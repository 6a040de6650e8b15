//! When nothing was tested, and why: the executor was away, or the runner.

use std::time::Duration;

use charts::{Table, numbers, words};
use maud::{Markup, html};
use runner_core::{
    recorded::{Outage, RunPart},
    text::Human,
};

use super::{
    View,
    verdict::nouns,
    view::{between, latest},
};
use crate::{format::Times, page::Section, text::Clipped};

/// The section about when the executor was away.
pub(super) fn outages(view: View<'_>) -> Section {
    let run = view.run;
    let known = run.outages.len() as u64;
    let count = run.outage_count.max(known);
    let total = Human(run.outages.iter().map(|outage| view.length(outage)).sum());
    let shown = latest(&run.outages);
    let rows = html! { @for outage in shown { (outage_row(view, outage)) } };
    let table = Table {
        caption: "Times in which the executor was away",
        columns: &[words("Began"), numbers("Lasted"), words("Reason")],
        rows,
    };
    let body = html! {
        @if count == 0 {
            p { "The executor was never away." }
        } @else {
            p {
                "The executor was away " (Times(count)) ", "
                // Nobody knows of the others any more.
                @if count > known { "the latest " (Times(known)) " " }
                "for " (total) " in all."
                @if (shown.len() as u64) < count { " The latest " (shown.len()) " are listed." }
            }
            (table)
        }
    };
    Section::new("outages", "Outages", body)
}

fn outage_row(view: View<'_>, outage: &Outage) -> Markup {
    let until = match outage.lasted {
        Some(_) => "",
        None if view.away_since() == Some(outage.began) => ", still away",
        None => ", still away at the end",
    };
    html! {
        tr {
            th scope="row" { (view.moment(outage.began)) }
            td.n { (Human(view.length(outage))) (until) }
            td { (Clipped(&outage.reason)) }
        }
    }
}

/// A time in which nobody was at the run.
struct Gap<'a> {
    before: &'a RunPart,
    after: &'a RunPart,
}

impl Gap<'_> {
    fn length(&self) -> Duration {
        between(self.before.until(), self.after.began)
    }
}

/// The section about when the runner was away; `None` if it never was.
pub(super) fn gaps(view: View<'_>) -> Option<Section> {
    let pairs = view.run.parts.windows(2);
    let gaps: Vec<_> = pairs
        .map(|pair| Gap {
            before: &pair[0],
            after: &pair[1],
        })
        .collect();
    let shown = latest(&gaps);
    let rows = html! {
        @for gap in shown {
            tr {
                th scope="row" { (view.moment(gap.before.until())) }
                td { (view.moment(gap.after.began)) }
                td.n { (Human(gap.length())) }
                td {
                    @if gap.before.ended { "in good order" }
                    @else { "killed, or the machine went down" }
                }
            }
        }
    };
    let columns = [
        words("From"),
        words("To"),
        numbers("Length"),
        words("How the part before ended"),
    ];
    let table = Table {
        caption: "Times between two parts of the run, in which the runner was away",
        columns: &columns,
        rows,
    };
    let total = Human(gaps.iter().map(Gap::length).sum());
    let body = html! {
        p {
            "The " (nouns(view.run.kind).whole) " stood still " (Times(gaps.len() as u64))
            ", for " (total) " in all."
            @if shown.len() < gaps.len() { " The latest " (shown.len()) " are listed." }
        }
        (table)
    };
    (!gaps.is_empty()).then(|| Section::new("gaps", "Gaps between parts", body))
}
