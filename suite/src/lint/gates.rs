//! Gates that decide nothing.

use std::time::Duration;

use super::{LintCode, Lints, places::Places};
use crate::{Case, GateScope, Gates, PercentileBounds, Suite, duration, problem::Complaint};

pub(super) fn check(suite: &Suite, places: &Places<'_, '_>, lints: &mut Lints) {
    let whole = (&GateScope::Run, &suite.gates);
    let parts = suite.scoped_gates.iter().map(|it| (&it.scope, &it.gates));
    for (scope, gates) in std::iter::once(whole).chain(parts) {
        let part = Part::of(suite, scope);
        let mut report = |path: &[&str], complaint: Complaint| {
            let place = places.gate(scope, part.index, path);
            lints.report(LintCode::UnreachableGate, place, || complaint);
        };
        check_counts(gates, &part, &mut report);
        let times = [
            ("max_duration", &gates.max_duration),
            ("max_time_to_first_output", &gates.max_time_to_first_output),
            ("max_gap", &gates.max_gap),
        ];
        for (key, bounds) in times {
            check_times(key, bounds, part.longest, &mut report);
        }
    }
}

/// What a gate is about.
struct Part {
    /// Of the case, if it is one.
    index: Option<usize>,
    cases: u64,
    /// The longest timeout.
    longest: Duration,
    has_agents: bool,
}

impl Part {
    fn of(suite: &Suite, scope: &GateScope) -> Self {
        let is_in = |case: &Case| match scope {
            GateScope::Run => true,
            GateScope::Category(name) => case.category.as_ref() == Some(name),
            GateScope::Case(id) => case.id == *id,
        };
        let cases = || suite.cases.iter().filter(|case| is_in(case));
        Self {
            index: suite.cases.iter().position(|case| is_in(case)),
            cases: cases().count() as u64,
            longest: cases().map(|case| case.timeout).max().unwrap_or_default(),
            has_agents: cases().any(|case| case.output_format.has_final_text()),
        }
    }
}

fn check_counts(gates: &Gates, part: &Part, report: &mut impl FnMut(&[&str], Complaint)) {
    if gates.min_success_rate.is_some_and(|rate| rate.get() == 0.0) {
        report(
            &["min_success_rate"],
            Complaint::new("the gate holds whatever happens: no rate is below 0")
                .help("give the share of cases that have to pass, such as 0.9"),
        );
    }
    if gates.max_flaky.is_some_and(|most| most >= part.cases) {
        let cases = part.cases;
        report(
            &["max_flaky"],
            Complaint::new(format!(
                "the gate holds whatever happens: there are no more than {cases} cases"
            ))
            .help("allow less, or leave it out"),
        );
    }
    let agents = [
        ("max_cost_usd", gates.max_cost_usd.is_some()),
        ("max_output_tokens", gates.max_output_tokens.is_some()),
    ];
    for (key, _) in agents
        .into_iter()
        .filter(|(_, set)| *set && !part.has_agents)
    {
        report(
            &[key],
            Complaint::new("the gate never holds: no case has an agent that tells what it took").help(
                "only a case with `\"output_format\": \"claude-stream-json\"` does; leave the gate out",
            ),
        );
    }
}

fn check_times(
    key: &str,
    bounds: &PercentileBounds,
    longest: Duration,
    report: &mut impl FnMut(&[&str], Complaint),
) {
    let set: Vec<_> = bounds.set().collect();
    for (name, bound) in &set {
        if *bound >= longest {
            report(
                &[key, name],
                Complaint::new(format!(
                    "the gate holds whatever happens: no attempt passes that takes longer than {}",
                    duration::format(longest)
                ))
                .help("give less than the longest `timeout`"),
            );
        }
    }
    for pair in set.windows(2) {
        let [(name, bound), (above, higher)] = [pair[0], pair[1]];
        if bound >= higher {
            report(
                &[key, name],
                Complaint::new(format!(
                    "the gate decides nothing: `{above}` may be no longer than {}",
                    duration::format(higher)
                ))
                .help(format!(
                    "`{name}` is never longer than `{above}`: give less, or leave it out"
                )),
            );
        }
    }
}
