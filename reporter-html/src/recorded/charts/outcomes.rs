//! What attempts came to over time, as bars of outcomes on top of each other.

use maud::{Markup, Render, html};
use runner_core::{outcome::OutcomeClass, recorded::OutcomeCounts, text::Grouped};

use super::Series;
use crate::{
    buckets::Bucket,
    chart::{
        Chart,
        axis::Axis,
        figure::{Figure, Key},
        path::Path,
    },
    table::{Column, Table, numbers, words},
};

/// What happened at all is at least this high: one failure in a thousand attempts is what somebody
/// looks for.
const MIN_HEIGHT: f64 = 2.0;

/// The figure.
pub(super) fn figure(series: &Series<'_>) -> Markup {
    let mut all = OutcomeCounts::default();
    series
        .buckets
        .iter()
        .for_each(|bucket| all.merge(&bucket.outcomes));
    // Those that passed stand on top, so that the others begin at the ground, where they can be compared.
    let (passed, mut classes): (Vec<_>, Vec<_>) = all
        .iter()
        .map(|(class, _)| class)
        .partition(|class| *class == OutcomeClass::Passed);
    classes.extend(passed);
    let most = series
        .buckets
        .iter()
        .map(|bucket| bucket.outcomes.counts().total);
    let axis = Axis::of_counts(most.max().unwrap_or(0));
    let key = |class: &OutcomeClass| Key::area(class.as_str(), class.words());
    let legend: Vec<_> = classes
        .iter()
        .map(key)
        .chain(series.timeline.keys())
        .collect();
    let note = format!(
        "How many attempts came to what. Each bar is {}. However few there are of an outcome, it is drawn \
         high enough to be seen.",
        series.grid
    );
    let bars = bars(series, &axis, &classes);
    let marks = html! {
        (series.timeline.bands(series.canvas))
        @for (class, path) in classes.iter().zip(bars) {
            path class=(class.as_str()) d=(path) {}
        }
        (series.pointers(|bucket| Outcomes(&bucket.outcomes).to_string()))
    };
    let chart = Chart {
        id: &format!("{}-outcomes", series.id),
        title: &format!("Outcomes{} over time", series.of),
        description: &format!(
            "All together: {}.{}",
            Outcomes(&all),
            series.timeline.absences_in_words()
        ),
        canvas: series.canvas,
        horizontal: &series.time_ticks(),
        vertical: &axis.ticks(),
        marks,
    };
    let figure = Figure {
        heading: "Outcomes",
        note: &note,
        chart: chart.render(),
        legend: &legend,
        figures: series.is_detailed.then(|| figures(series, &classes)),
    };
    figure.render()
}

/// The bars of all buckets, one path for each class.
fn bars(series: &Series<'_>, axis: &Axis, classes: &[OutcomeClass]) -> Vec<Path> {
    let mut paths = vec![Path::default(); classes.len()];
    for bucket in &series.buckets {
        let (from, until) = series.places(bucket);
        // Bars that are wide enough stand apart.
        let until = if until - from > 4.0 {
            until - 1.0
        } else {
            until
        };
        let mut floor = series.canvas.bottom();
        let mut counted = 0;
        for (class, path) in classes.iter().zip(&mut paths) {
            let count = bucket.outcomes.get(*class);
            if count == 0 {
                continue;
            }
            counted += count;
            let ceiling = series.canvas.y(axis.share(counted as f64));
            let ceiling = ceiling.min(floor - MIN_HEIGHT).max(series.canvas.top());
            path.rectangle((from, ceiling), (until, floor));
            floor = ceiling;
        }
    }
    paths
}

/// Outcomes with how many there are of each, in words.
struct Outcomes<'a>(&'a OutcomeCounts);

impl std::fmt::Display for Outcomes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (class, count)) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{} {}", Grouped(count), class.words())?;
        }
        Ok(())
    }
}

fn figures(series: &Series<'_>, classes: &[OutcomeClass]) -> Markup {
    let of = |bucket: &Bucket, class: &OutcomeClass| Grouped(bucket.outcomes.get(*class));
    let rows = html! {
        @for bucket in &series.buckets {
            tr {
                (series.row_head(bucket))
                @for class in classes { td { (of(bucket, class)) } }
            }
        }
    };
    let columns: Vec<Column> = std::iter::once(words("From"))
        .chain(classes.iter().map(|class| numbers(class.words())))
        .collect();
    let table = Table {
        caption: "Outcomes over time",
        columns: &columns,
        rows,
    };
    table.render()
}
