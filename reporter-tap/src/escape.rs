//! Foreign text in lines of the protocol.

use std::fmt::{self, Write as _};

use runner_core::text::{Shown, Visible};

/// A description, in which a number sign would begin a directive.
pub(crate) struct Description<'a>(pub(crate) &'a str);

impl fmt::Display for Description<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in Visible(self.0).to_string().chars() {
            if matches!(c, '#' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        Ok(())
    }
}

/// A text as YAML has it between double quotes, on one line.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\t' => f.write_str("\\t")?,
                ' '..='~' => f.write_char(c)?,
                // YAML has no other place for them than behind their number.
                '\u{fffe}' | '\u{ffff}' => write!(f, "\\u{:04x}", u32::from(c))?,
                c => match Shown::of(c) {
                    Shown::Itself => f.write_char(c)?,
                    _ => write!(f, "\\U{:08x}", u32::from(c))?,
                },
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_begins_no_directive_and_stays_on_its_line() {
        let text = "a # SKIP\nok 2 \\ \u{1b}";
        assert_eq!(Description(text).to_string(), r"a \# SKIP␊ok 2 \\ ␛");
    }

    #[test]
    fn a_quoted_text_is_one_line_that_ends_where_it_should() {
        let text = "a\"\\\n\u{1b}\u{202e}\u{fffe}ä";
        assert_eq!(
            Quoted(text).to_string(),
            r#""a\"\\\n\U0000001b\U0000202e\ufffeä""#
        );
    }
}
