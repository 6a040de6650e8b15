//! How long attempts took: how many took about how long.

use std::time::Duration;

use maud::{Markup, Render, html};
use run_stats::{DurationHistogram, Proportion};
use runner_core::text::{Grouped, Human, Rate};

use super::durations::{NAMES, SHARES};
use crate::{
    chart::{
        Canvas, Chart,
        axis::{Axis, micros, step},
        figure::{Figure, Key},
        path::{Coordinate, Path},
    },
    table::{Table, numbers, words},
};

/// A distribution has at most about so many bars.
const BARS: u64 = 60;

/// Bars are no narrower than this part of a duration: histograms keep three digits.
const FINEST: u64 = 250;

/// From this ratio of the longest to the shortest on, each bar goes to so many times its beginning.
const MAX_LINEAR_SPAN: u64 = 25;

/// Where bars begin on a logarithmic axis, ten to a decade: rounded powers of ten, as of Renard.
const TENTHS: [u64; 10] = [100, 125, 160, 200, 250, 315, 400, 500, 630, 800];

/// So many attempts took between one and another.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bar {
    /// In microseconds.
    from: u64,
    until: u64,
    count: u64,
}

/// The figure over all `durations`; `None` if there are none.
pub(super) fn figure<'h>(durations: impl Iterator<Item = &'h DurationHistogram>) -> Option<Markup> {
    let mut all = DurationHistogram::new();
    durations.for_each(|durations| all.merge(durations));
    let (shortest, longest) = (all.min()?, all.max()?);
    let quantiles = SHARES.map(|q| all.quantile(q).unwrap_or_default());
    let bars = bars(&all);
    let (first, last) = (bars.first()?, bars.last()?);
    let canvas = Canvas::WIDE;
    let [from, until] = [first.from, last.until].map(Duration::from_micros);
    let horizontal = Axis::between(from, until, canvas.labels());
    let most = bars.iter().map(|bar| bar.count).max()?;
    let vertical = Axis::of_counts(most);
    let named = NAMES.into_iter().zip(quantiles);
    let legend: Vec<_> = named
        .clone()
        .map(|(name, quantile)| Key::line(name, format!("{name}: {}", Human(quantile))))
        .collect();
    let scale = if horizontal.is_logarithmic() {
        " The axis of durations is logarithmic."
    } else {
        ""
    };
    let note = format!("How many of the attempts that passed took about how long.{scale}");
    let marks = html! {
        path.passed d=(path(&bars, canvas, &horizontal, &vertical)) {}
        @for (name, quantile) in named {
            @let x = canvas.x(horizontal.share_of(quantile));
            path class=(name) d=(upright(canvas, x)) {}
        }
        (pointers(&bars, canvas, &horizontal))
    };
    let [p50, p95, p99] = quantiles.map(Human);
    let chart = Chart {
        id: "chart-distribution",
        title: "Distribution of durations",
        description: &format!(
            "{} attempts passed. They took from {} to {}; p50 is {p50}, p95 {p95}, p99 {p99}.",
            Grouped(all.count()),
            Human(shortest),
            Human(longest)
        ),
        canvas,
        horizontal: &horizontal.ticks(),
        vertical: &vertical.ticks(),
        marks,
    };
    let figure = Figure {
        heading: "Distribution of durations",
        note: &note,
        chart: chart.render(),
        legend: &legend,
        figures: Some(figures(&bars, all.count())),
    };
    Some(figure.render())
}

/// The bars from that of the shortest duration to that of the longest, also those of which none took
/// so long.
fn bars(durations: &DurationHistogram) -> Vec<Bar> {
    let edges = edges(durations);
    let mut bars: Vec<Bar> = edges
        .windows(2)
        .map(|edges| Bar {
            from: edges[0],
            until: edges[1],
            count: 0,
        })
        .collect();
    for (duration, count) in durations.iter() {
        let after = bars.partition_point(|bar| bar.from <= micros(duration));
        // On a logarithmic axis there is no zero; what took no time is in the first bar.
        if let Some(bar) = bars.get_mut(after.saturating_sub(1)) {
            bar.count += count;
        }
    }
    bars
}

/// Where bars begin, and at the end where the last one ends.
fn edges(durations: &DurationHistogram) -> Vec<u64> {
    let [shortest, longest] =
        [durations.min(), durations.max()].map(|it| micros(it.unwrap_or_default()));
    if longest > MAX_LINEAR_SPAN * shortest.max(1) {
        return logarithmic_edges(shortest.max(1), longest);
    }
    let step = step(longest - shortest, BARS).max(step(longest, FINEST));
    (shortest / step..=longest / step + 1)
        .map(|index| index * step)
        .collect()
}

fn logarithmic_edges(shortest: u64, longest: u64) -> Vec<u64> {
    let decades = (longest as f64 / shortest as f64).log10();
    let every = match decades {
        ..=4.0 => 1,
        ..=8.0 => 2,
        _ => 5,
    };
    let all: Vec<_> = (0..13)
        .flat_map(|power| {
            TENTHS
                .iter()
                .step_by(every)
                .map(move |it| it * 10_u64.pow(power))
        })
        // A hundred is one: half microseconds are none.
        .filter(|edge| edge % 100 == 0)
        .map(|edge| edge / 100)
        .collect();
    let first = all
        .partition_point(|edge| *edge <= shortest)
        .saturating_sub(1);
    let end = all.partition_point(|edge| *edge <= longest);
    all[first..all.len().min(end + 1)].to_vec()
}

fn path(bars: &[Bar], canvas: Canvas, horizontal: &Axis, vertical: &Axis) -> Path {
    let mut path = Path::default();
    for bar in bars.iter().filter(|bar| bar.count > 0) {
        let (from, until) = places(bar, canvas, horizontal);
        // However few there are, they can be seen.
        let top = canvas.y(vertical.share(bar.count as f64));
        let top = top.min(canvas.bottom() - 1.5);
        path.rectangle((from, top), ((until - 1.0).max(from), canvas.bottom()));
    }
    path
}

fn places(bar: &Bar, canvas: Canvas, axis: &Axis) -> (f64, f64) {
    let [from, until] =
        [bar.from, bar.until].map(|micros| canvas.x(axis.share_of(Duration::from_micros(micros))));
    (from, until)
}

fn upright(canvas: Canvas, x: f64) -> Path {
    let mut path = Path::default();
    path.go(x, canvas.bottom()).vertical(canvas.top());
    path
}

fn pointers(bars: &[Bar], canvas: Canvas, axis: &Axis) -> Markup {
    let height = canvas.bottom() - canvas.top();
    html! {
        @for bar in bars.iter().filter(|bar| bar.count > 0) {
            @let (from, until) = places(bar, canvas, axis);
            rect.pointer x=(Coordinate(from)) y=(Coordinate(canvas.top()))
                width=(Coordinate(until - from)) height=(Coordinate(height)) {
                title { (range(bar)) ": " (Grouped(bar.count)) }
            }
        }
    }
}

fn range(bar: &Bar) -> String {
    let [from, until] = [bar.from, bar.until].map(|micros| Human(Duration::from_micros(micros)));
    format!("{from} to {until}")
}

fn figures(bars: &[Bar], all: u64) -> Markup {
    let mut so_far = 0;
    let mut sum = |count: u64| {
        so_far += count;
        so_far
    };
    let rows = html! {
        @for bar in bars.iter().filter(|bar| bar.count > 0) {
            tr {
                th scope="row" { (range(bar)) }
                td { (Grouped(bar.count)) }
                td { (Rate(Proportion::new(bar.count, all))) }
                td { (Rate(Proportion::new(sum(bar.count), all))) }
            }
        }
    };
    let columns = [
        words("Took"),
        numbers("Attempts"),
        numbers("Share"),
        numbers("Share of this and shorter"),
    ];
    let table = Table {
        caption: "Durations of attempts that passed",
        columns: &columns,
        rows,
    };
    table.render()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_micros(micros: impl IntoIterator<Item = u64>) -> DurationHistogram {
        micros.into_iter().map(Duration::from_micros).collect()
    }

    #[test]
    fn bars_begin_at_numbers_that_people_count_in() {
        let durations = of_micros((1_205_000..1_500_000).step_by(1_000));
        let bars = bars(&durations);
        assert_eq!((bars[0].from, bars[0].until), (1_200_000, 1_210_000));
        assert_eq!(bars.len(), 30);
    }

    #[test]
    fn durations_of_many_magnitudes_have_bars_of_many_magnitudes() {
        let bars = bars(&of_micros([900, 1_000, 60_000, 121_020_000]));
        let counted: Vec<_> = bars.iter().filter(|bar| bar.count > 0).collect();
        let ranges: Vec<_> = counted.iter().map(|bar| range(bar)).collect();
        assert_eq!(
            ranges,
            [
                "0.6ms to 1.0ms",
                "1.0ms to 1.6ms",
                "40ms to 63ms",
                "1m 40s to 2m 40s"
            ]
        );
    }

    #[test]
    fn equal_durations_are_one_bar() {
        let bars = bars(&of_micros([5_000_000; 7]));
        assert_eq!(bars.iter().map(|bar| bar.count).max(), Some(7));
        assert!(figure([&DurationHistogram::new()].into_iter()).is_none());
        assert_eq!(self::bars(&of_micros([0, 0]))[0].count, 2);
    }

    proptest! {
        #[test]
        fn every_duration_is_in_one_bar(
            micros in prop::collection::vec(
                prop_oneof![0..2_000_u64, 0..1_000_000_u64, 0..=604_800_000_000_u64], 1..50
            ),
        ) {
            let count = micros.len() as u64;
            let bars = bars(&of_micros(micros));
            prop_assert_eq!(bars.iter().map(|bar| bar.count).sum::<u64>(), count);
            prop_assert!(bars.len() as u64 <= BARS + 2, "{} bars", bars.len());
            prop_assert!(bars.iter().all(|bar| bar.from < bar.until));
            prop_assert!(bars.windows(2).all(|pair| pair[0].until == pair[1].from));
        }
    }
}
