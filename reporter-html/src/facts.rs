//! Facts as names with their values.

use maud::{Markup, Render, html};

/// A number that somebody looks for first, in a list of the class `tiles`.
pub(crate) fn tile(label: &str, number: &str) -> Markup {
    html! {
        div.tile {
            dt { (label) }
            dd { span.number { (number) } }
        }
    }
}

/// A list of names and values; shows nothing while it is empty.
#[derive(Default)]
pub(crate) struct Facts(Vec<Fact>);

struct Fact {
    name: Markup,
    value: Markup,
    is_wide: bool,
}

impl Facts {
    /// Adds a fact.
    pub(crate) fn add(&mut self, name: impl Render, value: impl Render) {
        self.push(name.render(), value.render(), false);
    }

    /// Adds a fact that needs room, and stands beside no other.
    pub(crate) fn add_wide(&mut self, name: impl Render, value: impl Render) {
        self.push(name.render(), value.render(), true);
    }

    fn push(&mut self, name: Markup, value: Markup, is_wide: bool) {
        self.0.push(Fact {
            name,
            value,
            is_wide,
        });
    }
}

impl Render for Facts {
    fn render(&self) -> Markup {
        html! {
            @if !self.0.is_empty() {
                dl.facts {
                    @for Fact { name, value, is_wide } in &self.0 {
                        div class=[is_wide.then_some("wide")] { dt { (name) } dd { (value) } }
                    }
                }
            }
        }
    }
}
