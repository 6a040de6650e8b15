//! Long text cut down to its beginning and its end, as blocks.
//!
//! The module owns how the gap is told: between two blocks, where no output can forge it.

use maud::{Markup, Render, html};
use runner_core::{
    excerpt::{Excerpt, needs_block},
    text::Bytes,
};

use crate::text::{Lines, Prose};

/// An excerpt, as blocks.
pub(crate) struct Blocks<'a>(pub(crate) Excerpt<'a>);

impl Render for Blocks<'_> {
    fn render(&self) -> Markup {
        let Excerpt {
            head,
            omitted_bytes,
            tail,
        } = self.0;
        html! {
            @if !head.is_empty() { (Lines(head)) }
            @if omitted_bytes > 0 { p.omitted { (Bytes(omitted_bytes)) " not shown here." } }
            @if !tail.is_empty() { (Lines(tail)) }
        }
    }
}

/// A foreign text in its line where it fits, else as a block.
pub(crate) fn words(text: &str, max_chars: usize) -> Markup {
    html! {
        @if needs_block(text) { (Blocks(Excerpt::of_text(text, max_chars))) } @else { (Prose(text)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_their_line_where_they_fit() {
        assert_eq!(words("a b", 9).into_string(), "<bdi>a b</bdi>");
        assert_eq!(words("a\nb", 9).into_string(), "<pre>\na\nb</pre>");
    }
}
