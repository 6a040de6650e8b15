//! What only these reports write their own way: times, and names of places in the document.

use std::fmt;

use jiff::{Timestamp, Zoned, tz::TimeZone};
use maud::{Markup, Render, html};

/// A moment as it is called in a time zone: `2025-06-30 21:45:05-04:00`. HTML takes this for a time
/// without being told again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) timestamp: Timestamp,
    pub(crate) zone: &'a TimeZone,
    /// Whether seconds are told.
    pub(crate) to_the_second: bool,
}

impl<'a> Moment<'a> {
    /// When something began, in its own time zone.
    pub(crate) fn of(began: &'a Zoned) -> Self {
        Self {
            timestamp: began.timestamp(),
            zone: began.time_zone(),
            to_the_second: true,
        }
    }
}

impl fmt::Display for Moment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zoned = self.timestamp.to_zoned(self.zone.clone());
        let format = match self.to_the_second {
            true => "%Y-%m-%d %H:%M:%S%:z",
            false => "%Y-%m-%d %H:%M%:z",
        };
        zoned.strftime(format).fmt(f)
    }
}

impl Render for Moment<'_> {
    fn render(&self) -> Markup {
        html! { time { (format_args!("{self}")) } }
    }
}

/// The name that links to a case lead to. Of our own, because names of cases may repeat.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Anchor(pub(crate) usize);

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "case-{}", self.0)
    }
}
