//! Holds a run against the gates of its suite.

use suite::Gates;

use crate::results::{Counts, GateBound, GateResult, GateValue};

/// Evaluates every gate that is set. A gate over zero attempts does not hold: nothing was shown.
#[must_use]
pub fn evaluate(gates: &Gates, counts: &Counts) -> Vec<GateResult> {
    let success = counts.success();
    let rate = gates.min_success_rate.map(|bound| GateResult {
        name: "min_success_rate",
        bound: GateBound::AtLeast(bound),
        value: (success.trials() > 0).then_some(GateValue::Share(success)),
        holds: success.rate().is_some_and(|rate| rate >= bound.get()),
    });
    let errors = gates.max_infrastructure_errors.map(|bound| GateResult {
        name: "max_infrastructure_errors",
        bound: GateBound::AtMost(bound),
        value: (success.trials() > 0).then_some(GateValue::Count(counts.infrastructure_errors)),
        holds: success.trials() > 0 && counts.infrastructure_errors <= bound,
    });
    rate.into_iter().chain(errors).collect()
}

#[cfg(test)]
mod tests {
    use suite::Ratio;

    use super::*;

    const GATES: Gates = Gates {
        min_success_rate: Ratio::new(0.8),
        max_infrastructure_errors: Some(0),
        max_cost_usd: None,
        max_output_tokens: None,
    };

    fn holds(passed: u64, failed: u64, infrastructure_errors: u64) -> Vec<bool> {
        let counts = Counts {
            passed,
            failed,
            infrastructure_errors,
            ..Counts::default()
        };
        evaluate(&GATES, &counts)
            .iter()
            .map(|gate| gate.holds)
            .collect()
    }

    #[test]
    fn a_bound_itself_holds() {
        assert_eq!(holds(4, 1, 0), [true, true]);
        assert_eq!(holds(3, 1, 1), [false, false]);
    }

    #[test]
    fn a_gate_over_nothing_does_not_hold() {
        assert_eq!(holds(0, 0, 0), [false, false]);
    }

    #[test]
    fn gates_that_are_not_set_are_not_judged() {
        assert!(evaluate(&Gates::default(), &Counts::default()).is_empty());
    }
}
