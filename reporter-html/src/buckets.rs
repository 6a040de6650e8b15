//! Hours, merged into as few buckets as a chart has room for.
//!
//! A chart of a year need not have a point for each of its hours. All buckets of a chart are equally
//! long, a number of whole hours that people count in, and each is what its hours came to together.
//! Buckets in which nothing ended are not there.

use std::{collections::BTreeMap, fmt};

use charts::Window;
use jiff::Timestamp;
use run_stats::DurationHistogram;
use runner_core::recorded::{OutcomeCounts, RecordedHour, Totals};

const HOUR: i64 = 3600;

/// So many hours may be in a bucket; beyond the last, it doubles.
const LENGTHS: [i64; 14] = [1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 96, 168, 336, 672];

/// What came of some hours.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    /// How many attempts came to what.
    pub(crate) outcomes: OutcomeCounts,
    /// How long those took that passed.
    pub(crate) durations: DurationHistogram,
}

impl Bucket {
    /// The time that it goes over.
    pub(crate) fn window(&self) -> Window {
        let Self { from, until, .. } = *self;
        Window { from, until }
    }
}

/// Where buckets begin and how long they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    /// In seconds since the epoch.
    origin: i64,
    hours: i64,
}

impl Grid {
    /// The finest grid on which `hours` take at most `at_most` buckets; `None` if there are no hours, or
    /// no bucket is wanted.
    pub(crate) fn over<'h>(
        hours: impl Iterator<Item = &'h RecordedHour> + Clone,
        at_most: usize,
    ) -> Option<Self> {
        let seconds = hours.map(|hour| hour.began.as_second());
        let (first, last) = (seconds.clone().min()?, seconds.max()?);
        let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
        if at_most == 0 {
            return None;
        }
        let fits = |hours: &i64| (last - first) / (hours * HOUR) < at_most;
        let doubled = std::iter::successors(LENGTHS.last().copied(), |hours| Some(hours * 2));
        let hours = LENGTHS.into_iter().chain(doubled).find(fits)?;
        Some(Self {
            origin: first,
            hours,
        })
    }

    /// What `hours` come to on the grid, in the order of time.
    pub(crate) fn gather(self, hours: &[RecordedHour]) -> Vec<Bucket> {
        let mut groups: BTreeMap<i64, Vec<&Totals>> = BTreeMap::new();
        for RecordedHour { began, totals } in hours {
            let since = began.as_second() - self.origin;
            let index = since.div_euclid(self.hours * HOUR);
            groups.entry(index).or_default().push(totals);
        }
        let buckets = groups.into_iter().map(|(index, group)| {
            let mut outcomes = OutcomeCounts::default();
            group
                .iter()
                .for_each(|totals| outcomes.merge(&totals.outcomes));
            Bucket {
                from: self.begins(index),
                until: self.begins(index + 1),
                outcomes,
                durations: merged(&group),
            }
        });
        buckets.collect()
    }

    /// When a bucket begins; the end of all time if that is before.
    fn begins(self, index: i64) -> Timestamp {
        let later = index.saturating_mul(self.hours * HOUR);
        let seconds = self.origin.saturating_add(later);
        Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
    }
}

/// All durations together. Halves are merged and not one after the other into a sum: each duration is
/// moved as often as the hours can be halved, and not as often as there are hours.
fn merged(group: &[&Totals]) -> DurationHistogram {
    match group {
        [] => DurationHistogram::new(),
        [one] => one.durations.clone(),
        _ => {
            let (one, other) = group.split_at(group.len() / 2);
            let mut durations = merged(one);
            durations.merge(&merged(other));
            durations
        }
    }
}

/// How long a bucket is: `an hour`, `3 hours`, `2 days`.
impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.hours {
            1 => f.write_str("an hour"),
            24 => f.write_str("a day"),
            hours if hours % 24 == 0 => write!(f, "{} days", hours / 24),
            hours => write!(f, "{hours} hours"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::ToSpan as _;
    use proptest::prelude::*;
    use runner_core::outcome::OutcomeClass;

    use super::*;

    fn hour(later: i64, passed: u64) -> RecordedHour {
        let mut totals = Totals::default();
        totals.outcomes.add(OutcomeClass::Passed, passed);
        for _ in 0..passed {
            totals.durations.record(Duration::from_secs(later as u64));
        }
        RecordedHour {
            began: Timestamp::UNIX_EPOCH + later.hours(),
            totals,
        }
    }

    fn grid(hours: &[RecordedHour], at_most: usize) -> Option<Grid> {
        Grid::over(hours.iter(), at_most)
    }

    #[test]
    fn a_year_has_buckets_of_two_days() {
        let hours: Vec<_> = (0..8_760).map(|later| hour(later, 0)).collect();
        let grid = grid(&hours, 240).expect("a grid");
        assert_eq!(grid.to_string(), "2 days");
        assert_eq!(grid.gather(&hours).len(), 183);
    }

    #[test]
    fn few_hours_stay_apart_and_empty_ones_are_not_there() {
        let hours = [hour(5, 1), hour(9, 2)];
        let grid = grid(&hours, 5).expect("a grid");
        assert_eq!(grid.to_string(), "an hour");
        let buckets = grid.gather(&hours);
        let began: Vec<_> = buckets.iter().map(|bucket| bucket.from).collect();
        assert_eq!(began, hours.map(|hour| hour.began));
        assert_eq!(buckets[1].until, buckets[1].from + 1.hours());
    }

    #[test]
    fn a_clock_that_leapt_over_millennia_makes_long_buckets() {
        let mut hours = [hour(0, 1), hour(1, 1)];
        hours[0].began = Timestamp::MIN;
        hours[1].began = Timestamp::MAX;
        let grid = grid(&hours, 2).expect("a grid");
        assert_eq!(grid.gather(&hours).len(), 2);
    }

    #[test]
    fn without_hours_or_room_there_is_no_grid() {
        assert_eq!(grid(&[], 9), None);
        assert_eq!(grid(&[hour(0, 1)], 0), None);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_counted_twice(
            hours in prop::collection::btree_map(0..5_000_i64, 0..5_u64, 1..60),
            at_most in 1..50_usize,
        ) {
            let hours: Vec<_> = hours.into_iter().map(|(later, passed)| hour(later, passed)).collect();
            let buckets = grid(&hours, at_most).expect("a grid").gather(&hours);
            prop_assert!(buckets.len() <= at_most);
            let mut whole = Totals::default();
            hours.iter().for_each(|hour| whole.merge(&hour.totals));
            let (mut outcomes, mut durations) = (OutcomeCounts::default(), DurationHistogram::new());
            for bucket in &buckets {
                outcomes.merge(&bucket.outcomes);
                durations.merge(&bucket.durations);
            }
            prop_assert_eq!((outcomes, durations), (whole.outcomes, whole.durations));
            prop_assert!(buckets.windows(2).all(|pair| pair[0].until <= pair[1].from));
        }
    }
}
