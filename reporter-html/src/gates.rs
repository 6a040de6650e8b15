//! The table of gates, and which of them do not hold.

use charts::{Table, words};
use maud::html;
use runner_core::{results::GateResult, text::OrDash};

use crate::{
    page::Section,
    status::Holds,
    text::{Code, Prose},
};

/// The section with its table; `None` if the suite has no gates.
pub(crate) fn section(gates: &[GateResult]) -> Option<Section> {
    let rows = html! {
        @for gate in gates {
            tr {
                th scope="row" { (Code(&gate.name)) }
                td { (Prose(&gate.bound.to_string())) }
                td {
                    @match &gate.value {
                        Some(value) => (value),
                        None => "none, because nothing counts for it",
                    }
                }
                td { (OrDash(gate.margin.as_ref())) }
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
            words("Margin"),
            words("Holds"),
        ],
        rows,
    };
    let section = Section::new("gates", "Gates", html! { (table) });
    (!gates.is_empty()).then_some(section)
}
