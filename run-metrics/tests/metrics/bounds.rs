//! How much there is stays bounded.

use std::collections::BTreeSet;

use run_metrics::{MAX_CASES, MAX_LABEL_BYTES, OTHER, RunMetrics};
use runner_core::outcome::Outcome;
use tokio::time::Instant;

use crate::support::{attempt, feed_everything, read, report};

/// The values of the label `case`, unescaped as far as ours need it.
fn cases(text: &str) -> BTreeSet<String> {
    let values = read(text);
    let parts = values.keys().filter_map(|name| name.split_once("{case=\""));
    parts
        .filter_map(|(_, rest)| Some(rest.split_once('"')?.0.to_owned()))
        .collect()
}

#[test]
fn the_number_of_cases_with_a_label_is_bounded_and_none_is_lost() {
    let (metrics, now) = (RunMetrics::new(), Instant::now());
    let passed = report(Outcome::Passed, 20);
    let one = |index: u64| attempt(&metrics, &format!("case {index}"), 1, &passed, now);
    (0..10_000).for_each(one);
    let size = metrics.text_at(now).len();
    (0..10_000).for_each(one);
    let text = metrics.text_at(now);
    let cases = cases(&text);
    assert_eq!(cases.len(), MAX_CASES + 1);
    assert!(cases.contains(OTHER) && cases.contains("case 0"));
    let values = read(&text);
    let passed: f64 = cases
        .iter()
        .map(|case| {
            let labels = format!("{{case=\"{case}\",outcome=\"passed\"}}");
            values[&format!("gauntlet_attempts_total{labels}")]
        })
        .sum();
    assert_eq!(passed, 20_000.0);
    // Only the numbers themselves have become longer.
    assert!(text.len() < size + size / 10, "{size}, {}", text.len());
}

#[test]
fn a_case_that_is_called_other_is_not_taken_for_the_others() {
    let (metrics, now) = (RunMetrics::new(), Instant::now());
    attempt(&metrics, OTHER, 1, &report(Outcome::Passed, 20), now);
    let cases = cases(&metrics.text_at(now));
    assert_eq!(cases.len(), 1);
    assert!(!cases.contains(OTHER), "{cases:?}");
}

#[test]
fn long_names_are_cut_and_stay_apart() {
    let (metrics, now) = (RunMetrics::new(), Instant::now());
    for end in ["1", "2"] {
        let id = format!("{}{end}", "x".repeat(5000));
        feed_everything(&metrics, &id, now);
    }
    let text = metrics.text_at(now);
    let cases = cases(&text);
    assert_eq!(cases.len(), 2);
    assert!(cases.iter().all(|case| case.len() <= MAX_LABEL_BYTES));
    let longest = text.lines().map(str::len).max().unwrap_or_default();
    assert!(longest < 1000, "{longest}");
}
