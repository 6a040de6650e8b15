//! Charts of what came of a run, as SVG inside of an HTML document.
//!
//! Values go in, [`Markup`](maud::Markup) comes out. A chart is put together of three things:
//!
//! | what | is |
//! | --- | --- |
//! | a [`Frame`] | the name of the picture, what there is to see in it, and its size |
//! | a [`Plot`] | the values and how they are drawn: [`Rates`] with their intervals, [`Lines`] of durations, [`Levels`] of numbers, [`Stacks`] of counts |
//! | [`OverTime`] | the axis of time, [`Bands`] where nothing was tested, and what is told of each step when it is pointed at |
//!
//! How many took how long is a [`Distribution`], what so large a share did not exceed [`Percentiles`], and
//! single measurements are a [`Scatter`]; these have no axis of time. A [`Figure`] puts a heading, a
//! legend and the same figures as a [`Table`] around a chart.
//!
//! ```
//! use charts::{Canvas, Figure, Frame, OverTime, Plot, Rates, TimeAxis, Window};
//! use jiff::{Timestamp, ToSpan, tz::TimeZone};
//! use maud::Render;
//! use run_stats::Proportion;
//!
//! let from = Timestamp::UNIX_EPOCH;
//! let hour = Window { from, until: from + 1.hour() };
//! let rates = Rates::new([(hour, Proportion::new(98, 100))]);
//! let frame = Frame {
//!     id: "rate",
//!     title: "Success rate over time",
//!     description: "Each step is an hour. The latest is 98.0%.",
//!     canvas: Canvas::WIDE,
//! };
//! let zone = TimeZone::UTC;
//! let time = TimeAxis::of_hours(from, from + 4.hours(), &zone);
//! let chart = OverTime { frame, time, bands: &[], pointers: &[] }.chart(&rates);
//! let figure = Figure {
//!     heading: "Success rate",
//!     note: Some("The share of passed attempts among those that were tried."),
//!     chart,
//!     legend: &rates.legend(),
//!     figures: None,
//! };
//! let figure = figure.render().into_string();
//! assert!(figure.contains("<path class=\"rate\" d=\"M72 51.6H230.5\">"));
//! assert_eq!(rates.axis().begins(), "90%");
//! ```
//!
//! # What a chart keeps to
//!
//! - It has neither colours nor fonts, scripts nor `style` attributes: elements have classes, which
//!   [`STYLE`] colours through custom properties, for light and for dark. A Content-Security-Policy need
//!   allow nothing but that style.
//! - It has a role, a title and a description for those who do not see it; lines differ in their dashes
//!   and bands in their feet for those who do not see colours.
//! - It is as wide as there is room, and no larger for a million attempts than for ten: it grows with the
//!   number of windows that it is given, which is for the caller to bound.
//! - Equal values give equal markup.
//!
//! Markup in a label is text. To make visible what hides in a text or turns it around is for the caller,
//! who knows how the page shows such characters elsewhere. So are all words but those on the axes.
//!
//! The crate refuses clocks, documents, and to know what an attempt is. It draws by hand and not with a
//! library for charts: what such a library draws carries its colours in every element and its sizes in
//! pixels, so that it can follow neither the reader's choice of dark or light nor the width of a phone,
//! and it names neither the picture nor its parts.

mod axis;
mod axis_of_trials;
mod bands;
mod chart;
mod distribution;
mod figure;
mod levels;
mod lines;
mod over_time;
mod path;
mod percentiles;
mod rates;
mod scatter;
mod stacks;
mod style;
mod table;
mod time;

pub use axis::Axis;
pub use bands::Bands;
pub use chart::{Canvas, Chart, Frame, Tick};
pub use distribution::{Bar, Distribution, Upright};
pub use figure::{Figure, Key};
pub use levels::{Level, Levels};
pub use lines::{Line, Lines};
pub use over_time::{OverTime, Place, Plot, Window};
pub use path::{Coordinate, Path, Step};
pub use percentiles::{Curve, Percentiles};
pub use rates::Rates;
pub use scatter::{Guide, Mark, Scatter, Side, Spot};
pub use stacks::{Layer, Stacks};
pub use style::STYLE;
pub use table::{Column, Table, numbers, words};
pub use time::TimeAxis;
