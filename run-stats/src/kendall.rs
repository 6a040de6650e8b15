//! Whether later points lie above earlier ones, and by how much that varies by chance.

use std::{f64::consts::FRAC_PI_6, ops::Range};

use crate::{
    autoregression::{Averaged, Regression, left_after},
    normal::two_sided_tail,
    series::{Points, ranks},
};

/// The statistic S of the trend test of Mann, H. B. (1945), "Nonparametric tests against trend",
/// Econometrica 13, and Kendall, M. G. (1975), "Rank Correlation Methods", and what is needed for its
/// variance.
///
/// Where the level of a series changes, only points of the same level are compared, as those of the same
/// season are by Hirsch, R. M., Slack, J. R. and Smith, R. A. (1982), "Techniques of trend analysis for
/// monthly water quality data", Water Resources Research 18.
#[derive(Debug, Clone)]
pub(crate) struct Kendall<'a> {
    points: &'a Points,
    levels: &'a [Range<usize>],
    /// S: pairs of which the later point is higher, less those of which it is lower.
    pub(crate) score: i64,
    /// How many pairs are compared.
    pub(crate) pairs: u64,
    /// How many of them differ.
    pub(crate) untied: u64,
    /// By how much each point moves S, in ranks of its level, in units of the deviation of S.
    contrast: Vec<f64>,
    /// Of S, without autocorrelation.
    variance: f64,
}

impl<'a> Kendall<'a> {
    pub(crate) fn of(points: &'a Points, levels: &'a [Range<usize>]) -> Self {
        let mut kendall = Self {
            points,
            levels,
            score: 0,
            pairs: 0,
            untied: 0,
            contrast: Vec::with_capacity(points.len()),
            variance: 0.0,
        };
        for level in levels {
            kendall.add(&points.values[level.clone()]);
        }
        kendall
    }

    fn add(&mut self, values: &[f64]) {
        let (mut above, mut below) = (0_u32, 0_u32);
        for (later, value) in values.iter().enumerate() {
            for earlier in &values[..later] {
                above += u32::from(value > earlier);
                below += u32::from(value < earlier);
            }
        }
        self.score += i64::from(above) - i64::from(below);
        self.untied += u64::from(above) + u64::from(below);
        self.pairs += (values.len() * values.len().saturating_sub(1) / 2) as u64;

        // n (n − 1) (2n + 5), less the same for each group of ties: Kendall (1975), chapter 4.
        let term = |count: f64| count * (count - 1.0) * (2.0 * count + 5.0);
        let mut ascending = values.to_vec();
        ascending.sort_unstable_by(f64::total_cmp);
        let tied: f64 = ascending
            .chunk_by(|one, other| one == other)
            .map(|same| term(same.len() as f64))
            .sum();
        let count = values.len() as f64;
        let variance = (term(count) - tied) / 18.0;
        self.variance += variance;

        // Against each point there are as many later ones that can lie above it as earlier ones that can
        // lie below.
        let squares = (count * (count * count - 1.0) / 3.0).max(1.0);
        let scale = (variance / squares).sqrt();
        let moves = |place: usize| scale * (2.0 * place as f64 - (count - 1.0));
        self.contrast.extend((0..values.len()).map(moves));
    }

    /// The variance of S if normal values take the share `autocorrelation` after the one before them.
    ///
    /// Hamed, K. H. and Rao, A. R. (1998), "A modified Mann–Kendall trend test for autocorrelated data",
    /// Journal of Hydrology 204, give it exactly for normal values, as a sum over pairs of pairs, and a
    /// factor that comes close to it. The factor cannot be used here: it knows no gaps, and it stays too
    /// small where a series wanders, since it forgets that such a series varies little about its own
    /// mean. So S is put as a sum of ranks that are weighted by their place, the variance of that is
    /// summed up for all pairs of points by their distance in time, and divided by that of the ranks
    /// about their own mean. The result is at least the exact one, and by no more than a quarter more.
    fn variance(&self, autocorrelation: f64) -> f64 {
        let times = &self.points.times;
        let mut total = 0.0;
        // What the points so far leave to the next one.
        let mut left = 0.0;
        for level in self.levels {
            let spread = spread(&times[level.clone()], autocorrelation).sqrt();
            for place in level.clone() {
                if place > 0 {
                    left *= left_after(times[place] - times[place - 1], autocorrelation);
                }
                let contrast = self.contrast[place] / spread;
                total += contrast * (contrast + 2.0 * left);
                left += contrast;
            }
        }
        total.max(self.variance)
    }

    /// The deviation of S for each autocorrelation that the points leave possible, when a line of this
    /// slope per group of windows is taken out of them.
    ///
    /// The autocorrelation is that of ranks, like the test, so that a few values far off do not hide it.
    /// That of the values behind them is a little larger: for normal ones by the relation of Pearson, K.
    /// (1907), "On further methods of determining correlation", Drapers' Company Research Memoirs,
    /// Biometric Series IV. What is left over of a line without noise is rounding, which has none.
    pub(crate) fn deviations(&self, slope: f64) -> Averaged<f64> {
        let times = &self.points.times;
        let residuals = self.points.residuals(self.levels, slope);
        if range(&residuals) <= NO_NOISE * range(&self.points.values) {
            return Averaged::over(|_| (0.0, self.variance.sqrt()));
        }
        let ranks = ranks(&residuals);
        let middle = times[times.len() / 2];
        let regression = if let [_] = self.levels {
            Regression::new(times, |place| [1.0, times[place] - middle, ranks[place]])
        } else {
            // Each level has a height of its own; the slope is that of all.
            let mut rows = Vec::with_capacity(times.len() * (self.levels.len() + 2));
            for (number, level) in self.levels.iter().enumerate() {
                for place in level.clone() {
                    let of_level = |other| f64::from(u8::from(other == number));
                    rows.extend((0..self.levels.len()).map(of_level));
                    rows.extend([times[place] - middle, ranks[place]]);
                }
            }
            Regression::with_rows(times, rows, self.levels.len() + 1)
        };
        Averaged::over(|autocorrelation| {
            let log_likelihood = regression.fit(autocorrelation).log_likelihood;
            let of_values = 2.0 * (FRAC_PI_6 * autocorrelation).sin();
            (log_likelihood, self.variance(of_values).sqrt())
        })
    }
}

/// Noise within this share of the range of the values is what rounding leaves.
const NO_NOISE: f64 = 1e-9;

/// The distance between the smallest and the largest value; 0 for no values.
fn range(values: &[f64]) -> f64 {
    let least = values.iter().copied().min_by(f64::total_cmp);
    let most = values.iter().copied().max_by(f64::total_cmp);
    most.unwrap_or(0.0) - least.unwrap_or(0.0)
}

/// The variance of points about their own mean, which the more stay below 1 the more they go together.
fn spread(times: &[f64], autocorrelation: f64) -> f64 {
    let (mut together, mut left) = (0.0, 0.0);
    for (place, time) in times.iter().enumerate() {
        if place > 0 {
            left *= left_after(time - times[place - 1], autocorrelation);
        }
        together += 1.0 + 2.0 * left;
        left += 1.0;
    }
    let count = times.len() as f64;
    if count > 1.0 {
        (count - together / count) / (count - 1.0)
    } else {
        1.0
    }
}

/// How probable an S of at least this distance from 0 is, by the normal approximation with correction
/// for continuity.
pub(crate) fn p_value(score: u64, deviations: &Averaged<f64>) -> f64 {
    let distance = score.saturating_sub(1) as f64;
    if distance == 0.0 {
        return 1.0;
    }
    deviations
        .mean(|deviation| two_sided_tail(distance / deviation))
        .min(1.0)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_2_PI;

    use proptest::prelude::*;

    use super::*;

    fn points(values: &[f64]) -> Points {
        Points::of(&values.iter().copied().map(Some).collect::<Vec<_>>())
    }

    #[test]
    fn without_autocorrelation_it_is_the_test_of_mann_and_kendall() {
        // pymannkendall.original_test: s, var_s, p.
        for (values, score, variance, p) in [
            (
                vec![
                    80.0, 83.0, 189.0, 104.0, 145.0, 138.0, 191.0, 164.0, 73.0, 146.0, 115.0, 88.0,
                    90.0, 74.0, 121.0,
                ],
                -9,
                408.333_333_333_333_3,
                0.692_180_772_721_876_5,
            ),
            (
                vec![
                    1.0, 2.0, 2.0, 3.0, 3.0, 2.0, 4.0, 5.0, 5.0, 4.0, 6.0, 6.0, 5.0, 7.0,
                ],
                70,
                323.333_333_333_333_3,
                0.000_124_402_984_506_000_18,
            ),
        ] {
            let points = points(&values);
            let levels = points.levels(&[]);
            let kendall = Kendall::of(&points, &levels);
            assert_eq!(kendall.score, score);
            assert!((kendall.variance(0.0) / variance - 1.0).abs() < 1e-12);
            let independent = Averaged::over(|_| (0.0, kendall.variance(0.0).sqrt()));
            let found = p_value(score.unsigned_abs(), &independent);
            assert!((found / p - 1.0).abs() < 1e-10, "{found:e}, not {p:e}");
        }
    }

    /// The variance of S by Hamed and Rao (1998): the sum over all pairs of pairs of the correlation of
    /// their signs.
    fn exact_variance(times: &[f64], autocorrelation: f64) -> f64 {
        let together =
            |one: usize, other: usize| autocorrelation.powf((times[one] - times[other]).abs());
        let pairs: Vec<(usize, usize)> = (0..times.len())
            .flat_map(|later| (0..later).map(move |earlier| (earlier, later)))
            .collect();
        let mut total = 0.0;
        for &(i, j) in &pairs {
            for &(k, l) in &pairs {
                let covariance = together(j, l) - together(i, l) - together(j, k) + together(i, k);
                let scale = 4.0 * (1.0 - together(i, j)) * (1.0 - together(k, l));
                total += FRAC_2_PI * (covariance / scale.sqrt()).clamp(-1.0, 1.0).asin();
            }
        }
        total
    }

    #[test]
    fn the_variance_is_at_least_the_exact_one_and_not_a_quarter_more() {
        let every: Vec<Option<f64>> = (0..24).map(|place| Some(f64::from(place))).collect();
        let mut gaps = every.clone();
        for gap in [3, 4, 5, 9, 11, 13, 14, 20] {
            gaps[gap] = None;
        }
        for windows in [&every[..], &every[..12], &gaps] {
            let points = Points::of(windows);
            let levels = points.levels(&[]);
            let kendall = Kendall::of(&points, &levels);
            for autocorrelation in [0.0, 0.1, 0.3, 0.6, 0.8, 0.9, 0.98] {
                let exact = exact_variance(&points.times, autocorrelation);
                let ratio = kendall.variance(autocorrelation) / exact;
                assert!(
                    (0.999..1.25).contains(&ratio),
                    "{ratio} at {autocorrelation} of {}",
                    points.len()
                );
            }
        }
    }

    #[test]
    fn a_step_is_no_trend_within_levels() {
        let values: Vec<f64> = (0..24)
            .map(|place| if place < 9 { 1.0 } else { 7.0 })
            .collect();
        let points = points(&values);
        let (whole, levels) = (points.levels(&[]), points.levels(&[9]));
        assert_eq!(Kendall::of(&points, &whole).score, 9 * 15);
        let within = Kendall::of(&points, &levels);
        assert_eq!((within.score, within.untied), (0, 0));
        assert_eq!(within.pairs, 36 + 105);
    }

    proptest! {
        #[test]
        fn more_autocorrelation_is_more_variance(
            values in proptest::collection::vec(proptest::option::weighted(0.8, 0.0..9.0_f64), 30..60),
            one in 0.0..0.9_f64,
            more in 0.0..0.09_f64,
        ) {
            let points = Points::of(&values);
            let levels = points.levels(&[]);
            let kendall = Kendall::of(&points, &levels);
            prop_assert!(kendall.variance(one) <= kendall.variance(one + more) * (1.0 + 1e-9));
        }
    }
}
