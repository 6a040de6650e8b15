//! What a trial at one rate shows.

use std::time::Duration;

use run_stats::DurationHistogram;
use runner_core::{
    gates::RunGates,
    recorded::OutcomeCounts,
    results::{GateResult, GateValue},
    text::{Grouped, Rate},
};
use suite::{GateScope, gate::Bound};

use crate::{arrival_rate::ArrivalRate, measured::Measured, validity::Doubt};

/// The share of its attempts that a trial may leave unbegun: beyond that the executor did not take the
/// rate, whatever the gates say of those that began.
pub(super) const MAX_NEVER_BEGUN_SHARE: f64 = 0.01;

/// What is asked for where no gate is on successes: an executor that turns attempts away has reached its
/// limit, however fast it answers the rest.
const IMPLIED: &str = "success_rate >= 99%";

/// What came of a trial.
#[derive(Debug, Clone)]
pub struct TrialReport {
    /// How many attempts were to begin.
    pub rate: ArrivalRate,
    /// What it shows.
    pub verdict: TrialVerdict,
    /// The gates, evaluated; of a trial that was ended early, over what there was until then.
    pub gates: Vec<GateResult>,
    /// Why it ended.
    pub stopped: Stopped,
    /// How long it lasted after its warm-up.
    pub elapsed: Duration,
    /// What its attempts came to.
    pub outcomes: OutcomeCounts,
    /// How long those took that passed, from when they were to begin.
    pub response: DurationHistogram,
    /// The generator's own delays.
    pub lag: DurationHistogram,
    /// How many attempts had to wait for another one to end.
    pub held: u64,
    /// How many were never begun.
    pub never_begun: u64,
    /// The most that were under way at once.
    pub in_flight_max: u64,
}

/// What a trial shows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrialVerdict {
    /// The executor bears the rate: all gates hold.
    Holds,
    /// A gate does not hold.
    GateFailed,
    /// The executor kept so many attempts waiting that some were never begun.
    NotTaken {
        /// How many were not.
        never_begun: u64,
        /// Of how many.
        scheduled: u64,
    },
    /// Nothing: the generator could not keep its schedule.
    Invalid(Doubt),
    /// Nothing: it was told to end.
    Interrupted,
}

/// Why a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Its schedule was over, and all its attempts had ended.
    AtItsEnd,
    /// Its gates could not hold any more.
    AsLost,
    /// Somebody wanted it.
    Interrupted,
}

impl TrialVerdict {
    /// Whether the executor bears the rate, if the trial shows that.
    #[must_use]
    pub fn evidence(&self) -> Option<bool> {
        match self {
            Self::Holds => Some(true),
            Self::GateFailed | Self::NotTaken { .. } => Some(false),
            Self::Invalid(_) | Self::Interrupted => None,
        }
    }

    /// The stable code, as it stands in machine records and reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::GateFailed => "gate-failed",
            Self::NotTaken { .. } => "not-taken",
            Self::Invalid(_) => "invalid",
            Self::Interrupted => "interrupted",
        }
    }
}

impl TrialReport {
    /// What the trial at `rate` shows, in which the generator was allowed to be late by
    /// [`max_slip`](super::CapacityPlan::max_slip).
    #[must_use]
    pub fn of(
        rate: ArrivalRate,
        measured: &Measured,
        stopped: Stopped,
        gates: &RunGates,
        max_slip: Duration,
    ) -> Self {
        let gates = gates.evaluate(|scope| measured.evidence(scope));
        let total = measured.total();
        let pace = &measured.pace;
        Self {
            rate,
            verdict: verdict(measured, stopped, &gates, max_slip),
            gates,
            stopped,
            elapsed: measured.elapsed,
            outcomes: total.outcomes,
            response: total.response,
            lag: pace.lag.clone(),
            held: pace.held,
            never_begun: pace.never_begun,
            in_flight_max: measured.in_flight_max,
        }
    }

    /// What decided, in words: each gate that does not hold, with its value and how far that is from its
    /// bound. Of a trial that holds, each gate, so that it is seen how much room is left. It may quote what
    /// is foreign.
    #[must_use]
    pub fn why(&self) -> String {
        match &self.verdict {
            TrialVerdict::Holds => self.told(|_| true),
            TrialVerdict::GateFailed => self.told(|gate| !gate.holds),
            TrialVerdict::NotTaken {
                never_begun,
                scheduled,
            } => format!(
                "{} of {} attempts were never begun, as others had not ended",
                Grouped(*never_begun),
                Grouped(*scheduled)
            ),
            TrialVerdict::Invalid(doubt) => doubt.to_string(),
            TrialVerdict::Interrupted => "interrupted".to_owned(),
        }
    }

    fn told(&self, is_told: impl Fn(&GateResult) -> bool) -> String {
        let gates = self.gates.iter().filter(|gate| is_told(gate));
        let words = gates.map(|gate| {
            let value = match &gate.value {
                Some(GateValue::Share(share)) => Rate(*share).to_string(),
                Some(value) => value.to_string(),
                None => "nothing counts for it".to_owned(),
            };
            let margin = gate.margin.as_ref();
            let margin = margin.map_or_else(String::new, |margin| format!(" ({margin})"));
            format!("{} {}: {value}{margin}", gate.name, gate.bound)
        });
        words.collect::<Vec<_>>().join("; ")
    }
}

fn verdict(
    measured: &Measured,
    stopped: Stopped,
    gates: &[GateResult],
    max_slip: Duration,
) -> TrialVerdict {
    if stopped == Stopped::Interrupted {
        return TrialVerdict::Interrupted;
    }
    let pace = &measured.pace;
    let (never_begun, scheduled) = (pace.never_begun, pace.begun() + pace.never_begun);
    let is_taken = never_begun as f64 <= scheduled as f64 * MAX_NEVER_BEGUN_SHARE;
    let fails = gates.iter().any(|gate| !gate.holds);
    let holds = !fails && is_taken && stopped == Stopped::AtItsEnd;
    let slip = pace.lag.max().unwrap_or_default();
    match pace.doubt() {
        // What the generator was late is in the times, and they hold nevertheless.
        Some(_) if holds && slip <= max_slip => TrialVerdict::Holds,
        Some(doubt) => TrialVerdict::Invalid(doubt),
        None if holds => TrialVerdict::Holds,
        None if fails => TrialVerdict::GateFailed,
        None => TrialVerdict::NotTaken {
            never_begun,
            scheduled,
        },
    }
}

/// These gates and, if none of them is on the successes of the whole run, one that asks for 99 in a
/// hundred.
#[must_use]
pub fn with_success(mut gates: RunGates) -> RunGates {
    let further = gates.further.iter();
    let mut of_run = further.filter(|gate| gate.scope == GateScope::Run);
    let is_bounded = gates.suite.min_success_rate.is_some()
        || of_run.any(|gate| matches!(gate.bound, Bound::SuccessRate(_)));
    if !is_bounded {
        gates.further.extend(IMPLIED.parse().ok());
    }
    gates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{test_support::measured, validity::LATE};

    fn gates(texts: &[&str]) -> RunGates {
        let further = texts.iter().map(|it| it.parse().expect("a gate")).collect();
        RunGates {
            further,
            ..RunGates::default()
        }
    }

    fn trial(measured: &Measured, stopped: Stopped, texts: &[&str]) -> TrialReport {
        let rate = ArrivalRate::of(100.0).expect("a rate");
        let gates = with_success(gates(texts));
        TrialReport::of(rate, measured, stopped, &gates, LATE * 3)
    }

    /// A hundred attempts that began, and so many that did not.
    fn paced(late: u64, never_begun: u64) -> Measured {
        let mut measured = measured(&["a"]);
        measured.pace.lag.record_many(Duration::ZERO, 100 - late);
        measured.pace.lag.record_many(LATE * 2, late);
        measured.pace.late = late;
        measured.pace.never_begun = never_begun;
        measured
    }

    #[test]
    fn a_trial_holds_when_all_gates_do_and_says_how_much_room_is_left() {
        let trial = trial(&paced(0, 0), Stopped::AtItsEnd, &["p95.duration < 10ms"]);
        assert_eq!(trial.verdict, TrialVerdict::Holds);
        assert_eq!(
            trial.why(),
            "p95.duration < 10ms: 5.0ms (4.9ms below); success_rate >= 99%: 100.0% (1.0 points above)"
        );
    }

    #[test]
    fn what_decided_is_told_with_its_margin() {
        let gates = ["p95.duration < 4ms", "success_rate >= 50%"];
        let trial = trial(&paced(0, 0), Stopped::AsLost, &gates);
        assert_eq!(trial.verdict, TrialVerdict::GateFailed);
        assert_eq!(trial.why(), "p95.duration < 4ms: 5.0ms (1.0ms above)");
    }

    #[test]
    fn attempts_that_are_never_begun_are_the_executors_and_late_ones_are_ours() {
        let gates = ["p95.duration < 1s"];
        let verdict = |measured| trial(&measured, Stopped::AtItsEnd, &gates).verdict;
        assert_eq!(verdict(paced(0, 1)), TrialVerdict::Holds);
        assert_eq!(verdict(paced(0, 2)).code(), "not-taken");
        assert_eq!(verdict(paced(2, 2)).code(), "invalid");
        assert_eq!(verdict(paced(2, 2)).evidence(), None);
    }

    #[test]
    fn gates_that_hold_although_the_generator_was_late_hold_unless_that_made_another_rate() {
        let gates = ["p95.duration < 1s"];
        let mut late = paced(2, 0);
        let verdict = |measured: &_| trial(measured, Stopped::AtItsEnd, &gates).verdict;
        assert_eq!(verdict(&late), TrialVerdict::Holds);
        late.pace.lag.record(LATE * 4);
        late.pace.late += 1;
        assert_eq!(verdict(&late).code(), "invalid");
        let too_slow = trial(&paced(2, 0), Stopped::AtItsEnd, &["p95.duration < 1ms"]);
        assert_eq!(too_slow.verdict.code(), "invalid");
    }

    #[test]
    fn successes_are_asked_for_where_nobody_bounds_them() {
        let implied = |texts: &[&str]| with_success(gates(texts)).further.len() - texts.len();
        assert_eq!(implied(&["p95.duration < 1s"]), 1);
        assert_eq!(implied(&["case[a].success_rate >= 50%"]), 1);
        assert_eq!(implied(&["success_rate >= 50%"]), 0);
    }
}
