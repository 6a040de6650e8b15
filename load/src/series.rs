//! What happened second by second, in a number of points that does not grow with the length of the run.

use run_stats::DurationHistogram;
use runner_core::recorded::OutcomeCounts;

/// What happened in one step of a [`Series`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Point {
    /// How many attempts began.
    pub begun: u64,
    /// What those came to that ended.
    pub outcomes: OutcomeCounts,
    /// How many of them were good: see [`Tally::good`](crate::Tally::good).
    pub good: u64,
    /// The response times of those that passed.
    pub response: DurationHistogram,
    /// The most attempts that were under way at once, summed over the threads.
    pub in_flight: u64,
    /// How many attempts had to wait for another one to end before they could begin.
    pub held: u64,
}

impl Point {
    /// Adds what happened in the same time in another thread, or in another process.
    pub fn add_beside(&mut self, other: &Self) {
        self.in_flight += other.in_flight;
        self.add_counts(other);
    }

    /// Adds what happened in another time.
    pub fn add_after(&mut self, other: &Self) {
        self.in_flight = self.in_flight.max(other.in_flight);
        self.add_counts(other);
    }

    fn add_counts(&mut self, other: &Self) {
        self.begun += other.begun;
        self.outcomes.merge(&other.outcomes);
        self.good += other.good;
        self.response.merge(&other.response);
        self.held += other.held;
    }
}

/// What happened in one second of a run, in all of its threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Second {
    /// Which, counted from the end of the warm-up.
    pub number: u64,
    /// What happened in it.
    pub point: Point,
}

/// A run in steps of equal length, from the end of the warm-up on. A run that goes on for long has longer
/// steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    step: u64,
    points: Vec<Point>,
}

impl Default for Series {
    fn default() -> Self {
        Self {
            step: 1,
            points: Vec::new(),
        }
    }
}

impl Series {
    /// How many points there are at most.
    pub const MAX: usize = 240;

    /// How many seconds a step has: a power of two.
    #[must_use]
    pub fn step_seconds(&self) -> u64 {
        self.step
    }

    /// What happened in each step, in order. The last one may not be over.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Adds what happened in this second, counted from zero, or in the time that begins with it and is no
    /// longer than a step. In which order they come makes no difference.
    pub fn add(&mut self, second: u64, point: &Point) {
        self.widen_to(Self::step_until(second));
        // At most MAX.
        let index = (second / self.step) as usize;
        if self.points.len() <= index {
            self.points.resize_with(index + 1, Point::default);
        }
        self.points[index].add_after(point);
    }

    /// Adds what happened in another process that began at the same time.
    pub fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        self.widen_to(other.step);
        other.widen_to(self.step);
        let longer = self.points.len().max(other.points.len());
        self.points.resize_with(longer, Point::default);
        for (point, more) in self.points.iter_mut().zip(&other.points) {
            point.add_beside(more);
        }
    }

    /// How many seconds a step has, at least, of a run that goes on until this second: what happened in
    /// shorter times than that makes no difference to its series.
    #[must_use]
    pub fn step_until(second: u64) -> u64 {
        (second / Self::MAX as u64 + 1).next_power_of_two()
    }

    fn widen_to(&mut self, step: u64) {
        while self.step < step {
            self.widen();
        }
    }

    /// Makes the steps twice as long.
    fn widen(&mut self) {
        self.step *= 2;
        let pairs = self.points.chunks_mut(2);
        let joined = pairs.map(|pair| {
            let mut first = std::mem::take(&mut pair[0]);
            if let Some(second) = pair.get(1) {
                first.add_after(second);
            }
            first
        });
        self.points = joined.collect();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(begun: u64, in_flight: u64) -> Point {
        Point {
            begun,
            in_flight,
            ..Point::default()
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_memory_is_bounded_however_long_a_run_is(
            seconds in prop::collection::vec(0..3_000_000_u64, 1..60),
        ) {
            let mut series = Series::default();
            for second in &seconds {
                series.add(*second, &point(1, 1));
            }
            let last = seconds.iter().max().expect("not empty");
            prop_assert_eq!(series.step_seconds(), Series::step_until(*last));
            prop_assert!(series.points().len() <= Series::MAX);
            prop_assert!(series.step_seconds().is_power_of_two());
            let begun: u64 = series.points().iter().map(|it| it.begun).sum();
            prop_assert_eq!(begun, seconds.len() as u64);
            for second in seconds {
                let index = (second / series.step_seconds()) as usize;
                prop_assert!(series.points()[index].begun > 0);
            }
        }
    }

    #[test]
    fn threads_add_up_and_times_do_not() {
        let mut series = Series::default();
        let mut both = point(3, 5);
        both.add_beside(&point(4, 6));
        series.add(0, &both);
        series.add(1, &point(1, 20));
        assert_eq!(series.points(), [point(7, 11), point(1, 20)]);
        series.widen();
        assert_eq!(series.points(), [point(8, 20)]);
    }

    #[test]
    fn series_of_different_steps_merge() {
        let mut long = Series::default();
        long.add(Series::MAX as u64, &point(1, 1));
        let mut short = Series::default();
        short.add(3, &point(5, 2));
        let mut merged = short.clone();
        merged.merge(&long);
        long.merge(&short);
        assert_eq!(merged, long);
        assert_eq!((long.step_seconds(), long.points()[1].begun), (2, 5));
    }
}
