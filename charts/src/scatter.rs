//! Single measurements as marks between two axes.

use maud::{Markup, Render, html};

use crate::{
    axis::Axis,
    chart::{Canvas, Chart, Frame},
    path::{Coordinate, Path},
};

/// Half the size of a mark, in units of the picture.
const SIZE: f64 = 4.5;

/// So far from the middle of a mark it is still pointed at.
const REACH: f64 = 9.0;

/// Measurements as marks, each at its place on two axes.
///
/// ```
/// use charts::{Axis, Canvas, Frame, Guide, Mark, Scatter, Side, Spot};
///
/// let scatter = Scatter {
///     horizontal: Axis::of_ordinals(2, 7),
///     vertical: Axis::of_ratios(10.0, 20.0, 5, |rate| format!("{rate}/s")),
///     spots: vec![
///         Spot { x: 1.0, y: 10.0, mark: Mark::Good, words: "trial 1: 10/s holds".into() },
///         Spot { x: 2.0, y: 20.0, mark: Mark::Bad, words: "trial 2: 20/s does not hold".into() },
///     ],
///     guides: vec![Guide::Line { side: Side::Vertical, at: 14.0, class: "estimate" }],
///     is_connected: true,
/// };
/// let frame = Frame { id: "trials", title: "Trials", description: "There are two.", canvas: Canvas::WIDE };
/// let chart = scatter.chart(frame).into_string();
/// assert!(chart.contains("<title>trial 2: 20/s does not hold</title>"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scatter {
    /// The axis below.
    pub horizontal: Axis,
    /// The axis beside.
    pub vertical: Axis,
    /// The measurements, in their order. Where they meet, the last one is seen.
    pub spots: Vec<Spot>,
    /// What they are held against, below them.
    pub guides: Vec<Guide>,
    /// Whether a line leads from each to the next.
    pub is_connected: bool,
}

/// A measurement.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// Its place on the horizontal axis.
    pub x: f64,
    /// Its place on the vertical axis.
    pub y: f64,
    /// What it came to.
    pub mark: Mark,
    /// What it is when it is pointed at.
    pub words: String,
}

/// What a measurement came to. Marks differ in their shape for those who do not see colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// As was asked for: a disc.
    Good,
    /// Not as was asked for: a cross.
    Bad,
    /// Nothing: a ring.
    Open,
}

/// Which axis a number belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one below: guides stand upright.
    Horizontal,
    /// The one beside: guides lie.
    Vertical,
}

/// What measurements are held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Guide {
    /// One number.
    Line {
        /// Of which axis.
        side: Side,
        /// The number.
        at: f64,
        /// The class that the style colours: `estimate`, `bound`. Never foreign.
        class: &'static str,
    },
    /// All between two numbers.
    Band {
        /// Of which axis.
        side: Side,
        /// The lower one.
        from: f64,
        /// The higher one.
        until: f64,
        /// The class that the style colours: `likely`. Never foreign.
        class: &'static str,
    },
}

impl Scatter {
    /// The picture.
    #[must_use]
    pub fn chart(&self, frame: Frame<'_>) -> Markup {
        let canvas = frame.canvas;
        let chart = Chart {
            frame,
            horizontal: &self.horizontal.ticks(),
            vertical: &self.vertical.ticks(),
            marks: html! {
                @for guide in &self.guides { (self.guide(*guide, canvas)) }
                @if self.is_connected { path.trail d=(self.trail(canvas)) {} }
                @for spot in &self.spots { (self.spot(spot, canvas)) }
            },
        };
        chart.render()
    }

    fn x(&self, value: f64, canvas: Canvas) -> f64 {
        canvas.x(self.horizontal.share(value))
    }

    fn y(&self, value: f64, canvas: Canvas) -> f64 {
        canvas.y(self.vertical.share(value))
    }

    fn spot(&self, spot: &Spot, canvas: Canvas) -> Markup {
        let (x, y) = (self.x(spot.x, canvas), self.y(spot.y, canvas));
        html! {
            (spot.mark.at(x, y))
            circle.pointer cx=(Coordinate(x)) cy=(Coordinate(y)) r=(REACH) { title { (spot.words) } }
        }
    }

    fn trail(&self, canvas: Canvas) -> Path {
        let mut path = Path::default();
        for (index, spot) in self.spots.iter().enumerate() {
            let (x, y) = (self.x(spot.x, canvas), self.y(spot.y, canvas));
            match index {
                0 => path.go(x, y),
                _ => path.straight(x, y),
            };
        }
        path
    }

    fn guide(&self, guide: Guide, canvas: Canvas) -> Markup {
        let (left, right) = (canvas.x(0.0), canvas.x(1.0));
        let (top, bottom) = (canvas.top(), canvas.bottom());
        let mut path = Path::default();
        let class = match guide {
            Guide::Line { side, at, class } => {
                match side {
                    Side::Horizontal => path.go(self.x(at, canvas), bottom).vertical(top),
                    Side::Vertical => path.go(left, self.y(at, canvas)).horizontal(right),
                };
                class
            }
            Guide::Band {
                side,
                from,
                until,
                class,
            } => {
                match side {
                    Side::Horizontal => {
                        path.rectangle((self.x(from, canvas), top), (self.x(until, canvas), bottom))
                    }
                    Side::Vertical => {
                        path.rectangle((left, self.y(until, canvas)), (right, self.y(from, canvas)))
                    }
                };
                class
            }
        };
        html! { path class=(class) d=(path) {} }
    }
}

impl Mark {
    /// The class that the style colours.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Open => "open",
        }
    }

    /// The mark at a place.
    pub(crate) fn at(self, x: f64, y: f64) -> Markup {
        let class = format_args!("mark {}", self.class());
        match self {
            Self::Good | Self::Open => html! {
                circle class=(class) cx=(Coordinate(x)) cy=(Coordinate(y)) r=(SIZE) {}
            },
            Self::Bad => {
                let mut cross = Path::default();
                cross.go(x - SIZE, y - SIZE).straight(x + SIZE, y + SIZE);
                cross.go(x - SIZE, y + SIZE).straight(x + SIZE, y - SIZE);
                html! { path class=(class) d=(cross) {} }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(spots: Vec<Spot>, guides: Vec<Guide>) -> String {
        let scatter = Scatter {
            horizontal: Axis::of_ordinals(2, 7),
            vertical: Axis::of_counts(4),
            spots,
            guides,
            is_connected: true,
        };
        let frame = Frame {
            id: "trials",
            title: "Trials",
            description: "Two.",
            canvas: Canvas::WIDE,
        };
        scatter.chart(frame).into_string()
    }

    fn spot(x: f64, y: f64, mark: Mark) -> Spot {
        Spot {
            x,
            y,
            mark,
            words: "a < b".into(),
        }
    }

    #[test]
    fn marks_stand_at_their_numbers_and_differ_in_their_shape() {
        let spots = vec![spot(1.0, 0.0, Mark::Good), spot(2.0, 4.0, Mark::Bad)];
        let chart = chart(spots, Vec::new());
        // The first and the third quarter of the width, from the ground to the top.
        assert!(chart.contains(r#"<circle class="mark good" cx="230.5" cy="218" r="4.5">"#));
        assert!(
            chart.contains(r#"<path class="mark bad" d="M543 5.5L552 14.5M543 14.5L552 5.5">"#)
        );
        assert!(chart.contains(r#"<path class="trail" d="M230.5 218L547.5 10">"#));
        assert!(chart.contains("<title>a &lt; b</title>"));
    }

    #[test]
    fn guides_lie_or_stand_by_the_axis_that_they_belong_to() {
        let line = |side, at| Guide::Line {
            side,
            at,
            class: "bound",
        };
        let band = |side| Guide::Band {
            side,
            from: 1.0,
            until: 2.0,
            class: "likely",
        };
        let sides = [Side::Horizontal, Side::Vertical];
        let guides = sides
            .into_iter()
            .flat_map(|side| [line(side, 1.0), band(side)]);
        let chart = chart(Vec::new(), guides.collect());
        for path in [
            r#"class="bound" d="M230.5 218V10""#,
            r#"class="likely" d="M230.5 10H547.5V218H230.5z""#,
            r#"class="bound" d="M72 166H706""#,
            r#"class="likely" d="M72 114H706V166H72z""#,
        ] {
            assert!(chart.contains(path), "{path}: {chart}");
        }
    }
}
