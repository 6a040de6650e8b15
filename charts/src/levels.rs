//! Numbers over time, as lines: rates, and how many there were of something at once.

use maud::{Markup, html};

use crate::{
    axis::Axis,
    figure::Key,
    over_time::{Place, Plot, Window},
};

/// One of several numbers that are known of windows.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// The class that the style colours: `level`, `intended`. Never foreign.
    pub class: &'static str,
    /// What the legend calls it.
    pub label: String,
    /// The numbers, in the order of time. Where a window is missing, the line breaks.
    pub windows: Vec<(Window, f64)>,
}

impl Level {
    /// The highest of its numbers; zero without any.
    pub(crate) fn highest(&self) -> f64 {
        let numbers = self.windows.iter().map(|(_, number)| *number);
        numbers.fold(0.0, f64::max)
    }

    /// Its line on an axis.
    pub(crate) fn line(&self, place: Place<'_>, axis: &Axis) -> Markup {
        let windows = self.windows.iter();
        let steps = place.steps(windows.map(|(window, number)| (*window, axis.share(*number))));
        html! { path class=(self.class) d=(steps) {} }
    }

    pub(crate) fn key(&self) -> Key {
        Key::line(self.class, &*self.label)
    }
}

/// Numbers over time, a line for each kind of them, on an axis that begins at zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    levels: Vec<Level>,
    axis: Axis,
}

impl Levels {
    /// A chart of `levels`. Where they meet, the first one is seen.
    #[must_use]
    pub fn new(levels: impl IntoIterator<Item = Level>) -> Self {
        let levels: Vec<_> = levels.into_iter().collect();
        let highest = levels.iter().map(Level::highest).fold(0.0, f64::max);
        let axis = Axis::of_counts(highest.ceil() as u64);
        Self { levels, axis }
    }
}

impl Plot for Levels {
    fn axis(&self) -> &Axis {
        &self.axis
    }

    fn marks(&self, place: Place<'_>) -> Markup {
        html! {
            @for level in self.levels.iter().rev() { (level.line(place, &self.axis)) }
        }
    }

    fn legend(&self) -> Vec<Key> {
        self.levels.iter().map(Level::key).collect()
    }
}
