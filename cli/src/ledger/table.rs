//! Tables of plain text whose columns are aligned.

use std::fmt;

use console::{Alignment, measure_text_width, pad_str};
use runner_core::text::Clipped;

/// Longer cells are cut there: whoever needs all of such a text finds it in the JSON.
const CELL_CHARS: usize = 120;

/// What stands between two columns.
pub(crate) const GAP: &str = "  ";

/// A column: its title, and the side to which its cells are moved.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    /// For words.
    Left(&'static str),
    /// For numbers.
    Right(&'static str),
}

impl Column {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Left(title) | Self::Right(title) => title,
        }
    }

    fn alignment(self) -> Alignment {
        match self {
            Self::Left(_) => Alignment::Left,
            Self::Right(_) => Alignment::Right,
        }
    }
}

/// A table. Its cells may be foreign text: they are made harmless when they are shown.
#[derive(Debug)]
pub(crate) struct Table<const N: usize> {
    columns: [Column; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// A table without rows. If no column has a title, it has no line of titles.
    pub(crate) fn new(columns: [Column; N]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, cells: [String; N]) {
        let cells = cells.map(|cell| Clipped(&cell, CELL_CHARS).to_string());
        self.rows.push(cells);
    }

    /// Whether it has no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Its lines, that of the titles first.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let titles = self.columns.map(|column| column.title().to_owned());
        let has_titles = titles.iter().any(|title| !title.is_empty());
        let mut widths = titles.each_ref().map(|title| measure_text_width(title));
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = measure_text_width(cell).max(*width);
            }
        }
        let titles = has_titles.then(|| self.line(&titles, widths));
        let rows = self.rows.iter().map(move |row| self.line(row, widths));
        titles.into_iter().chain(rows)
    }

    fn line(&self, cells: &[String; N], widths: [usize; N]) -> String {
        let cells = cells.iter().zip(self.columns).zip(widths);
        let padded: Vec<_> = cells
            .map(|((cell, column), width)| pad_str(cell, width, column.alignment(), None))
            .collect();
        padded.join(GAP).trim_end().to_owned()
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Column::*, *};

    #[test]
    fn words_stand_on_the_left_and_numbers_on_the_right() {
        let mut table = Table::new([Left("case"), Right("n"), Left("note")]);
        table.push(["a".into(), "1,000".into(), "…".into()]);
        table.push(["longer".into(), "2".into(), String::new()]);
        let expected = "case        n  note\na       1,000  …\nlonger      2\n";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn without_titles_there_is_no_line_of_them() {
        let mut table = Table::new([Left(""), Left("")]);
        table.push(["a".into(), "b".into()]);
        assert_eq!(table.to_string(), "a  b\n");
    }

    #[test]
    fn a_cell_stays_in_its_place_whatever_it_says() {
        let mut table = Table::new([Left("case"), Left("end")]);
        table.push(["a\n\u{1b}[2J\u{202e}".into(), "x".into()]);
        table.push(["y".repeat(5_000), "x".into()]);
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[1].starts_with(r"a␊␛[2J\u{202e} "), "{}", lines[1]);
        let widths: Vec<_> = lines.iter().map(|line| line.chars().count()).collect();
        assert_eq!(widths[1..], [124, 124]);
    }
}
