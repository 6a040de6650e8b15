//! Pictures with two axes: where things stand in them, and what every one of them has.
//!
//! The module owns places and names; what is drawn between the axes comes from those who know what it
//! means.

use maud::{Markup, Render, html};

use crate::path::{Coordinate, Path};

/// The size of a picture in units of its own. It is drawn as wide as there is room.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Canvas {
    width: f64,
    height: f64,
}

impl Canvas {
    /// One picture beside nothing.
    pub const WIDE: Self = Self {
        width: 720.0,
        height: 250.0,
    };

    /// One of two beside each other.
    pub const COMPACT: Self = Self {
        width: 480.0,
        height: 180.0,
    };

    /// Room for the labels beside and below the axes.
    const LEFT: f64 = 72.0;
    const RIGHT: f64 = 14.0;
    const TOP: f64 = 10.0;
    const BOTTOM: f64 = 32.0;

    /// Where a share of the horizontal axis is.
    #[must_use]
    pub fn x(self, share: f64) -> f64 {
        Self::LEFT + share * (self.width - Self::LEFT - Self::RIGHT)
    }

    /// Where a share of the vertical axis is; it begins at the bottom.
    #[must_use]
    pub fn y(self, share: f64) -> f64 {
        let bottom = self.bottom();
        bottom - share * (bottom - Self::TOP)
    }

    /// So many labels have room beside each other below the horizontal axis.
    #[must_use]
    pub fn labels(self) -> u64 {
        const WIDTH: f64 = 88.0;
        ((self.x(1.0) - self.x(0.0)) / WIDTH) as u64
    }

    /// The upper end of the vertical axis.
    #[must_use]
    pub fn top(self) -> f64 {
        Self::TOP
    }

    /// The lower end of the vertical axis.
    #[must_use]
    pub fn bottom(self) -> f64 {
        self.height - Self::BOTTOM
    }
}

/// A labelled place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// The share of the axis before it.
    pub at: f64,
    /// What stands there.
    pub label: String,
}

/// What a picture is called, and how large it is.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// What its names in the document begin with: unique in it, and never foreign.
    pub id: &'a str,
    /// What it shows.
    pub title: &'a str,
    /// What there is to see in it, in sentences, for those who do not.
    pub description: &'a str,
    /// Its size.
    pub canvas: Canvas,
}

/// A picture.
#[derive(Debug, Clone)]
pub struct Chart<'a> {
    /// Its names and its size.
    pub frame: Frame<'a>,
    /// The labels below it.
    pub horizontal: &'a [Tick],
    /// The labels beside it, each with a line of the grid.
    pub vertical: &'a [Tick],
    /// What stands between the axes.
    pub marks: Markup,
}

impl Render for Chart<'_> {
    fn render(&self) -> Markup {
        let Frame {
            id,
            title,
            description,
            canvas,
        } = self.frame;
        let view = format!("0 0 {} {}", canvas.width, canvas.height);
        html! {
            svg.chart viewBox=(view) role="img" aria-labelledby={ (id) "-title " (id) "-desc" } {
                title id={ (id) "-title" } { (title) }
                desc id={ (id) "-desc" } { (description) }
                path.grid d=(self.grid()) {}
                (self.marks)
                path.axis d=(self.axis()) {}
                (self.labels())
            }
        }
    }
}

impl Chart<'_> {
    /// The lines at the ticks of the vertical axis.
    fn grid(&self) -> Path {
        let mut path = Path::default();
        for tick in self.vertical {
            let y = self.frame.canvas.y(tick.at);
            path.go(self.frame.canvas.x(0.0), y)
                .horizontal(self.frame.canvas.x(1.0));
        }
        path
    }

    /// The line below everything, with its ticks.
    fn axis(&self) -> Path {
        let (canvas, mut path) = (self.frame.canvas, Path::default());
        let bottom = canvas.bottom();
        path.go(canvas.x(0.0), bottom).horizontal(canvas.x(1.0));
        for tick in self.horizontal {
            path.go(canvas.x(tick.at), bottom).vertical(bottom + 5.0);
        }
        path
    }

    fn labels(&self) -> Markup {
        let canvas = self.frame.canvas;
        let beside = Coordinate(canvas.x(0.0) - 8.0);
        let below = Coordinate(canvas.bottom() + 20.0);
        html! {
            @for tick in self.vertical {
                text.beside x=(beside) y=(Coordinate(canvas.y(tick.at))) dy=".35em" { (tick.label) }
            }
            @for (index, tick) in self.horizontal.iter().enumerate() {
                // Where there is little room, every other label has to do.
                @let is_last = tick.at > 0.93;
                text
                    class={
                        "below"
                        @if index % 2 == 1 { " every-other" }
                        @if is_last { " last" }
                    }
                    x=(Coordinate(canvas.x(tick.at))) y=(below) { (tick.label) }
            }
        }
    }
}
