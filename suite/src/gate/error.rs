//! Why a text is no gate, with what was expected.

use super::quantities;
use crate::quote::quoted;

/// Why a text is no gate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GateSyntaxError {
    /// It is not of the form at all.
    #[error(
        "expected a gate such as `p95.duration < 2s` or `category[simple].success_rate >= 99%`, found {}",
        quoted(.found)
    )]
    Form {
        /// The text.
        found: String,
    },
    /// The part of the run has no name, or no end.
    #[error("expected `{}[NAME].` and a quantity, found {}", .part, quoted(.found))]
    Scope {
        /// `case` or `category`.
        part: &'static str,
        /// What stands in its place.
        found: String,
    },
    /// There is no such quantity.
    #[error("there is no quantity {}{}", quoted(.found), instead(.suggestion))]
    Quantity {
        /// What stands in its place.
        found: String,
        /// What was probably meant.
        suggestion: Option<&'static str>,
    },
    /// The bound is on the wrong side, so that the gate would ask for a bad run.
    #[error("`{quantity}` takes {} bound: write `{quantity} {sign}= …`", side(.sign))]
    Side {
        /// The quantity.
        quantity: &'static str,
        /// `<` or `>`, whichever makes sense.
        sign: char,
    },
    /// The bound is no value of the quantity.
    #[error("expected {expected} as the bound of `{quantity}`, found {}", quoted(.found))]
    Value {
        /// The quantity.
        quantity: &'static str,
        /// What was expected, with an example.
        expected: &'static str,
        /// What stands in its place.
        found: String,
    },
}

fn instead(suggestion: &Option<&str>) -> String {
    match suggestion {
        Some(name) => format!(", did you mean `{name}`?"),
        None => {
            let names: Vec<_> = quantities().collect();
            format!("; there are {}", names.join(", "))
        }
    }
}

fn side(sign: &char) -> &'static str {
    match sign {
        '<' => "an upper",
        _ => "a lower",
    }
}
