//! Any quantity over time, as a line on an axis of its own unit.

use charts::{Axis, Key, Place, Plot, Window};
use maud::{Markup, html};
use runner_core::drift::{Dimension, Value};

/// A quantity over time.
pub(super) struct SeriesPlot {
    steps: Vec<(Window, f64)>,
    axis: Axis,
    label: String,
}

/// The unit of an axis: its name, and how much of the dimension's own it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unit {
    pub(super) name: &'static str,
    size: f64,
}

impl Unit {
    /// The largest in which the highest value is not less than a few.
    pub(super) fn of(dimension: Dimension, highest: f64) -> Self {
        const KIB: f64 = 1024.0;
        let units: &[(&str, f64)] = match dimension {
            Dimension::Bytes => &[
                ("GiB", KIB * KIB * KIB),
                ("MiB", KIB * KIB),
                ("KiB", KIB),
                ("bytes", 1.0),
            ],
            Dimension::Processors => &[("% of one core", 0.01)],
            Dimension::Share => &[("%", 0.01)],
            Dimension::Time => &[("ms", 0.001)],
            Dimension::Count => &[("", 1.0)],
        };
        let suits = |(_, size): &&(&str, f64)| highest >= 4.0 * size;
        let smallest = units[units.len() - 1];
        let (name, size) = *units.iter().find(suits).unwrap_or(&smallest);
        Self { name, size }
    }

    /// A value in this unit, without its name.
    pub(super) fn told(self, value: f64) -> String {
        let digits = format!("{:.1}", value / self.size);
        digits
            .strip_suffix(".0")
            .map(str::to_owned)
            .unwrap_or(digits)
    }
}

impl SeriesPlot {
    pub(super) fn new(label: String, unit: Unit, values: Vec<(Window, f64)>) -> Self {
        let steps: Vec<_> = values
            .into_iter()
            .map(|(window, value)| (window, value / unit.size))
            .collect();
        let highest = steps.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        Self {
            steps,
            axis: Axis::of_counts(highest.ceil() as u64),
            label,
        }
    }
}

impl Plot for SeriesPlot {
    fn axis(&self) -> &Axis {
        &self.axis
    }

    fn marks(&self, place: Place<'_>) -> Markup {
        let steps = self.steps.iter();
        let steps = steps.map(|(window, value)| (*window, self.axis.share(*value)));
        html! { path.p50 d=(place.steps(steps)) {} }
    }

    fn legend(&self) -> Vec<Key> {
        vec![Key::line("p50", &*self.label)]
    }
}

/// A value in words.
pub(super) fn told(dimension: Dimension, value: f64) -> String {
    match dimension {
        Dimension::Processors => format!("{:.1}% of one core", value * 100.0),
        _ => Value(dimension, value).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_have_units_in_which_values_have_few_digits() {
        const MIB: f64 = 1024.0 * 1024.0;
        let unit = |highest| Unit::of(Dimension::Bytes, highest).name;
        assert_eq!(
            [0.0, 9000.0, 3.0 * MIB, 500.0 * MIB, 5000.0 * MIB].map(unit),
            ["bytes", "KiB", "KiB", "MiB", "GiB"]
        );
        let unit = Unit::of(Dimension::Bytes, 500.0 * MIB);
        assert_eq!(
            [36.0 * MIB, 36.26 * MIB].map(|it| unit.told(it)),
            ["36", "36.3"]
        );
        assert_eq!(told(Dimension::Processors, 0.1234), "12.3% of one core");
    }
}
