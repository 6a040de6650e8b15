//! Counts over time, as bars that consist of several.

use maud::{Markup, html};

use crate::{
    axis::Axis,
    figure::Key,
    over_time::{Place, Plot, Window},
    path::Path,
};

/// What happened at all is at least this high: one failure in a thousand attempts is what somebody
/// looks for.
const MIN_HEIGHT: f64 = 2.0;

/// One of several things that are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The class that the style colours: the name of an outcome. Never foreign.
    pub class: &'static str,
    /// What the legend calls it.
    pub label: String,
    /// How many there were, in the order of time.
    pub windows: Vec<(Window, u64)>,
}

/// Counts on top of each other, a bar for each window.
///
/// Whatever there was is drawn high enough to be seen, however little it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Stacks {
    layers: Vec<Layer>,
    axis: Axis,
}

impl Stacks {
    /// Bars of `layers`, the first at the ground.
    ///
    /// The layers go over the same windows: where one has a count that another one lacks, it has to be zero
    /// in the other one.
    #[must_use]
    pub fn new(layers: impl IntoIterator<Item = Layer>) -> Self {
        let layers: Vec<_> = layers.into_iter().collect();
        let windows = layers.iter().map(|layer| layer.windows.len()).max();
        let sum = |index: usize| {
            let counts = layers.iter().filter_map(|layer| layer.windows.get(index));
            counts.fold(0_u64, |sum, (_, count)| sum.saturating_add(*count))
        };
        let most = (0..windows.unwrap_or(0)).map(sum).max();
        let axis = Axis::of_counts(most.unwrap_or(0));
        Self { layers, axis }
    }

    /// The bars of each layer, one path for all windows.
    fn bars(&self, place: Place<'_>) -> Vec<Path> {
        let canvas = place.canvas;
        // What stands below the next layer: how many, and how high they were drawn.
        let mut below: Vec<(u64, f64)> = Vec::new();
        let bars = self.layers.iter().map(|layer| {
            let mut path = Path::default();
            below.resize(layer.windows.len().max(below.len()), (0, canvas.bottom()));
            for ((window, count), (counted, floor)) in layer.windows.iter().zip(&mut below) {
                if *count == 0 {
                    continue;
                }
                let (from, until) = place.across(*window);
                // Bars that are wide enough stand apart.
                let until = if until - from > 4.0 {
                    until - 1.0
                } else {
                    until
                };
                *counted = counted.saturating_add(*count);
                let ceiling = canvas.y(self.axis.share(*counted as f64));
                let ceiling = ceiling.min(*floor - MIN_HEIGHT).max(canvas.top());
                path.rectangle((from, ceiling), (until, *floor));
                *floor = ceiling;
            }
            path
        });
        bars.collect()
    }
}

impl Plot for Stacks {
    fn axis(&self) -> &Axis {
        &self.axis
    }

    fn marks(&self, place: Place<'_>) -> Markup {
        html! {
            @for (layer, path) in self.layers.iter().zip(self.bars(place)) {
                path class=(layer.class) d=(path) {}
            }
        }
    }

    fn legend(&self) -> Vec<Key> {
        let keys = self.layers.iter();
        keys.map(|layer| Key::area(layer.class, &*layer.label))
            .collect()
    }
}
