//! What only these reports write their own way: times, and names of places in the document.

use std::fmt;

use jiff::{Timestamp, tz::TimeZone};

/// How times are written: for people and for machines.
pub(crate) const RFC_3339: &str = "%Y-%m-%dT%H:%M:%S%:z";

/// A moment as it is called in a time zone: `2025-06-30T21:45:05-04:00`.
pub(crate) struct Moment<'a>(pub(crate) Timestamp, pub(crate) &'a TimeZone);

impl fmt::Display for Moment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zoned = self.0.to_zoned(self.1.clone());
        zoned.strftime(RFC_3339).fmt(f)
    }
}

/// The name that links to a case lead to. An anchor of our own, because renderers derive different
/// ones from the words of a heading, and names may repeat.
pub(crate) struct Anchor(pub(crate) usize);

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "case-{}", self.0)
    }
}
