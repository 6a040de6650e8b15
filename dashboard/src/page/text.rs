//! Foreign text made inert, for each place in a page where it may stand. `maud` sees to it that none of it
//! is taken for markup; here, what would hide, reorder or control becomes visible.

use maud::{Markup, Render, html};
use runner_core::text::Clipped;

/// Words are shown up to so many characters, and then `…`: a page is looked at, a report is read.
const MAX_WORDS: usize = 600;

/// Names and lines are shown up to so many.
const MAX_NAME: usize = 240;

/// Words in a line. Their direction is their own: letters that are written from right to left move nothing
/// around them.
pub(super) struct Said<'a>(pub(super) &'a str);

/// A single line shown exactly.
pub(super) struct Exact<'a>(pub(super) &'a str);

/// Words without an element of their own.
pub(super) struct Plain<'a>(pub(super) &'a str);

impl Render for Said<'_> {
    fn render(&self) -> Markup {
        html! { bdi { (Clipped(self.0, MAX_WORDS)) } }
    }
}

impl Render for Exact<'_> {
    fn render(&self) -> Markup {
        html! { code { (Clipped(self.0, MAX_NAME)) } }
    }
}

impl std::fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Clipped(self.0, MAX_NAME).fmt(f)
    }
}
