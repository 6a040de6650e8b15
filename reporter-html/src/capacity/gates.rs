//! The gates: at which rates each of them held, as a table, and what it was held against, as charts.

use ::load::capacity::{CapacityResults, RoundRate, TrialReport};
use charts::{Canvas, Figure, Frame, Guide, Key, Scatter, Side, Spot, Table, numbers, words};
use maud::{Markup, Render, html};
use runner_core::{
    results::{GateResult, GateValue},
    text::{Grouped, OrDash},
};

use super::{
    Numbered, interval, mark,
    quantity::{Kind, Quantity},
    shown,
    trials::marks,
};
use crate::{
    bounded::Room,
    page::Section,
    status::Holds,
    text::{ClippedCode, Plain, Prose, beginning},
};

/// So many gates have a chart, those first that failed most often.
const MAX_CHARTS: usize = 6;

/// The section with the table; `None` without trials.
pub(super) fn section(results: &CapacityResults) -> Option<Section> {
    let gates = all(results);
    let rows = Room::OF_TABLE.fill(&gates, Judged::row);
    let left_out = gates.len() - rows.len();
    let table = Table {
        caption: "Gates, and in how many trials that show something they held",
        columns: &[
            words("Gate"),
            words("Bound"),
            numbers("Trials"),
            numbers("Held in"),
            numbers("Held up to"),
            numbers("Failed from"),
        ],
        rows: html! { (rows) },
    };
    let body = html! {
        @if left_out > 0 { p { (Grouped(left_out as u64)) " further gates are not listed." } }
        (table)
    };
    (!gates.is_empty()).then(|| Section::new("gates", "Gates", body))
}

/// The section with the charts; `None` where there is nothing to draw.
pub(super) fn values(results: &CapacityResults) -> Option<Section> {
    let mut gates = all(results);
    gates.sort_by_key(|gate| std::cmp::Reverse(gate.failed().count()));
    let are_some_left_out = gates.len() > MAX_CHARTS;
    let gates = gates.iter().take(MAX_CHARTS).enumerate();
    let figures: Vec<_> = gates
        .filter_map(|(index, gate)| gate.figure(index, results))
        .collect();
    let body = html! {
        p {
            "What each gate was held against at each rate, in the trials that were made. Of a trial that was ended \
             early it is what there was until then."
            @if are_some_left_out { " Of all gates, these are those that failed most often." }
        }
        @for figure in &figures { (figure) }
    };
    (!figures.is_empty()).then(|| Section::new("by-rate", "Gates by rate", body))
}

/// A gate, and the trials in which it was asked for.
struct Judged<'a> {
    gate: &'a GateResult,
    trials: Vec<(Numbered<'a>, &'a GateResult)>,
}

/// The gates of the trials, in their order.
fn all(results: &CapacityResults) -> Vec<Judged<'_>> {
    let first = results.trials.first();
    let gates = first.map_or(&[][..], |trial| &trial.gates);
    // Every trial is held against the same gates.
    let of_gate = |index: usize| {
        let trials = results.trials.iter().enumerate();
        let judged = trials.filter_map(move |(place, trial)| {
            let number = place + 1;
            Some((Numbered { number, trial }, trial.gates.get(index)?))
        });
        judged.collect()
    };
    let gates = gates.iter().enumerate();
    gates
        .map(|(index, gate)| Judged {
            gate,
            trials: of_gate(index),
        })
        .collect()
}

impl Judged<'_> {
    /// The trials that show something, and in which the gate held or did not.
    fn shown(&self, holds: bool) -> impl Iterator<Item = &TrialReport> {
        let trials = self.trials.iter();
        trials
            .filter(move |(it, gate)| it.trial.verdict.evidence().is_some() && gate.holds == holds)
            .map(|(it, _)| it.trial)
    }

    fn failed(&self) -> impl Iterator<Item = &TrialReport> {
        self.shown(false)
    }

    fn row(&self) -> Markup {
        let held = self.shown(true).map(|trial| trial.rate.per_second());
        let failed = self.failed().map(|trial| trial.rate.per_second());
        let (held_in, failed_in) = (self.shown(true).count(), self.failed().count());
        let rate = |per_second: Option<f64>| {
            OrDash(per_second.and_then(::load::ArrivalRate::of).map(RoundRate))
        };
        html! {
            tr {
                th scope="row" { (ClippedCode(&self.gate.name)) }
                td { (Prose(&self.gate.bound.to_string())) }
                td.n { (Grouped((held_in + failed_in) as u64)) }
                td.n { (Grouped(held_in as u64)) }
                td.n { (rate(held.reduce(f64::max))) }
                td.n { (rate(failed.reduce(f64::min))) }
            }
        }
    }

    /// What the gate was held against, by rate; `None` if that is no number, or was never known.
    fn figure(&self, index: usize, results: &CapacityResults) -> Option<Markup> {
        let drawn = self.drawn(results);
        let kind = drawn.first()?.quantity.kind;
        let bound = Quantity::of_bound(self.gate).filter(|bound| bound.kind == kind);
        let numbers = drawn.iter().map(|it| it.quantity.number);
        let vertical = kind.axis(numbers.chain(bound.map(|bound| bound.number)));
        let mut guides = interval::guides(&results.known, Side::Horizontal);
        guides.extend(bound.map(|bound| Guide::Line {
            side: Side::Vertical,
            at: bound.number,
            class: "bound",
        }));
        let bound_text = Plain(&self.gate.bound.to_string()).to_string();
        let mut legend = marks("the gate holds", "it does not");
        legend.extend(bound.map(|_| Key::line("bound", format!("the bound: {bound_text}"))));
        legend.extend(interval::legend(&results.known));
        let note = note(kind, vertical.is_logarithmic(), results);
        let scatter = Scatter {
            horizontal: interval::axis(results, interval::labels_below())?,
            vertical,
            spots: drawn.iter().map(Drawn::spot).collect(),
            guides,
            is_connected: false,
        };
        let name = Plain(beginning(&self.gate.name)).to_string();
        let frame = Frame {
            id: &format!("chart-gate-{}", index + 1),
            title: &format!("{name} by rate"),
            description: &self.description(&drawn, &bound_text),
            canvas: Canvas::WIDE,
        };
        let figure = Figure {
            heading: &name,
            note: Some(&note),
            chart: scatter.chart(frame),
            legend: &legend,
            figures: Some(table(&drawn)),
        };
        Some(figure.render())
    }

    /// What can be drawn, the latest trials.
    fn drawn<'s>(&'s self, results: &'s CapacityResults) -> Vec<Drawn<'s>> {
        let first = shown(results).next().map_or(1, |it| it.number);
        let trials = self.trials.iter();
        let latest = trials.filter(|(it, _)| it.number >= first);
        let drawn = latest.filter_map(|(numbered, gate)| {
            let value = gate.value.as_ref()?;
            Some(Drawn {
                numbered: *numbered,
                holds: gate.holds,
                value,
                quantity: Quantity::of_value(value)?,
            })
        });
        drawn.collect()
    }

    fn description(&self, drawn: &[Drawn<'_>], bound: &str) -> String {
        let ends = drawn.first().zip(drawn.last()).map(|(first, last)| {
            format!(
                "In the first trial, at {}, it is {}; in the last, at {}, {}. ",
                RoundRate(first.numbered.trial.rate),
                first.value,
                RoundRate(last.numbered.trial.rate),
                last.value
            )
        });
        format!(
            "The bound is {bound}. {}It holds in {} trials and does not in {}.",
            ends.unwrap_or_default(),
            Grouped(self.shown(true).count() as u64),
            Grouped(self.failed().count() as u64)
        )
    }
}

/// A trial with what a gate was held against in it.
struct Drawn<'a> {
    numbered: Numbered<'a>,
    holds: bool,
    value: &'a GateValue,
    quantity: Quantity,
}

impl Drawn<'_> {
    fn spot(&self) -> Spot {
        let Numbered { number, trial } = self.numbered;
        Spot {
            x: trial.rate.per_second(),
            y: self.quantity.number,
            mark: mark(trial, self.holds),
            words: format!(
                "trial {} at {}: {}",
                Grouped(number as u64),
                RoundRate(trial.rate),
                self.value
            ),
        }
    }
}

fn note(kind: Kind, is_logarithmic: bool, results: &CapacityResults) -> String {
    let axes = match (kind, is_logarithmic) {
        (Kind::Time, true) => "Both axes are logarithmic.",
        _ => "The axis of rates is logarithmic.",
    };
    format!("{axes}{}", interval::left_out(results))
}

fn table(drawn: &[Drawn<'_>]) -> Markup {
    let rows = html! {
        @for Drawn { numbered, holds, value, .. } in drawn {
            tr {
                th scope="row" { (Grouped(numbered.number as u64)) }
                td.n { (RoundRate(numbered.trial.rate)) }
                td.n { (value) }
                td { (Holds(*holds)) }
            }
        }
    };
    let table = Table {
        caption: "What the gate was held against in each trial",
        columns: &[
            words("Trial"),
            numbers("Rate"),
            numbers("Value"),
            words("Holds"),
        ],
        rows,
    };
    table.render()
}
