//! Foreign texts as items of a list: in their line where they fit, else as blocks.

use std::io::{self, Write};

use crate::{escape::Text, excerpt::Excerpt};

/// A text of more characters than this is shown as a block instead of in its line.
const MAX_LINE_CHARS: usize = 300;

/// Whether a foreign text is shown as a block, because a line is no place for it.
pub(crate) fn needs_block(text: &str) -> bool {
    text.contains('\n') || text.chars().nth(MAX_LINE_CHARS).is_some()
}

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
    Excerpt::of_text(text, max_chars).write(out, "text")
}
