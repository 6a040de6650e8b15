//! Times in which there was nothing to see, as bands behind a chart.

use maud::{Markup, html};

use crate::{
    figure::Key,
    over_time::{Place, Window},
    path::Path,
};

/// The shortest width at which a band can be seen.
const MIN_WIDTH: f64 = 1.5;

/// So much of a band with a foot stands below the axis.
const FOOT: f64 = 4.0;

/// Times of one kind in which there was nothing to see: outages, or gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bands {
    /// The class that the style colours: `outage`, `gap`. Never foreign.
    pub class: &'static str,
    /// What the legend calls them.
    pub label: String,
    /// Whether they reach below the axis, so that they are told from others without their colours.
    pub has_foot: bool,
    /// When they were, in whatever order. They may overlap; what ends before it begins is at its beginning.
    pub windows: Vec<Window>,
}

impl Bands {
    /// Times in which what is tested was away.
    #[must_use]
    pub fn outages(label: impl Into<String>, windows: Vec<Window>) -> Self {
        Self {
            class: "outage",
            label: label.into(),
            has_foot: true,
            windows,
        }
    }

    /// Times in which nobody tested.
    #[must_use]
    pub fn gaps(label: impl Into<String>, windows: Vec<Window>) -> Self {
        Self {
            class: "gap",
            label: label.into(),
            has_foot: false,
            windows,
        }
    }

    /// What they mean; `None` if there are none.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        let is_any = !self.windows.is_empty();
        is_any.then(|| Key::area(self.class, &*self.label))
    }

    pub(crate) fn marks(&self, place: Place<'_>) -> Markup {
        html! {
            @if !self.windows.is_empty() {
                path class=(self.class) d=(self.path(place)) {}
            }
        }
    }

    /// Those that would touch are one, so that there are no more than a picture has room for.
    fn path(&self, place: Place<'_>) -> Path {
        let canvas = place.canvas;
        let mut bands: Vec<(f64, f64)> = Vec::new();
        let windows = self.windows.iter();
        let mut spans: Vec<_> = windows.map(|window| across(place, *window)).collect();
        spans.sort_by(|one, other| one.0.total_cmp(&other.0));
        for (from, until) in spans {
            match bands.last_mut() {
                Some(last) if from <= last.1 + 0.5 => last.1 = last.1.max(until),
                _ => bands.push((from, until)),
            }
        }
        let foot = if self.has_foot { FOOT } else { 0.0 };
        let mut path = Path::default();
        for (from, until) in bands {
            path.rectangle((from, canvas.top()), (until, canvas.bottom() + foot));
        }
        path
    }
}

fn across(place: Place<'_>, window: Window) -> (f64, f64) {
    let (from, until) = place.across(window);
    // Not beyond the end of the axis.
    let from = from.min(place.canvas.x(1.0) - MIN_WIDTH);
    (from, until.max(from + MIN_WIDTH))
}
