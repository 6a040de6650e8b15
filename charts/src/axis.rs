//! Axes of values: from where to where, and with which labels, so that people can read them.

use std::time::Duration;

use crate::chart::Tick;

/// An axis of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    pub(crate) from: f64,
    pub(crate) until: f64,
    pub(crate) is_logarithmic: bool,
    pub(crate) ticks: Vec<(f64, String)>,
}

/// Durations of which the longest is so many times the shortest are drawn on a logarithmic axis: on
/// another, most of them would stand on the ground.
const MAX_LINEAR_SPAN: f64 = 25.0;

/// Distances of ticks that people count in, in microseconds, up to a second by ones, twos and fives.
const STEPS: [u64; 40] = {
    let mut steps = [0; 40];
    let mut decade = 1;
    let mut index = 0;
    while index < 21 {
        steps[index] = decade;
        steps[index + 1] = 2 * decade;
        steps[index + 2] = 5 * decade;
        decade *= 10;
        index += 3;
    }
    let seconds = [
        10, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
        86_400, 172_800, 259_200, 604_800,
    ];
    let mut longer = 0;
    while longer < seconds.len() {
        steps[index + longer] = seconds[longer] * SECOND;
        longer += 1;
    }
    steps
};

const SECOND: u64 = 1_000_000;

/// Ticks of logarithmic axes, in microseconds.
const POWERS: [u64; 13] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    SECOND,
    10 * SECOND,
    60 * SECOND,
    600 * SECOND,
    3_600 * SECOND,
    86_400 * SECOND,
    604_800 * SECOND,
];

impl Axis {
    /// An axis of shares that ends at all of them and begins at or below `bottom`.
    #[must_use]
    pub fn of_shares(bottom: f64) -> Self {
        let gap = (1.0 - bottom).clamp(1e-6, 1.0);
        // The smallest of 1, 2 and 5 in a decimal place that covers the gap, with as many ticks as give
        // round numbers.
        let mut candidates = (0..=6)
            .rev()
            .flat_map(|place| [(1, 5), (2, 4), (5, 5)].map(|(digit, ticks)| (place, digit, ticks)));
        let covers = |(place, digit, _): &(i32, i32, i32)| {
            f64::from(*digit) * 10_f64.powi(-place) >= gap * (1.0 - 1e-9)
        };
        let (place, digit, ticks) = candidates.find(covers).unwrap_or((0, 1, 5));
        let covered = f64::from(digit) * 10_f64.powi(-place);
        let places = usize::try_from(if digit == 5 { place - 2 } else { place - 1 }).unwrap_or(0);
        let tick = |index: i32| {
            let share = 1.0 - covered * f64::from(index) / f64::from(ticks);
            (share, format!("{:.places$}%", share * 100.0))
        };
        Self {
            from: 1.0 - covered,
            until: 1.0,
            is_logarithmic: false,
            ticks: (0..=ticks).rev().map(tick).collect(),
        }
    }

    /// An axis of counts from zero.
    #[must_use]
    pub fn of_counts(most: u64) -> Self {
        let step = (0..19)
            .flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)))
            .find(|step| most.div_ceil(*step) <= 4)
            .unwrap_or(u64::MAX);
        let count = most.div_ceil(step).max(1);
        let ticks = (0..=count).map(|index| index.saturating_mul(step));
        Self {
            from: 0.0,
            until: count as f64 * step as f64,
            is_logarithmic: false,
            ticks: ticks.map(|value| (value as f64, compact(value))).collect(),
        }
    }

    /// An axis of durations: from zero, or a logarithmic one.
    #[must_use]
    pub fn of_durations(shortest: Duration, longest: Duration) -> Self {
        let (shortest, longest) = (micros(shortest).max(1), micros(longest).max(1));
        if longest as f64 > MAX_LINEAR_SPAN * shortest as f64 {
            return Self::logarithmic(shortest, longest);
        }
        let step = step(longest, 5);
        Self::linear(0, longest.div_ceil(step) * step, step)
    }

    /// An axis of durations from exactly one to exactly another that is never logarithmic, with at most
    /// about `at_most` ticks.
    pub(crate) fn even(from: Duration, until: Duration, at_most: u64) -> Self {
        let (from, until) = (micros(from), micros(until));
        Self::linear(from, until, step(until.saturating_sub(from), at_most))
    }

    /// An axis of durations from exactly one to exactly another, with at most about `at_most` ticks.
    #[must_use]
    pub fn between(from: Duration, until: Duration, at_most: u64) -> Self {
        let (from, until) = (micros(from), micros(until));
        if from > 0 && until as f64 > MAX_LINEAR_SPAN * from as f64 {
            let mut axis = Self::logarithmic(from, until);
            (axis.from, axis.until) = (from as f64, until as f64);
            axis.ticks
                .retain(|(value, _)| (axis.from..=axis.until).contains(value));
            return axis;
        }
        Self::even(
            Duration::from_micros(from),
            Duration::from_micros(until),
            at_most,
        )
    }

    fn linear(from: u64, until: u64, step: u64) -> Self {
        let ticks = (from.div_ceil(step)..=until / step).map(|index| index * step);
        Self {
            from: from as f64,
            until: until as f64,
            is_logarithmic: false,
            ticks: ticks.map(|value| (value as f64, label(value))).collect(),
        }
    }

    fn logarithmic(shortest: u64, longest: u64) -> Self {
        let first = POWERS.iter().rposition(|power| *power <= shortest);
        let last = POWERS.iter().position(|power| *power >= longest);
        let (first, last) = (first.unwrap_or(0), last.unwrap_or(POWERS.len() - 1));
        let ticks = POWERS[first..=last].iter();
        Self {
            from: POWERS[first] as f64,
            until: POWERS[last] as f64,
            is_logarithmic: true,
            ticks: ticks.map(|value| (*value as f64, label(*value))).collect(),
        }
    }

    /// Whether equal distances are equal ratios.
    #[must_use]
    pub fn is_logarithmic(&self) -> bool {
        self.is_logarithmic
    }

    /// The value at which the axis begins, in words.
    #[must_use]
    pub fn begins(&self) -> &str {
        self.ticks.first().map_or("", |(_, label)| label)
    }

    /// Where `value` is on the axis, between 0 and 1; what is outside of it is at its end.
    #[must_use]
    pub fn share(&self, value: f64) -> f64 {
        let scale = |value: f64| match self.is_logarithmic {
            true => value.max(f64::MIN_POSITIVE).ln(),
            false => value,
        };
        let (from, until) = (scale(self.from), scale(self.until));
        if until <= from {
            return 0.5;
        }
        ((scale(value) - from) / (until - from)).clamp(0.0, 1.0)
    }

    /// Where `duration` is on an axis of durations.
    #[must_use]
    pub fn share_of(&self, duration: Duration) -> f64 {
        self.share(micros(duration) as f64)
    }

    /// Its labelled places, from its beginning on.
    #[must_use]
    pub fn ticks(&self) -> Vec<Tick> {
        let ticks = self.ticks.iter().map(|(value, label)| Tick {
            at: self.share(*value),
            label: label.clone(),
        });
        ticks.collect()
    }
}

pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The shortest distance that people count in of which at most `at_most` cover `span`, in microseconds.
pub(crate) fn step(span: u64, at_most: u64) -> u64 {
    let covers = |step: &&u64| span.div_ceil(**step) <= at_most;
    // Nothing is longer than a week: histograms see to it. If something is, it has fewer labels.
    let longest = || span.div_ceil(at_most.max(1)).max(1);
    STEPS.iter().find(covers).copied().unwrap_or_else(longest)
}

/// A duration that people count in: `0`, `250ms`, `1.5s`, `2m`, `1h`.
fn label(micros: u64) -> String {
    const UNITS: [(u64, &str); 6] = [
        (86_400 * SECOND, "d"),
        (3_600 * SECOND, "h"),
        (60 * SECOND, "m"),
        (SECOND, "s"),
        (1_000, "ms"),
        (1, "µs"),
    ];
    // From a minute on there are no tenths: 80s and not 1.333m, but 1.5m.
    let is_readable =
        |length: u64| length <= SECOND || micros.saturating_mul(2).is_multiple_of(length);
    let fits = |(length, _): &(u64, &str)| *length <= micros && is_readable(*length);
    let Some((length, unit)) = UNITS.into_iter().find(fits) else {
        return "0".into();
    };
    let value = format!("{:.3}", micros as f64 / length as f64);
    format!(
        "{}{unit}",
        value.trim_end_matches('0').trim_end_matches('.')
    )
}

/// A round count: `500`, `20k`, `1.5M`.
fn compact(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
    match UNITS.into_iter().find(|(size, _)| *size <= count) {
        Some((size, unit)) => format!("{}{unit}", count as f64 / size as f64),
        None => count.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| &**label).collect()
    }

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn shares_end_at_all_and_begin_where_there_is_something_to_see() {
        for (bottom, expected) in [
            (0.0, ["0%", "20%", "40%", "60%", "80%", "100%"].as_slice()),
            (0.85, &["80%", "85%", "90%", "95%", "100%"]),
            (0.9, &["90%", "92%", "94%", "96%", "98%", "100%"]),
            (0.981, &["98.0%", "98.5%", "99.0%", "99.5%", "100.0%"]),
            (
                0.9996,
                &["99.95%", "99.96%", "99.97%", "99.98%", "99.99%", "100.00%"],
            ),
        ] {
            assert_eq!(labels(&Axis::of_shares(bottom)), expected, "{bottom}");
        }
    }

    #[test]
    fn durations_are_counted_in_units_of_people() {
        let axis = Axis::of_durations(millis(1_200), millis(1_480));
        assert_eq!(labels(&axis), ["0", "500ms", "1s", "1.5s"]);
        let axis = Axis::of_durations(millis(60_000), millis(450_000));
        assert_eq!(labels(&axis), ["0", "2m", "4m", "6m", "8m"]);
        assert!(!axis.is_logarithmic());
    }

    #[test]
    fn durations_of_many_magnitudes_are_drawn_by_magnitude() {
        let axis = Axis::of_durations(millis(4), millis(121_020));
        let expected = ["1ms", "10ms", "100ms", "1s", "10s", "1m", "10m"];
        assert_eq!(labels(&axis), expected);
        assert!(axis.is_logarithmic());
        let axis = Axis::between(millis(4), millis(121_020), 6);
        assert_eq!(labels(&axis), &expected[1..6]);
        assert_eq!(axis.share_of(millis(4)), 0.0);
        assert_eq!(axis.share_of(millis(121_020)), 1.0);
    }

    #[test]
    fn counts_begin_at_zero() {
        assert_eq!(labels(&Axis::of_counts(0)), ["0", "1"]);
        assert_eq!(labels(&Axis::of_counts(202)), ["0", "100", "200", "300"]);
        let expected = ["0", "500k", "1M", "1.5M"];
        assert_eq!(labels(&Axis::of_counts(1_234_567)), expected);
        assert!(Axis::of_counts(u64::MAX).share(u64::MAX as f64) > 0.9);
    }

    proptest! {
        #[test]
        fn everything_is_on_its_axis_in_its_order(
            one in 0..604_800_000_000_u64,
            other in 0..604_800_000_000_u64,
        ) {
            let (shorter, longer) = (one.min(other), one.max(other));
            let [shorter, longer] = [shorter, longer].map(Duration::from_micros);
            for axis in [Axis::of_durations(shorter, longer), Axis::between(shorter, longer, 6)] {
                prop_assert!(axis.share_of(shorter) <= axis.share_of(longer));
                let ticks = axis.ticks();
                prop_assert!(ticks.len() <= POWERS.len());
                prop_assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.at)));
            }
            prop_assert!(Axis::of_durations(shorter, longer).ticks().len() >= 2);
        }

        #[test]
        fn shares_and_counts_have_few_ticks(share in 0.0..=1.0_f64, count in any::<u64>()) {
            prop_assert!((5..=6).contains(&Axis::of_shares(share).ticks().len()));
            prop_assert!(Axis::of_shares(share).from <= share);
            prop_assert!((2..=6).contains(&Axis::of_counts(count).ticks().len()));
        }
    }
}
