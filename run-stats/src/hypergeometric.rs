//! All ways in which successes can fall to two sides: the distribution behind Fisher's exact test.

use std::iter::successors;

use crate::Proportion;

/// All tables with as many trials on each side, and as many successes on both together: the
/// hypergeometric distribution of the baseline's successes.
///
/// Weights are probabilities relative to the most probable table, so that no factorial has to be known:
/// each follows from its neighbour's by one product. They end where a weight is too small for a
/// floating-point number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tables {
    baseline_trials: u64,
    candidate_trials: u64,
    /// On both sides together.
    successes: u64,
}

/// One table of the distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Table {
    /// The baseline's successes.
    successes: u64,
    /// Between 0 and 1, which is that of the most probable table.
    weight: f64,
}

/// By how much the probability of a table may exceed that of the observed one and still count as the
/// same, relatively: tables that mirror each other are equally probable, but not to the last place.
/// `fisher.test` of R has the same tolerance.
const SAME_PROBABILITY: f64 = 1e-7;

impl Tables {
    /// The tables with the same sums as those of two shares; `None` if all trials together are too many
    /// for a `u64`.
    pub(crate) fn like(baseline: Proportion, candidate: Proportion) -> Option<Self> {
        let trials = baseline.trials().checked_add(candidate.trials())?;
        // One more than each sum is to be a number too.
        (trials < u64::MAX).then(|| Self {
            baseline_trials: baseline.trials(),
            candidate_trials: candidate.trials(),
            successes: baseline.successes() + candidate.successes(),
        })
    }

    /// The variance of the baseline's successes.
    pub(crate) fn variance(self) -> f64 {
        let (baseline, candidate) = (self.baseline_trials as f64, self.candidate_trials as f64);
        let trials = baseline + candidate;
        let share = self.successes as f64 / trials;
        baseline * (candidate / trials) * share * (1.0 - share) * trials / (trials - 1.0)
    }

    /// The probability of all tables that are not more probable than that with `observed` successes of
    /// the baseline; 0 if that is less than a floating-point number can tell. The time it takes is in
    /// proportion to the square root of the [variance](Self::variance).
    pub(crate) fn p_value(self, observed: u64) -> f64 {
        let found = |table: &Table| table.successes == observed;
        let Some(observed) = (if observed >= self.mode() {
            self.upwards().find(found)
        } else {
            self.downwards().find(found)
        }) else {
            return 0.0;
        };
        let limit = observed.weight * (1.0 + SAME_PROBABILITY);
        let (mut all, mut not_more_probable) = (0.0, 0.0);
        for table in self.upwards().chain(self.downwards().skip(1)) {
            all += table.weight;
            if table.weight <= limit {
                not_more_probable += table.weight;
            }
        }
        not_more_probable / all
    }

    /// The baseline's successes in the most probable table.
    fn mode(self) -> u64 {
        let trials = u128::from(self.baseline_trials + self.candidate_trials);
        let product = u128::from(self.baseline_trials + 1) * u128::from(self.successes + 1);
        // It is at most the smaller one of the two factors: it fits.
        (product / (trials + 2)) as u64
    }

    /// The tables from the most probable one to that with the most successes of the baseline.
    fn upwards(self) -> impl Iterator<Item = Table> {
        self.walk(move |successes| {
            let more = self.successes - successes;
            let failures = self.baseline_trials - successes;
            let candidate_failures = self.candidate_trials - more;
            let ratio = more as f64 * failures as f64
                / ((successes + 1) as f64 * (candidate_failures + 1) as f64);
            (ratio > 0.0).then(|| (successes + 1, ratio))
        })
    }

    /// The tables from the most probable one to that with the fewest successes of the baseline.
    fn downwards(self) -> impl Iterator<Item = Table> {
        self.walk(move |successes| {
            let more = self.successes - successes;
            let failures = self.baseline_trials - successes;
            let candidate_failures = self.candidate_trials - more;
            let ratio = successes as f64 * candidate_failures as f64
                / ((more + 1) as f64 * (failures + 1) as f64);
            (ratio > 0.0).then(|| (successes - 1, ratio))
        })
    }

    /// Follows `step`, which gives the next table's successes and the ratio of its weight.
    fn walk(self, step: impl Fn(u64) -> Option<(u64, f64)>) -> impl Iterator<Item = Table> {
        let most_probable = Table {
            successes: self.mode(),
            weight: 1.0,
        };
        successors(Some(most_probable), move |table| {
            let (successes, ratio) = step(table.successes)?;
            let weight = table.weight * ratio;
            (weight >= f64::MIN_POSITIVE).then_some(Table { successes, weight })
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The baseline's successes in each table with their weight, in ascending order.
    fn weights(tables: Tables) -> Vec<(u64, f64)> {
        let mut walked: Vec<_> = tables.downwards().skip(1).collect();
        walked.reverse();
        walked.extend(tables.upwards());
        walked
            .iter()
            .map(|table| (table.successes, table.weight))
            .collect()
    }

    #[test]
    fn four_cups_of_eight_are_picked_in_as_many_ways_as_counting_gives() {
        let tables = Tables::like(Proportion::new(3, 4), Proportion::new(1, 4)).unwrap();
        let ways: Vec<_> = weights(tables)
            .iter()
            .map(|&(successes, weight)| (successes, (36.0 * weight).round()))
            .collect();
        assert_eq!(ways, [(0, 1.0), (1, 16.0), (2, 36.0), (3, 16.0), (4, 1.0)]);
    }

    proptest! {
        #[test]
        fn each_possible_table_is_walked_once_and_the_first_is_the_most_probable(
            (yes, no, other_yes, other_no) in (0..60_u64, 1..60_u64, 0..60_u64, 1..60_u64),
        ) {
            let (trials, other_trials) = (yes + no, other_yes + other_no);
            let all_yes = yes + other_yes;
            let tables =
                Tables::like(Proportion::new(yes, trials), Proportion::new(other_yes, other_trials)).unwrap();
            let walked = weights(tables);
            let possible = all_yes.saturating_sub(other_trials)..=trials.min(all_yes);
            prop_assert!(walked.iter().map(|&(successes, _)| successes).eq(possible));
            prop_assert!(walked.iter().all(|&(_, weight)| weight <= 1.0 + 1e-12));
        }

        #[test]
        fn the_variance_is_that_of_the_weights(
            (yes, no, other_yes, other_no) in (0..60_u64, 1..60_u64, 0..60_u64, 1..60_u64),
        ) {
            let tables =
                Tables::like(Proportion::new(yes, yes + no), Proportion::new(other_yes, other_yes + other_no)).unwrap();
            let walked = weights(tables);
            let all: f64 = walked.iter().map(|&(_, weight)| weight).sum();
            let moment = |power| {
                walked.iter().map(|&(x, weight)| (x as f64).powi(power) * weight).sum::<f64>() / all
            };
            let variance = moment(2) - moment(1).powi(2);
            prop_assert!((tables.variance() - variance).abs() < 1e-9);
        }
    }
}
