//! Tables that can be read with eyes and without: each with a caption and heads for its columns and
//! rows, in a frame that scrolls where the screen is narrow.

use maud::{Markup, Render, html};

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    heading: &'static str,
    is_number: bool,
}

/// A column of words.
#[must_use]
pub const fn words(heading: &'static str) -> Column {
    let is_number = false;
    Column { heading, is_number }
}

/// A column of numbers, which stand at its right side.
#[must_use]
pub const fn numbers(heading: &'static str) -> Column {
    let is_number = true;
    Column { heading, is_number }
}

/// A table.
///
/// ```
/// use charts::{Table, numbers, words};
/// use maud::{Render, html};
///
/// let table = Table {
///     caption: "Success rate over time",
///     columns: &[words("From"), numbers("Tried")],
///     rows: html! { tr { th scope="row" { "21:00" } td { "100" } } },
/// };
/// assert!(table.render().into_string().contains("<caption>Success rate over time.</caption>"));
/// ```
#[derive(Debug, Clone)]
pub struct Table<'a> {
    /// What it shows, in a sentence without its end. Not foreign.
    pub caption: &'a str,
    /// Its columns, the first of which heads the rows.
    pub columns: &'a [Column],
    /// The rows. Cells of numbers have the class `n`, but for tables of nothing but numbers beside the
    /// first column, which are large and need none.
    pub rows: Markup,
}

impl Render for Table<'_> {
    fn render(&self) -> Markup {
        let Self {
            caption,
            columns,
            rows,
        } = self;
        let beside_the_first = columns.iter().skip(1);
        let class = if beside_the_first.clone().all(|column| column.is_number) {
            "figures"
        } else {
            "mixed"
        };
        html! {
            // Whoever has no mouse can reach the frame, to scroll it.
            div.scroll tabindex="0" role="group" aria-label=(caption) {
                table class=(class) {
                    caption { (caption) "." }
                    thead {
                        tr {
                            @for column in *columns {
                                th scope="col" class=[column.is_number.then_some("n")] {
                                    (column.heading)
                                }
                            }
                        }
                    }
                    tbody { (rows) }
                }
            }
        }
    }
}
