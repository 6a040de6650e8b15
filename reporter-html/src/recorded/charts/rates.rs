//! The success rate over time, with how sure it is.

use maud::{Markup, Render, html};
use run_stats::Proportion;
use runner_core::text::{Confidence, Grouped, Rate, Share};

use super::Series;
use crate::{
    buckets::Bucket,
    chart::{
        Chart,
        axis::Axis,
        figure::{Figure, Key},
        path::Path,
    },
    table::{Table, numbers, words},
};

/// The figure; `None` if nothing was tried.
pub(super) fn figure(series: &Series<'_>) -> Option<Markup> {
    let description = description(series)?;
    let axis = axis(series);
    let mut legend = vec![
        Key::line("rate", "success rate"),
        Key::area("interval", "95% confidence"),
    ];
    legend.extend(series.timeline.keys());
    let heading = "Success rate";
    let note = format!(
        "The share of passed attempts among those that were tried, and between which bounds it lies with \
         95% confidence. {} The axis begins at {}.",
        series.each_step(),
        axis.begins()
    );
    let marks = html! {
        (series.timeline.bands(series.canvas))
        path.interval d=(intervals(series, &axis)) {}
        path.rate d=(series.line(|bucket| Some(axis.share(tried(bucket)?.rate()?)))) {}
        (series.pointers(|bucket| Share(bucket.outcomes.success()).to_string()))
    };
    let chart = Chart {
        id: &format!("{}-rate", series.id),
        title: &format!("Success rate{} over time", series.of),
        description: &description,
        canvas: series.canvas,
        horizontal: &series.time_ticks(),
        vertical: &axis.ticks(),
        marks,
    };
    let figure = Figure {
        heading,
        note: &note,
        chart: chart.render(),
        legend: &legend,
        figures: series.is_detailed.then(|| figures(series)),
    };
    Some(figure.render())
}

/// The share of passed attempts of a bucket in which any were tried.
fn tried(bucket: &Bucket) -> Option<Proportion> {
    let success = bucket.outcomes.success();
    (success.trials() > 0).then_some(success)
}

/// All rates are on the axis. Of the intervals those of half of the buckets are: a single bucket with
/// two attempts shall not press all others to the top.
fn axis(series: &Series<'_>) -> Axis {
    let tried: Vec<_> = series.buckets.iter().filter_map(tried).collect();
    let rates = tried.iter().filter_map(|success| success.rate());
    let lows = tried.iter().filter_map(|success| success.wilson_95());
    let mut lows: Vec<_> = lows.map(|interval| interval.low).collect();
    lows.sort_by(f64::total_cmp);
    let median = lows.get(lows.len() / 2).copied();
    Axis::of_shares(rates.chain(median).fold(1.0, f64::min))
}

fn intervals(series: &Series<'_>, axis: &Axis) -> Path {
    let mut path = Path::default();
    for bucket in &series.buckets {
        let Some(interval) = bucket.outcomes.success().wilson_95() else {
            continue;
        };
        let (from, until) = series.places(bucket);
        let [low, high] =
            [interval.low, interval.high].map(|share| series.canvas.y(axis.share(share)));
        path.rectangle((from, high), (until, low));
    }
    path
}

fn description(series: &Series<'_>) -> Option<String> {
    let by_rate = |one: &&Bucket, other: &&Bucket| {
        let rate = |bucket: &Bucket| bucket.outcomes.success().rate().unwrap_or(1.0);
        rate(one).total_cmp(&rate(other))
    };
    let mut tried = series.buckets.iter().filter(|it| tried(it).is_some());
    let lowest = tried.clone().min_by(by_rate)?;
    let latest = tried.next_back()?;
    let view = series.timeline.view;
    Some(format!(
        "{} The lowest is {} from {} on, the latest {}.{}",
        series.each_step(),
        Rate(lowest.outcomes.success()),
        view.hour(lowest.from),
        Rate(latest.outcomes.success()),
        series.timeline.absences_in_words()
    ))
}

fn figures(series: &Series<'_>) -> Markup {
    let rows = html! {
        @for bucket in &series.buckets {
            @if let Some(success) = tried(bucket) {
                tr {
                    (series.row_head(bucket))
                    td.n { (Grouped(success.trials())) }
                    td.n { (Grouped(success.successes())) }
                    td.n { (Rate(success)) }
                    td { (Confidence(success)) }
                }
            }
        }
    };
    let columns = [
        words("From"),
        numbers("Tried"),
        numbers("Passed"),
        numbers("Success rate"),
        words("95% confidence"),
    ];
    let table = Table {
        caption: "Success rate over time",
        columns: &columns,
        rows,
    };
    table.render()
}
