//! A long run cut into windows: what its quantities were in each, and whether they drift.
//!
//! The module owns the quantities, their windows, the words for what is found, and gates over it. It
//! refuses the statistics, which `run-stats` owns, and the cutting, which whoever reads a ledger does.

mod gate;
mod quantity;
mod words;

use std::time::Duration;

use jiff::Timestamp;
use run_stats::{Confidence, Drift, Trend};

pub use gate::{DriftBound, DriftGate, GateSyntaxError};
pub use quantity::{Dimension, Quantity};
pub use words::{DriftWords, Value};

use crate::recorded::Totals;

/// At most so many windows are made of a run: they become longer, the longer it goes on.
pub const MAX_WINDOWS: usize = 60;

/// The widths that windows may have, from short to long.
const WIDTHS_MINUTES: [u64; 16] = [
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    2 * 60,
    3 * 60,
    6 * 60,
    12 * 60,
    24 * 60,
    2 * 24 * 60,
    7 * 24 * 60,
    14 * 24 * 60,
    28 * 24 * 60,
];

/// So many cases are looked at for drift at most, those with the most attempts.
pub const MAX_CASES: usize = 100;

/// How trends are found, in a sentence for readers of a report.
pub const METHODS: &str = "Trends: Mann–Kendall test with the slope of Theil and Sen, corrected for \
                           autocorrelation and for the number of quantities.";

/// What is said of drift is said this surely of all quantities of a run together, and of all quantities
/// of its cases together: both are right with 95 %.
fn confidence() -> Confidence {
    Confidence::new(0.975).unwrap_or(Confidence::PERCENT_99)
}

/// A run cut into windows of equal length, from its beginning to its end. Windows in which nothing ran,
/// as between the parts of a run, are in it, and have nothing in them.
#[derive(Debug, Clone)]
pub struct Windows {
    /// When the first one begins.
    pub began: Timestamp,
    /// How long each is.
    pub width: Duration,
    /// What came of all attempts that ended in each.
    pub totals: Vec<Totals>,
    /// Each quantity of the run as a whole, and after them those of its cases.
    pub series: Vec<Series>,
    /// How many cases were not looked at, because there are more than [`MAX_CASES`].
    pub cases_left_out: usize,
}

/// A quantity in each window.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Which quantity.
    pub quantity: Quantity,
    /// Of which case, by its id; `None` for the run as a whole.
    pub case_id: Option<String>,
    /// Its value in each window, in the quantity's unit; `None` where there is none.
    pub values: Vec<Option<f64>>,
    /// What becomes of it; `None` if there are too few windows with data to say anything.
    pub drift: Option<Drift>,
}

/// The width of the windows of a run that goes on for `elapsed` by the wall clock: the shortest with
/// which there are no more than [`MAX_WINDOWS`], and no shorter than `at_least`.
#[must_use]
pub fn window_width(elapsed: Duration, at_least: Duration) -> Duration {
    let widths = WIDTHS_MINUTES.map(|minutes| Duration::from_secs(minutes * 60));
    let fits = |width: &Duration| {
        *width >= at_least && elapsed.as_nanos() <= width.as_nanos() * MAX_WINDOWS as u128
    };
    // Nothing goes on for longer than the longest makes of it, and if it does, there are more windows.
    let longest = widths[widths.len() - 1];
    widths.into_iter().find(fits).unwrap_or(longest)
}

impl Windows {
    /// No windows: of a run that has not begun, or about which nobody wants to know.
    #[must_use]
    pub fn none(began: Timestamp) -> Self {
        Self {
            began,
            width: window_width(Duration::ZERO, Duration::ZERO),
            totals: Vec::new(),
            series: Vec::new(),
            cases_left_out: 0,
        }
    }

    /// Looks for drift in all series.
    pub fn look_for_drift(&mut self) {
        let width = self.width;
        for of_cases in [false, true] {
            let mut family: Vec<&mut Series> = self
                .series
                .iter_mut()
                .filter(|series| series.case_id.is_some() == of_cases)
                .collect();
            let values: Vec<&[Option<f64>]> = family.iter().map(|series| &*series.values).collect();
            let drifts = Drift::of_each(&values, width, confidence());
            for (series, drift) in family.iter_mut().zip(drifts) {
                series.drift = drift;
            }
        }
    }

    /// When the window with this index begins.
    #[must_use]
    pub fn start_of(&self, index: usize) -> Timestamp {
        let after = self
            .width
            .saturating_mul(u32::try_from(index).unwrap_or(u32::MAX));
        self.began.checked_add(after).unwrap_or(Timestamp::MAX)
    }

    /// The series of a quantity of the run as a whole, or of the case with this id.
    #[must_use]
    pub fn series(&self, quantity: Quantity, case_id: Option<&str>) -> Option<&Series> {
        let mut series = self.series.iter();
        series.find(|it| it.quantity == quantity && it.case_id.as_deref() == case_id)
    }

    /// Whether there are windows enough to say anything about drift.
    #[must_use]
    pub fn are_enough(&self) -> bool {
        self.series.iter().any(|series| series.drift.is_some())
    }

    /// How long a run has to be for that, with windows of the width of these.
    #[must_use]
    pub fn enough(&self) -> Duration {
        self.width.saturating_mul(Trend::MIN_WINDOWS as u32)
    }

    /// What has been found, in words: of the run as a whole first.
    pub fn findings(&self) -> impl Iterator<Item = DriftWords<'_>> {
        let found = self.series.iter().filter(|series| series.is_conspicuous());
        found.map(|series| DriftWords {
            series,
            windows: self,
        })
    }
}

impl Series {
    /// A series that nobody has looked at for drift yet.
    #[must_use]
    pub fn new(quantity: Quantity, case_id: Option<String>, values: Vec<Option<f64>>) -> Self {
        Self {
            quantity,
            case_id,
            values,
            drift: None,
        }
    }

    /// Whether there is a trend or a change of level that is worth a word. Where more than half of the
    /// windows are the same there can be a trend without a rate, of which there is nothing to say.
    #[must_use]
    pub fn is_conspicuous(&self) -> bool {
        self.drift.as_ref().is_some_and(|drift| {
            !drift.change_points().is_empty() || drift.is_found() && drift.per_hour() != 0.0
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const HOUR: Duration = Duration::from_secs(3600);

    /// A quantity over windows, as `values` has it with some noise of 5 %.
    fn series(quantity: Quantity, case: Option<&str>, value: impl Fn(f64) -> f64) -> Series {
        let noise = |place: usize| (place * 7_919 % 101) as f64 / 1_010.0 - 0.05;
        let values = (0..48).map(|place| Some(value(place as f64) * (1.0 + noise(place))));
        Series::new(quantity, case.map(Into::into), values.collect())
    }

    fn windows(series: Vec<Series>) -> Windows {
        let mut windows = Windows {
            width: HOUR,
            series,
            ..Windows::none("2026-11-01T00:00Z".parse().expect("a time"))
        };
        windows.look_for_drift();
        windows
    }

    fn words(windows: &Windows) -> Vec<String> {
        windows.findings().map(|found| found.to_string()).collect()
    }

    const MIB: f64 = 1024.0 * 1024.0;

    #[test]
    fn a_leak_is_said_with_its_rate_its_certainty_and_where_it_leads() {
        let windows = windows(vec![
            series(Quantity::ExecutorMemory, None, |hour| {
                (500.0 + 12.0 * hour) * MIB
            }),
            series(Quantity::DurationP50, None, |_| 0.02),
        ]);
        assert_eq!(
            words(&windows),
            [
                "memory of the executor grows 12.1 MiB/h (11.4 to 12.7), over 99.9% sure; \
                 at this rate 2 GiB is reached in 3 days"
            ]
        );
    }

    #[test]
    fn a_change_of_level_is_said_with_its_moment() {
        let windows = windows(vec![series(
            Quantity::DurationP99,
            Some("a case"),
            |hour| {
                if hour < 24.0 { 0.02 } else { 0.035 }
            },
        )]);
        assert_eq!(
            words(&windows),
            [
                "a case: 99th percentile of durations rose from 20.1ms to 34.9ms at 2026-11-02 00:00 UTC, \
                 over 99.9% sure"
            ]
        );
    }

    #[test]
    fn quantities_that_stay_as_they_are_need_no_words() {
        let windows = windows(vec![
            series(Quantity::SuccessRate, None, |_| 1.0),
            series(Quantity::ExecutorDescriptors, None, |_| 12.0),
        ]);
        assert_eq!(words(&windows), [""; 0]);
        assert!(windows.are_enough());
    }

    #[test]
    fn widths_grow_with_the_run_and_are_never_shorter_than_what_there_is() {
        for (elapsed, width) in [
            (Duration::ZERO, MINUTE),
            (HOUR, MINUTE),
            (HOUR + MINUTE, 2 * MINUTE),
            (24 * HOUR, 30 * MINUTE),
            (7 * 24 * HOUR, 3 * HOUR),
            (366 * 24 * HOUR, 7 * 24 * HOUR),
        ] {
            assert_eq!(window_width(elapsed, MINUTE), width, "{elapsed:?}");
        }
        assert_eq!(window_width(MINUTE, HOUR), HOUR);
    }

    proptest! {
        #[test]
        fn no_run_of_three_years_has_more_windows_than_the_bound(minutes in 0u64..3 * 366 * 24 * 60) {
            let elapsed = MINUTE * minutes as u32;
            let width = window_width(elapsed, MINUTE);
            prop_assert!(elapsed <= width * MAX_WINDOWS as u32);
        }
    }
}
