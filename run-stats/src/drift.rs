//! What becomes of a quantity over a long run: its trend, its changes of level, and where that leads.

use std::time::Duration;

use crate::{
    ChangePoint, Confidence, Interval, Trend, benjamini_hochberg,
    change_point::{Split, describe, divide},
    series::Points,
};

/// The drift of one quantity over windows of a long run, in numbers alone: what they are numbers of, and
/// how it is said, is the caller's.
///
/// A change of level is no trend: memory that is taken once, or freed by a restart, does not lead
/// anywhere. So levels are told apart first ([`change_points`](crate::change_points)), and the trend
/// is what is left within them. Both can be wrong: noise that is cut at the right place seems to rise
/// within the pieces. So a trend counts as found only if it shows without levels too, or if the changes
/// between them are ten times surer than was asked for.
///
/// ```
/// use std::time::Duration;
/// use run_stats::{Confidence, Drift};
///
/// const HOUR: Duration = Duration::from_secs(3_600);
/// // MiB of memory for a day: 500 of them, 5 more in each hour, and some noise.
/// let memory: Vec<Option<f64>> = (0..24)
///     .map(|hour| Some(500.0 + 5.0 * f64::from(hour) + f64::from(hour * 7 % 5) * 3.0))
///     .collect();
/// let drift = Drift::of(&memory, HOUR, Confidence::PERCENT_99).unwrap();
/// assert!(drift.is_found());
/// assert!((drift.per_hour() - 5.0).abs() < 1.0);
/// // From 626 MiB on, 2 GiB are reached after some 284 hours.
/// let left = drift.reaches(2_048.0).unwrap();
/// assert!((240 * HOUR..330 * HOUR).contains(&left));
/// assert_eq!(drift.reaches(100.0), None);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    trend: Trend,
    change_points: Vec<ChangePoint>,
    /// Adjusted for the number of quantities.
    p_value: f64,
    level: f64,
    window: Duration,
    confidence: Confidence,
}

impl Drift {
    /// The drift of a single quantity; `windows` are in the order of time, each as long as `window`, and
    /// without a value where they have no data. `None` if there are fewer than
    /// [`Trend::MIN_WINDOWS`] with data, or if a window has no length.
    ///
    /// Of several quantities each false alarm counts: use [`of_each`](Self::of_each).
    #[must_use]
    pub fn of(windows: &[Option<f64>], window: Duration, confidence: Confidence) -> Option<Self> {
        Self::of_each(&[windows], window, confidence).pop()?
    }

    /// The drift of each of several quantities over the same run, in the order given.
    ///
    /// The p-values of all trends, and those of the first change in each series, are adjusted for their
    /// number by [`benjamini_hochberg`]: if none of them drifts, the probability of seeing any trend is
    /// no larger than for one, and so is that of seeing any change. Intervals are not adjusted.
    #[must_use]
    pub fn of_each<Series: AsRef<[Option<f64>]>>(
        quantities: &[Series],
        window: Duration,
        confidence: Confidence,
    ) -> Vec<Option<Self>> {
        let series: Vec<Points> = quantities
            .iter()
            .map(|windows| Points::of(windows.as_ref()))
            .collect();
        let firsts = series
            .iter()
            .map(|points| Split::of(points, 0..points.len()))
            .collect();
        let firsts = adjusted(firsts, |split: &mut Split| &mut split.p_value);

        let drifts = quantities.iter().zip(&series).zip(firsts);
        let drifts = drifts
            .map(|((windows, points), first)| {
                let end = windows.as_ref().len();
                Self::of_points(points, first, end, window, confidence)
            })
            .collect();
        adjusted(drifts, |drift: &mut Self| &mut drift.p_value)
    }

    /// `end` is how many windows there are, with data or without.
    fn of_points(
        points: &Points,
        first: Option<Split>,
        end: usize,
        window: Duration,
        confidence: Confidence,
    ) -> Option<Self> {
        if window.is_zero() {
            return None;
        }
        let splits = divide(points, first, confidence);
        let places: Vec<usize> = splits.iter().map(|split| split.at).collect();
        let levels = points.levels(&places);
        let trend = Trend::within(points, &levels, confidence)?;
        let mut p_value = trend.p_value;
        // Without a trend and without a change, one of two things has to go wrong for a finding: the
        // test over the whole, which it does as often as was agreed to, or the cut, which it does ten
        // times less often.
        const SURER: f64 = 10.0;
        if let Some(least_sure) = splits
            .iter()
            .map(|split| split.p_value)
            .max_by(f64::total_cmp)
        {
            let whole = Trend::within(points, &points.levels(&[]), confidence)?;
            p_value = p_value.max(whole.p_value.min(SURER * least_sure));
        }
        // Times count from the middle of the first window, and the last one ends half of one after its
        // own middle.
        let height = points.height(levels.last()?.clone(), trend.slope * points.group as f64);
        Some(Self {
            trend,
            change_points: describe(points, &splits),
            p_value,
            level: height + trend.slope * (end as f64 - 0.5),
            window,
            confidence,
        })
    }

    /// The trend within levels. Its p-value is that of this quantity alone, and takes the levels for
    /// granted: whether there is a trend, [`is_found`](Self::is_found) tells.
    #[must_use]
    pub fn trend(&self) -> &Trend {
        &self.trend
    }

    /// When the level changed, in the order of time.
    #[must_use]
    pub fn change_points(&self) -> &[ChangePoint] {
        &self.change_points
    }

    /// By how much the quantity grows in an hour.
    #[must_use]
    pub fn per_hour(&self) -> f64 {
        self.trend.slope * self.windows_per_hour()
    }

    /// Where [`per_hour`](Self::per_hour) lies with the confidence asked for; `None` if any rate is
    /// possible.
    #[must_use]
    pub fn per_hour_interval(&self) -> Option<Interval> {
        let interval = self.trend.interval?;
        Some(Interval {
            low: interval.low * self.windows_per_hour(),
            high: interval.high * self.windows_per_hour(),
        })
    }

    /// One less the p-value of the trend, which is adjusted for the number of quantities that were
    /// looked at: between 0 and 1. It is no probability that there is a trend, and above 0.999 the
    /// assumptions behind it are less certain than it is. Of 24 windows that go together it seldom comes
    /// to 0.99, however clear the trend; of 48 it does.
    #[must_use]
    pub fn certainty(&self) -> f64 {
        1.0 - self.p_value
    }

    /// Whether there is a trend, with the confidence asked for.
    #[must_use]
    pub fn is_found(&self) -> bool {
        self.confidence.is_met_by(self.p_value)
    }

    /// The level at the end of the last window, by the trend and without the noise.
    #[must_use]
    pub fn level(&self) -> f64 {
        self.level
    }

    /// How long after the end of the last window the quantity reaches a bound, if it goes on like this.
    ///
    /// `None` if no trend [is found](Self::is_found), if the [level](Self::level) is beyond the bound
    /// already or leads away from it, or if it takes longer than a [`Duration`] can tell.
    #[must_use]
    pub fn reaches(&self, bound: f64) -> Option<Duration> {
        if !self.is_found() {
            return None;
        }
        let windows = (bound - self.level) / self.trend.slope;
        Duration::try_from_secs_f64(windows * self.window.as_secs_f64()).ok()
    }

    fn windows_per_hour(&self) -> f64 {
        const HOUR: f64 = 3_600.0;
        HOUR / self.window.as_secs_f64()
    }
}

/// Adjusts the p-values of those that are there for their number.
fn adjusted<T>(mut all: Vec<Option<T>>, p_value: impl Fn(&mut T) -> &mut f64) -> Vec<Option<T>> {
    let found: Vec<f64> = all.iter_mut().flatten().map(|one| *p_value(one)).collect();
    for (one, adjusted) in all.iter_mut().flatten().zip(benjamini_hochberg(&found)) {
        *p_value(one) = adjusted;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);
    const SURE: Confidence = Confidence::PERCENT_95;

    /// Something between −1 and 1 that looks like noise.
    fn noise(place: usize) -> f64 {
        (place * 7_919 % 101) as f64 / 50.5 - 1.0
    }

    fn series(count: usize, value: impl Fn(usize) -> f64) -> Vec<Option<f64>> {
        (0..count).map(|place| Some(value(place))).collect()
    }

    #[test]
    fn a_rate_is_told_by_the_hour_whatever_the_windows_last() {
        let leak = series(48, |window| 100.0 + window as f64 + noise(window));
        let of = |window| Drift::of(&leak, window, SURE).unwrap();
        let (minutes, hours, days) = (of(HOUR / 60), of(HOUR), of(24 * HOUR));
        assert!((hours.per_hour() - 1.0).abs() < 0.05);
        assert!((minutes.per_hour() / hours.per_hour() - 60.0).abs() < 1e-9);
        assert!((days.per_hour() * 24.0 / hours.per_hour() - 1.0).abs() < 1e-9);
        let interval = minutes.per_hour_interval().unwrap();
        assert!(interval.low < minutes.per_hour() && minutes.per_hour() < interval.high);
        assert!((interval.low / hours.per_hour_interval().unwrap().low - 60.0).abs() < 1e-9);
    }

    #[test]
    fn a_bound_ahead_is_reached_and_one_behind_is_not() {
        let leak = series(48, |hour| 100.0 + 2.0 * hour as f64);
        let drift = Drift::of(&leak, HOUR, SURE).unwrap();
        // The middle of the last hour is at 194.
        assert!((drift.level() - 195.0).abs() < 1e-9);
        assert_eq!(drift.reaches(205.0), Some(5 * HOUR));
        assert_eq!(drift.reaches(195.0), Some(Duration::ZERO));
        assert_eq!(drift.reaches(190.0), None);
        assert_eq!(drift.reaches(f64::INFINITY), None);
        assert_eq!(drift.reaches(f64::NAN), None);

        let decay = series(48, |hour| 0.99 - 0.001 * hour as f64);
        let drift = Drift::of(&decay, HOUR, SURE).unwrap();
        let left = drift.reaches(0.9).unwrap();
        assert!(
            left.abs_diff(42 * HOUR + HOUR / 2) < HOUR / 1_000,
            "{left:?}"
        );
        assert_eq!(drift.reaches(0.95), None);
    }

    #[test]
    fn what_does_not_drift_reaches_nothing() {
        let steady = series(48, |hour| 100.0 + noise(hour));
        let drift = Drift::of(&steady, HOUR, SURE).unwrap();
        assert!(!drift.is_found(), "{drift:?}");
        assert_eq!(drift.reaches(101.0), None);
        assert_eq!(drift.reaches(99.0), None);
        let constant = Drift::of(&[Some(1.0); 48], HOUR, SURE).unwrap();
        assert_eq!((constant.per_hour(), constant.certainty()), (0.0, 0.0));
        assert_eq!(constant.reaches(2.0), None);
    }

    #[test]
    fn a_step_is_a_change_and_no_trend() {
        let taken_once = series(48, |hour| {
            noise(hour) + if hour < 20 { 100.0 } else { 130.0 }
        });
        let drift = Drift::of(&taken_once, HOUR, SURE).unwrap();
        assert!(!drift.is_found(), "{drift:?}");
        assert_eq!(drift.change_points().len(), 1);
        assert_eq!(drift.change_points()[0].window, 20);
        assert!((drift.level() - 130.0).abs() < 1.0, "{drift:?}");
        // Within its levels nothing grows, though pairs across the change differ.
        assert!(drift.per_hour().abs() < 0.05, "{drift:?}");
        assert!(Trend::of(&taken_once, SURE).unwrap().slope > 0.5);
    }

    #[test]
    fn a_leak_is_seen_across_a_restart() {
        let leak = series(96, |hour| {
            let since = if hour < 50 { hour } else { hour - 50 };
            100.0 + since as f64 + 2.0 * noise(hour)
        });
        let drift = Drift::of(&leak, HOUR, SURE).unwrap();
        assert!(drift.is_found());
        assert!((drift.per_hour() - 1.0).abs() < 0.05, "{drift:?}");
        assert_eq!(drift.change_points()[0].window, 50);
        assert!((drift.level() - 145.5).abs() < 1.5, "{drift:?}");
    }

    #[test]
    fn a_leak_that_is_freed_every_night_is_a_leak() {
        let leak = series(168, |hour| 100.0 + (hour % 24) as f64 + noise(hour));
        let drift = Drift::of(&leak, HOUR, SURE).unwrap();
        let nights: Vec<usize> = drift.change_points().iter().map(|one| one.window).collect();
        assert_eq!(nights, [24, 48, 72, 96, 120, 144]);
        assert!(drift.is_found());
        assert!((drift.per_hour() - 1.0).abs() < 0.05, "{drift:?}");
    }

    #[test]
    fn a_gap_at_the_end_is_time_that_passed() {
        let mut leak = series(48, |hour| 100.0 + 2.0 * hour as f64);
        leak[40..].fill(None);
        let drift = Drift::of(&leak, HOUR, SURE).unwrap();
        assert!((drift.level() - 195.0).abs() < 1e-9);
    }

    #[test]
    fn among_many_quantities_it_takes_more_to_be_found() {
        let weak = series(24, |hour| 100.0 + 0.06 * hour as f64 + noise(hour));
        let alone = Drift::of(&weak, HOUR, SURE).unwrap();
        assert!(alone.is_found(), "{alone:?}");

        let mut many: Vec<Vec<Option<f64>>> = (1..40)
            .map(|other| series(24, |hour| noise(hour + 31 * other)))
            .collect();
        many.push(weak.clone());
        many.push(vec![None; 24]);
        let among = Drift::of_each(&many, HOUR, SURE);
        assert_eq!((among.len(), &among[40]), (41, &None));
        let found = among[39].as_ref().unwrap();
        assert!(!found.is_found(), "{found:?}");
        assert_eq!(found.trend(), alone.trend());

        // Together with others that drift, it does not need to stand alone.
        let together = Drift::of_each(&vec![weak; 40], HOUR, SURE);
        assert!(together.iter().flatten().all(Drift::is_found));
    }

    #[test]
    fn windows_that_are_too_few_or_last_no_time_tell_nothing() {
        let short = series(11, |hour| hour as f64);
        assert_eq!(Drift::of(&short, HOUR, SURE), None);
        let line = series(24, |hour| hour as f64);
        assert_eq!(Drift::of(&line, Duration::ZERO, SURE), None);
        let none: [Vec<Option<f64>>; 0] = [];
        assert_eq!(Drift::of_each(&none, HOUR, SURE), []);
    }

    #[test]
    fn a_year_of_hours_ends_where_it_ends() {
        let year = series(8_760, |hour| 100.0 + 0.01 * hour as f64 + noise(hour));
        let drift = Drift::of(&year, HOUR, SURE).unwrap();
        assert!((drift.per_hour() - 0.01).abs() < 1e-4, "{drift:?}");
        assert!((drift.level() - 187.6).abs() < 0.2, "{drift:?}");
    }
}
