//! Whether the gates of a trial can still hold.

use std::time::Duration;

use runner_core::{gates::RunGates, outcome::OutcomeClass};
use suite::GateScope;

use super::trial::MAX_NEVER_BEGUN_SHARE;
use crate::{
    measured::Measured,
    plan::{LoadPlan, Model},
    tally::Tally,
};

/// What a trial can still become.
///
/// A trial is lost when its gates would not even hold if each attempt that is still to end passed at once.
/// Every bound is on one side: a share of successes at least, everything else at most. So nothing that
/// comes can save a trial that is lost, and ending it early cannot change what it shows.
#[derive(Debug, Clone)]
pub struct Prospect {
    gates: RunGates,
    /// How many attempts at each case the schedule has, without the warm-up.
    expected: Vec<u64>,
}

impl Prospect {
    /// That of a trial with this plan. A closed model has none: what it comes to is not known before.
    #[must_use]
    pub fn of(plan: &LoadPlan) -> Self {
        let mut expected = vec![0; plan.cases.len()];
        if let Model::Open { schedule, .. } = &plan.model {
            let counting = schedule.arrivals().zip(0..);
            for (_, number) in counting.filter(|(at, _)| *at >= plan.warmup) {
                expected[plan.mix.case_of(number)] += 1;
            }
        }
        Self {
            gates: plan.gates.clone(),
            expected,
        }
    }

    /// Whether the gates cannot hold any more after what was measured so far.
    ///
    /// `waited` is how long each attempt that is still under way has lasted at least: nothing while some are
    /// still to begin.
    #[must_use]
    pub fn is_lost(&self, measured: &Measured, waited: Duration) -> bool {
        let all: u64 = self.expected.iter().sum();
        if measured.pace.never_begun as f64 > all as f64 * MAX_NEVER_BEGUN_SHARE {
            return true;
        }
        let best = self.gates.evaluate(|scope| {
            let best = self.best(measured, scope, waited);
            best.evidence()
        });
        best.iter().any(|gate| !gate.holds)
    }

    /// What the cases of a scope come to at best.
    fn best(&self, measured: &Measured, scope: &GateScope, waited: Duration) -> Tally {
        let mut best = Tally::default();
        for (case, expected) in measured.cases.iter().zip(&self.expected) {
            if !scope.has(&case.id, || case.category.as_deref()) {
                continue;
            }
            best.merge(&case.tally);
            let left = expected.saturating_sub(case.tally.outcomes.counts().total);
            best.outcomes.add(OutcomeClass::Passed, left);
            best.response.record_many(waited, left);
            // It may have printed something long ago.
            best.first_output.record_many(Duration::ZERO, left);
            best.gaps.record_many(Duration::ZERO, left);
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use runner_core::outcome::{Fault, FaultKind, Outcome};
    use suite::Case;

    use super::*;
    use crate::{measured::CaseLoad, tally_recorder::TallyRecorder, test_support::passed_in};

    fn prospect(gates: &[&str], expected: Vec<u64>) -> Prospect {
        let further = gates.iter().map(|it| it.parse().expect("a gate")).collect();
        let gates = RunGates {
            further,
            ..RunGates::default()
        };
        Prospect { gates, expected }
    }

    /// What was measured where attempts at cases took so many milliseconds, or failed.
    fn measured(attempts: &[(usize, Option<u64>)]) -> Measured {
        let mut recorders = [TallyRecorder::default(), TallyRecorder::default()];
        for (case, millis) in attempts {
            let mut report = passed_in(Duration::from_millis(millis.unwrap_or_default()));
            if millis.is_none() {
                report.outcome = Outcome::InfrastructureError(Fault {
                    kind: FaultKind::Broken,
                    message: String::new(),
                });
            }
            recorders[*case].add(&report, Duration::ZERO, true);
        }
        let cases = ["a", "b"].into_iter().zip(&mut recorders);
        let cases = cases.map(|(id, recorder)| CaseLoad {
            tally: recorder.take(),
            ..CaseLoad::of(&Case::new(id, "true"))
        });
        Measured {
            cases: cases.collect(),
            ..Measured::default()
        }
    }

    #[test]
    fn a_percentile_is_lost_when_more_than_its_rest_are_too_slow() {
        let prospect = prospect(&["p95.duration < 100ms"], vec![100, 0]);
        let slow = |count| measured(&vec![(0, Some(200)); count]);
        assert!(!prospect.is_lost(&slow(5), Duration::ZERO));
        assert!(prospect.is_lost(&slow(6), Duration::ZERO));
    }

    #[test]
    fn what_lasts_longer_than_allowed_and_has_not_ended_is_too_slow_already() {
        let prospect = prospect(&["p95.duration < 100ms"], vec![100, 0]);
        let quick = measured(&[(0, Some(1)); 94]);
        assert!(!prospect.is_lost(&quick, Duration::from_millis(99)));
        assert!(prospect.is_lost(&quick, Duration::from_millis(101)));
    }

    #[test]
    fn failures_and_attempts_that_are_never_begun_cannot_be_made_up_for() {
        let prospect = prospect(&["success_rate >= 90%"], vec![50, 50]);
        let failed = |count| measured(&vec![(1, None); count]);
        assert!(!prospect.is_lost(&failed(10), Duration::ZERO));
        assert!(prospect.is_lost(&failed(11), Duration::ZERO));
        let mut held = failed(0);
        held.pace.never_begun = 1;
        assert!(!prospect.is_lost(&held, Duration::ZERO));
        held.pace.never_begun = 2;
        assert!(prospect.is_lost(&held, Duration::ZERO));
    }

    proptest! {
        #[test]
        fn a_trial_that_is_lost_never_holds_in_the_end(
            attempts in prop::collection::vec(
                (0..2_usize, prop::option::weighted(0.95, 0..120_u64)),
                1..80,
            ),
            gate in prop::sample::select(vec![
                "p50.duration < 60ms",
                "p95.duration <= 100ms",
                "p99.duration < 100ms",
                "p95.time_to_first_output < 50ms",
                "case[a].p95.duration < 110ms",
                "success_rate >= 95%",
                "case[b].success_rate > 90%",
                "infrastructure_errors <= 2",
            ]),
        ) {
            let expected = [0, 1].map(|case| attempts.iter().filter(|it| it.0 == case).count() as u64);
            let prospect = prospect(&[gate], expected.into());
            let whole = measured(&attempts);
            let ended = prospect.gates.evaluate(|scope| whole.evidence(scope));
            let holds = ended.iter().all(|gate| gate.holds);
            for known in 0..attempts.len() {
                let is_lost = prospect.is_lost(&measured(&attempts[..known]), Duration::ZERO);
                prop_assert!(!(is_lost && holds), "after {known}");
            }
            // When nothing is left to come, the prospect is what there is.
            prop_assert_eq!(prospect.is_lost(&whole, Duration::ZERO), !holds);
        }
    }
}
