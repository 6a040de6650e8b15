//! When a quantity changed its level from one window to the next, and stayed there.

use std::ops::Range;

use crate::{
    Confidence,
    autoregression::{Averaged, Fit, Regression},
    series::{Points, median, ranks},
    student::two_sided_tail,
};

/// A window from which on a quantity has another level, beyond what a steady trend explains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// The first window of the new level that has data, counted from 0. In a series of more than 1,000
    /// windows it is the first of the group of windows from which on the level is another.
    pub window: usize,
    /// The level at the end of the windows before. Where there is a trend, this is what it led to.
    pub before: f64,
    /// The level at the beginning of the windows after.
    pub after: f64,
    /// How probable so clear a change is without one, anywhere in the part of the series that was
    /// divided here: between 0 and 1.
    pub p_value: f64,
}

impl ChangePoint {
    /// How many windows with data a part of the series has to have before a change is looked for. With
    /// fewer, autocorrelated noise looks like two levels too often.
    pub const MIN_WINDOWS: usize = 24;

    /// How many windows with data lie on each side of a change at least: what is over sooner is an
    /// episode and no level.
    pub const MIN_LEVEL: usize = 6;

    /// How many changes are reported at most: the clearest.
    pub const MAX: usize = 8;
}

/// All changes of level in windows in the order of time: in this order, at most
/// [`MAX`](ChangePoint::MAX), and none if there are too few windows.
///
/// The series is divided where that explains the most, and each part again as long as a change is found
/// there: binary segmentation, Vostrikova, L. Yu. (1981), "Detecting 'disorder' in multidimensional random
/// processes", Soviet Mathematics Doklady 24. Where to divide is decided on ranks, after the trend of
/// [`Trend`](crate::Trend) is taken out, so that a few windows far off do not draw it to them. Whether to
/// divide is a regression on a level, a trend and a change at that place. Its noise is autocorrelated, and
/// as for the trend the p-value is averaged over what the autocorrelation may be; it is multiplied by the
/// number of places where a change could have been, which accounts for having chosen the best one
/// (Bonferroni). Windows so far from both levels that they belong to neither are gaps for this test.
///
/// The test of Pettitt, A. N. (1979), "A non-parametric approach to the change-point problem", Applied
/// Statistics 28, was tried. With an autocorrelation of 0.6 it sees a change in one of three series of 24
/// windows of noise, and once corrected for that it finds hardly any change there, however large, since
/// ranks do not tell how far two levels are apart. It also takes each trend for a change. In the
/// simulations of this crate at most 5 % of series without a change are false alarms at 95 % confidence,
/// for autocorrelations of up to 0.6, with and without a trend.
///
/// Changes that undo each other within few windows, or that are small beside others, may be missed. Steps
/// of the same height at even distances are a trend.
///
/// ```
/// use run_stats::{Confidence, change_points};
///
/// let windows: Vec<Option<f64>> = (0..48)
///     .map(|hour| Some(if hour < 30 { 8.0 } else { 11.0 } + f64::from(hour * 7 % 5) * 0.1))
///     .collect();
/// let changes = change_points(&windows, Confidence::PERCENT_95);
/// assert_eq!(changes.len(), 1);
/// assert_eq!(changes[0].window, 30);
/// assert!((changes[0].after - changes[0].before - 3.0).abs() < 0.3);
/// ```
#[must_use]
pub fn change_points(windows: &[Option<f64>], confidence: Confidence) -> Vec<ChangePoint> {
    let points = Points::of(windows);
    let splits = divide(&points, Split::of(&points, 0..points.len()), confidence);
    describe(&points, &splits)
}

/// The place in a part of a series where a change is the most probable.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Split {
    part: Range<usize>,
    /// The first point after the change.
    pub(crate) at: usize,
    /// Between 0 and 1.
    pub(crate) p_value: f64,
}

/// A window is a spike, and no part of a level, if it is further from it than so many times the median
/// distance: for normal noise that is eight standard deviations.
const SPIKE: f64 = 12.0;

impl Split {
    /// `None` if the part is too short to be divided.
    pub(crate) fn of(points: &Points, part: Range<usize>) -> Option<Self> {
        if part.len() < ChangePoint::MIN_WINDOWS {
            return None;
        }
        let at = clearest_place(points, part.clone());
        let p_value = p_value(points, part.start..at, at..part.end);
        Some(Self { part, at, p_value })
    }
}

/// Divides a series and its parts, of which `first` is the whole, until no change is left, the clearest
/// first. The splits are in the order of time.
pub(crate) fn divide(points: &Points, first: Option<Split>, confidence: Confidence) -> Vec<Split> {
    let mut candidates: Vec<Split> = first.into_iter().collect();
    let mut found = Vec::new();
    while found.len() < ChangePoint::MAX {
        candidates.retain(|split| confidence.is_met_by(split.p_value));
        let clearest = (0..candidates.len()).min_by(|&one, &other| {
            candidates[one]
                .p_value
                .total_cmp(&candidates[other].p_value)
        });
        let Some(clearest) = clearest else { break };
        let split = candidates.swap_remove(clearest);
        candidates.extend(Split::of(points, split.part.start..split.at));
        candidates.extend(Split::of(points, split.at..split.part.end));
        found.push(split);
    }
    found.sort_by_key(|split| split.at);
    found
}

/// What the changes look like, if all levels have the same trend.
pub(crate) fn describe(points: &Points, splits: &[Split]) -> Vec<ChangePoint> {
    if splits.is_empty() {
        return Vec::new();
    }
    let places: Vec<usize> = splits.iter().map(|split| split.at).collect();
    let levels = points.levels(&places);
    let slope = median(&mut points.slopes(&levels)).unwrap_or(0.0);
    let of_change = |(split, levels): (&Split, &[Range<usize>])| {
        let at = |level: usize, place: usize| {
            points.height(levels[level].clone(), slope) + slope * points.times[place]
        };
        ChangePoint {
            window: points.windows[split.at],
            before: at(0, split.at - 1),
            after: at(1, split.at),
            p_value: split.p_value,
        }
    };
    splits
        .iter()
        .zip(levels.windows(2))
        .map(of_change)
        .collect()
}

/// Where two levels with a common trend explain the most of the ranks of what the trend leaves over.
fn clearest_place(points: &Points, part: Range<usize>) -> usize {
    let whole = [part.clone()];
    let slope = median(&mut points.slopes(&whole)).unwrap_or(0.0);
    let ranks = ranks(&points.residuals(&whole, slope));
    let times = &points.times[part.clone()];
    let count = times.len() as f64;
    let (mean_time, mean_rank) = (
        times.iter().sum::<f64>() / count,
        ranks.iter().sum::<f64>() / count,
    );
    let (mut time_squares, mut time_ranks) = (0.0, 0.0);
    for (time, rank) in times.iter().zip(&ranks) {
        time_squares += (time - mean_time).powi(2);
        time_ranks += (time - mean_time) * (rank - mean_rank);
    }

    // Least squares: the indicator of the points before a place explains the square of what it has in
    // common with the ranks, both without what the line through them explains.
    let (mut best, mut most) = (ChangePoint::MIN_LEVEL, f64::NEG_INFINITY);
    let (mut sum_of_times, mut sum_of_ranks) = (0.0, 0.0);
    for place in 1..=times.len() - ChangePoint::MIN_LEVEL {
        sum_of_times += times[place - 1] - mean_time;
        sum_of_ranks += ranks[place - 1] - mean_rank;
        if place < ChangePoint::MIN_LEVEL {
            continue;
        }
        let before = place as f64;
        let unexplained =
            before - before * before / count - sum_of_times * sum_of_times / time_squares;
        let common = sum_of_ranks - sum_of_times * time_ranks / time_squares;
        let explained = common * common / unexplained;
        if explained > most {
            (best, most) = (place, explained);
        }
    }
    part.start + best
}

/// The probability of so clear a change at the best of all places, if there is none.
fn p_value(points: &Points, before: Range<usize>, after: Range<usize>) -> f64 {
    let places = before.len() + after.len() - 2 * ChangePoint::MIN_LEVEL + 1;
    let (part, first_after) = (before.start..after.end, after.start);
    let sides = [before, after];
    let slope = median(&mut points.slopes(&sides)).unwrap_or(0.0);
    let residuals = points.residuals(&sides, slope);
    let mut distances: Vec<f64> = residuals.iter().map(|residual| residual.abs()).collect();
    let typical = median(&mut distances).unwrap_or(0.0);
    let is_spike = |residual: f64| typical > 0.0 && residual.abs() > SPIKE * typical;

    let kept: Vec<usize> = part
        .clone()
        .filter(|&place| !is_spike(residuals[place - part.start]))
        .collect();
    let kept_before = kept.iter().filter(|&&place| place < first_after).count();
    if kept_before.min(kept.len() - kept_before) < ChangePoint::MIN_LEVEL / 2 {
        return 1.0;
    }

    // Between −1 and 1, so that squares of what is very large or very small are still numbers.
    let times: Vec<f64> = kept.iter().map(|&place| points.times[place]).collect();
    let middle = times[times.len() / 2];
    let start = points.values[kept[0]];
    let range = kept.iter().fold(0.0_f64, |range, &place| {
        range.max((points.values[place] - start).abs())
    });
    if !(range > 0.0 && range.is_finite()) {
        return 1.0;
    }
    let regression = Regression::new(&times, |place| {
        let later = if kept[place] >= first_after { 1.0 } else { 0.0 };
        let value = (points.values[kept[place]] - start) / range;
        [1.0, times[place] - middle, later, value]
    });
    let fits = Averaged::over(|autocorrelation| {
        let fit = regression.fit(autocorrelation);
        (fit.log_likelihood, fit)
    });
    let freedom = times.len() - 3;
    let at_any_place = |fit: &Fit| (places as f64 * two_sided_tail(fit.t, freedom)).min(1.0);
    fits.mean(at_any_place).min(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SURE: Confidence = Confidence::PERCENT_95;

    /// Something between −1 and 1 that looks like noise.
    fn noise(place: usize) -> f64 {
        (place * 7_919 % 101) as f64 / 50.5 - 1.0
    }

    fn series(count: usize, value: impl Fn(usize) -> f64) -> Vec<Option<f64>> {
        (0..count).map(|place| Some(value(place))).collect()
    }

    fn windows(changes: &[ChangePoint]) -> Vec<usize> {
        changes.iter().map(|change| change.window).collect()
    }

    #[test]
    fn a_step_of_a_count_that_never_varies_is_certain() {
        let threads = series(24, |hour| if hour < 9 { 8.0 } else { 9.0 });
        let changes = change_points(&threads, SURE);
        assert_eq!(windows(&changes), [9]);
        let change = changes[0];
        assert_eq!((change.before, change.after), (8.0, 9.0));
        assert!(change.p_value < 1e-6, "{change:?}");
    }

    #[test]
    fn a_trend_is_no_staircase() {
        let leak = series(168, |hour| 100.0 + hour as f64 + 3.0 * noise(hour));
        assert_eq!(change_points(&leak, SURE), []);
        let line = series(168, |hour| 0.1 * hour as f64);
        assert_eq!(change_points(&line, SURE), []);
        assert_eq!(change_points(&[Some(0.7); 168], SURE), []);
    }

    #[test]
    fn a_step_in_a_trend_is_told_without_the_trend() {
        let leak = series(96, |hour| {
            let restarted = if hour < 40 { 0.0 } else { -30.0 };
            100.0 + hour as f64 + restarted + 2.0 * noise(hour)
        });
        let changes = change_points(&leak, SURE);
        assert_eq!(windows(&changes), [40]);
        assert!((changes[0].before - 139.0).abs() < 1.5, "{changes:?}");
        assert!((changes[0].after - 110.0).abs() < 1.5, "{changes:?}");
    }

    #[test]
    fn several_levels_are_told_apart_in_the_order_of_time() {
        let levels = [10.0, 16.0, 12.0, 12.0, 20.0];
        let hours = series(200, |hour| levels[hour / 40] + noise(hour));
        let changes = change_points(&hours, SURE);
        assert_eq!(windows(&changes), [40, 80, 160]);
        for (change, (before, after)) in
            changes
                .iter()
                .zip([(10.0, 16.0), (16.0, 12.0), (12.0, 20.0)])
        {
            assert!((change.before - before).abs() < 0.7, "{change:?}");
            assert!((change.after - after).abs() < 0.7, "{change:?}");
        }
    }

    #[test]
    fn no_more_than_eight_changes_are_told() {
        // Fifteen levels of forty hours.
        let levels = series(600, |hour| {
            ((hour / 40 + 1) * 7 % 17) as f64 * 20.0 + noise(hour)
        });
        assert_eq!(change_points(&levels, SURE).len(), ChangePoint::MAX);
    }

    #[test]
    fn a_spike_neither_is_a_level_nor_hides_one() {
        let outage = series(48, |hour| {
            noise(hour) + if (20..23).contains(&hour) { 500.0 } else { 0.0 }
        });
        assert_eq!(change_points(&outage, SURE), []);
        let step = series(48, |hour| {
            noise(hour) + if hour < 30 { 0.0 } else { 6.0 } + if hour == 12 { 500.0 } else { 0.0 }
        });
        assert_eq!(windows(&change_points(&step, SURE)), [30]);
    }

    #[test]
    fn fewer_than_twenty_four_windows_with_data_show_no_change() {
        let mut hours = series(24, |hour| if hour < 12 { 1.0 } else { 2.0 });
        assert_eq!(change_points(&hours, SURE).len(), 1);
        hours[3] = None;
        assert_eq!(change_points(&hours, SURE), []);
        assert_eq!(change_points(&[], SURE), []);
    }

    #[test]
    fn a_change_after_a_gap_begins_with_the_first_window_that_has_data() {
        let mut hours = series(60, |hour| noise(hour) + if hour < 30 { 0.0 } else { 9.0 });
        hours[26..33].fill(None);
        assert_eq!(windows(&change_points(&hours, SURE)), [33]);
    }

    #[test]
    fn in_a_year_of_hours_a_change_is_told_to_nine_hours() {
        let year = series(8_760, |hour| {
            noise(hour) + if hour < 5_000 { 40.0 } else { 42.0 }
        });
        let changes = change_points(&year, SURE);
        assert_eq!(changes.len(), 1);
        assert!(changes[0].window.abs_diff(5_000) < 9, "{changes:?}");
    }

    #[test]
    fn numbers_at_the_end_of_what_there_is_do_no_harm() {
        let swings = series(48, |place| if place < 24 { f64::MIN } else { f64::MAX });
        assert_eq!(change_points(&swings, SURE), []);
        let tiny = series(48, |place| if place < 24 { 0.0 } else { 1e-300 });
        assert_eq!(windows(&change_points(&tiny, SURE)), [24]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn shift_and_scale_are_followed(
            noise in proptest::collection::vec(-400..400_i32, 60),
            at in 15..45_usize,
            step in 500..2_000_i32,
            shift in -1_000..1_000_i32,
            power in -3..4_i32,
        ) {
            let raw = series(60, |place| {
                let level = if place < at { 0 } else { step };
                f64::from(noise[place] + level) / 64.0
            });
            let scale = 2_f64.powi(power);
            let moved: Vec<Option<f64>> = raw
                .iter()
                .map(|value| value.map(|value| value * scale + f64::from(shift)))
                .collect();
            let (before, after) = (change_points(&raw, SURE), change_points(&moved, SURE));
            prop_assert_eq!(windows(&before), windows(&after));
            for (before, after) in before.iter().zip(&after) {
                let moved = |level: f64| level * scale + f64::from(shift);
                prop_assert!((after.before - moved(before.before)).abs() < 1e-9);
                prop_assert!((after.after - moved(before.after)).abs() < 1e-9);
            }
        }

        #[test]
        fn whatever_the_series_changes_ascend_and_keep_their_distance(
            series in proptest::collection::vec(proptest::option::weighted(0.9, 0..3_u8), 0..120),
        ) {
            let series: Vec<Option<f64>> = series.iter().map(|value| value.map(f64::from)).collect();
            let changes = change_points(&series, SURE);
            prop_assert!(changes.len() <= ChangePoint::MAX);
            let starts: Vec<usize> = std::iter::once(0)
                .chain(windows(&changes))
                .chain([series.len()])
                .collect();
            for level in starts.windows(2) {
                let with_data = series[level[0]..level[1]].iter().flatten().count();
                prop_assert!(changes.is_empty() || with_data >= ChangePoint::MIN_LEVEL);
            }
            for change in changes {
                prop_assert!((0.0..=0.05).contains(&change.p_value));
                prop_assert!(change.before.is_finite() && change.after.is_finite());
            }
        }
    }
}
