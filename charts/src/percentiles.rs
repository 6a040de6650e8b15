//! What so large a share did not exceed, for all shares: the closer to all, the more room there is.

use maud::{Markup, Render, html};
use run_stats::DurationHistogram;

use crate::{
    axis::Axis,
    chart::{Canvas, Chart, Frame, Tick},
    figure::Key,
    path::Path,
};

/// The most nines of a share that have room: 99.9999%.
const MAX_NINES: f64 = 6.0;

/// A curve goes through so many shares.
const POINTS: u32 = 120;

/// Shares with a label, of which those have room that there are enough durations for.
const LABELS: [(&str, f64); 8] = [
    ("0%", 0.0),
    ("50%", 0.5),
    ("90%", 0.9),
    ("99%", 0.99),
    ("99.9%", 0.999),
    ("99.99%", 0.999_9),
    ("99.999%", 0.999_99),
    ("99.9999%", 0.999_999),
];

/// Durations of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Curve<'a> {
    /// The class that the style colours: `response`, `service`. Never foreign.
    pub class: &'static str,
    /// What the legend calls it. Never foreign.
    pub label: &'static str,
    /// The durations.
    pub durations: &'a DurationHistogram,
}

/// What so large a share of durations did not exceed, a curve for each kind of them.
///
/// Each nine of a share takes as much room as the one before it, so that the slowest in a thousand are as
/// easy to see as the slowest in ten. The axis of durations is that of [`Lines`](crate::Lines).
///
/// ```
/// use std::time::Duration;
///
/// use charts::{Curve, Percentiles};
/// use run_stats::DurationHistogram;
///
/// let durations: DurationHistogram = (1..=100).map(Duration::from_millis).collect();
/// let curve = Curve { class: "response", label: "response time", durations: &durations };
/// assert!(Percentiles::of([curve]).expect("durations").is_logarithmic());
/// assert!(Percentiles::of([]).is_none());
/// ```
#[derive(Debug, Clone)]
pub struct Percentiles<'a> {
    /// Those of which there is any duration; at least one.
    curves: Vec<Curve<'a>>,
    axis: Axis,
    nines: f64,
}

impl<'a> Percentiles<'a> {
    /// The curves of those that have any durations; `None` if none has. Where they meet, the first one is
    /// seen.
    #[must_use]
    pub fn of(curves: impl IntoIterator<Item = Curve<'a>>) -> Option<Self> {
        let is_any = |curve: &Curve<'_>| !curve.durations.is_empty();
        let curves: Vec<_> = curves.into_iter().filter(is_any).collect();
        let all = curves.iter().map(|curve| curve.durations);
        let most = all.clone().map(DurationHistogram::count).max()?;
        let shortest = all.clone().filter_map(DurationHistogram::min).min()?;
        let longest = all.filter_map(DurationHistogram::max).max()?;
        Some(Self {
            axis: Axis::of_durations(shortest, longest),
            nines: (most as f64).log10().clamp(1.0, MAX_NINES),
            curves,
        })
    }

    /// Whether equal distances of durations are equal ratios.
    #[must_use]
    pub fn is_logarithmic(&self) -> bool {
        self.axis.is_logarithmic()
    }

    /// What the curves mean.
    #[must_use]
    pub fn legend(&self) -> Vec<Key> {
        let curves = self.curves.iter();
        curves
            .map(|curve| Key::line(curve.class, curve.label))
            .collect()
    }

    /// The picture.
    #[must_use]
    pub fn chart(&self, frame: Frame<'_>) -> Markup {
        let chart = Chart {
            frame,
            horizontal: &self.ticks(),
            vertical: &self.axis.ticks(),
            marks: html! {
                @for curve in self.curves.iter().rev() {
                    path class=(curve.class) d=(self.path(curve, frame.canvas)) {}
                }
            },
        };
        chart.render()
    }

    fn ticks(&self) -> Vec<Tick> {
        let ticks = LABELS.iter().map(|(label, share)| Tick {
            at: nines(*share) / self.nines,
            label: (*label).to_owned(),
        });
        // A nine is not exactly one.
        ticks.filter(|tick| tick.at < 1.0 + 1e-9).collect()
    }

    fn path(&self, curve: &Curve<'_>, canvas: Canvas) -> Path {
        let mut path = Path::default();
        for point in 0..=POINTS {
            let at = f64::from(point) / f64::from(POINTS);
            let share = match point {
                POINTS => 1.0,
                _ => 1.0 - 10_f64.powf(-at * self.nines),
            };
            let duration = curve.durations.quantile(share).unwrap_or_default();
            let (x, y) = (canvas.x(at), canvas.y(self.axis.share_of(duration)));
            match point {
                0 => path.go(x, y),
                _ => path.straight(x, y),
            };
        }
        path
    }
}

/// How many nines a share has: 1 of 90%, 2 of 99%.
fn nines(share: f64) -> f64 {
    -(1.0 - share).log10()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn labels(count: u64) -> Vec<String> {
        let durations: DurationHistogram = (1..=count).map(Duration::from_micros).collect();
        let (class, label) = ("response", "response time");
        let percentiles = Percentiles::of([Curve {
            class,
            label,
            durations: &durations,
        }]);
        let ticks = percentiles.expect("durations").ticks();
        ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn no_share_is_told_that_there_are_too_few_durations_for() {
        assert_eq!(labels(1), ["0%", "50%", "90%"]);
        assert_eq!(labels(100), ["0%", "50%", "90%", "99%"]);
        assert_eq!(labels(999), ["0%", "50%", "90%", "99%"]);
        assert_eq!(labels(1_000), ["0%", "50%", "90%", "99%", "99.9%"]);
    }

    #[test]
    fn a_curve_has_as_many_points_for_a_million_durations_as_for_one() {
        for count in [1, 100, 1_000_000] {
            let durations: DurationHistogram = (0..count).map(Duration::from_micros).collect();
            let curve = Curve {
                class: "response",
                label: "response time",
                durations: &durations,
            };
            let percentiles = Percentiles::of([curve]).expect("durations");
            let path = percentiles
                .path(&curve, Canvas::WIDE)
                .render()
                .into_string();
            assert_eq!(path.matches('L').count(), 120);
            let top = Canvas::WIDE.y(percentiles.axis.share_of(durations.max().expect("any")));
            let end = format!("L706 {}", crate::Coordinate(top));
            assert!(path.ends_with(&end), "{end}: {path}");
        }
    }
}
