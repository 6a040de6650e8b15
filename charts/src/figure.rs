//! A picture with what belongs to it: a heading, what it shows, a legend, and its figures as a table.

use maud::{Markup, Render, html};

use crate::scatter::Mark;

/// A figure.
#[derive(Debug, Clone)]
pub struct Figure<'a> {
    /// What it is called.
    pub heading: &'a str,
    /// What it shows and how, in sentences. Without a note, the figure is one of several about the same
    /// thing, and its heading none of the document.
    pub note: Option<&'a str>,
    /// The picture.
    pub chart: Markup,
    /// What is what in it.
    pub legend: &'a [Key],
    /// The same as a table; `None` where it stands elsewhere.
    pub figures: Option<Markup>,
}

impl Render for Figure<'_> {
    fn render(&self) -> Markup {
        html! {
            figure {
                figcaption {
                    @if let Some(note) = self.note {
                        h3 { (self.heading) }
                        p { (note) }
                    } @else {
                        b { (self.heading) }
                    }
                }
                (self.chart)
                @if !self.legend.is_empty() {
                    ul.legend { @for key in self.legend { li { (key) } } }
                }
                @if let Some(figures) = &self.figures {
                    details { summary { "The same as a table" } (figures) }
                }
            }
        }
    }
}

/// An entry of a legend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The class that is explained. Never foreign.
    class: &'static str,
    label: String,
    sample: Sample,
}

/// How a class is shown in a legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sample {
    Line,
    Area,
    Mark(Mark),
}

impl Key {
    /// Of a line of this class, which is never foreign.
    #[must_use]
    pub fn line(class: &'static str, label: impl Into<String>) -> Self {
        Self {
            class,
            label: label.into(),
            sample: Sample::Line,
        }
    }

    /// Of an area of this class, which is never foreign.
    #[must_use]
    pub fn area(class: &'static str, label: impl Into<String>) -> Self {
        Self {
            class,
            label: label.into(),
            sample: Sample::Area,
        }
    }

    /// Of a mark of a [`Scatter`](crate::Scatter).
    #[must_use]
    pub fn mark(mark: Mark, label: impl Into<String>) -> Self {
        Self {
            class: mark.class(),
            label: label.into(),
            sample: Sample::Mark(mark),
        }
    }
}

impl Render for Key {
    fn render(&self) -> Markup {
        html! {
            svg.key viewBox="0 0 24 12" aria-hidden="true" {
                @match self.sample {
                    Sample::Line => { path class=(self.class) d="M0 6H24" {} }
                    Sample::Area => { rect class=(self.class) x="6" width="12" height="12" {} }
                    Sample::Mark(mark) => (mark.at(12.0, 6.0)),
                }
            }
            " " (self.label)
        }
    }
}
