//! What gates were held against.

use std::fmt;

use crate::results::GateResult;

/// What there was, what a gate demands and how far that is apart:
/// `12.5% (1 of 8; 95% confidence: 2.2% to 47.1%); demanded: at least 80%; 67.5 points below`.
#[derive(Debug, Clone, Copy)]
pub struct GateWords<'a>(pub &'a GateResult);

impl fmt::Display for GateWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gate = self.0;
        match &gate.value {
            None => f.write_str("no attempt counts")?,
            Some(value) => write!(f, "{value}")?,
        }
        write!(f, "; demanded: {}", gate.bound)?;
        match &gate.margin {
            None => Ok(()),
            Some(margin) => write!(f, "; {margin}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{GateBound, GateValue};

    #[test]
    fn a_gate_tells_what_there_is_of_value_and_margin() {
        let gate = |value, margin: Option<&str>| GateResult {
            name: "max_infrastructure_errors".into(),
            bound: GateBound::AtMost(2),
            value,
            margin: margin.map(str::to_owned),
            holds: false,
        };
        for (gate, words) in [
            (
                gate(Some(GateValue::Count(5)), Some("3 above")),
                "5; demanded: at most 2; 3 above",
            ),
            (gate(None, None), "no attempt counts; demanded: at most 2"),
        ] {
            assert_eq!(GateWords(&gate).to_string(), words);
        }
    }
}
