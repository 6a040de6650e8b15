//! A series of windows as points in time, with its gaps left out and not too many of them.

use std::ops::Range;

/// What the windows of a series hold, in the order of time.
///
/// A series of more than [`MAX`](Self::MAX) windows is thinned out: as many neighbouring windows as it
/// takes form a group, and a point is the median of a group. A trend loses nothing by that, and what is
/// compared in pairs stays below half a million pairs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Points {
    /// In groups since the middle of the first window, ascending: whole numbers where a group is one
    /// window.
    pub(crate) times: Vec<f64>,
    /// Finite.
    pub(crate) values: Vec<f64>,
    /// The first window with data of each group, counted from 0.
    pub(crate) windows: Vec<usize>,
    /// How many windows form a group.
    pub(crate) group: usize,
    /// How many windows have data.
    pub(crate) with_data: usize,
}

impl Points {
    /// How many points there are at most: half a million pairs of them take a few milliseconds.
    pub(crate) const MAX: usize = 1_000;

    /// Leaves out windows without data, and those whose value is not a finite number.
    pub(crate) fn of(windows: &[Option<f64>]) -> Self {
        let group = windows.len().div_ceil(Self::MAX).max(1);
        let mut points = Self {
            times: Vec::new(),
            values: Vec::new(),
            windows: Vec::new(),
            group,
            with_data: 0,
        };
        for (number, members) in windows.chunks(group).enumerate() {
            let (places, mut values): (Vec<usize>, Vec<f64>) = members
                .iter()
                .enumerate()
                .filter_map(|(place, value)| Some((number * group + place, (*value)?)))
                .filter(|(_, value)| value.is_finite())
                .unzip();
            let (Some(&first), Some(value)) = (places.first(), median(&mut values)) else {
                continue;
            };
            points.with_data += places.len();
            points.windows.push(first);
            points.values.push(value);
            let middle = places.iter().sum::<usize>() as f64 / places.len() as f64;
            points.times.push(middle / group as f64);
        }
        points
    }

    /// How many points there are.
    pub(crate) fn len(&self) -> usize {
        self.times.len()
    }

    /// The ranges of points between places where the level changes; `changes` ascend.
    pub(crate) fn levels(&self, changes: &[usize]) -> Vec<Range<usize>> {
        let starts = std::iter::once(0).chain(changes.iter().copied());
        let ends = changes.iter().copied().chain([self.len()]);
        starts.zip(ends).map(|(start, end)| start..end).collect()
    }

    /// The slopes between all pairs of points of the same level, per group of windows, in no order.
    pub(crate) fn slopes(&self, levels: &[Range<usize>]) -> Vec<f64> {
        let pairs = levels.iter().map(|level| level.len() * level.len() / 2);
        let mut slopes = Vec::with_capacity(pairs.sum());
        for level in levels {
            let (times, values) = (&self.times[level.clone()], &self.values[level.clone()]);
            for (later, (time, value)) in times.iter().zip(values).enumerate() {
                for (earlier_time, earlier) in times[..later].iter().zip(values) {
                    slopes.push((value - earlier) / (time - earlier_time));
                }
            }
        }
        slopes
    }

    /// What a level would be at time 0, if all grew by `slope` per group of windows; 0 for no points.
    pub(crate) fn height(&self, level: Range<usize>, slope: f64) -> f64 {
        let mut without: Vec<f64> = level
            .map(|place| self.values[place] - slope * self.times[place])
            .collect();
        median(&mut without).unwrap_or(0.0)
    }

    /// How far each point is from its level, if all grow by `slope` per group of windows.
    pub(crate) fn residuals(&self, levels: &[Range<usize>], slope: f64) -> Vec<f64> {
        let of_level = |level: &Range<usize>| {
            let height = self.height(level.clone(), slope);
            level
                .clone()
                .map(move |place| self.values[place] - slope * self.times[place] - height)
        };
        levels.iter().flat_map(of_level).collect()
    }
}

/// The value in the middle, or the mean of the two there; `None` for no values. Their order changes.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if !even {
        return Some(upper);
    }
    let lower = below.iter().copied().max_by(f64::total_cmp)?;
    // By halves, so that two large ones are not too large together.
    Some(lower / 2.0 + upper / 2.0)
}

/// The rank of each value from 1 on; those that are the same share the mean of theirs.
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut ascending: Vec<usize> = (0..values.len()).collect();
    ascending.sort_unstable_by(|&one, &other| values[one].total_cmp(&values[other]));
    let mut ranks = vec![0.0; values.len()];
    let mut passed = 0;
    for same in ascending.chunk_by(|&one, &other| values[one] == values[other]) {
        let rank = passed as f64 + (same.len() as f64 + 1.0) / 2.0;
        for &place in same {
            ranks[place] = rank;
        }
        passed += same.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_takes_up_time_but_is_no_point() {
        let points = Points::of(&[Some(5.0), None, Some(f64::NAN), Some(8.0), None]);
        assert_eq!(points.times, [0.0, 3.0]);
        assert_eq!(points.values, [5.0, 8.0]);
        assert_eq!((points.windows, points.with_data), (vec![0, 3], 2));
    }

    #[test]
    fn a_year_of_hours_is_thinned_out_to_medians() {
        let mut hours: Vec<Option<f64>> =
            (0..8_760).map(|hour| Some(f64::from(hour) * 2.0)).collect();
        // A group without data is a gap, and one with some has what is there.
        hours[9..18].fill(None);
        hours[18..25].fill(None);
        let points = Points::of(&hours);
        assert_eq!((points.group, points.len()), (9, 973));
        assert_eq!(points.with_data, 8_760 - 16);
        assert_eq!(points.windows[..3], [0, 25, 27]);
        assert_eq!(points.values[..3], [8.0, 51.0, 62.0]);
        let mut slopes = points.slopes(&points.levels(&[]));
        assert_eq!(median(&mut slopes), Some(18.0));
    }

    #[test]
    fn pairs_are_compared_within_their_level_only() {
        let points = Points::of(&[1.0, 2.0, 13.0, 15.0, 17.0].map(Some));
        let levels = points.levels(&[2]);
        assert_eq!(levels, [0..2, 2..5]);
        assert_eq!(points.slopes(&levels), [1.0, 2.0, 2.0, 2.0]);
        assert_eq!(points.height(2..5, 2.0), 9.0);
        assert_eq!(points.residuals(&levels, 2.0), [0.5, -0.5, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn a_median_needs_a_value() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [7.0]), Some(7.0));
        assert_eq!(median(&mut [9.0, 1.0, 4.0, 2.0]), Some(3.0));
        assert_eq!(median(&mut [f64::MAX, f64::MAX]), Some(f64::MAX));
    }

    #[test]
    fn ties_share_their_rank() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0, 3.0]), [4.0, 1.0, 4.0, 2.0, 4.0]);
        assert_eq!(ranks(&[0.0, -0.0]), [1.5, 1.5]);
    }
}
