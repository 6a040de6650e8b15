//! Which rate is tried next, and what is known of the capacity.

use std::{fmt, num::NonZeroUsize, time::Duration};

use run_stats::{Confidence, SearchPlan, SearchState, ThresholdSearch};

use super::{
    end::CapacityEnd,
    rate_range::RateRange,
    round_rate::RoundRate,
    trial::{TrialReport, TrialVerdict},
};
use crate::arrival_rate::ArrivalRate;

/// What is sought, and how hard.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityPlan {
    /// The rate that is tried first; in the range.
    pub start: ArrivalRate,
    /// The rates that may be tried.
    pub range: RateRange,
    /// How far apart the ends of the interval may be, as a share of the lower one: more than 0.
    pub resolution: f64,
    /// How sure the interval is to hold the capacity.
    pub confidence: Confidence,
    /// So many trials at most, those among them that show nothing.
    pub max_trials: NonZeroUsize,
    /// How long attempts are begun in each, after its warm-up.
    pub trial: Duration,
    /// How long attempts do not count at the beginning of each.
    pub warmup: Duration,
    /// How long the executor is left alone after each.
    pub pause: Duration,
}

impl CapacityPlan {
    /// By how much the generator may be late in a trial that holds.
    ///
    /// Its delays are part of all times, so that gates which hold in spite of them hold. But attempts that
    /// begin over a longer time make a lower rate: by half of the resolution at most.
    #[must_use]
    pub fn max_slip(&self) -> Duration {
        self.trial.mul_f64(self.resolution / 2.0)
    }
}

/// A search for the highest rate at which gates hold, by trials.
#[derive(Debug, Clone)]
pub struct CapacitySearch {
    search: ThresholdSearch,
    max_trials: NonZeroUsize,
    confidence: Confidence,
    trials: Vec<TrialReport>,
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// A trial at this rate.
    Trial(ArrivalRate),
    /// Nothing: the search is over.
    Over(CapacityEnd),
}

/// What is known of the capacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Known {
    /// No trial has shown anything yet.
    Nothing,
    /// It is at least this: no trial failed, and this is the highest rate that held.
    AtLeast(ArrivalRate),
    /// It is lower than this: no trial held, and this is the lowest rate that did not.
    Below(ArrivalRate),
    /// It is between two rates, as sure as was asked for.
    Between {
        /// As likely too low as too high.
        estimate: ArrivalRate,
        /// The lower end.
        low: ArrivalRate,
        /// The higher end.
        high: ArrivalRate,
        /// How sure that is.
        confidence: Confidence,
    },
}

/// How often in a row the generator may fail to keep its schedule. Another program may have taken the
/// processor from it once.
const MAX_INVALID: usize = 3;

impl CapacitySearch {
    /// A search without any trial; `None` if the plan is none: the start is outside of its range, or the
    /// resolution not above zero.
    #[must_use]
    pub fn new(plan: &CapacityPlan) -> Option<Self> {
        let (low, high) = (plan.range.low(), plan.range.high());
        let search = ThresholdSearch::new(SearchPlan {
            start: plan.start.per_second(),
            range: low.per_second()..=high.per_second(),
            resolution: plan.resolution,
            confidence: plan.confidence,
            max_trials: plan.max_trials.get(),
        })?;
        Some(Self {
            search,
            max_trials: plan.max_trials,
            confidence: plan.confidence,
            trials: Vec::new(),
        })
    }

    /// What is to be done next.
    #[must_use]
    pub fn next(&self) -> Next {
        let over = match self.search.threshold().state {
            SearchState::Found => CapacityEnd::Found,
            SearchState::AboveRange => CapacityEnd::AboveRange,
            SearchState::BelowRange => CapacityEnd::BelowRange,
            SearchState::OutOfTrials => CapacityEnd::OutOfTrials,
            SearchState::Searching => match (self.too_slow(), self.level()) {
                (Some(evidence), _) => CapacityEnd::GeneratorTooSlow { evidence },
                (None, Some(rate)) if self.trials.len() < self.max_trials.get() => {
                    return Next::Trial(rate);
                }
                _ => CapacityEnd::OutOfTrials,
            },
        };
        Next::Over(over)
    }

    fn level(&self) -> Option<ArrivalRate> {
        self.search.next_level().and_then(ArrivalRate::of)
    }

    /// What shows that the generator cannot keep its schedule at the rate that is next.
    fn too_slow(&self) -> Option<String> {
        let mut latest = self.trials.iter().rev().map(|trial| match &trial.verdict {
            TrialVerdict::Invalid(doubt) => Some(doubt),
            _ => None,
        });
        let last = latest.clone().next()??;
        let are_all = latest.by_ref().take(MAX_INVALID).flatten().count() == MAX_INVALID;
        are_all.then(|| last.to_string())
    }

    /// Takes in what a trial shows.
    pub fn add(&mut self, trial: TrialReport) {
        if let Some(holds) = trial.verdict.evidence() {
            self.search.add(trial.rate.per_second(), holds);
        }
        self.trials.push(trial);
    }

    /// All trials, in their order.
    #[must_use]
    pub fn trials(&self) -> &[TrialReport] {
        &self.trials
    }

    /// What is known by now.
    #[must_use]
    pub fn known(&self) -> Known {
        let of = |held: bool| {
            let trials = self.trials.iter();
            let same = trials.filter(move |it| it.verdict.evidence() == Some(held));
            same.map(|trial| trial.rate)
        };
        let highest = of(true).max_by(|a, b| a.per_second().total_cmp(&b.per_second()));
        let lowest = of(false).min_by(|a, b| a.per_second().total_cmp(&b.per_second()));
        match (highest, lowest) {
            (None, None) => Known::Nothing,
            (Some(highest), None) => Known::AtLeast(highest),
            (None, Some(lowest)) => Known::Below(lowest),
            (Some(_), Some(_)) => self.between(),
        }
    }

    fn between(&self) -> Known {
        let found = self.search.threshold();
        // Levels are of the range, whose ends are rates.
        let rate = |level: f64| ArrivalRate::of(level).unwrap_or(ArrivalRate::MAX);
        Known::Between {
            estimate: rate(found.estimate),
            low: rate(*found.interval.start()),
            high: rate(*found.interval.end()),
            confidence: self.confidence,
        }
    }

    /// Its trials.
    pub(super) fn into_trials(self) -> Vec<TrialReport> {
        self.trials
    }
}

/// The rates that are known of the capacity.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct KnownRates {
    /// As likely too low as too high.
    pub estimate: Option<ArrivalRate>,
    /// It is not lower.
    pub low: Option<ArrivalRate>,
    /// It is not higher.
    pub high: Option<ArrivalRate>,
}

impl Known {
    /// The rates in it.
    #[must_use]
    pub fn rates(&self) -> KnownRates {
        let (estimate, low, high) = match *self {
            Self::Nothing => (None, None, None),
            Self::AtLeast(rate) => (None, Some(rate), None),
            Self::Below(rate) => (None, None, Some(rate)),
            Self::Between {
                estimate,
                low,
                high,
                ..
            } => (Some(estimate), Some(low), Some(high)),
        };
        KnownRates {
            estimate,
            low,
            high,
        }
    }
}

impl fmt::Display for Known {
    /// In words: `1,240/s (90%: 1,180/s to 1,310/s)`, `at least 640/s`, `below 1/s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("unknown"),
            Self::AtLeast(rate) => write!(f, "at least {}", RoundRate(*rate)),
            Self::Below(rate) => write!(f, "below {}", RoundRate(*rate)),
            Self::Between {
                estimate,
                low,
                high,
                confidence,
            } => write!(
                f,
                "{} ({:.0}%: {} to {})",
                RoundRate(*estimate),
                confidence.share() * 100.0,
                RoundRate(*low),
                RoundRate(*high)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use runner_core::gates::RunGates;

    use super::*;
    use crate::{
        capacity::{Stopped, with_success},
        test_support::measured,
        validity::LATE,
    };

    fn rate(per_second: f64) -> ArrivalRate {
        ArrivalRate::of(per_second).expect("a rate")
    }

    fn plan() -> CapacityPlan {
        CapacityPlan {
            start: rate(10.0),
            range: "1..10000/s".parse().expect("a range"),
            resolution: 0.1,
            confidence: Confidence::PERCENT_90,
            max_trials: NonZeroUsize::new(40).expect("not zero"),
            trial: Duration::from_secs(10),
            warmup: Duration::from_secs(2),
            pause: Duration::from_secs(1),
        }
    }

    /// What a trial can show.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Shows {
        Holds,
        Fails,
        Nothing,
    }

    fn trial(rate: ArrivalRate, shows: Shows) -> TrialReport {
        let mut measured = measured(&["a"]);
        measured.pace.lag.record(LATE * 2);
        measured.pace.late = u64::from(shows == Shows::Nothing);
        let gate = match shows {
            Shows::Fails => "p95.duration < 1ms",
            _ => "p95.duration < 1s",
        };
        let gates = RunGates {
            further: vec![gate.parse().expect("a gate")],
            ..RunGates::default()
        };
        let slip = Duration::ZERO;
        TrialReport::of(
            rate,
            &measured,
            Stopped::AtItsEnd,
            &with_success(gates),
            slip,
        )
    }

    fn search(plan: &CapacityPlan, shows: impl Fn(f64) -> Shows) -> (CapacitySearch, CapacityEnd) {
        let mut search = CapacitySearch::new(plan).expect("a plan");
        loop {
            match search.next() {
                Next::Over(end) => return (search, end),
                Next::Trial(rate) => search.add(trial(rate, shows(rate.per_second()))),
            }
        }
    }

    fn up_to(capacity: f64) -> impl Fn(f64) -> Shows {
        move |rate| {
            if rate < capacity {
                Shows::Holds
            } else {
                Shows::Fails
            }
        }
    }

    #[test]
    fn what_is_known_grows_from_one_side_to_an_interval() {
        let mut search = CapacitySearch::new(&plan()).expect("a plan");
        assert_eq!(search.known().to_string(), "unknown");
        search.add(trial(rate(10.0), Shows::Nothing));
        assert_eq!(search.known().to_string(), "unknown");
        search.add(trial(rate(10.0), Shows::Holds));
        assert_eq!(search.known().to_string(), "at least 10/s");
        search.add(trial(rate(20.0), Shows::Fails));
        let told = search.known().to_string();
        assert!(told.contains("/s (90%: "), "{told}");
        let mut below = CapacitySearch::new(&plan()).expect("a plan");
        below.add(trial(rate(10.0), Shows::Fails));
        assert_eq!(below.known().to_string(), "below 10/s");
        assert_eq!(below.known().rates().low, None);
    }

    #[test]
    fn a_capacity_outside_of_the_range_is_told_as_that() {
        let (search_above, end) = search(&plan(), |_| Shows::Holds);
        assert_eq!(end, CapacityEnd::AboveRange);
        assert_eq!(search_above.known(), Known::AtLeast(plan().range.high()));
        let (search_below, end) = search(&plan(), |_| Shows::Fails);
        assert_eq!(end, CapacityEnd::BelowRange);
        assert_eq!(search_below.known(), Known::Below(plan().range.low()));
    }

    #[test]
    fn a_generator_that_fails_three_times_in_a_row_has_met_its_own_limit() {
        let own_limit = |rate: f64| {
            if rate < 300.0 {
                Shows::Holds
            } else {
                Shows::Nothing
            }
        };
        let (search, end) = search(&plan(), own_limit);
        assert_eq!(end.code(), "generator-too-slow");
        assert_eq!(search.known(), Known::AtLeast(rate(160.0)));
        let invalid = search.trials().iter().rev().take(3);
        assert!(invalid.into_iter().all(|it| it.rate == rate(320.0)));
    }

    #[test]
    fn a_start_outside_of_the_range_is_no_plan() {
        let plan = CapacityPlan {
            start: rate(0.5),
            ..plan()
        };
        assert!(CapacitySearch::new(&plan).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_sharp_capacity_is_in_the_interval_that_is_found(capacity in 2.0..9_000.0_f64) {
            let (search, end) = search(&plan(), up_to(capacity));
            prop_assert_eq!(end, CapacityEnd::Found);
            let Known::Between { low, high, .. } = search.known() else {
                return Err(TestCaseError::fail("no interval"));
            };
            prop_assert!((low.per_second()..=high.per_second()).contains(&capacity));
            prop_assert!(high.per_second() / low.per_second() <= 1.1 + 1e-9);
        }

        #[test]
        fn whatever_trials_show_no_rate_leaves_the_range_and_the_search_ends(
            shown in prop::collection::vec(
                prop::sample::select(vec![Shows::Holds, Shows::Fails, Shows::Nothing]),
                40,
            ),
        ) {
            let mut search = CapacitySearch::new(&plan()).expect("a plan");
            for shows in shown {
                let Next::Trial(rate) = search.next() else { break };
                prop_assert!(plan().range.contains(rate));
                search.add(trial(rate, shows));
            }
            prop_assert!(matches!(search.next(), Next::Over(_)));
        }
    }
}
