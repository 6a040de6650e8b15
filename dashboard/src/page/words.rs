//! Numbers in words, as pages need them.

use std::fmt;

use runner_core::text::Grouped;

/// So many of what has a regular plural: `1 hour`, `1,234 hours`.
pub(super) struct Many(pub(super) u64, pub(super) &'static str);

impl fmt::Display for Many {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} {}{s}", Grouped(self.0), self.1)
    }
}

/// What there is, or a dash.
pub(super) struct OrDash<T>(pub(super) Option<T>);

impl<T: fmt::Display> fmt::Display for OrDash<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("–"),
        }
    }
}
