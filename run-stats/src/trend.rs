//! Whether a quantity grows or shrinks over the windows of a long run, and how fast.

use std::ops::Range;

use crate::{
    Confidence, Interval,
    autoregression::Averaged,
    kendall::{Kendall, p_value},
    series::{Points, median},
};

/// A trend over a series of windows of the same length.
///
/// The test is that of Mann, H. B. (1945), "Nonparametric tests against trend", Econometrica 13, and
/// Kendall, M. G. (1975), "Rank Correlation Methods"; the slope that of Theil, H. (1950), "A rank-invariant
/// method of linear and polynomial regression analysis", Proceedings of the Royal Netherlands Academy of
/// Sciences 53, and Sen, P. K. (1968), "Estimates of the regression coefficient based on Kendall's tau",
/// Journal of the American Statistical Association 63. Neither asks for a distribution, and a few windows
/// that are far off change little.
///
/// Windows of a long run take after those before them: a cache stays warm, a neighbour stays busy. With
/// an autocorrelation of 0.6 the plain test sees a trend in more than one of four series of noise. Here the
/// variance is corrected as Hamed, K. H. and Rao, A. R. (1998) do, "A modified Mann–Kendall trend test for
/// autocorrelated data", Journal of Hydrology 204, for autocorrelation of the first order, with two
/// differences that keep the level on a day of hours: what autocorrelation a short series may have is not
/// estimated but averaged over (Meng, X.-L. (1994), "Posterior predictive p-values", The Annals of
/// Statistics 22), and the variance is that of a series which is ranked by itself. In the simulations of
/// this crate at most 5 % of the series of 24, 48 and 168 windows are false alarms at 95 % confidence, for
/// white noise and for autocorrelations of 0.3 and 0.6.
///
/// With an autocorrelation of 0.9 it is 5 to 7 %. What it cannot tell from a trend is what never comes
/// back: of random walks over 24 windows 13 % are taken for a trend, over 168 windows 20 %. Nor can it tell
/// a swing of which only a part is seen: a series should be at least as long as the slowest rhythm that it
/// has, which for most machines is a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// By how much the quantity grows from one window to the next: the median over all pairs of windows.
    /// It is 0 where more than half of the pairs are the same, even if the others all rise.
    pub slope: f64,
    /// Where the slope lies with the confidence asked for. It leaves out 0 where the p-value is small
    /// enough for that confidence, except for ties. `None` where the windows are too few, or go together
    /// too much, to exclude any slope.
    pub interval: Option<Interval>,
    /// How probable so clear an order of the windows is without a trend, in either direction: between
    /// 0 and 1. It rests on the normal approximation.
    pub p_value: f64,
    /// Kendall's τ-b between time and value, from −1 (each window is lower than all before it) by 0 to
    /// 1. It is 0 where all windows are the same.
    pub tau: f64,
    /// How many windows had data.
    pub windows: usize,
}

impl Trend {
    /// How many windows with data it takes at least. With fewer, autocorrelation explains any order of
    /// them. With just so many only a trend that rises far above the noise is found; take 24 or more.
    pub const MIN_WINDOWS: usize = 12;

    /// The trend over windows in the order of time; `None` if fewer than
    /// [`MIN_WINDOWS`](Self::MIN_WINDOWS) have data.
    ///
    /// A window without data is a gap, and so is one whose value is not a finite number: it takes up its
    /// time and shows nothing. The work is quadratic in the number of windows up to 1,000. Of more,
    /// neighbours are put together first until there are no more than 1,000 medians: for a year of hours
    /// nine at a time.
    ///
    /// ```
    /// use run_stats::{Confidence, Trend};
    ///
    /// // A quantity that grows by 3 in each window, and swings by 20.
    /// let windows: Vec<Option<f64>> = (0..24)
    ///     .map(|hour| Some(500.0 + 3.0 * f64::from(hour) + f64::from(hour * 7 % 5) * 5.0))
    ///     .collect();
    /// let trend = Trend::of(&windows, Confidence::PERCENT_95).unwrap();
    /// let interval = trend.interval.unwrap();
    /// assert!(interval.low > 2.0 && interval.high < 4.0);
    /// assert!(trend.p_value < 0.001);
    /// ```
    #[must_use]
    pub fn of(windows: &[Option<f64>], confidence: Confidence) -> Option<Self> {
        let points = Points::of(windows);
        let whole = points.levels(&[]);
        Self::within(&points, &whole, confidence)
    }

    /// The trend that is left within levels, if their heights differ for other reasons.
    pub(crate) fn within(
        points: &Points,
        levels: &[Range<usize>],
        confidence: Confidence,
    ) -> Option<Self> {
        let mut slopes = points.slopes(levels);
        // Of a long series with few data, whole groups may be missing.
        if points.len() < Self::MIN_WINDOWS {
            return None;
        }
        let slope = median(&mut slopes)?;
        let kendall = Kendall::of(points, levels);
        let deviations = kendall.deviations(slope);
        let score = kendall.score.unsigned_abs();
        let per_window = 1.0 / points.group as f64;
        Some(Self {
            slope: slope * per_window,
            interval: interval(&mut slopes, &deviations, confidence).map(|interval| Interval {
                low: interval.low * per_window,
                high: interval.high * per_window,
            }),
            p_value: p_value(score, &deviations),
            tau: tau(&kendall),
            windows: points.with_data,
        })
    }
}

/// Kendall, M. G. (1945), "The treatment of ties in ranking problems", Biometrika 33.
fn tau(kendall: &Kendall<'_>) -> f64 {
    if kendall.untied == 0 {
        return 0.0;
    }
    kendall.score as f64 / (kendall.pairs as f64 * kendall.untied as f64).sqrt()
}

/// All slopes that, taken out of the series, leave no trend behind: Sen (1968). Their order changes.
///
/// A slope that is larger than all but k of those between pairs leaves a score of 2k less their number.
/// What autocorrelation is possible does not depend on the slope that is taken out, so that the same
/// deviations hold for all.
fn interval(
    slopes: &mut [f64],
    deviations: &Averaged<f64>,
    confidence: Confidence,
) -> Option<Interval> {
    let is_trend = |score: usize| confidence.is_met_by(p_value(score as u64, deviations));
    // The smallest score that is a trend, between two that are known not to be and to be one.
    let (mut no_trend, mut trend) = (0, slopes.len());
    if !is_trend(trend) {
        return None;
    }
    while trend - no_trend > 1 {
        let middle = no_trend + (trend - no_trend) / 2;
        if is_trend(middle) {
            trend = middle;
        } else {
            no_trend = middle;
        }
    }
    let outside = (slopes.len() - trend) / 2;
    let (_, &mut low, above) = slopes.select_nth_unstable_by(outside, f64::total_cmp);
    let from_end = above.len().checked_sub(outside + 1);
    let high = from_end.map_or(low, |place| {
        *above.select_nth_unstable_by(place, f64::total_cmp).1
    });
    Some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SURE: Confidence = Confidence::PERCENT_95;

    #[test]
    fn the_slope_its_interval_and_tau_agree_with_scipy() {
        let (times, values) = (
            [0, 1, 2, 4, 5, 7, 8, 9, 12, 13, 14, 17],
            [3.0, 4.0, 4.5, 2.0, 6.0, 5.0, 7.0, 6.5, 9.0, 8.0, 8.0, 11.0],
        );
        let mut windows = vec![None; 18];
        for (time, value) in times.into_iter().zip(values) {
            windows[time] = Some(value);
        }
        let trend = Trend::of(&windows, SURE).unwrap();
        // scipy.stats.theilslopes(values, times).slope, scipy.stats.kendalltau(times, values).statistic
        assert!((trend.slope - 0.428_571_428_571_428_55).abs() < 1e-15);
        assert!((trend.tau - 0.778_648_641_104_385_6).abs() < 1e-15);
        assert_eq!(trend.windows, 12);

        // scipy.stats.theilslopes(values, times, alpha=0.95): low_slope, high_slope, which rest on the
        // variance without autocorrelation.
        let points = Points::of(&windows);
        let mut slopes = points.slopes(&points.levels(&[]));
        let independent = Averaged::over(|_| (0.0, (635.0_f64 / 3.0).sqrt()));
        let interval = interval(&mut slopes, &independent, SURE).unwrap();
        assert!((interval.low - 0.3).abs() < 1e-12, "{interval:?}");
        assert!((interval.high - 0.5625).abs() < 1e-12, "{interval:?}");
    }

    #[test]
    fn fewer_than_twelve_windows_with_data_show_no_trend() {
        let mut windows: Vec<Option<f64>> = (0..12).map(|place| Some(f64::from(place))).collect();
        assert!(Trend::of(&windows, SURE).is_some());
        windows[5] = None;
        assert_eq!(Trend::of(&windows, SURE), None);
        windows[5] = Some(f64::INFINITY);
        assert_eq!(Trend::of(&windows, SURE), None);
        assert_eq!(Trend::of(&[], SURE), None);
    }

    #[test]
    fn what_is_always_the_same_has_no_trend() {
        let trend = Trend::of(&[Some(0.25); 30], SURE).unwrap();
        assert_eq!((trend.slope, trend.p_value, trend.tau), (0.0, 1.0, 0.0));
    }

    #[test]
    fn a_line_without_noise_is_a_trend_even_over_twelve_windows() {
        let line: Vec<Option<f64>> = (0..12).map(|place| Some(f64::from(place) * -0.5)).collect();
        let trend = Trend::of(&line, SURE).unwrap();
        assert_eq!((trend.slope, trend.tau), (-0.5, -1.0));
        assert!(trend.p_value < 0.05, "{trend:?}");
    }

    #[test]
    fn a_window_far_off_changes_little() {
        let value = |place: i32| 100.0 + f64::from(place) + f64::from(place * 7 % 5);
        let mut windows: Vec<Option<f64>> = (0..48).map(|place| Some(value(place))).collect();
        windows[40] = Some(1e9);
        windows[10] = Some(-1e9);
        let trend = Trend::of(&windows, SURE).unwrap();
        assert!((0.9..1.1).contains(&trend.slope), "{trend:?}");
        assert!(trend.p_value < 1e-6, "{trend:?}");
    }

    #[test]
    fn a_year_of_hours_has_the_slope_of_its_hours() {
        let value = |hour: u32| 5.0 + 0.001 * f64::from(hour) + f64::from(hour * 7919 % 101) * 0.01;
        let hours: Vec<Option<f64>> = (0..8_760).map(|hour| Some(value(hour))).collect();
        let trend = Trend::of(&hours, SURE).unwrap();
        let interval = trend.interval.unwrap();
        assert!((trend.slope - 0.001).abs() < 1e-5, "{trend:?}");
        assert!(interval.low < trend.slope && trend.slope < interval.high);
        assert_eq!(trend.windows, 8_760);
    }

    #[test]
    fn numbers_at_the_end_of_what_there_is_do_no_harm() {
        let swings: Vec<Option<f64>> = (0..24)
            .map(|place| Some(if place % 3 == 0 { f64::MAX } else { f64::MIN }))
            .collect();
        let trend = Trend::of(&swings, SURE).unwrap();
        assert!((0.0..=1.0).contains(&trend.p_value), "{trend:?}");
    }

    /// Multiples of a power of two, so that adding and doubling them is exact.
    fn any_series() -> impl Strategy<Value = Vec<Option<f64>>> {
        let value = (-4_000..4_000_i32).prop_map(|value| f64::from(value) / 64.0);
        proptest::collection::vec(proptest::option::weighted(0.8, value), 20..50)
    }

    /// Rounding may decide which of two points on the line counts as the higher one.
    const ROUNDING: f64 = 0.02;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn shift_and_scale_are_followed(
            series in any_series(),
            shift in -1_000..1_000_i32,
            power in -3..4_i32,
        ) {
            let scale = 2_f64.powi(power);
            let moved: Vec<Option<f64>> = series
                .iter()
                .map(|value| value.map(|value| value * scale + f64::from(shift)))
                .collect();
            let (before, after) = (Trend::of(&series, SURE), Trend::of(&moved, SURE));
            prop_assert_eq!(before.is_some(), after.is_some());
            if let (Some(before), Some(after)) = (before, after) {
                prop_assert_eq!(after.slope, before.slope * scale);
                prop_assert_eq!(after.tau, before.tau);
                prop_assert!((after.p_value - before.p_value).abs() < ROUNDING);
            }
        }

        #[test]
        fn what_comes_last_first_and_what_is_up_down_flips_the_sign(series in any_series()) {
            let backwards: Vec<Option<f64>> = series.iter().rev().copied().collect();
            let below: Vec<Option<f64>> = series.iter().map(|value| value.map(|one| -one)).collect();
            let there = Trend::of(&series, SURE);
            for back in [Trend::of(&backwards, SURE), Trend::of(&below, SURE)] {
                prop_assert_eq!(there.is_some(), back.is_some());
                if let (Some(there), Some(back)) = (there, back) {
                    prop_assert_eq!(there.slope, -back.slope);
                    prop_assert_eq!(there.tau, -back.tau);
                    prop_assert!((there.p_value - back.p_value).abs() < ROUNDING);
                }
            }
        }

        #[test]
        fn the_interval_holds_the_slope_and_leaves_out_zero_where_there_is_a_trend(series in any_series()) {
            if let Some(trend) = Trend::of(&series, SURE) {
                prop_assert!((0.0..=1.0).contains(&trend.p_value));
                prop_assert!((-1.0..=1.0).contains(&trend.tau));
                if let Some(interval) = trend.interval {
                    prop_assert!(interval.low <= trend.slope && trend.slope <= interval.high);
                    if !SURE.is_met_by(trend.p_value) {
                        prop_assert!(interval.low <= 0.0 && 0.0 <= interval.high);
                    }
                }
            }
        }

        #[test]
        fn more_confidence_is_a_wider_interval(series in any_series()) {
            let at = |confidence| Trend::of(&series, confidence).and_then(|trend| trend.interval);
            match (at(SURE), at(Confidence::PERCENT_99)) {
                (Some(narrow), Some(wide)) => {
                    prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high);
                }
                (narrow, wide) => prop_assert!(wide.is_none() || narrow.is_some()),
            }
        }
    }
}
