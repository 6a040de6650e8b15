//! Long text cut down to its beginning and its end, as blocks.
//!
//! The module owns how the gap is told: between two blocks, where no output can forge it.

use std::io::{self, Write};

use runner_core::{excerpt::Excerpt, text::Bytes};

use crate::escape::Fence;

/// Writes an excerpt as blocks, each with an empty line after it.
pub(crate) fn write(
    out: &mut impl Write,
    excerpt: Excerpt<'_>,
    info: &'static str,
) -> io::Result<()> {
    let Excerpt {
        head,
        omitted_bytes,
        tail,
    } = excerpt;
    if !head.is_empty() {
        writeln!(out, "{}", Fence { info, text: head })?;
    }
    if omitted_bytes > 0 {
        writeln!(out, "*{} not shown here.*\n", Bytes(omitted_bytes))?;
    }
    if !tail.is_empty() {
        writeln!(out, "{}", Fence { info, text: tail })?;
    }
    Ok(())
}
