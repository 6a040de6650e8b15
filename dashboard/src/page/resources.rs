//! What the processes of the executor took over time, and what the runner itself took.

use charts::{Canvas, Figure, Frame, Plot as _, Table, numbers, words};
use maud::{Markup, Render, html};
use runner_core::drift::{Quantity, Series};

use super::{
    charts::{RunOverTime, why_not},
    series::{SeriesPlot, Unit, told},
    view::RunView,
};

pub(super) fn part(view: RunView<'_>) -> Markup {
    let Some(run) = view.recorded else {
        return html! { p { (why_not(view)) } };
    };
    let zone = view.zone();
    let over_time = RunOverTime::new(run, &zone);
    let quantities = Quantity::OF_EXECUTOR.into_iter().chain(Quantity::OF_RUNNER);
    let known = quantities.filter_map(|quantity| run.windows.series(quantity, None));
    let figures: Vec<_> = known.filter_map(|it| figure(&over_time, it)).collect();
    html! {
        @if figures.is_empty() {
            p {
                "No samples yet. The processes of the embedded executor are looked at, and those that "
                code { "--watch-pid" } " names; of a run that is no soak none are."
            }
        } @else {
            div.pair { @for figure in figures { (figure) } }
        }
    }
}

fn figure(over_time: &RunOverTime<'_>, series: &Series) -> Option<Markup> {
    let (quantity, dimension) = (series.quantity, series.quantity.dimension());
    let values: Vec<_> = series
        .values
        .iter()
        .enumerate()
        .filter_map(|(index, value)| Some((index, (*value)?)))
        .collect();
    let (_, latest) = values.last()?;
    let highest = values.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let unit = Unit::of(dimension, highest);
    let name = quantity.to_string();
    let steps = values
        .iter()
        .map(|(index, value)| (over_time.window(*index), *value));
    let plot = SeriesPlot::new(name.clone(), unit, steps.collect());
    let description = format!(
        "{} The latest is {}, the highest {}.",
        over_time.each_step(),
        told(dimension, *latest),
        told(dimension, highest)
    );
    let heading = match unit.name {
        "" => format!("{}: {}", capitalized(&name), unit.told(*latest)),
        in_unit => format!("{} ({in_unit}): {}", capitalized(&name), unit.told(*latest)),
    };
    let pointed_at: Vec<_> = values
        .iter()
        .map(|(index, value)| (*index, told(dimension, *value)))
        .collect();
    let frame = Frame {
        id: &format!("chart-{}", quantity.as_str().replace('_', "-")),
        title: &format!("{} over time", capitalized(&name)),
        description: &description,
        canvas: Canvas::COMPACT,
    };
    let rows = html! {
        @for (index, words) in &pointed_at {
            tr { th scope="row" { (over_time.name(*index)) } td { (words) } }
        }
    };
    let caption = format!("{} over time", capitalized(&name));
    let table = Table {
        caption: &caption,
        columns: &[words("From"), numbers("Value")],
        rows,
    };
    let figure = Figure {
        heading: &heading,
        note: None,
        chart: over_time.chart(frame, &plot, &pointed_at),
        legend: &over_time.legend(&plot)[plot.legend().len()..],
        figures: Some(table.render()),
    };
    Some(figure.render())
}

fn capitalized(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}
