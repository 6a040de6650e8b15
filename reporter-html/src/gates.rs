//! The table of gates, and which of them do not hold.

use charts::{Table, words};
use maud::{Markup, html};
use runner_core::results::GateResult;

use crate::{page::Section, status::Holds};

/// The section with its table; `None` if the suite has no gates.
pub(crate) fn section(gates: &[GateResult]) -> Option<Section> {
    let rows = html! {
        @for gate in gates {
            tr {
                th scope="row" { code { (gate.name) } }
                td { (gate.bound) }
                td {
                    @match gate.value {
                        Some(value) => (value),
                        None => "none, because nothing counts for it",
                    }
                }
                td { (Holds(gate.holds)) }
            }
        }
    };
    let table = Table {
        caption: "The suite's gates, and whether they hold",
        columns: &[
            words("Gate"),
            words("Bound"),
            words("Value"),
            words("Holds"),
        ],
        rows,
    };
    let section = Section::new("gates", "Gates", html! { (table) });
    (!gates.is_empty()).then_some(section)
}

/// The names of the gates that do not hold.
pub(crate) fn failed(gates: &[GateResult]) -> Markup {
    let failed = gates.iter().filter(|gate| !gate.holds);
    html! {
        @for (index, gate) in failed.enumerate() {
            @if index > 0 { ", " }
            code { (gate.name) }
        }
    }
}
