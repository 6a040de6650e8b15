//! Foreign text made inert, for each place in the document where it may stand.
//!
//! Whatever a suite or an executor sent is written through one of three adapters: [`Text`] for prose
//! and table cells, [`CodeSpan`] for exact single lines, [`Fence`] for exact blocks. None of them
//! lets its text end the place it stands in, start anything of Markdown or HTML, or hide characters
//! from the reader. The module refuses to know what the text means.
//!
//! The rules follow CommonMark and its GitHub dialect, and where an implementation is narrower than
//! the specification, the implementation.

use std::fmt::{self, Write};

use runner_core::text::Shown;

/// Prose: shown as it reads, with nothing in it taken for markup.
///
/// It never stands at the start of a line: list bullets, numbers and underlines of headings are
/// markup only there, and stay as they are. Line breaks and tabs become spaces.
pub(crate) struct Text<'a>(pub(crate) &'a str);

/// A single line shown exactly, in code type. Line breaks and tabs are shown as symbols. Not for
/// table cells, where `|` would need an escape of its own that renderers disagree on.
pub(crate) struct CodeSpan<'a>(pub(crate) &'a str);

/// Lines shown exactly, as a block of code. It starts and ends at the start of a line.
pub(crate) struct Fence<'a> {
    /// The language, which renderers colour by.
    pub(crate) info: &'static str,
    /// The lines.
    pub(crate) text: &'a str,
}

/// More backticks in a row than this are broken up by writing the next one as a number.
///
/// The specification allows fences and code spans of any length, but the reference implementation,
/// which GitHub uses, keeps the length of a fence in a byte and does not recognise code spans of
/// more than 80 backticks: a row of 255 would close any fence. With this bound, fences and spans
/// need at most one backtick more.
const MAX_BACKTICKS: usize = 60;

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0;
        let mut pending = 0;
        for (at, c) in text.char_indices() {
            let (before, from) = text.split_at(at);
            let escape = match c {
                '\n' | '\t' => " ",
                // Entities where a renderer might not take a backslash: HTML, and the cells of
                // tables, which are split before anything else is read.
                '<' => "&lt;",
                '&' => "&amp;",
                '|' => "&#124;",
                '\\' => "\\\\",
                '`' => "\\`",
                '*' => "\\*",
                '_' => "\\_",
                '[' => "\\[",
                ']' => "\\]",
                '{' => "\\{",
                '}' => "\\}",
                '>' => "\\>",
                '#' => "\\#",
                '~' => "\\~",
                '^' => "\\^",
                '$' => "\\$",
                // Bare addresses become links in the GitHub dialect.
                '@' => "\\@",
                ':' if from.starts_with("://") => "\\:",
                '.' if ends_with_www(before) => "\\.",
                _ => match Shown::of(c) {
                    Shown::Itself => continue,
                    Shown::Picture(picture) => {
                        write!(f, "{}{picture}", &text[pending..at])?;
                        pending = at + c.len_utf8();
                        continue;
                    }
                    Shown::Number => {
                        write!(f, "{}\\\\u\\{{{:x}\\}}", &text[pending..at], u32::from(c))?;
                        pending = at + c.len_utf8();
                        continue;
                    }
                },
            };
            f.write_str(&text[pending..at])?;
            f.write_str(escape)?;
            pending = at + c.len_utf8();
        }
        f.write_str(&text[pending..])
    }
}

fn ends_with_www(text: &str) -> bool {
    text.as_bytes()
        .last_chunk::<3>()
        .is_some_and(|last| last.eq_ignore_ascii_case(b"www"))
}

impl fmt::Display for CodeSpan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0;
        if text.is_empty() {
            // Two backticks with nothing between them are no code span.
            return f.write_str("` `");
        }
        // A code span ends at a row of exactly as many backticks as it began with: the shortest
        // row that the text lacks will do, and `MAX_BACKTICKS` + 1 is always lacking.
        let rows = rows_of_backticks(text);
        let fence = (1..=MAX_BACKTICKS).find(|length| rows & 1 << length == 0);
        let fence = "`".repeat(fence.unwrap_or(MAX_BACKTICKS + 1));
        // One space on each side is taken off, unless there is nothing but spaces.
        let at_edge = |c| c == ' ' || c == '`';
        let padded = text.starts_with(at_edge) || text.ends_with(at_edge);
        let pad = if padded && text.contains(|c| c != ' ') {
            " "
        } else {
            ""
        };
        write!(
            f,
            "{fence}{pad}{}{pad}{fence}",
            Visible {
                text,
                single_line: true
            }
        )
    }
}

impl fmt::Display for Fence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { info, text } = *self;
        // The highest bit that is set is the longest row.
        let longest = rows_of_backticks(text).checked_ilog2().unwrap_or(0) as usize;
        let fence = "`".repeat(3.max(longest + 1));
        let end = if text.ends_with('\n') { "" } else { "\n" };
        let text = Visible {
            text,
            single_line: false,
        };
        writeln!(f, "{fence}{info}\n{text}{end}{fence}")
    }
}

/// The lengths of the rows of backticks that `text` has once it is [`Visible`]: bit *n* is set if
/// there is a row of *n*.
fn rows_of_backticks(text: &str) -> u64 {
    let (mut rows, mut row) = (0_u64, 0);
    for byte in text.bytes() {
        if byte == b'`' && row < MAX_BACKTICKS {
            row += 1;
        } else if row > 0 {
            rows |= 1 << row;
            row = 0;
        }
    }
    if row > 0 { rows | 1 << row } else { rows }
}

/// Text whose every character can be seen: control characters as their pictures (␛), characters
/// that show nothing or turn the order of others around as their numbers (`\u{202e}`).
struct Visible<'a> {
    text: &'a str,
    /// Whether line breaks and tabs are shown as pictures, too.
    single_line: bool,
}

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, single_line } = *self;
        let (mut pending, mut row) = (0, 0);
        for (at, c) in text.char_indices() {
            let shown = match c {
                '`' if row == MAX_BACKTICKS => Shown::Number,
                '\n' | '\t' if single_line => Shown::picture(c),
                _ => Shown::of(c),
            };
            row = if c == '`' && shown == Shown::Itself {
                row + 1
            } else {
                0
            };
            if shown == Shown::Itself {
                continue;
            }
            f.write_str(&text[pending..at])?;
            match shown {
                Shown::Itself => {}
                Shown::Picture(picture) => f.write_char(picture)?,
                Shown::Number => write!(f, "{}", c.escape_unicode())?,
            }
            pending = at + c.len_utf8();
        }
        f.write_str(&text[pending..])
    }
}

#[cfg(test)]
mod tests;
