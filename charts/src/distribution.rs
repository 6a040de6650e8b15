//! How many took how long, as bars over an axis of durations.

use std::time::Duration;

use maud::{Markup, Render, html};
use run_stats::DurationHistogram;

use crate::{
    axis::{Axis, micros, step},
    chart::{Canvas, Chart, Frame},
    path::{Coordinate, Path},
};

/// A distribution has at most about so many bars.
const BARS: u64 = 60;

/// Bars are no narrower than this part of a duration: histograms keep three digits.
const FINEST: u64 = 250;

/// From this ratio of the longest to the shortest on, each bar goes to so many times its beginning.
const MAX_LINEAR_SPAN: u64 = 25;

/// Where bars begin on a logarithmic axis, ten to a decade: rounded powers of ten, as of Renard.
const TENTHS: [u64; 10] = [100, 125, 160, 200, 250, 315, 400, 500, 630, 800];

/// How many took how long: about sixty bars at most, between durations that people count in.
///
/// ```
/// use std::time::Duration;
///
/// use charts::Distribution;
/// use run_stats::DurationHistogram;
///
/// let durations: DurationHistogram = [12, 14, 14].map(Duration::from_millis).into_iter().collect();
/// let distribution = Distribution::of(&durations).expect("durations");
/// assert_eq!(distribution.bars().iter().map(|bar| bar.count).sum::<u64>(), 3);
/// assert!(Distribution::of(&DurationHistogram::new()).is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// Without holes, also those of which none took so long. Never empty.
    bars: Vec<Bar>,
}

/// So many took at least one duration and less than another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// How long each of them took at least.
    pub from: Duration,
    /// What each of them fell short of.
    pub until: Duration,
    /// How many they are.
    pub count: u64,
}

/// A duration that is marked by an upright line: a percentile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upright {
    /// The class that the style colours: `p50`, `p95`, `p99`. Never foreign.
    pub class: &'static str,
    /// Where it stands.
    pub at: Duration,
}

impl Distribution {
    /// The distribution of `durations`; `None` if there are none.
    #[must_use]
    pub fn of(durations: &DurationHistogram) -> Option<Self> {
        let bars = bars(durations);
        (!durations.is_empty()).then_some(Self { bars })
    }

    /// The bars of which there is anything to see, the shortest durations first.
    #[must_use]
    pub fn bars(&self) -> Vec<Bar> {
        let bars = self.bars.iter().filter(|bar| bar.count > 0);
        bars.copied().collect()
    }

    /// Whether equal distances on a picture of this size are equal ratios.
    #[must_use]
    pub fn is_logarithmic(&self, canvas: Canvas) -> bool {
        self.axis(canvas).is_logarithmic()
    }

    /// The picture, in which `words` says what a bar is when it is pointed at.
    #[must_use]
    pub fn chart(
        &self,
        frame: Frame<'_>,
        uprights: &[Upright],
        words: impl Fn(&Bar) -> String,
    ) -> Markup {
        let canvas = frame.canvas;
        let horizontal = self.axis(canvas);
        let most = self.bars.iter().map(|bar| bar.count).max();
        let vertical = Axis::of_counts(most.unwrap_or(0));
        let x = |duration| canvas.x(horizontal.share_of(duration));
        let height = canvas.bottom() - canvas.top();
        let marks = html! {
            path.passed d=(self.path(canvas, &x, &vertical)) {}
            @for Upright { class, at } in uprights {
                path class=(class) d=(upright(canvas, x(*at))) {}
            }
            @for bar in self.bars() {
                @let (from, until) = (x(bar.from), x(bar.until));
                rect.pointer x=(Coordinate(from)) y=(Coordinate(canvas.top()))
                    width=(Coordinate(until - from)) height=(Coordinate(height)) {
                    title { (words(&bar)) }
                }
            }
        };
        let chart = Chart {
            frame,
            horizontal: &horizontal.ticks(),
            vertical: &vertical.ticks(),
            marks,
        };
        chart.render()
    }

    /// The axis of durations: exactly from the first bar to the last.
    fn axis(&self, canvas: Canvas) -> Axis {
        let from = self.bars.first().map(|bar| bar.from);
        let until = self.bars.last().map(|bar| bar.until);
        Axis::between(
            from.unwrap_or_default(),
            until.unwrap_or_default(),
            canvas.labels(),
        )
    }

    fn path(&self, canvas: Canvas, x: &impl Fn(Duration) -> f64, vertical: &Axis) -> Path {
        let mut path = Path::default();
        for bar in self.bars() {
            let (from, until) = (x(bar.from), x(bar.until));
            // However few there are, they can be seen.
            let top = canvas.y(vertical.share(bar.count as f64));
            let top = top.min(canvas.bottom() - 1.5);
            path.rectangle((from, top), ((until - 1.0).max(from), canvas.bottom()));
        }
        path
    }
}

fn upright(canvas: Canvas, x: f64) -> Path {
    let mut path = Path::default();
    path.go(x, canvas.bottom()).vertical(canvas.top());
    path
}

/// The bars from that of the shortest duration to that of the longest, also those of which none took
/// so long.
fn bars(durations: &DurationHistogram) -> Vec<Bar> {
    let edges = edges(durations);
    let mut bars: Vec<Bar> = edges
        .windows(2)
        .map(|edges| Bar {
            from: Duration::from_micros(edges[0]),
            until: Duration::from_micros(edges[1]),
            count: 0,
        })
        .collect();
    for (duration, count) in durations.iter() {
        let after = bars.partition_point(|bar| bar.from <= duration);
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
        let first = [1_200, 1_210].map(Duration::from_millis);
        assert_eq!([bars[0].from, bars[0].until], first);
        assert_eq!(bars.len(), 30);
    }

    #[test]
    fn durations_of_many_magnitudes_have_bars_of_many_magnitudes() {
        let bars = bars(&of_micros([900, 1_000, 60_000, 121_020_000]));
        let counted: Vec<_> = bars.iter().filter(|bar| bar.count > 0).collect();
        let ranges: Vec<_> = counted.iter().map(|bar| [bar.from, bar.until]).collect();
        let expected = [
            [630, 1_000],
            [1_000, 1_600],
            [40_000, 63_000],
            [100_000_000, 160_000_000],
        ];
        assert_eq!(
            ranges,
            expected.map(|range| range.map(Duration::from_micros))
        );
    }

    #[test]
    fn equal_durations_are_one_bar() {
        let bars = bars(&of_micros([5_000_000; 7]));
        assert_eq!(bars.iter().map(|bar| bar.count).max(), Some(7));
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
