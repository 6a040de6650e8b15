//! Series in which each value takes after the one before it: how much, and what a regression on such a
//! series tells.

/// What is averaged over all that the autocorrelation of a series may be.
///
/// A series of a few dozen points does not tell its autocorrelation well: 24 of them leave it uncertain by
/// ±0.2 and more, and the usual estimates are too small besides. A test that puts in one estimate as if
/// it were known finds trends where there are none whenever that estimate happens to be small. So each
/// candidate is tried, and the p-values are averaged, weighted by how probable the series makes it. That
/// is the posterior predictive p-value of Meng, X.-L. (1994), "Posterior predictive p-values", The Annals of
/// Statistics 22.
///
/// Weights are likelihoods of the residuals after regression ([`Regression::fit`]) times the prior
/// density in proportion to 1 / √(1 − φ²) of Berger, J. O. and Yang, R.-Y. (1994), "Noninformative priors
/// and Bayesian testing for the AR(1) model", Econometric Theory 10: it is even in arcsin φ, and so the
/// candidates stand at even distances there. Negative ones are left out: they would find more, and
/// windows that alternate are hardly what one sees.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Averaged<T> {
    /// The weights sum up to 1.
    weighted: Vec<(f64, T)>,
}

/// How many candidates there are: for 1,000 points, the most there are, they still stand closer than
/// twice the uncertainty.
const CANDIDATES: usize = 24;

/// The largest autocorrelation that is considered. Beyond it a series of the lengths seen here has no
/// level that it returns to, and the largest candidates would differ by nothing that it can show.
const LARGEST: f64 = 0.99;

impl<T> Averaged<T> {
    /// `evaluate` returns for an autocorrelation, from 0 to below 1, the logarithm of its likelihood
    /// except for a constant, and what is to be averaged.
    pub(crate) fn over(evaluate: impl Fn(f64) -> (f64, T)) -> Self {
        let mut weighted: Vec<(f64, T)> = candidates().map(evaluate).collect();
        let largest = weighted
            .iter()
            .fold(f64::NEG_INFINITY, |largest, (log, _)| largest.max(*log));
        for (weight, _) in &mut weighted {
            *weight = (*weight - largest).exp();
        }
        let sum: f64 = weighted.iter().map(|(weight, _)| weight).sum();
        for (weight, _) in &mut weighted {
            *weight /= sum;
        }
        Self { weighted }
    }

    /// The weighted mean of what `value` makes of them.
    pub(crate) fn mean(&self, value: impl Fn(&T) -> f64) -> f64 {
        self.weighted
            .iter()
            .map(|(weight, one)| weight * value(one))
            .sum()
    }
}

/// From 0 to [`LARGEST`], each in the middle of its part of equal arcs.
fn candidates() -> impl Iterator<Item = f64> {
    let arc = LARGEST.asin() / CANDIDATES as f64;
    (0..CANDIDATES).map(move |number| (arc * (number as f64 + 0.5)).sin())
}

/// How much of its value a point leaves to another `distance` points later.
pub(crate) fn left_after(distance: f64, autocorrelation: f64) -> f64 {
    // Points without gaps between them are by far the most, and a power is slow.
    if distance == 1.0 {
        autocorrelation
    } else {
        autocorrelation.powf(distance)
    }
}

/// A linear regression whose noise is autocorrelated.
#[derive(Debug, Clone)]
pub(crate) struct Regression<'a> {
    times: &'a [f64],
    /// Of each point the regressors, and then what they are to explain.
    rows: Vec<f64>,
    regressors: usize,
}

/// What a regression finds if the autocorrelation is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fit {
    /// The logarithm of the likelihood of the autocorrelation, except for a constant.
    pub(crate) log_likelihood: f64,
    /// The coefficient of the last regressor in standard errors, with as many degrees of freedom as
    /// there are more points than regressors.
    pub(crate) t: f64,
}

/// Noise that is less than this share of what there is to explain counts as none: it is what rounding
/// leaves. As a share of squares.
const NO_NOISE: f64 = 1e-18;

impl<'a> Regression<'a> {
    /// `times` ascend. There are to be more points than regressors, of which none follows from others.
    /// `row` returns for the place of a point its regressors, and then the value.
    pub(crate) fn new<const COLUMNS: usize>(
        times: &'a [f64],
        row: impl Fn(usize) -> [f64; COLUMNS],
    ) -> Self {
        Self {
            times,
            rows: (0..times.len()).flat_map(row).collect(),
            regressors: COLUMNS - 1,
        }
    }

    /// As [`new`](Self::new), with as many regressors as turn out: `rows` are those of all points, one
    /// after another.
    pub(crate) fn with_rows(times: &'a [f64], rows: Vec<f64>, regressors: usize) -> Self {
        Self {
            times,
            rows,
            regressors,
        }
    }

    /// Regression by generalised least squares, if the noise is autoregressive of the first order: a
    /// point has the share `autocorrelation` of the one before it, or the power of that by their
    /// distance where windows are missing between them.
    ///
    /// The likelihood is the restricted one: that of the residuals alone, whatever the coefficients
    /// are. Without the restriction the autocorrelation comes out too small, the more so the fewer
    /// points there are: Cheang, W.-K. and Reinsel, G. C. (2000), "Bias reduction of autoregressive
    /// estimates in time series regression model through restricted maximum likelihood", Journal of the
    /// American Statistical Association 95.
    pub(crate) fn fit(&self, autocorrelation: f64) -> Fit {
        let columns = self.regressors + 1;
        let mut log_likelihood = 0.0;
        // The sums of products of all columns: the normal equations, with the value as a last column.
        let mut products = vec![0.0; columns * columns];
        let mut innovation = vec![0.0; columns];
        let mut before: Option<(f64, &[f64])> = None;
        for (&time, row) in self.times.iter().zip(self.rows.chunks_exact(columns)) {
            let kept = before.map_or(0.0, |(earlier, _)| {
                left_after(time - earlier, autocorrelation)
            });
            innovation.copy_from_slice(row);
            if let Some((_, earlier)) = before {
                for (new, old) in innovation.iter_mut().zip(earlier) {
                    *new -= kept * old;
                }
            }
            let variance = 1.0 - kept * kept;
            log_likelihood -= variance.ln() / 2.0;
            for one in 0..columns {
                let weighted = innovation[one] / variance;
                let sums = &mut products[one * columns + one..(one + 1) * columns];
                for (sum, other) in sums.iter_mut().zip(&innovation[one..]) {
                    *sum += weighted * other;
                }
            }
            before = Some((time, row));
        }

        // Elimination leaves of each regressor what those before it do not explain. The matrix is
        // symmetric, and only the half that was summed up is looked at.
        let to_explain = products[columns * columns - 1];
        for pivot in 0..self.regressors {
            let unexplained = products[pivot * columns + pivot];
            log_likelihood -= unexplained.ln() / 2.0;
            for one in pivot + 1..columns {
                let factor = products[pivot * columns + one] / unexplained;
                for other in one..columns {
                    products[one * columns + other] -= factor * products[pivot * columns + other];
                }
            }
        }
        let freedom = (self.times.len() - self.regressors) as f64;
        let noise = products[columns * columns - 1]
            .max(NO_NOISE * to_explain)
            .max(f64::MIN_POSITIVE);
        let last = self.regressors - 1;
        let (explained, unexplained) = (
            products[last * columns + self.regressors],
            products[last * columns + last],
        );
        Fit {
            log_likelihood: log_likelihood - freedom / 2.0 * noise.ln(),
            t: explained / (unexplained * noise / freedom).sqrt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regression_agrees_with_statsmodels_also_where_windows_are_missing() {
        // X = [1, t, t >= 8], S = phi ** |t_i - t_j|: statsmodels.api.GLS(y, X, sigma=S).fit().tvalues[2],
        // and −½ (ln |S| + ln |X' S⁻¹ X| + (n − 3) ln (r' S⁻¹ r)) by numpy.linalg.
        let times = [
            0.0, 1.0, 2.0, 4.0, 5.0, 7.0, 8.0, 9.0, 12.0, 13.0, 14.0, 17.0,
        ];
        let values = [3.0, 4.0, 4.5, 2.0, 6.0, 5.0, 7.0, 6.5, 9.0, 8.0, 8.0, 11.0];
        let regression = Regression::new(&times, |place| {
            let later = if place >= 6 { 1.0 } else { 0.0 };
            [1.0, times[place], later, values[place]]
        });
        for (autocorrelation, t, log_likelihood) in [
            (0.0, 0.772_818_586_326_302_3, -15.184_208_385_716_474),
            (0.5, 0.842_415_852_889_986_4, -16.254_417_587_211_79),
            (0.9, 0.938_945_958_153_707_4, -17.529_796_352_826_693),
        ] {
            let fit = regression.fit(autocorrelation);
            assert!((fit.t / t - 1.0).abs() < 1e-10, "{fit:?}");
            assert!(
                (fit.log_likelihood - log_likelihood).abs() < 1e-10,
                "{fit:?}"
            );
        }
    }

    #[test]
    fn a_step_without_noise_is_certain_and_a_line_without_noise_is_no_step() {
        let times: Vec<f64> = (0..24_u32).map(f64::from).collect();
        let regression = |value: fn(f64) -> f64| {
            Regression::new(&times, |place| {
                let time = times[place];
                let later = if time >= 10.0 { 1.0 } else { 0.0 };
                [1.0, time, later, value(time)]
            })
        };
        let step = regression(|time| if time >= 10.0 { 0.3 } else { 0.1 });
        let line = regression(|time| 0.1 * time);
        let constant = regression(|_| 0.0);
        for autocorrelation in candidates() {
            assert!(step.fit(autocorrelation).t > 1e6);
            assert!(line.fit(autocorrelation).t.abs() < 1e-3);
            assert_eq!(constant.fit(autocorrelation).t, 0.0);
        }
    }

    #[test]
    fn the_average_lies_where_the_likelihood_does() {
        let likely = |peak: f64| move |one: f64| (-((one - peak) / 0.02).powi(2) / 2.0, one);
        for peak in [0.1, 0.5, 0.8, 0.95] {
            let mean = Averaged::over(likely(peak)).mean(|one| *one);
            assert!((mean - peak).abs() < 0.01, "{mean}, not {peak}");
        }
        let even = Averaged::over(|one| (-1e6, one));
        assert!((even.mean(|_| 1.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn candidates_ascend_from_none_to_nearly_all() {
        let all: Vec<f64> = candidates().collect();
        assert!(all.is_sorted());
        assert!(all[0] < 0.05 && (0.98..0.99).contains(&all[CANDIDATES - 1]));
    }
}
