//! What exact histograms come to in the buckets of the catalogue.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus::{
    Registry,
    core::{Collector, Desc, Describer as _},
    proto::{Bucket, Histogram, LabelPair, Metric, MetricFamily, MetricType},
};
use run_stats::DurationHistogram;

use crate::{
    catalogue::{BUCKETS, MetricDescription},
    instruments::{VALID, registered},
};

/// How many durations lie between the bounds of the catalogue, and their sum.
///
/// Each duration that a histogram holds is counted once, as the middle of its bin: one that is within half a
/// thousandth of a bound may be counted on the other side of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Buckets {
    /// Up to each bound and above the one before; the last above all bounds.
    counts: [u64; BUCKETS.len() + 1],
    /// In whole microseconds, so that it never falls by rounding.
    sum_micros: u128,
}

impl Buckets {
    /// Adds all durations of `histogram`.
    pub(super) fn add(&mut self, histogram: &DurationHistogram) {
        for (duration, count) in histogram.iter() {
            let seconds = duration.as_secs_f64();
            let place = BUCKETS.partition_point(|bound| *bound < seconds);
            self.counts[place] += count;
            self.sum_micros += duration.as_micros() * u128::from(count);
        }
    }

    /// Takes over what is more in `other`.
    fn raise(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count = more.max(*count);
        }
        self.sum_micros = other.sum_micros.max(self.sum_micros);
    }

    fn proto(&self) -> Histogram {
        let mut counted = 0;
        let buckets = BUCKETS.iter().zip(self.counts).map(|(bound, count)| {
            counted += count;
            let mut bucket = Bucket::default();
            bucket.set_upper_bound(*bound);
            bucket.set_cumulative_count(counted);
            bucket
        });
        let mut histogram = Histogram::default();
        histogram.set_bucket(buckets.collect());
        histogram.set_sample_count(self.counts.iter().sum());
        histogram.set_sample_sum(self.sum_micros as f64 / 1e6);
        histogram
    }
}

/// A histogram of the catalogue that is told what all durations so far come to, instead of each one.
#[derive(Clone)]
pub(super) struct BucketFamily {
    description: MetricDescription,
    desc: Desc,
    series: Arc<Mutex<Vec<Series>>>,
}

/// The buckets of one combination of labels.
struct Series {
    labels: Vec<LabelPair>,
    buckets: Buckets,
}

/// Which series of its family it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeriesIndex(usize);

impl BucketFamily {
    /// A family without series, which `registry` asks from now on.
    pub(super) fn registered(registry: &Registry, description: MetricDescription) -> Self {
        let desc = description.histogram_opts().describe().expect(VALID);
        let family = Self {
            description,
            desc,
            series: Arc::default(),
        };
        registered(registry, family)
    }

    /// A new series, which begins at zero; `values` are those of the labels, in their order.
    pub(super) fn begin(&self, values: &[&str]) -> SeriesIndex {
        let names = self.description.labels.iter();
        let labels = names.zip(values).map(|(name, value)| {
            let mut pair = LabelPair::default();
            pair.set_name((*name).to_owned());
            pair.set_value((*value).to_owned());
            pair
        });
        let mut series = self.lock();
        series.push(Series {
            labels: labels.collect(),
            buckets: Buckets::default(),
        });
        SeriesIndex(series.len() - 1)
    }

    /// Says what all durations of a series come to by now. No count of it ever falls.
    pub(super) fn raise(&self, index: SeriesIndex, to: &Buckets) {
        if let Some(series) = self.lock().get_mut(index.0) {
            series.buckets.raise(to);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Series>> {
        self.series.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Collector for BucketFamily {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.desc]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let series = self.lock();
        let metrics = series.iter().map(|series| {
            let mut metric = Metric::from_label(series.labels.clone());
            metric.set_histogram(series.buckets.proto());
            metric
        });
        let mut family = MetricFamily::default();
        family.set_name(self.description.name.to_owned());
        family.set_help(self.description.help.to_owned());
        family.set_field_type(MetricType::HISTOGRAM);
        family.set_metric(metrics.collect());
        vec![family]
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn buckets(micros: &[u64]) -> Buckets {
        let mut buckets = Buckets::default();
        let durations = micros.iter().copied().map(Duration::from_micros);
        buckets.add(&durations.collect());
        buckets
    }

    #[test]
    fn a_duration_is_in_each_bucket_whose_bound_it_does_not_exceed() {
        let told = buckets(&[1000, 1001, 20_000, 7_200_000_000]).proto();
        let counts: Vec<_> = told
            .get_bucket()
            .iter()
            .map(Bucket::cumulative_count)
            .collect();
        assert_eq!(counts, [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]);
        assert_eq!(told.get_sample_count(), 4);
    }

    proptest! {
        #[test]
        fn every_duration_is_counted_once_on_its_side_of_each_bound(
            micros in proptest::collection::vec(0..8_000_000_000_u64, 0..60),
        ) {
            let told = buckets(&micros).proto();
            prop_assert_eq!(told.get_sample_count(), micros.len() as u64);
            for bucket in told.get_bucket() {
                // A histogram tells a duration by half a thousandth too high or too low.
                let within = |share: f64| {
                    let bound = bucket.upper_bound() * 1e6 * share;
                    micros.iter().filter(|it| **it as f64 <= bound).count() as u64
                };
                let counted = bucket.cumulative_count();
                prop_assert!((within(0.999)..=within(1.001)).contains(&counted));
            }
            let sum = micros.iter().sum::<u64>() as f64 / 1e6;
            prop_assert!((told.get_sample_sum() - sum).abs() <= sum / 1000.0);
        }

        #[test]
        fn what_is_told_never_falls(
            steps in proptest::collection::vec(proptest::collection::vec(0..9_000_000_u64, 0..9), 1..9),
        ) {
            let family = BucketFamily::registered(&Registry::new(), crate::catalogue::LOAD_LAG);
            let index = family.begin(&[]);
            let told = |family: &BucketFamily| family.lock()[0].buckets.proto();
            let mut former = told(&family);
            for step in &steps {
                family.raise(index, &buckets(step));
                let now = told(&family);
                prop_assert!(now.get_sample_sum() >= former.get_sample_sum());
                prop_assert!(now.get_sample_count() >= former.get_sample_count());
                for (now, former) in now.get_bucket().iter().zip(former.get_bucket()) {
                    prop_assert!(now.cumulative_count() >= former.cumulative_count());
                }
                former = now;
            }
        }
    }
}
