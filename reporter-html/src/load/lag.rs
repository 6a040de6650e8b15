//! The generator's own delay, which shows whether the other figures can be trusted.

use ::load::LATE;
use charts::{Canvas, Distribution, Figure, Frame};
use maud::{Markup, Render, html};
use run_stats::DurationHistogram;
use runner_core::text::{Fine, Grouped, Human};

use super::{View, times};
use crate::page::Section;

/// The section; `None` where there was no schedule.
pub(super) fn section(view: View<'_>) -> Option<Section> {
    let pace = &view.results.measured.pace;
    let (late, begun) = (Grouped(pace.late), Grouped(pace.begun()));
    let body = html! {
        p {
            (late) " of " (begun) " attempts began more than " (Human(LATE))
            " later than they could have, because the generator itself was late."
        }
        @if let Some(figure) = figure(&pace.lag) { (figure) }
    };
    let is_open = view.results.load.model.is_open();
    (is_open && !pace.lag.is_empty()).then(|| Section::new("lag", "Schedule lag", body))
}

fn figure(lag: &DurationHistogram) -> Option<Markup> {
    let distribution = Distribution::of(lag)?;
    let (uprights, legend) = times::marked(lag);
    let note = format!(
        "By how much attempts began later than they were to begin or, if they had to wait for another one, \
         than that one ended.{}",
        times::scale(distribution.is_logarithmic(Canvas::WIDE))
    );
    let frame = Frame {
        id: "chart-lag",
        title: "Distribution of the schedule lag",
        description: &format!(
            "{} attempts began. {}; the longest lag is {}.",
            Grouped(lag.count()),
            times::in_words(lag),
            Fine(lag.max()?)
        ),
        canvas: Canvas::WIDE,
    };
    let figure = Figure {
        heading: "Lag",
        note: Some(&note),
        chart: distribution.chart(frame, &uprights, times::bar_in_words),
        legend: &legend,
        figures: Some(times::bars(
            "How many were how late",
            &distribution.bars(),
            lag.count(),
        )),
    };
    Some(figure.render())
}
