//! How long things took: every duration counted, in memory that does not grow with their number.

use std::{fmt, time::Duration};

use crate::{
    HistogramError,
    bins::{Bin, MAX_BIN_COUNT, MAX_MICROS, index_of, middle_of},
    hdr_encoding,
};

/// How often which duration occurred, to three significant digits.
///
/// A duration is taken in whole microseconds, rounded down, from zero to [`MAX`](Self::MAX); what took
/// longer counts as that. From 2048 µs on, durations that are closer to each other than a thousandth
/// share a bin, as in Tene's HdrHistogram (2012). What comes out of a bin is its middle, which is
/// within half a thousandth of what went in. [`min`](Self::min), [`mean`](Self::mean),
/// [`max`](Self::max), [`quantile`](Self::quantile) and [`iter`](Self::iter) all tell of the same
/// middles, so that they agree with each other.
///
/// Only bins that count something take memory, 16 bytes each (and, as in any growing vector, up to as
/// much again in reserve): 64 bytes for the first four durations, some 60 KiB for a hundred thousand
/// that scatter as response times do, half a megabyte if every bin is in use. There is one
/// representation for few and for many, so that equality is that of contents.
///
/// A bin's count stops at 2^48.
///
/// ```
/// use std::time::Duration;
/// use run_stats::DurationHistogram;
///
/// let mut took = DurationHistogram::new();
/// for millis in [14, 15, 12, 900, 13] {
///     took.record(Duration::from_millis(millis));
/// }
/// assert_eq!(took.count(), 5);
/// // From 8 to 16 ms a bin is 8 µs wide, and what is told is its middle.
/// assert_eq!(took.min(), Some(Duration::from_micros(12_004)));
/// assert_eq!(took.quantile(0.5), Some(Duration::from_micros(14_004)));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DurationHistogram {
    /// In ascending order; none is empty.
    bins: Vec<Bin>,
}

impl DurationHistogram {
    /// The longest duration that is told apart from longer ones: 7 days. Like any other it is told as
    /// the middle of its bin, which is 15 seconds less.
    pub const MAX: Duration = Duration::from_micros(MAX_MICROS);

    /// A histogram of nothing. It takes no memory beside itself.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one duration.
    pub fn record(&mut self, duration: Duration) {
        self.record_many(duration, 1);
    }

    /// Counts the same duration so many times.
    pub fn record_many(&mut self, duration: Duration, count: u64) {
        let index = index_of(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
        match self.place_of(index) {
            Ok(place) => self.bins[place].add(count),
            // No bin is empty.
            Err(_) if count == 0 => {}
            Err(place) => {
                let mut bin = Bin { index, count: 0 };
                bin.add(count);
                self.bins.insert(place, bin);
            }
        }
    }

    /// Counts all that `other` counted. In which order histograms are merged makes no difference, and
    /// neither whether durations were recorded in one histogram or in several.
    pub fn merge(&mut self, other: &Self) {
        self.add_sorted(other.bins.iter().map(|bin| (bin.index, bin.count)));
    }

    /// Counts so many durations of each of these bins, which ascend and do not repeat.
    pub(crate) fn add_sorted(&mut self, bins: impl Iterator<Item = (u16, u64)>) {
        let known = self.bins.len();
        let mut place = 0;
        for (index, count) in bins {
            let passed = self.bins[place..known].iter();
            place += passed.take_while(|bin| bin.index < index).count();
            match self.bins[..known].get_mut(place) {
                Some(bin) if bin.index == index => bin.add(count),
                _ => {
                    let mut bin = Bin { index, count: 0 };
                    bin.add(count);
                    self.bins.push(bin);
                }
            }
        }
        if self.bins.len() > known {
            // Two ascending runs, which the stable sort of the standard library joins in linear time.
            self.bins.sort_by_key(|bin| bin.index);
        }
    }

    /// How many durations were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.bins.iter().map(|bin| bin.count).sum()
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bins.is_empty()
    }

    /// The shortest duration for which at least the share `q` of all durations is no longer; `None` if
    /// nothing was counted or `q` is not a number.
    ///
    /// It is one that was recorded (to three digits) and never lies between two: type 1 of Hyndman, R.
    /// J. and Fan, Y. (1996), "Sample quantiles in statistical packages", The American Statistician 50.
    /// A `q` of 0 or less is the shortest, of 1 or more the longest. As binary fractions are inexact,
    /// `q` times the count is taken for a whole number if it is within four units of its last place:
    /// 0.07 of 100 durations are 7.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        if q.is_nan() {
            return None;
        }
        let rank = rank(q, self.count());
        let mut counted = 0;
        let reached = self.bins.iter().find(|bin| {
            counted += bin.count;
            counted >= rank
        });
        reached.map(Bin::duration)
    }

    /// The shortest duration; `None` if nothing was counted.
    #[must_use]
    pub fn min(&self) -> Option<Duration> {
        self.bins.first().map(Bin::duration)
    }

    /// The longest duration; `None` if nothing was counted.
    #[must_use]
    pub fn max(&self) -> Option<Duration> {
        self.bins.last().map(Bin::duration)
    }

    /// The arithmetic mean, rounded down to the microsecond; `None` if nothing was counted.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        // Less than 2^40 µs times less than 2^63 counts: it does not overflow, and is exact.
        let sum: u128 = self
            .bins
            .iter()
            .map(|bin| u128::from(middle_of(bin.index)) * u128::from(bin.count))
            .sum();
        let mean = sum.checked_div(u128::from(self.count()))?;
        u64::try_from(mean).ok().map(Duration::from_micros)
    }

    /// Each duration that occurred, in ascending order, with how often it did.
    pub fn iter(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        self.bins.iter().map(|bin| (bin.duration(), bin.count))
    }

    /// The histogram in the second version of HdrHistogram's encoding, uncompressed, with values in
    /// microseconds. Any implementation of HdrHistogram reads it. Equal histograms have equal bytes: 41
    /// for none, about 45 for one duration, and a byte or two for each further bin.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        hdr_encoding::encode(&self.bins)
    }

    /// What [`to_bytes`](Self::to_bytes) wrote, or another implementation with values in microseconds
    /// and three significant digits. It takes time and memory in proportion to the number of bytes.
    ///
    /// # Errors
    ///
    /// If the bytes are anything else, compressed, cut off or too long; see [`HistogramError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HistogramError> {
        hdr_encoding::decode(bytes).map(|bins| Self { bins })
    }

    /// The bins that count something, in ascending order.
    pub(crate) fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// Where the bin is, or where it would have to be.
    fn place_of(&self, index: u16) -> Result<usize, usize> {
        self.bins.binary_search_by_key(&index, |bin| bin.index)
    }
}

impl Bin {
    fn add(&mut self, count: u64) {
        self.count = (self.count + count).min(MAX_BIN_COUNT);
    }

    fn duration(&self) -> Duration {
        Duration::from_micros(middle_of(self.index))
    }
}

/// The rank from 1 of the quantile `q` among `count` values in ascending order.
fn rank(q: f64, count: u64) -> u64 {
    let exact = q * count as f64;
    let nearest = exact.round();
    let whole = (exact - nearest).abs() <= 4.0 * f64::EPSILON * exact;
    let rank = if whole { nearest } else { exact.ceil() };
    (rank as u64).min(count).max(1)
}

impl Extend<Duration> for DurationHistogram {
    fn extend<T: IntoIterator<Item = Duration>>(&mut self, durations: T) {
        for duration in durations {
            self.record(duration);
        }
    }
}

impl FromIterator<Duration> for DurationHistogram {
    fn from_iter<T: IntoIterator<Item = Duration>>(durations: T) -> Self {
        let mut histogram = Self::new();
        histogram.extend(durations);
        histogram
    }
}

/// Shows durations with their counts.
impl fmt::Debug for DurationHistogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use hdrhistogram::Histogram;
    use proptest::prelude::*;

    use super::*;

    fn of_micros(micros: impl IntoIterator<Item = u64>) -> DurationHistogram {
        micros.into_iter().map(Duration::from_micros).collect()
    }

    fn any_micros() -> impl Strategy<Value = Vec<u64>> {
        let micros = prop_oneof![0..50_u64, 0..5000_u64, 0..=MAX_MICROS];
        proptest::collection::vec(micros, 0..100)
    }

    #[test]
    fn of_nothing_there_is_nothing_to_tell() {
        let nothing = DurationHistogram::new();
        assert!(nothing.is_empty());
        assert_eq!(nothing.count(), 0);
        assert_eq!(nothing.iter().count(), 0);
        assert_eq!(
            (nothing.min(), nothing.max(), nothing.mean()),
            (None, None, None)
        );
        assert_eq!(nothing.quantile(0.5), None);
    }

    #[test]
    fn quantiles_agree_with_the_inverted_distribution_function() {
        // numpy.quantile(…, method="inverted_cdf")
        let histogram = of_micros([1, 2, 2, 5, 9, 11, 40, 41, 1000, 2000]);
        for (q, micros) in [
            (0.0, 1),
            (0.1, 1),
            (0.25, 2),
            (0.5, 9),
            (0.55, 11),
            (0.9, 1000),
            (0.95, 2000),
            (1.0, 2000),
        ] {
            let expected = Some(Duration::from_micros(micros));
            assert_eq!(histogram.quantile(q), expected, "{q}");
        }
    }

    #[test]
    fn a_share_that_binary_fractions_miss_is_still_a_whole_number_of_values() {
        // In floating point, 0.07 · 100 is a little more than 7, and 0.29 · 100 a little less than 29.
        let hundred = of_micros(1..=100);
        for percent in 1..=100 {
            let q = f64::from(percent) / 100.0;
            let expected = Duration::from_micros(percent as u64);
            assert_eq!(hundred.quantile(q), Some(expected));
        }
    }

    #[test]
    fn a_share_outside_of_0_to_1_is_the_shortest_or_the_longest() {
        let histogram = of_micros([3, 5]);
        for (q, micros) in [
            (-1.0, Some(3)),
            (f64::NEG_INFINITY, Some(3)),
            (f64::INFINITY, Some(5)),
            (f64::NAN, None),
        ] {
            assert_eq!(histogram.quantile(q), micros.map(Duration::from_micros));
        }
    }

    #[test]
    fn what_takes_longer_than_a_week_counts_as_a_week() {
        let mut histogram = DurationHistogram::new();
        histogram.record(DurationHistogram::MAX);
        histogram.record(Duration::MAX);
        assert_eq!(histogram.iter().count(), 1);
        let told = histogram.max().unwrap();
        assert_eq!(told.as_secs(), DurationHistogram::MAX.as_secs() - 15);
    }

    #[test]
    fn a_duration_that_is_counted_many_times_is_recorded_that_often() {
        let mut at_once = of_micros([1, 5]);
        at_once.record_many(Duration::from_micros(3), 4);
        assert_eq!(at_once, of_micros([1, 3, 3, 3, 3, 5]));
        at_once.record_many(Duration::from_micros(9), 0);
        assert_eq!(at_once, of_micros([1, 3, 3, 3, 3, 5]));
    }

    #[test]
    fn what_takes_less_than_a_microsecond_counts_as_nothing() {
        let mut histogram = DurationHistogram::new();
        histogram.record(Duration::ZERO);
        histogram.record(Duration::from_nanos(999));
        assert_eq!(histogram.iter().collect::<Vec<_>>(), [(Duration::ZERO, 2)]);
    }

    #[test]
    fn a_count_that_is_full_stays_full() {
        let mut histogram = of_micros([7]);
        for _ in 0..60 {
            histogram.merge(&histogram.clone());
        }
        assert_eq!(histogram.count(), MAX_BIN_COUNT);
        assert_eq!(histogram.mean(), Some(Duration::from_micros(7)));
        assert_eq!(
            DurationHistogram::from_bytes(&histogram.to_bytes()),
            Ok(histogram)
        );
    }

    proptest! {
        #[test]
        fn merging_is_recording_together(one in any_micros(), other in any_micros()) {
            let mut merged = of_micros(one.clone());
            merged.merge(&of_micros(other.clone()));
            prop_assert_eq!(merged, of_micros(one.into_iter().chain(other)));
        }

        #[test]
        fn the_order_of_merging_makes_no_difference(a in any_micros(), b in any_micros(), c in any_micros()) {
            let [a, b, c] = [a, b, c].map(of_micros);
            let merged = |parts: [&DurationHistogram; 2]| {
                let mut all = parts[0].clone();
                all.merge(parts[1]);
                all
            };
            prop_assert_eq!(merged([&a, &b]), merged([&b, &a]));
            prop_assert_eq!(merged([&merged([&a, &b]), &c]), merged([&a, &merged([&b, &c])]));
        }

        #[test]
        fn quantiles_are_those_of_the_sorted_values_to_half_a_thousandth(
            mut micros in any_micros().prop_filter("values", |micros| !micros.is_empty()),
            q in 0.0..=1.0_f64,
        ) {
            let histogram = of_micros(micros.clone());
            micros.sort_unstable();
            let exact = micros[rank(q, micros.len() as u64) as usize - 1];
            let told = histogram.quantile(q).unwrap().as_micros() as u64;
            prop_assert!(told.abs_diff(exact) * 2048 <= exact, "{told} for {exact}");
        }

        #[test]
        fn the_numbers_are_those_of_the_established_implementation(
            micros in any_micros().prop_filter("values", |micros| !micros.is_empty()),
            thousandths in 0..=1024_u32,
        ) {
            let ours = of_micros(micros.clone());
            let mut established = Histogram::<u64>::new_with_bounds(1, MAX_MICROS, 3).unwrap();
            for micros in micros {
                established.record(micros).unwrap();
            }
            let middle = |micros| Some(Duration::from_micros(established.median_equivalent(micros)));
            // A share that binary fractions hit, so that rounding is no question.
            let q = f64::from(thousandths) / 1024.0;
            prop_assert_eq!(ours.quantile(q), middle(established.value_at_quantile(q)));
            prop_assert_eq!(ours.min(), middle(established.min()));
            prop_assert_eq!(ours.max(), middle(established.max()));
            prop_assert_eq!(ours.count(), established.len());
            let mean = ours.mean().unwrap().as_micros() as f64;
            prop_assert!((mean - established.mean()).abs() <= 1.0 + established.mean() * 1e-9);
        }

        #[test]
        fn the_mean_and_the_median_lie_between_the_shortest_and_the_longest(
            micros in any_micros().prop_filter("values", |micros| !micros.is_empty()),
        ) {
            let histogram = of_micros(micros);
            let range = histogram.min().unwrap()..=histogram.max().unwrap();
            prop_assert!(range.contains(&histogram.mean().unwrap()));
            prop_assert!(range.contains(&histogram.quantile(0.5).unwrap()));
        }

        #[test]
        fn bytes_and_iteration_hold_all_that_a_histogram_holds(micros in any_micros()) {
            let histogram = of_micros(micros);
            let read = DurationHistogram::from_bytes(&histogram.to_bytes());
            prop_assert_eq!(read, Ok(histogram.clone()));
            let again = histogram.iter().flat_map(|(duration, count)| (0..count).map(move |_| duration));
            prop_assert_eq!(again.collect::<DurationHistogram>(), histogram);
        }
    }
}
