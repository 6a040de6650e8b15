//! Axes of trials: which one it was, and the rate at which it was made.

use crate::axis::Axis;

/// An axis of ratios goes on beyond what stands on it by so large a part of its length, at both ends.
const BEYOND: f64 = 0.06;

/// Of which digits labels are, from many labels to few, in hundredths of a power of ten. The first that has
/// few enough of them is taken.
const DIGITS: [&[u32]; 6] = [
    &[
        100, 110, 120, 130, 140, 150, 160, 170, 180, 190, 200, 220, 240, 260, 280, 300, 330, 360,
        400, 440, 480, 520, 560, 600, 650, 700, 750, 800, 850, 900, 950,
    ],
    &[100, 120, 150, 200, 250, 300, 400, 500, 600, 800],
    &[100, 150, 200, 300, 500, 700],
    &[100, 200, 500],
    &[100, 300],
    &[100],
];

impl Axis {
    /// An axis of numbers above zero on which equal distances are equal ratios. It begins a little below
    /// `lowest`, ends a little above `highest`, and has at most about `at_most` labels.
    ///
    /// ```
    /// use charts::Axis;
    ///
    /// let axis = Axis::of_ratios(8.0, 125.0, 6, |rate| format!("{rate}/s"));
    /// let labels: Vec<_> = axis.ticks().into_iter().map(|tick| tick.label).collect();
    /// assert_eq!(labels, ["10/s", "20/s", "50/s", "100/s"]);
    /// ```
    #[must_use]
    pub fn of_ratios(
        lowest: f64,
        highest: f64,
        at_most: usize,
        label: impl Fn(f64) -> String,
    ) -> Self {
        let lowest = lowest.clamp(1e-12, 1e12);
        let highest = highest.clamp(lowest, 1e12);
        // Numbers that are all the same stand in the middle.
        let beyond = (highest / lowest).powf(BEYOND).max(1.05);
        let (from, until) = (lowest / beyond, highest * beyond);
        let mut ticks = DIGITS.iter().map(|digits| ticks(digits, from, until));
        let fitting = ticks.clone().find(|ticks| ticks.len() <= at_most);
        let every = |ticks: Vec<f64>| {
            let step = ticks.len().div_ceil(at_most.max(1)).max(1);
            ticks.into_iter().step_by(step).collect()
        };
        let ticks = fitting.or_else(|| ticks.next_back().map(every));
        let ticks = ticks.unwrap_or_default().into_iter();
        Self {
            from,
            until,
            is_logarithmic: true,
            ticks: ticks.map(|value| (value, label(value))).collect(),
        }
    }

    /// An axis on which so many things stand one behind the other, the first at 1, with at most about
    /// `at_most` labels.
    ///
    /// ```
    /// let axis = charts::Axis::of_ordinals(7, 4);
    /// let labels: Vec<_> = axis.ticks().into_iter().map(|tick| tick.label).collect();
    /// assert_eq!(labels, ["2", "4", "6"]);
    /// ```
    #[must_use]
    pub fn of_ordinals(count: u64, at_most: u64) -> Self {
        let count = count.max(1);
        let step = (0..19)
            .flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)))
            .find(|step| count / step <= at_most)
            .unwrap_or(count);
        let ticks = (1..=count / step).map(|index| index * step);
        Self {
            from: 0.5,
            until: count as f64 + 0.5,
            is_logarithmic: false,
            ticks: ticks
                .map(|number| (number as f64, number.to_string()))
                .collect(),
        }
    }
}

/// The numbers of these digits between two others.
fn ticks(digits: &[u32], from: f64, until: f64) -> Vec<f64> {
    let powers = from.log10().floor() as i32..=until.log10().floor() as i32;
    let all = powers.flat_map(|power| {
        digits
            .iter()
            .map(move |hundredths| f64::from(*hundredths) * 10_f64.powi(power) / 100.0)
    });
    all.filter(|value| (from..=until).contains(value)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(lowest: f64, highest: f64) -> Vec<String> {
        let axis = Axis::of_ratios(lowest, highest, 7, |value| value.to_string());
        axis.ticks().into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn labels_are_digits_that_people_count_in_whatever_the_magnitude() {
        assert_eq!(labels(1.0, 10_000.0), ["1", "10", "100", "1000", "10000"]);
        assert_eq!(labels(10.0, 20.0), ["10", "12", "15", "20"]);
        assert_eq!(
            labels(0.02, 0.9),
            ["0.02", "0.05", "0.1", "0.2", "0.5", "1"]
        );
        assert_eq!(labels(58.0, 62.0), ["56", "60", "65"]);
    }

    #[test]
    fn things_in_a_row_are_counted_from_one() {
        let axis = Axis::of_ordinals(3, 10);
        let places: Vec<_> = axis.ticks().into_iter().map(|tick| tick.at).collect();
        let middle = |index: f64| (index - 0.5) / 3.0;
        assert_eq!(places, [middle(1.0), middle(2.0), middle(3.0)]);
        assert_eq!(Axis::of_ordinals(0, 10).begins(), "1");
        assert!(Axis::of_ordinals(u64::MAX, 5).ticks().len() <= 6);
    }

    proptest! {
        #[test]
        fn what_stands_on_an_axis_of_ratios_is_not_at_its_ends_and_labels_are_few(
            lowest in 1e-6..1e6_f64, ratio in 1.0..1e6_f64, at_most in 2..9_usize,
        ) {
            let highest = lowest * ratio;
            let axis = Axis::of_ratios(lowest, highest, at_most, |value| value.to_string());
            for value in [lowest, highest] {
                let share = axis.share(value);
                prop_assert!(share > 0.01 && share < 0.99, "{share}");
            }
            prop_assert!(axis.share(highest) >= axis.share(lowest));
            prop_assert!(axis.ticks().len() <= at_most);
            prop_assert!(axis.ticks().windows(2).all(|pair| pair[0].at < pair[1].at));
        }
    }
}
