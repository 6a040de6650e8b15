//! Whatever suites and executors are called, the text stays well-formed.

use proptest::prelude::*;
use run_metrics::{LOAD_METRICS, METRICS, MetricKind, RunMetrics};
use tokio::time::Instant;

use crate::support::{feed_everything, read};

#[test]
fn every_metric_of_the_catalogue_is_in_the_text_and_no_other() {
    let (metrics, now) = (RunMetrics::new(), Instant::now());
    feed_everything(&metrics, "a", now);
    let text = metrics.text_at(now);
    let mut declared: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .collect();
    let mut expected: Vec<_> = METRICS
        .iter()
        .map(|metric| format!("{} {}", metric.name, metric.kind))
        .collect();
    declared.sort_unstable();
    expected.sort_unstable();
    assert_eq!(declared, expected);
}

#[test]
fn names_have_their_units_and_what_grows_says_so() {
    for metric in METRICS.iter().chain(LOAD_METRICS) {
        assert!(metric.name.starts_with("gauntlet_"), "{metric:?}");
        let grows = metric.kind == MetricKind::Counter;
        assert_eq!(metric.name.ends_with("_total"), grows, "{metric:?}");
        if metric.kind == MetricKind::Histogram {
            assert!(metric.name.ends_with("_seconds"), "{metric:?}");
        }
    }
}

proptest! {
    #[test]
    fn hostile_names_stay_values_of_labels(
        id in r#"(?s)[ab"\\\n\r{},= #\u{0}\u{1b}\u{2028}é☃]{0,12}|(?s).{0,400}"#,
    ) {
        let (metrics, now) = (RunMetrics::new(), Instant::now());
        feed_everything(&metrics, "a", now);
        let plain = read(&metrics.text_at(now)).len();
        let metrics = RunMetrics::new();
        feed_everything(&metrics, &id, now);
        let text = metrics.text_at(now);
        prop_assert_eq!(read(&text).len(), plain);
        prop_assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
        // Other readers than ours find the same lines.
        prop_assert_eq!(text.lines().count(), text.split_terminator('\n').count());
    }
}
