//! Charts whose horizontal axis is time: what all of them have, and what each has to say for itself.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::{
    axis::Axis,
    bands::Bands,
    chart::{Canvas, Chart, Frame},
    figure::Key,
    path::{Coordinate, Path, Step},
    time::TimeAxis,
};

/// A time that is drawn as one: from a moment to a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends; the next one may begin there.
    pub until: Timestamp,
}

/// Values over time, and how they are drawn.
pub trait Plot {
    /// The vertical axis.
    fn axis(&self) -> &Axis;

    /// What is drawn between the axes.
    fn marks(&self, place: Place<'_>) -> Markup;

    /// What the marks mean.
    fn legend(&self) -> Vec<Key>;
}

/// A chart over time, but for its values.
#[derive(Debug, Clone, Copy)]
pub struct OverTime<'a> {
    /// Its names and its size.
    pub frame: Frame<'a>,
    /// From when to when it goes.
    pub time: TimeAxis<'a>,
    /// Times in which there was nothing to see, behind the values.
    pub bands: &'a [Bands],
    /// What is told of each window when it is pointed at. Empty where it is told nowhere, or elsewhere.
    pub pointers: &'a [(Window, String)],
}

impl OverTime<'_> {
    /// The picture of `plot`.
    #[must_use]
    pub fn chart(&self, plot: &impl Plot) -> Markup {
        let Self { frame, time, .. } = *self;
        let place = self.place();
        let chart = Chart {
            frame,
            horizontal: &time.ticks(frame.canvas.labels()),
            vertical: &plot.axis().ticks(),
            marks: html! {
                @for bands in self.bands { (bands.marks(place)) }
                (plot.marks(place))
                (self.pointers(place))
            },
        };
        maud::Render::render(&chart)
    }

    fn place(&self) -> Place<'_> {
        Place {
            canvas: self.frame.canvas,
            time: self.time,
        }
    }

    /// Areas over all, each of which says what its window is when it is pointed at.
    fn pointers(&self, place: Place<'_>) -> Markup {
        let top = place.canvas.top();
        let height = place.canvas.bottom() - top;
        html! {
            @for (window, words) in self.pointers {
                @let (from, until) = place.across(*window);
                rect.pointer x=(Coordinate(from)) y=(Coordinate(top))
                    width=(Coordinate(until - from)) height=(Coordinate(height)) {
                    title { (words) }
                }
            }
        }
    }
}

/// Where moments and shares are in a picture.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The picture.
    pub canvas: Canvas,
    /// Its horizontal axis.
    pub time: TimeAxis<'a>,
}

impl Place<'_> {
    /// From where to where a window goes.
    #[must_use]
    pub fn across(self, window: Window) -> (f64, f64) {
        let x = |moment| self.canvas.x(self.time.share(moment));
        (x(window.from), x(window.until))
    }

    /// A line with a step for each window, as high as a share of the vertical axis.
    #[must_use]
    pub fn steps(self, shares: impl IntoIterator<Item = (Window, f64)>) -> Path {
        Path::steps(shares.into_iter().map(|(window, share)| {
            let (from, until) = self.across(window);
            let y = self.canvas.y(share);
            Step { from, until, y }
        }))
    }
}
