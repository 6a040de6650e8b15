//! The trials, in their order: as a chart of how the search closed in, and as a table.

use ::load::capacity::{CapacityResults, RoundRate, Stopped, TrialReport};
use charts::{Axis, Canvas, Figure, Frame, Key, Mark, Scatter, Side, Spot, Table, numbers, words};
use maud::{Markup, Render, html};
use runner_core::text::{Fine, Grouped, Human, OrDash, Rate};

use super::{Numbered, interval, mark, shown};
use crate::{bounded::Room, page::Section, status::Status, text::Clipped};

/// The room of the table.
const TABLE: Room = Room {
    entries: 400,
    bytes: 300 * 1024,
};

/// The section; `None` without trials.
pub(super) fn section(results: &CapacityResults) -> Option<Section> {
    let body = html! {
        (figure(results)?)
        (table(results))
    };
    Some(Section::new("trials", "Trials", body))
}

fn figure(results: &CapacityResults) -> Option<Markup> {
    let (canvas, known) = (Canvas::WIDE, &results.known);
    let first = shown(results).next()?.number;
    let spots = shown(results).map(|Numbered { number, trial }| Spot {
        x: (number - first + 1) as f64,
        y: trial.rate.per_second(),
        mark: mark(trial, trial.verdict.evidence() == Some(true)),
        words: format!(
            "trial {} at {}: {}",
            Grouped(number as u64),
            RoundRate(trial.rate),
            Status::of_trial(&trial.verdict).words
        ),
    });
    let spots: Vec<_> = spots.collect();
    let scatter = Scatter {
        horizontal: Axis::of_ordinals(spots.len() as u64, canvas.labels()),
        vertical: interval::axis(results, interval::LABELS_BESIDE)?,
        guides: interval::guides(known, Side::Vertical),
        spots,
        is_connected: true,
    };
    let frame = Frame {
        id: "chart-trials",
        title: "Rates of the trials, in their order",
        description: &description(results),
        canvas,
    };
    let mut legend = marks("all gates hold", "a gate does not hold");
    legend.extend(interval::legend(known));
    let note = format!(
        "At which rate each trial was made, one behind the other, and what it shows. The axis of rates is \
         logarithmic.{}",
        interval::left_out(results)
    );
    let figure = Figure {
        heading: "How the search closed in",
        note: Some(&note),
        chart: scatter.chart(frame),
        legend: &legend,
        figures: None,
    };
    Some(figure.render())
}

/// What marks mean.
pub(super) fn marks(good: &str, bad: &str) -> Vec<Key> {
    vec![
        Key::mark(Mark::Good, good),
        Key::mark(Mark::Bad, bad),
        Key::mark(Mark::Open, "shows nothing"),
    ]
}

fn description(results: &CapacityResults) -> String {
    let count = |evidence| {
        let trials = results.trials.iter();
        let same = trials.filter(|trial| trial.verdict.evidence() == evidence);
        Grouped(same.count() as u64)
    };
    format!(
        "{} trials: all gates hold in {}, not all in {}, and {} show nothing. Capacity: {}.",
        Grouped(results.trials.len() as u64),
        count(Some(true)),
        count(Some(false)),
        count(None),
        results.known
    )
}

fn table(results: &CapacityResults) -> Markup {
    // The latest ones have room first, and stand last.
    let latest = results.trials.iter().enumerate().rev();
    let rows = TABLE
        .fill(latest, |(index, trial)| row(index + 1, trial))
        .reversed();
    let left_out = results.trials.len() - rows.len();
    let table = Table {
        caption: "Trials, in their order",
        columns: &[
            words("Trial"),
            numbers("Rate"),
            words("Shows"),
            numbers("Lasted"),
            numbers("Success rate"),
            numbers("p50"),
            numbers("p95"),
            numbers("p99"),
            numbers("In flight"),
            numbers("Lag p99"),
            words("What decided"),
        ],
        rows: html! { (rows) },
    };
    html! {
        p {
            "Times are those of attempts that passed, from when they were to begin. Of a trial that was ended \
             early, as its gates could not hold any more, they are those until then."
            @if left_out > 0 { " The first " (Grouped(left_out as u64)) " trials are not listed." }
        }
        (table)
    }
}

fn row(number: usize, trial: &TrialReport) -> Markup {
    let time = |q| OrDash(trial.response.quantile(q).map(Fine));
    html! {
        tr {
            th scope="row" { (Grouped(number as u64)) }
            td.n { (RoundRate(trial.rate)) }
            td {
                (Status::of_trial(&trial.verdict))
                @if trial.stopped == Stopped::AsLost { ", ended early" }
            }
            td.n { (Human(trial.elapsed)) }
            td.n { (Rate(trial.outcomes.success())) }
            @for q in [0.5, 0.95, 0.99] { td.n { (time(q)) } }
            td.n { (Grouped(trial.in_flight_max)) }
            td.n { (OrDash(trial.lag.quantile(0.99).map(Fine))) }
            td { (Clipped(&trial.why())) }
        }
    }
}
