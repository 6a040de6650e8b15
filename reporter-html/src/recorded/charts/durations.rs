//! How long attempts took over time: what half of them, most of them, and almost all of them did not
//! exceed.

use std::time::Duration;

use maud::{Markup, Render, html};
use runner_core::text::{Grouped, Human};

use super::Series;
use crate::{
    buckets::Bucket,
    chart::{
        Chart,
        axis::Axis,
        figure::{Figure, Key},
    },
    recorded::hours::quantile,
    table::{Table, numbers, words},
};

/// The shares that are shown.
pub(super) const SHARES: [f64; 3] = [0.5, 0.95, 0.99];

/// Their names, which are classes, too.
pub(super) const NAMES: [&str; 3] = ["p50", "p95", "p99"];

/// The figure; `None` if no attempt passed.
pub(super) fn figure(series: &Series<'_>) -> Option<Markup> {
    let description = description(series)?;
    let axis = axis(series);
    let mut legend: Vec<_> = NAMES.map(|name| Key::line(name, name)).into();
    legend.extend(series.timeline.keys());
    let scale = if axis.is_logarithmic() {
        " The axis is logarithmic."
    } else {
        ""
    };
    let note = format!(
        "What 50%, 95% and 99% of the attempts that passed did not exceed. {}{scale}",
        series.each_step()
    );
    let marks = html! {
        (series.timeline.bands(series.canvas))
        // What lies lowest is drawn last: where lines meet, it is the one that is seen.
        @for (name, q) in NAMES.into_iter().zip(SHARES).rev() {
            path class=(name) d=(series.line(|bucket| {
                Some(axis.share_of(bucket.durations.quantile(q)?))
            })) {}
        }
        (series.pointers(in_words))
    };
    let chart = Chart {
        id: &format!("{}-durations", series.id),
        title: &format!("Durations{} over time", series.of),
        description: &description,
        canvas: series.canvas,
        horizontal: &series.time_ticks(),
        vertical: &axis.ticks(),
        marks,
    };
    let figure = Figure {
        heading: "Durations",
        note: &note,
        chart: chart.render(),
        legend: &legend,
        figures: series.is_detailed.then(|| figures(series)),
    };
    Some(figure.render())
}

fn in_words(bucket: &Bucket) -> String {
    let [p50, p95, p99] = SHARES.map(|q| quantile(&bucket.durations, q));
    format!("p50 {p50}, p95 {p95}, p99 {p99}")
}

fn axis(series: &Series<'_>) -> Axis {
    let of_all = |q| {
        series
            .buckets
            .iter()
            .filter_map(move |it| it.durations.quantile(q))
    };
    let shortest = of_all(SHARES[0]).min().unwrap_or(Duration::ZERO);
    let longest = of_all(SHARES[2]).max().unwrap_or(Duration::ZERO);
    Axis::of_durations(shortest, longest)
}

fn description(series: &Series<'_>) -> Option<String> {
    let mut known = series.buckets.iter().filter(|it| !it.durations.is_empty());
    let p95 = |bucket: &&Bucket| bucket.durations.quantile(SHARES[1]);
    let longest = known.clone().max_by_key(p95)?;
    let latest = known.next_back()?;
    Some(format!(
        "{} The longest p95 is {} from {} on. The latest are {}.{}",
        series.each_step(),
        quantile(&longest.durations, SHARES[1]),
        series.timeline.view.hour(longest.from),
        in_words(latest),
        series.timeline.absences_in_words()
    ))
}

fn figures(series: &Series<'_>) -> Markup {
    let rows = html! {
        @for bucket in series.buckets.iter().filter(|it| !it.durations.is_empty()) {
            tr {
                (series.row_head(bucket))
                td { (Grouped(bucket.durations.count())) }
                @for quantile in SHARES.into_iter().filter_map(|q| bucket.durations.quantile(q)) {
                    td { (Human(quantile)) }
                }
            }
        }
    };
    let columns = [
        words("From"),
        numbers("Passed"),
        numbers(NAMES[0]),
        numbers(NAMES[1]),
        numbers(NAMES[2]),
    ];
    let table = Table {
        caption: "Durations of attempts that passed, over time",
        columns: &columns,
        rows,
    };
    table.render()
}
