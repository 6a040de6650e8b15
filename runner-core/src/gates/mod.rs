//! Holds a run against its gates.
//!
//! The module owns which gates a run has, what each is held against, and whether it holds. It refuses to
//! gather: what came of a run, or of a part of it, is handed in as [`Evidence`].

mod evidence;
mod margin;

use std::borrow::Cow;

use suite::{
    GateScope, Gates, PercentileBounds, Ratio, ScopedGates, Suite,
    gate::{Bound, Comparison, Gate, Percentile, Time},
};

use crate::{
    agent::Sum,
    results::{Counts, GateBound, GateResult, GateValue},
};

pub use evidence::Evidence;

/// All gates that a run is held against.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunGates {
    /// Those of the suite as a whole.
    pub suite: Gates,
    /// Those of its categories and cases.
    pub scoped: Vec<ScopedGates>,
    /// Those that were given beside the suite.
    pub further: Vec<Gate>,
}

impl RunGates {
    /// The gates of `suite`, and `further` ones.
    #[must_use]
    pub fn of(suite: &Suite, further: Vec<Gate>) -> Self {
        Self {
            suite: suite.gates,
            scoped: suite.scoped_gates.clone(),
            further,
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.suite.is_empty() && self.scoped.is_empty() && self.further.is_empty()
    }

    /// Evaluates every gate against what there is of its scope.
    ///
    /// A gate over zero attempts does not hold: nothing was shown. Nor does one over a sum to which an
    /// agent did not tell its share: those that had to be ended are those that cost most.
    #[must_use]
    pub fn evaluate(&self, evidence: impl Fn(&GateScope) -> Evidence) -> Vec<GateResult> {
        let of_suite = named(&GateScope::Run, &self.suite);
        let of_parts = self
            .scoped
            .iter()
            .flat_map(|part| named(&part.scope, &part.gates));
        let mut known: Vec<(GateScope, Evidence)> = Vec::new();
        let further = self.further.iter().map(Named::of);
        of_suite
            .into_iter()
            .chain(of_parts)
            .chain(further)
            .map(|gate| {
                let place = known.iter().position(|(scope, _)| *scope == gate.scope);
                let place = place.unwrap_or_else(|| {
                    known.push((gate.scope.clone(), evidence(&gate.scope)));
                    known.len() - 1
                });
                gate.evaluate(&known[place].1)
            })
            .collect()
    }
}

/// Evaluates those gates of a suite as a whole that counts alone decide.
#[must_use]
pub fn evaluate_counted(gates: &Gates, counts: &Counts) -> Vec<GateResult> {
    let counted = Gates {
        max_duration: PercentileBounds::NONE,
        max_time_to_first_output: PercentileBounds::NONE,
        max_gap: PercentileBounds::NONE,
        ..*gates
    };
    let evidence = Evidence::of_counts(*counts);
    let gates = named(&GateScope::Run, &counted).into_iter();
    gates.map(|gate| gate.evaluate(&evidence)).collect()
}

/// A gate with the name that it has in reports.
struct Named {
    name: Cow<'static, str>,
    scope: GateScope,
    comparison: Comparison,
    bound: Bound,
    /// The bound as it was written, where somebody wrote it.
    written: Option<String>,
}

/// The gates that are set in `gates`, which are those of `scope`, by the names of their keys.
fn named(scope: &GateScope, gates: &Gates) -> Vec<Named> {
    let prefix = match scope {
        GateScope::Run => String::new(),
        GateScope::Category(name) => format!("category[{name}]."),
        GateScope::Case(id) => format!("case[{id}]."),
    };
    let named = |name: &'static str, comparison, bound| Named {
        name: match prefix.is_empty() {
            true => name.into(),
            false => format!("{prefix}{name}").into(),
        },
        scope: scope.clone(),
        comparison,
        bound,
        written: None,
    };
    let at_most = |name, bound| named(name, Comparison::AtMost, bound);
    let Gates {
        min_success_rate,
        max_infrastructure_errors,
        max_flaky,
        max_duration,
        max_time_to_first_output,
        max_gap,
        max_cost_usd,
        max_output_tokens,
    } = gates;
    let rate = |share: &Ratio| {
        named(
            "min_success_rate",
            Comparison::AtLeast,
            Bound::SuccessRate(*share),
        )
    };
    let errors = |count: &u64| {
        at_most(
            "max_infrastructure_errors",
            Bound::InfrastructureErrors(*count),
        )
    };
    let first = [
        min_success_rate.as_ref().map(rate),
        max_infrastructure_errors.as_ref().map(errors),
        max_flaky.map(|count| at_most("max_flaky", Bound::Flaky(count))),
        max_cost_usd.map(|cost| at_most("max_cost_usd", Bound::CostUsd(cost))),
        max_output_tokens.map(|tokens| at_most("max_output_tokens", Bound::OutputTokens(tokens))),
    ];
    let times = [
        (Time::Duration, "max_duration", max_duration),
        (
            Time::ToFirstOutput,
            "max_time_to_first_output",
            max_time_to_first_output,
        ),
        (Time::Gap, "max_gap", max_gap),
    ];
    let times = times.into_iter().flat_map(|(time, key, bounds)| {
        let percentiles = [
            ("p50", Percentile::P50, bounds.p50),
            ("p95", Percentile::P95, bounds.p95),
            ("p99", Percentile::P99, bounds.p99),
        ];
        percentiles
            .into_iter()
            .filter_map(move |(name, percentile, limit)| {
                let bound = Bound::Time {
                    percentile,
                    time,
                    limit: limit?,
                };
                Some((format!("{key}.{name}"), bound))
            })
    });
    let times = times.map(|(name, bound)| Named {
        name: format!("{prefix}{name}").into(),
        scope: scope.clone(),
        comparison: Comparison::AtMost,
        bound,
        written: None,
    });
    first.into_iter().flatten().chain(times).collect()
}

impl Named {
    fn of(gate: &Gate) -> Self {
        Self {
            name: gate.name.clone().into(),
            scope: gate.scope.clone(),
            comparison: gate.comparison,
            bound: gate.bound,
            written: Some(gate.limit.clone()),
        }
    }

    fn evaluate(self, evidence: &Evidence) -> GateResult {
        let (value, holds) = self.value(evidence);
        let bound = match (self.written, self.bound) {
            (Some(text), _) => GateBound::Written(text),
            (None, Bound::SuccessRate(share)) => GateBound::AtLeast(share),
            (None, Bound::CostUsd(cost)) => GateBound::AtMostUsd(cost),
            (None, Bound::Time { limit, .. }) => GateBound::AtMostTime(limit),
            (
                None,
                Bound::InfrastructureErrors(count)
                | Bound::Flaky(count)
                | Bound::OutputTokens(count),
            ) => GateBound::AtMost(count),
            (None, _) => GateBound::Written(String::new()),
        };
        GateResult {
            name: self.name,
            margin: value
                .as_ref()
                .and_then(|value| margin::between(value, self.bound)),
            bound,
            value,
            holds,
        }
    }

    /// What the gate is held against, if there is anything, and whether it holds.
    fn value(&self, evidence: &Evidence) -> (Option<GateValue>, bool) {
        let counts = &evidence.counts;
        let (success, agents) = (counts.success(), &counts.agents);
        let count = |value: u64, bound: u64| {
            let is_known = success.trials() > 0;
            let holds = is_known && self.comparison.holds(value, bound);
            (is_known.then_some(GateValue::Count(value)), holds)
        };
        match self.bound {
            Bound::SuccessRate(bound) => {
                let holds = |rate| self.comparison.holds(rate, bound.get());
                let value = (success.trials() > 0).then_some(GateValue::Share(success));
                (value, success.rate().is_some_and(holds))
            }
            Bound::InfrastructureErrors(bound) => count(counts.all_infrastructure_errors(), bound),
            Bound::Flaky(bound) => count(counts.flaky, bound),
            Bound::CostUsd(bound) => {
                let is_known = agents.attempts > 0;
                let holds = is_known
                    && agents.cost.untold == 0
                    && self.comparison.holds(agents.cost.known, bound);
                (is_known.then_some(GateValue::Cost(agents.cost)), holds)
            }
            Bound::OutputTokens(bound) => {
                let written = Sum {
                    known: agents.tokens.known.output,
                    untold: agents.tokens.untold,
                };
                let is_known = agents.attempts > 0;
                let holds =
                    is_known && written.untold == 0 && self.comparison.holds(written.known, bound);
                (is_known.then_some(GateValue::Tokens(written)), holds)
            }
            Bound::Time {
                percentile,
                time,
                limit,
            } => {
                let value = evidence.times(time).quantile(percentile.quantile());
                let holds = value.is_some_and(|value| self.comparison.holds(value, limit));
                (value.map(GateValue::Time), holds)
            }
            _ => (None, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use suite::{Ratio, Usd};

    use super::*;
    use crate::agent::{AgentTotals, TokenUsage};

    const GATES: Gates = Gates {
        min_success_rate: Ratio::new(0.8),
        max_infrastructure_errors: Some(0),
        ..Gates::NONE
    };

    fn holds(passed: u64, failed: u64, infrastructure_errors: u64) -> Vec<bool> {
        let counts = Counts {
            passed,
            failed,
            infrastructure_errors,
            ..Counts::default()
        };
        evaluate_counted(&GATES, &counts)
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
        let results = evaluate_counted(&gates, &counts);
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
        assert!(evaluate_counted(&Gates::default(), &Counts::default()).is_empty());
    }

    #[test]
    fn gates_of_parts_and_of_flags_are_held_against_their_part() {
        use std::time::Duration;

        use crate::outcome::OutcomeClass::{Failed, Passed};

        let gates = RunGates {
            suite: Gates {
                max_duration: PercentileBounds {
                    p95: Some(Duration::from_millis(150)),
                    ..PercentileBounds::NONE
                },
                ..Gates::default()
            },
            scoped: vec![ScopedGates {
                scope: GateScope::Case("a".into()),
                gates: GATES,
            }],
            further: [
                "case[a].p50.duration < 100ms",
                "category[x].success_rate >= 50%",
                "p99.gap < 1s",
            ]
            .map(|text| text.parse().expect(text))
            .into(),
        };
        let results = gates.evaluate(|scope| {
            let mut evidence = Evidence::default();
            let (passed, failed) = match scope {
                GateScope::Run => (90, 10),
                GateScope::Case(_) => (70, 30),
                GateScope::Category(_) => (0, 0),
            };
            evidence.counts.add_outcomes(Passed, passed);
            evidence.counts.add_outcomes(Failed, failed);
            let millis = (0..passed).map(|index| Duration::from_millis(100 + index % 10));
            evidence.totals.durations = millis.collect();
            evidence
        });
        let told: Vec<String> = results
            .iter()
            .map(|gate| {
                let value = gate
                    .value
                    .as_ref()
                    .map_or("none".into(), ToString::to_string);
                let margin = gate.margin.as_deref().unwrap_or("none");
                format!(
                    "{} {} {}: {value}; {margin}",
                    gate.holds, gate.name, gate.bound
                )
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
