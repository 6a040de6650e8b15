//! Tables of plain text.

use std::fmt;

/// A table whose first column names the row and whose other columns are numbers.
#[derive(Debug)]
pub(crate) struct Table(Vec<Vec<String>>);

impl Table {
    /// A table with these headings; the first is that of the rows' names.
    pub(crate) fn new<const N: usize>(headings: [&str; N]) -> Self {
        Self(vec![headings.map(str::to_owned).to_vec()])
    }

    /// The table with one more row.
    #[must_use]
    pub(crate) fn row<const N: usize>(mut self, cells: [String; N]) -> Self {
        self.0.push(cells.to_vec());
        self
    }

    /// The width of every column in characters.
    fn widths(&self) -> Vec<usize> {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column| {
            let cells = self.0.iter().filter_map(|row| row.get(column));
            cells.map(|cell: &String| cell.chars().count()).max()
        };
        (0..columns).filter_map(width).collect()
    }
}

impl fmt::Display for Table {
    /// Names to the left, numbers to the right, two blanks between columns and none at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for row in &self.0 {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 => line.push_str(&format!("  {cell:<width$}")),
                    _ => line.push_str(&format!("  {cell:>width$}")),
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let table = Table::new(["", "wall", "peak"])
            .row(["gauntlet".into(), "1.25 s".into(), "9 MiB".into()])
            .row(["é".into(), "12.50 s".into(), "".into()]);
        let expected =
            "               wall   peak\n  gauntlet   1.25 s  9 MiB\n  é         12.50 s\n";
        assert_eq!(table.to_string(), expected);
    }
}
