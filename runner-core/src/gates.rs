//! Holds a run against the gates of its suite.

use suite::Gates;

use crate::{
    agent::Sum,
    results::{Counts, GateBound, GateResult, GateValue},
};

/// Evaluates every gate that is set. A gate over zero attempts does not hold: nothing was shown. Nor
/// does one over a sum to which an agent did not tell its share: those that had to be ended are those
/// that cost most.
#[must_use]
pub fn evaluate(gates: &Gates, counts: &Counts) -> Vec<GateResult> {
    let success = counts.success();
    let rate = gates.min_success_rate.map(|bound| GateResult {
        name: "min_success_rate".into(),
        bound: GateBound::AtLeast(bound),
        value: (success.trials() > 0).then_some(GateValue::Share(success)),
        holds: success.rate().is_some_and(|rate| rate >= bound.get()),
    });
    let infrastructure_errors = counts.all_infrastructure_errors();
    let errors = gates.max_infrastructure_errors.map(|bound| GateResult {
        name: "max_infrastructure_errors".into(),
        bound: GateBound::AtMost(bound),
        value: (success.trials() > 0).then_some(GateValue::Count(infrastructure_errors)),
        holds: success.trials() > 0 && infrastructure_errors <= bound,
    });
    let agents = &counts.agents;
    let cost = gates.max_cost_usd.map(|bound| GateResult {
        name: "max_cost_usd".into(),
        bound: GateBound::AtMostUsd(bound),
        value: (agents.attempts > 0).then_some(GateValue::Cost(agents.cost)),
        holds: agents.attempts > 0 && agents.cost.untold == 0 && agents.cost.known <= bound,
    });
    let written = Sum {
        known: agents.tokens.known.output,
        untold: agents.tokens.untold,
    };
    let tokens = gates.max_output_tokens.map(|bound| GateResult {
        name: "max_output_tokens".into(),
        bound: GateBound::AtMost(bound),
        value: (agents.attempts > 0).then_some(GateValue::Tokens(written)),
        holds: agents.attempts > 0 && written.untold == 0 && written.known <= bound,
    });
    [rate, errors, cost, tokens].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use suite::{Ratio, Usd};

    use super::*;
    use crate::agent::{AgentTotals, TokenUsage};

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

    /// Whether the gates on cost and tokens hold over so many agents.
    fn agents_hold(attempts: u64, untold: u64, dollars: f64, output: u64) -> Vec<bool> {
        let gates = Gates {
            max_cost_usd: Usd::new(0.3),
            max_output_tokens: Some(1000),
            ..Gates::default()
        };
        let tokens = TokenUsage {
            input: 1_000_000,
            output,
            ..TokenUsage::default()
        };
        let agents = AgentTotals {
            attempts,
            cost: Sum {
                known: Usd::new(dollars).expect("an amount"),
                untold,
            },
            tokens: Sum {
                known: tokens,
                untold,
            },
            rate_limited: 0,
        };
        let counts = Counts {
            agents,
            ..Counts::default()
        };
        let results = evaluate(&gates, &counts);
        results.iter().map(|gate| gate.holds).collect()
    }

    #[test]
    fn what_agents_may_cost_and_write_is_a_bound_on_the_sum() {
        assert_eq!(agents_hold(2, 0, 0.1 + 0.2, 1000), [true, true]);
        assert_eq!(agents_hold(2, 0, 0.300_000_001, 1001), [false, false]);
    }

    #[test]
    fn a_gate_over_no_agent_does_not_hold() {
        assert_eq!(agents_hold(0, 0, 0.0, 0), [false, false]);
    }

    #[test]
    fn a_gate_does_not_hold_while_an_agent_did_not_tell() {
        assert_eq!(agents_hold(2, 1, 0.0, 0), [false, false]);
    }

    #[test]
    fn gates_that_are_not_set_are_not_judged() {
        assert!(evaluate(&Gates::default(), &Counts::default()).is_empty());
    }
}
