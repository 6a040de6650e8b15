//! What is shown to a person: lines, sections and tables of plain text.

use std::fmt::{self, Display, Write as _};

use runner_core::text::Visible;

use super::table::{Column, Table};

/// Lines of a section stand so far to the right of its title.
const INDENT: &str = "  ";

/// Text for people. Whatever is put into it stays on its line and can only be read.
#[derive(Debug, Default)]
pub(crate) struct Page {
    text: String,
    is_in_section: bool,
}

impl Page {
    /// Adds a line; to the section, if one has begun.
    pub(crate) fn line(&mut self, line: impl Display) {
        let indent = if self.is_in_section { INDENT } else { "" };
        self.put(indent, line);
    }

    /// Begins a section.
    pub(crate) fn section(&mut self, title: impl Display) {
        self.end_section();
        self.put("", title);
        self.is_in_section = true;
    }

    /// Ends the section with an empty line.
    pub(crate) fn end_section(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.is_in_section = false;
    }

    /// Adds a table.
    pub(crate) fn table<const N: usize>(&mut self, table: &Table<N>) {
        table.lines().for_each(|line| self.line(line));
    }

    /// Adds facts, each with a name.
    pub(crate) fn facts<'a>(&mut self, facts: impl IntoIterator<Item = (&'a str, String)>) {
        let mut table = Table::new([Column::Left(""), Column::Left("")]);
        for (name, fact) in facts {
            table.push([name.to_owned(), fact]);
        }
        self.table(&table);
    }

    fn put(&mut self, indent: &str, line: impl Display) {
        let line = line.to_string();
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{indent}{}", Visible(&line));
    }
}

impl Display for Page {
    /// The text without its last line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.trim_end_matches('\n'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_stand_apart_and_their_lines_to_the_right() {
        let mut page = Page::default();
        page.line("first");
        page.section("Facts");
        page.facts([("one", "1".to_owned()), ("eleven", "11".to_owned())]);
        page.end_section();
        page.line("last");
        let expected = "first\n\nFacts\n  one     1\n  eleven  11\n\nlast";
        assert_eq!(page.to_string(), expected);
    }

    #[test]
    fn a_line_is_one_line_whatever_it_says() {
        let mut page = Page::default();
        page.line("a\nb\u{1b}[31m\u{9b}\u{202e}");
        assert_eq!(page.to_string(), r"a␊b␛[31m\u{9b}\u{202e}");
    }
}
