//! Durations over time, as lines.

use std::time::Duration;

use maud::{Markup, html};

use crate::{
    axis::Axis,
    figure::Key,
    over_time::{Place, Plot, Window},
};

/// One of several durations that are known of windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The class that the style colours: `p50`, `p95`, `p99`. Never foreign.
    pub class: &'static str,
    /// What the legend calls it.
    pub label: String,
    /// The durations, in the order of time. Where a window is missing, the line breaks.
    pub windows: Vec<(Window, Duration)>,
}

/// Durations over time, a line for each kind of them: percentiles, for instance.
///
/// The axis begins at zero, or is logarithmic where they are of different magnitudes.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    lines: Vec<Line>,
    axis: Axis,
}

impl Lines {
    /// A chart of `lines`. Where they meet, the first one is seen.
    #[must_use]
    pub fn new(lines: impl IntoIterator<Item = Line>) -> Self {
        let lines: Vec<_> = lines.into_iter().collect();
        let all = lines.iter().flat_map(|line| &line.windows);
        let durations = all.map(|(_, duration)| *duration);
        let shortest = durations.clone().min().unwrap_or_default();
        let axis = Axis::of_durations(shortest, durations.max().unwrap_or_default());
        Self { lines, axis }
    }

    /// Whether no duration is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.windows.is_empty())
    }
}

impl Plot for Lines {
    fn axis(&self) -> &Axis {
        &self.axis
    }

    fn marks(&self, place: Place<'_>) -> Markup {
        let steps = |line: &Line| {
            let windows = line.windows.iter();
            place.steps(windows.map(|(window, it)| (*window, self.axis.share_of(*it))))
        };
        html! {
            @for line in self.lines.iter().rev() {
                path class=(line.class) d=(steps(line)) {}
            }
        }
    }

    fn legend(&self) -> Vec<Key> {
        let keys = self.lines.iter();
        keys.map(|line| Key::line(line.class, &*line.label))
            .collect()
    }
}
