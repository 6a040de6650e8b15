//! When nothing was tested, and why: the executor was away, or the runner.

use charts::{Table, numbers, words};
use maud::{Markup, html};
use runner_core::{
    recorded::{Gap, Outage, PartEnd},
    text::{Human, Times},
    words::Nouns,
};

use super::View;
use crate::{bounded::Room, page::Section, text::Clipped};

/// The section about when the executor was away.
pub(super) fn outages(view: View<'_>) -> Section {
    let run = view.run;
    let known = run.outages.len() as u64;
    let count = run.outage_count.max(known);
    let total = Human(
        run.outages
            .iter()
            .map(|outage| run.outage_length(outage))
            .sum(),
    );
    let latest_first = run.outages.iter().rev();
    let shown = Room::OF_TABLE.fill(latest_first, |outage| outage_row(view, outage));
    let shown = shown.reversed();
    let table = Table {
        caption: "Times in which the executor was away",
        columns: &[words("Began"), numbers("Lasted"), words("Reason")],
        rows: html! { (shown) },
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
    let until = match outage.is_over {
        true => "",
        false if view.run.away_since() == Some(outage.began) => ", still away",
        false => ", still away at the end",
    };
    html! {
        tr {
            th scope="row" { (view.moment(outage.began)) }
            td.n { (Human(view.run.outage_length(outage))) (until) }
            td { (Clipped(&outage.reason)) }
        }
    }
}

/// The section about when the runner was away; `None` if it never was.
pub(super) fn gaps(view: View<'_>) -> Option<Section> {
    let gaps: Vec<_> = view.run.gaps().collect();
    let latest_first = gaps.iter().rev();
    let shown = Room::OF_TABLE.fill(latest_first, |gap| gap_row(view, gap));
    let shown = shown.reversed();
    let columns = [
        words("From"),
        words("To"),
        numbers("Length"),
        words("How the part before ended"),
    ];
    let table = Table {
        caption: "Times between two parts of the run, in which the runner was away",
        columns: &columns,
        rows: html! { (shown) },
    };
    let total = Human(gaps.iter().map(Gap::length).sum());
    let known = gaps.len() as u64;
    let count = known + view.run.earlier_parts();
    let body = html! {
        p {
            "The " (Nouns::of_attempts(view.run.kind).whole) " stood still " (Times(count)) ", "
            @if count > known { "the latest " (Times(known)) " " }
            "for " (total) " in all."
            @if (shown.len() as u64) < count { " The latest " (shown.len()) " are listed." }
        }
        (table)
    };
    (!gaps.is_empty()).then(|| Section::new("gaps", "Gaps between parts", body))
}

fn gap_row(view: View<'_>, gap: &Gap<'_>) -> Markup {
    html! {
        tr {
            th scope="row" { (view.moment(gap.before.until())) }
            td { (view.moment(gap.after.began)) }
            td.n { (Human(gap.length())) }
            td {
                @match gap.before.end {
                    Some(PartEnd::InGoodOrder) => "in good order",
                    Some(PartEnd::MachineSlept) => "the machine slept",
                    None => "killed, or the machine went down",
                }
            }
        }
    }
}
