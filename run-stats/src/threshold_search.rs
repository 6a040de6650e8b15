//! Up to which level something holds, found by trying levels.

use std::ops::RangeInclusive;

use crate::Confidence;

/// A search for the highest level (a rate, a size) at which something still holds, by trials that can err.
///
/// Nobody knows how sharp the threshold is: close to it, the same level holds in one trial and not in the
/// next. So what is sought is the level that holds in half of its trials, and what is kept is how likely
/// each level is to be that one, after all trials. This is the adaptive method of psychophysics: a
/// psychometric function (here the logistic one, over the logarithm of the level) with an unknown threshold
/// and an unknown spread, and Bayes' rule for both at once over a grid (Watson, A. B. and Pelli, D. G. (1983),
/// "QUEST: a Bayesian adaptive psychometric method", Perception & Psychophysics 33; for the unknown spread,
/// Kontsevich, L. L. and Tyler, C. W. (1999), "Bayesian adaptive estimation of psychometric slope and
/// threshold", Vision Research 39). A trial that comes out wrong for a reason of its own is allowed for in
/// two of a hundred.
///
/// The first levels bracket the threshold: from the start upwards by factors of two while they hold,
/// downwards while they do not. Every other one is the median of what is likely. The search is over when the
/// interval that holds the threshold with the confidence asked for is as narrow as asked for, or when there
/// are no trials left.
///
/// Looking at the interval after each trial has its price where a threshold is blurred: in simulations,
/// intervals of 90 % held it 97 times of 100 or more where it was no wider than 4 %, and 82 times where it was
/// 15 % wide.
///
/// ```
/// use run_stats::{Confidence, SearchPlan, ThresholdSearch};
///
/// let mut search = ThresholdSearch::new(SearchPlan {
///     start: 100.0,
///     range: 1.0..=100_000.0,
///     resolution: 0.05,
///     confidence: Confidence::PERCENT_95,
///     max_trials: 40,
/// })
/// .unwrap();
/// while let Some(level) = search.next_level() {
///     search.add(level, level < 1_234.0);
/// }
/// let found = search.threshold();
/// assert!(found.interval.contains(&1_234.0));
/// assert!(found.interval.end() / found.interval.start() <= 1.05);
/// ```
#[derive(Debug, Clone)]
pub struct ThresholdSearch {
    plan: SearchPlan,
    /// The logarithms of the levels that the threshold can be, evenly spaced.
    levels: Vec<f64>,
    /// For each spread, how likely each level is: logarithms, up to a constant.
    likelihoods: [Vec<f64>; SPREADS.len()],
    trials: Vec<Trial>,
}

/// What is sought, and how hard.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchPlan {
    /// The first level that is tried; in the range.
    pub start: f64,
    /// The levels that may be tried, all above 0.
    pub range: RangeInclusive<f64>,
    /// How far apart the ends of the interval may be, as a share of the lower one, when the threshold counts
    /// as found: more than 0.
    pub resolution: f64,
    /// How sure the interval is to hold the threshold.
    pub confidence: Confidence,
    /// So many trials at most.
    pub max_trials: usize,
}

/// A level, and whether it held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trial {
    /// What was tried.
    pub level: f64,
    /// Whether it held.
    pub holds: bool,
}

/// What a [`ThresholdSearch`] knows so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// The level that is as likely too low as too high.
    pub estimate: f64,
    /// The levels between which the threshold is, with the confidence asked for.
    pub interval: RangeInclusive<f64>,
    /// Why the search is over, or that it is not.
    pub state: SearchState,
}

/// Where a [`ThresholdSearch`] stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchState {
    /// There are levels to try.
    Searching,
    /// The interval is as narrow as asked for.
    Found,
    /// There are no trials left, and the interval is wider than asked for.
    OutOfTrials,
    /// Even the highest level holds.
    AboveRange,
    /// Not even the lowest one does.
    BelowRange,
}

/// How far apart, in logarithms of levels, the one that holds three times in four is from the threshold:
/// from sharp to blurred.
const SPREADS: [f64; 4] = [0.005, 0.02, 0.08, 0.3];

/// The share of trials that come out at random.
const LAPSES: f64 = 0.02;

/// How many levels of the grid there are within the resolution, so that the interval does not end at the
/// grid's accuracy.
const STEPS_PER_RESOLUTION: f64 = 10.0;

/// More levels than that are not told apart.
const MAX_LEVELS: usize = 20_000;

/// How often the highest level has to hold, or the lowest one not to, before that is believed.
const TRIALS_AT_AN_END: usize = 3;

impl ThresholdSearch {
    /// A search without any trial; `None` if the plan is none: its numbers are not finite, its range is empty
    /// or does not hold the start, or it allows for no trial.
    #[must_use]
    pub fn new(plan: SearchPlan) -> Option<Self> {
        let (low, high) = (*plan.range.start(), *plan.range.end());
        let is_usable = low > 0.0
            && high.is_finite()
            && low < high
            && plan.range.contains(&plan.start)
            && plan.resolution.is_finite()
            && plan.resolution > 0.0
            && plan.max_trials > 0;
        if !is_usable {
            return None;
        }
        let span = (high / low).ln();
        let steps = (span * STEPS_PER_RESOLUTION / plan.resolution.ln_1p()).ceil();
        // At least its two ends; the cast saturates.
        let count = (steps as usize).clamp(1, MAX_LEVELS) + 1;
        let levels = (0..count).map(|step| low.ln() + span * step as f64 / (count - 1) as f64);
        Some(Self {
            levels: levels.collect(),
            likelihoods: std::array::from_fn(|_| vec![0.0; count]),
            trials: Vec::new(),
            plan,
        })
    }

    /// The level to try next; `None` when the search is over.
    #[must_use]
    pub fn next_level(&self) -> Option<f64> {
        let posterior = self.posterior();
        let is_over = self.state(&self.interval(&posterior)) != SearchState::Searching;
        (!is_over).then(|| {
            self.bracketing()
                .unwrap_or_else(|| self.quantile(&posterior, 0.5))
        })
    }

    /// Takes in a trial. A level that is no number above 0 tells nothing.
    pub fn add(&mut self, level: f64, holds: bool) {
        if !(level.is_finite() && level > 0.0) {
            return;
        }
        self.trials.push(Trial { level, holds });
        for (spread, likelihoods) in SPREADS.iter().zip(&mut self.likelihoods) {
            for (threshold, likelihood) in self.levels.iter().zip(likelihoods) {
                // Three in four at one spread below the threshold.
                let steepness = 3_f64.ln() / spread;
                let share = 1.0 / (1.0 + ((level.ln() - threshold) * steepness).exp());
                let share = LAPSES / 2.0 + (1.0 - LAPSES) * share;
                *likelihood += if holds { share } else { 1.0 - share }.ln();
            }
        }
    }

    /// All trials, in their order.
    #[must_use]
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// What is known by now.
    #[must_use]
    pub fn threshold(&self) -> Threshold {
        let posterior = self.posterior();
        let interval = self.interval(&posterior);
        Threshold {
            estimate: self.quantile(&posterior, 0.5),
            state: self.state(&interval),
            interval,
        }
    }

    fn state(&self, interval: &RangeInclusive<f64>) -> SearchState {
        let (low, high) = (*self.plan.range.start(), *self.plan.range.end());
        let at_an_end = |end: f64, holds: bool| {
            let trials = self.trials.iter().rev();
            let mut same = trials.take_while(|it| it.level == end && it.holds == holds);
            same.nth(TRIALS_AT_AN_END - 1).is_some()
        };
        if at_an_end(high, true) {
            SearchState::AboveRange
        } else if at_an_end(low, false) {
            SearchState::BelowRange
        } else if self.is_bracketed()
            && interval.end() / interval.start() <= 1.0 + self.plan.resolution
        {
            SearchState::Found
        } else if self.trials.len() >= self.plan.max_trials {
            SearchState::OutOfTrials
        } else {
            SearchState::Searching
        }
    }

    fn is_bracketed(&self) -> bool {
        let has = |holds| self.trials.iter().any(|trial| trial.holds == holds);
        has(true) && has(false)
    }

    /// The level that shows on which side of all others the threshold is, while they all said the same.
    fn bracketing(&self) -> Option<f64> {
        if self.is_bracketed() {
            return None;
        }
        let Some(last) = self.trials.last() else {
            return Some(self.plan.start);
        };
        let level = if last.holds {
            (last.level * 2.0).min(*self.plan.range.end())
        } else {
            (last.level / 2.0).max(*self.plan.range.start())
        };
        Some(level)
    }

    /// How likely each level is the threshold, whatever the spread is. Sums to 1.
    fn posterior(&self) -> Vec<f64> {
        let all = self.likelihoods.iter().flatten().copied();
        // In logarithms, of which the largest becomes 0, so that many trials do not underflow.
        let largest = all.fold(f64::NEG_INFINITY, f64::max);
        let mut posterior = vec![0.0; self.levels.len()];
        for likelihoods in &self.likelihoods {
            for (sum, likelihood) in posterior.iter_mut().zip(likelihoods) {
                *sum += (likelihood - largest).exp();
            }
        }
        let total: f64 = posterior.iter().sum();
        posterior.iter_mut().for_each(|it| *it /= total);
        posterior
    }

    fn interval(&self, posterior: &[f64]) -> RangeInclusive<f64> {
        let tail = (1.0 - self.plan.confidence.share()) / 2.0;
        self.quantile(posterior, tail)..=self.quantile(posterior, 1.0 - tail)
    }

    /// The level below which the threshold is with this probability.
    fn quantile(&self, posterior: &[f64], share: f64) -> f64 {
        let mut below = 0.0;
        let index = posterior.iter().position(|it| {
            below += it;
            below >= share
        });
        // Rounding may leave the sum a little below the share.
        let index = index.unwrap_or(self.levels.len() - 1);
        let (low, high) = (*self.plan.range.start(), *self.plan.range.end());
        self.levels[index].exp().clamp(low, high)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plan() -> SearchPlan {
        SearchPlan {
            start: 100.0,
            range: 1.0..=100_000.0,
            resolution: 0.1,
            confidence: Confidence::PERCENT_95,
            max_trials: 60,
        }
    }

    fn search(plan: SearchPlan, holds: impl Fn(f64) -> bool) -> ThresholdSearch {
        let mut search = ThresholdSearch::new(plan).expect("a plan");
        while let Some(level) = search.next_level() {
            search.add(level, holds(level));
        }
        search
    }

    #[test]
    fn levels_double_until_one_does_not_hold() {
        let search = search(plan(), |level| level < 1_000.0);
        let levels: Vec<_> = search.trials().iter().map(|trial| trial.level).collect();
        assert_eq!(levels[..5], [100.0, 200.0, 400.0, 800.0, 1_600.0]);
        assert!(
            levels[5..]
                .iter()
                .all(|level| (500.0..2_000.0).contains(level))
        );
    }

    #[test]
    fn levels_halve_until_one_holds() {
        let search = search(plan(), |level| level < 20.0);
        let levels: Vec<_> = search.trials().iter().map(|trial| trial.level).collect();
        assert_eq!(levels[..4], [100.0, 50.0, 25.0, 12.5]);
    }

    #[test]
    fn a_threshold_beyond_the_range_is_told_after_three_trials_at_its_end() {
        let above = search(plan(), |_| true);
        assert_eq!(above.threshold().state, SearchState::AboveRange);
        assert_eq!(
            above
                .trials()
                .iter()
                .filter(|it| it.level == 100_000.0)
                .count(),
            3
        );
        let below = search(plan(), |_| false);
        assert_eq!(below.threshold().state, SearchState::BelowRange);
    }

    #[test]
    fn a_plan_that_cannot_be_searched_is_none() {
        let broken = [
            SearchPlan {
                start: 0.5,
                ..plan()
            },
            SearchPlan {
                range: 0.0..=100.0,
                ..plan()
            },
            SearchPlan {
                range: 1.0..=f64::INFINITY,
                ..plan()
            },
            SearchPlan {
                resolution: 0.0,
                ..plan()
            },
            SearchPlan {
                max_trials: 0,
                ..plan()
            },
        ];
        for plan in broken {
            assert!(ThresholdSearch::new(plan).is_none());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_sharp_threshold_is_found_and_in_its_interval(threshold in 2.0..90_000.0f64) {
            let found = search(plan(), |level| level < threshold).threshold();
            prop_assert_eq!(found.state, SearchState::Found);
            prop_assert!(found.interval.contains(&threshold), "{:?} {}", found, threshold);
            prop_assert!(found.interval.contains(&found.estimate));
        }

        #[test]
        fn whatever_trials_say_levels_stay_in_the_range_and_the_search_ends(
            answers in prop::collection::vec(any::<bool>(), 60),
        ) {
            let mut search = ThresholdSearch::new(plan()).expect("a plan");
            for holds in answers {
                let Some(level) = search.next_level() else { break };
                prop_assert!(plan().range.contains(&level));
                search.add(level, holds);
            }
            prop_assert_eq!(search.next_level(), None);
            prop_assert_ne!(search.threshold().state, SearchState::Searching);
        }
    }
}
