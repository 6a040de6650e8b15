//! Which attempts are good: they passed, and took no longer than the gates on times allow.

use std::time::Duration;

use runner_core::{gates::RunGates, outcome::OutcomeClass, results::AttemptReport};
use suite::{
    Case, GateScope, Gates, PercentileBounds,
    gate::{Bound, Time},
};

/// How long an attempt at one case may take to be a good one; `None` is as long as it likes.
///
/// Of the percentiles that a gate bounds, the loosest one counts: who allows one attempt in a hundred to
/// take five seconds, allows it to each. Of gates on the run, on a category and on a case all count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct GoodLimits {
    duration: Option<Duration>,
    first_output: Option<Duration>,
    gap: Option<Duration>,
}

impl GoodLimits {
    pub(crate) fn of(case: &Case, gates: &RunGates) -> Self {
        let mut limits = Self::default();
        let is_about = |scope: &GateScope| scope.has(&case.id, || case.category.as_deref());
        limits.narrow_by(&gates.suite);
        let scoped = gates.scoped.iter().filter(|part| is_about(&part.scope));
        for part in scoped {
            limits.narrow_by(&part.gates);
        }
        let further: Vec<_> = gates
            .further
            .iter()
            .filter(|gate| is_about(&gate.scope))
            .filter_map(|gate| match gate.bound {
                Bound::Time { time, limit, .. } => Some((&gate.scope, time, limit)),
                _ => None,
            })
            .collect();
        for (scope, time, _) in &further {
            let same = further
                .iter()
                .filter(|(other, of, _)| other == scope && of == time);
            limits.narrow(*time, same.map(|(.., limit)| *limit).max());
        }
        limits
    }

    fn narrow_by(&mut self, gates: &Gates) {
        let loosest = |bounds: &PercentileBounds| bounds.set().map(|(_, limit)| limit).max();
        self.narrow(Time::Duration, loosest(&gates.max_duration));
        self.narrow(
            Time::ToFirstOutput,
            loosest(&gates.max_time_to_first_output),
        );
        self.narrow(Time::Gap, loosest(&gates.max_gap));
    }

    fn narrow(&mut self, time: Time, limit: Option<Duration>) {
        let known = match time {
            Time::Duration => &mut self.duration,
            Time::ToFirstOutput => &mut self.first_output,
            Time::Gap => &mut self.gap,
        };
        *known = [*known, limit].into_iter().flatten().min();
    }

    /// Whether an attempt is good that began so much later than it was to begin.
    pub(crate) fn allow(&self, report: &AttemptReport, waited: Duration) -> bool {
        let within = |took: Option<Duration>, limit: Option<Duration>| {
            limit.is_none_or(|limit| took.is_some_and(|took| took <= limit))
        };
        let stats = &report.stats;
        report.outcome.class() == OutcomeClass::Passed
            && within(Some(waited + report.elapsed), self.duration)
            && within(stats.first_output.map(|it| waited + it), self.first_output)
            && within(Some(stats.longest_gap), self.gap)
    }
}

#[cfg(test)]
mod tests {
    use runner_core::outcome::Outcome;

    use super::*;
    use crate::test_support::passed_in;

    fn limits(gates: &[&str]) -> GoodLimits {
        let further = gates.iter().map(|text| text.parse().expect("a gate"));
        let gates = RunGates {
            further: further.collect(),
            ..RunGates::default()
        };
        GoodLimits::of(&Case::new("a", "true"), &gates)
    }

    fn is_good(gates: &[&str], millis: u64) -> bool {
        limits(gates).allow(
            &passed_in(Duration::from_millis(millis)),
            Duration::from_millis(50),
        )
    }

    #[test]
    fn the_loosest_percentile_of_the_narrowest_part_counts() {
        let gates = ["p50.duration < 100ms", "p99.duration < 300ms"];
        assert!(is_good(&gates, 250));
        assert!(!is_good(&gates, 251), "the wait for its beginning counts");
        let of_case = [gates[1], "case[a].p50.duration < 200ms"];
        assert!(!is_good(&of_case, 151));
        let of_another = [gates[1], "case[b].p50.duration < 200ms"];
        assert!(is_good(&of_another, 151));
    }

    #[test]
    fn without_gates_on_times_whatever_passed_is_good_and_nothing_else() {
        let limits = limits(&["success_rate >= 99%"]);
        let mut report = passed_in(Duration::from_secs(1000));
        assert!(limits.allow(&report, Duration::ZERO));
        report.outcome = Outcome::Cancelled;
        assert!(!limits.allow(&report, Duration::ZERO));
    }
}
