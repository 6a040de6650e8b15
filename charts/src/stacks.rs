//! Counts over time, as bars that consist of several.

use maud::{Markup, html};

use crate::{
    axis::Axis,
    figure::Key,
    levels::Level,
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
    /// Whether bars are as high as there were in each second of their window.
    is_per_second: bool,
    line: Option<Level>,
    axis: Axis,
}

impl Stacks {
    /// Bars of `layers`, the first at the ground.
    ///
    /// The layers go over the same windows: where one has a count that another one lacks, it has to be zero
    /// in the other one.
    #[must_use]
    pub fn new(layers: impl IntoIterator<Item = Layer>) -> Self {
        Self::of(layers, false, None)
    }

    /// Bars of how many there were in each second of their windows, with `line` over them: how many there
    /// were to be, for instance.
    #[must_use]
    pub fn per_second(layers: impl IntoIterator<Item = Layer>, line: Option<Level>) -> Self {
        Self::of(layers, true, line)
    }

    fn of(
        layers: impl IntoIterator<Item = Layer>,
        is_per_second: bool,
        line: Option<Level>,
    ) -> Self {
        let layers: Vec<_> = layers.into_iter().collect();
        let windows = layers.iter().map(|layer| layer.windows.len()).max();
        let height = |index: usize| {
            let known = layers.iter().filter_map(|layer| layer.windows.get(index));
            let sum = |sum: u64, count: &(Window, u64)| sum.saturating_add(count.1);
            let window = known.clone().next().map(|(window, _)| *window);
            window.map_or(0.0, |window| {
                height(window, known.fold(0, sum), is_per_second)
            })
        };
        let heights = (0..windows.unwrap_or(0)).map(height);
        let line_top = line.as_ref().map_or(0.0, Level::highest);
        let axis = Axis::of_counts(heights.fold(line_top, f64::max).ceil() as u64);
        Self {
            layers,
            is_per_second,
            line,
            axis,
        }
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
                let ceiling =
                    canvas.y(self
                        .axis
                        .share(height(*window, *counted, self.is_per_second)));
                let ceiling = ceiling.min(*floor - MIN_HEIGHT).max(canvas.top());
                path.rectangle((from, ceiling), (until, *floor));
                *floor = ceiling;
            }
            path
        });
        bars.collect()
    }
}

/// How high so many of a window are.
fn height(window: Window, count: u64, is_per_second: bool) -> f64 {
    let length = window.until.duration_since(window.from).as_secs_f64();
    match is_per_second && length > 0.0 {
        true => count as f64 / length,
        false => count as f64,
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
            @if let Some(line) = &self.line { (line.line(place, &self.axis)) }
        }
    }

    fn legend(&self) -> Vec<Key> {
        let keys = self.layers.iter();
        keys.map(|layer| Key::area(layer.class, &*layer.label))
            .chain(self.line.iter().map(Level::key))
            .collect()
    }
}
