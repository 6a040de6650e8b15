//! XML, whatever it is filled with.
//!
//! What XML cannot hold (control characters, U+FFFE, U+FFFF), and what hides or reorders text, is shown as
//! a picture or by its number. `>` is always escaped, so that nothing ends what it did not begin.

use std::{
    fmt::{self, Write as _},
    io::{self, Write},
};

use runner_core::text::Shown;

/// Writes elements, and closes what was opened.
pub(crate) struct Xml<'o, Out> {
    out: &'o mut Out,
    open: Vec<&'static str>,
}

/// An attribute: its name and its value, which may be foreign.
pub(crate) type Attribute<'a> = (&'static str, &'a dyn fmt::Display);

impl<'o, Out: Write> Xml<'o, Out> {
    /// Begins a document.
    pub(crate) fn begin(out: &'o mut Out) -> io::Result<Self> {
        out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
        let open = Vec::new();
        Ok(Self { out, open })
    }

    /// Opens an element that holds others.
    pub(crate) fn open(&mut self, name: &'static str, with: &[Attribute<'_>]) -> io::Result<()> {
        self.tag(name, with)?;
        self.open.push(name);
        self.out.write_all(b">\n")
    }

    /// Closes the element that was opened last.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        let Some(name) = self.open.pop() else {
            return Ok(());
        };
        self.indent()?;
        writeln!(self.out, "</{name}>")
    }

    /// Writes an element that holds nothing.
    pub(crate) fn empty(&mut self, name: &'static str, with: &[Attribute<'_>]) -> io::Result<()> {
        self.tag(name, with)?;
        self.out.write_all(b"/>\n")
    }

    /// Writes an element that holds text.
    pub(crate) fn text(
        &mut self,
        name: &'static str,
        with: &[Attribute<'_>],
        text: &str,
    ) -> io::Result<()> {
        if text.is_empty() {
            return self.empty(name, with);
        }
        self.tag(name, with)?;
        write!(
            self.out,
            ">{}",
            Escaped {
                text,
                in_line: false
            }
        )?;
        writeln!(self.out, "</{name}>")
    }

    fn tag(&mut self, name: &'static str, with: &[Attribute<'_>]) -> io::Result<()> {
        self.indent()?;
        write!(self.out, "<{name}")?;
        for (attribute, value) in with {
            let text = &value.to_string();
            write!(
                self.out,
                " {attribute}=\"{}\"",
                Escaped {
                    text,
                    in_line: true
                }
            )?;
        }
        Ok(())
    }

    fn indent(&mut self) -> io::Result<()> {
        for _ in &self.open {
            self.out.write_all(b"  ")?;
        }
        Ok(())
    }
}

/// Text as it may stand in XML.
struct Escaped<'a> {
    text: &'a str,
    /// Whether it is in an attribute, where line breaks would become spaces.
    in_line: bool,
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Most text needs nothing, and is written in long pieces.
        let mut rest = self.text;
        while let Some(at) = rest.find(|c| self.needs_care(c)) {
            let (plain, special) = rest.split_at(at);
            f.write_str(plain)?;
            let mut chars = special.chars();
            chars.next().map_or(Ok(()), |c| self.write_special(c, f))?;
            rest = chars.as_str();
        }
        f.write_str(rest)
    }
}

impl Escaped<'_> {
    fn needs_care(&self, c: char) -> bool {
        match c {
            '&' | '<' | '>' | '"' | '\'' => true,
            '\n' | '\t' => self.in_line,
            ' '..='~' => false,
            '\u{fffe}' | '\u{ffff}' => true,
            c => Shown::of(c) != Shown::Itself,
        }
    }

    fn write_special(&self, c: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&apos;"),
            '\n' | '\t' => write_shown(Shown::picture(c), c, f),
            '\u{fffe}' | '\u{ffff}' => write_shown(Shown::Number, c, f),
            c => write_shown(Shown::of(c), c, f),
        }
    }
}

fn write_shown(shown: Shown, c: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match shown {
        Shown::Itself => f.write_char(c),
        Shown::Picture(picture) => f.write_char(picture),
        Shown::Number => write!(f, "{}", c.escape_unicode()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_shown_and_what_is_markup_is_escaped() {
        let text = "a\n<&>]]>\0\u{1b}\r\u{fffe}\u{202e}'\"ä";
        let shown = |in_line| Escaped { text, in_line }.to_string();
        let in_text = "a\n&lt;&amp;&gt;]]&gt;␀␛␍\\u{fffe}\\u{202e}&apos;&quot;ä";
        assert_eq!(shown(false), in_text);
        assert_eq!(shown(true), in_text.replace('\n', "␊"));
    }
}
