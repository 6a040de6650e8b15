//! Foreign texts as items of a list: in their line where they fit, else as blocks.

use std::io::{self, Write};

use runner_core::excerpt::{Excerpt, needs_block};

use crate::{
    escape::{CodeSpan, Text},
    excerpt,
};

/// Writes a list item with a foreign text: in its line where it fits, else as blocks below it,
/// which end the list and bring the empty line after it.
///
/// Blocks stand at the start of a line, because in a list item a fence would end with the
/// indentation.
pub(crate) fn write_field(
    out: &mut impl Write,
    label: &str,
    text: &str,
    max_chars: usize,
) -> io::Result<()> {
    if !needs_block(text) {
        return writeln!(out, "- **{label}**: {}", Text(text));
    }
    writeln!(out, "- **{label}**:\n")?;
    excerpt::write(out, Excerpt::of_text(text, max_chars), "text")
}

/// Writes a list item with short foreign texts, as code.
pub(crate) fn write_code_list<'a>(
    out: &mut impl Write,
    label: &str,
    texts: impl Iterator<Item = &'a String>,
) -> io::Result<()> {
    write!(out, "- **{label}**: ")?;
    for (index, text) in texts.enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        write!(out, "{comma}{}", CodeSpan(text))?;
    }
    writeln!(out)
}
