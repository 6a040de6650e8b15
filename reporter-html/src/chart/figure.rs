//! A picture with what belongs to it: a heading, what it shows, a legend, and its figures as a table.

use maud::{Markup, Render, html};

/// A figure.
pub(crate) struct Figure<'a> {
    pub(crate) heading: &'a str,
    /// What it shows and how, in sentences.
    pub(crate) note: &'a str,
    pub(crate) chart: Markup,
    pub(crate) legend: &'a [Key],
    /// The same as a table; `None` where it stands elsewhere.
    pub(crate) figures: Option<Markup>,
}

impl Render for Figure<'_> {
    fn render(&self) -> Markup {
        html! {
            figure {
                figcaption {
                    @if self.figures.is_some() {
                        h3 { (self.heading) }
                        p { (self.note) }
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
pub(crate) struct Key {
    /// The class that is explained. Never foreign.
    class: &'static str,
    label: String,
    is_line: bool,
}

impl Key {
    pub(crate) fn line(class: &'static str, label: impl Into<String>) -> Self {
        Self {
            class,
            label: label.into(),
            is_line: true,
        }
    }

    pub(crate) fn area(class: &'static str, label: impl Into<String>) -> Self {
        Self {
            class,
            label: label.into(),
            is_line: false,
        }
    }
}

impl Render for Key {
    fn render(&self) -> Markup {
        html! {
            svg.key viewBox="0 0 24 12" aria-hidden="true" {
                @if self.is_line {
                    path class=(self.class) d="M0 6H24" {}
                } @else {
                    rect class=(self.class) x="6" width="12" height="12" {}
                }
            }
            " " (self.label)
        }
    }
}
