//! What events make of the numbers.

use std::time::Duration;

use run_metrics::RunMetrics;
use runner_core::{
    events::RunEvent,
    outcome::{Outcome, SkipReason},
    self_sample::Samples,
};
use tokio::time::Instant;

use crate::support::{attempt, failed, feed_everything, read, report, samples, start};

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn attempts_count_by_case_and_outcome_and_begin_at_zero() {
    let (metrics, now) = (RunMetrics::new(), Instant::now());
    start(&metrics, "suite", now);
    attempt(&metrics, "a", 1, &report(Outcome::Passed, 20), now);
    attempt(&metrics, "a", 2, &report(failed(), 4000), now);
    let values = read(&metrics.text_at(now));
    for (outcome, count) in [("passed", 1.0), ("failed", 1.0), ("stalled", 0.0)] {
        let name = format!("gauntlet_attempts_total{{case=\"a\",outcome=\"{outcome}\"}}");
        assert_eq!(values[&name], count, "{name}");
    }
    let bucket = |le| format!("gauntlet_attempt_duration_seconds_bucket{{case=\"a\",le=\"{le}\"}}");
    let counts = ["0.01", "0.03", "3", "10", "+Inf"].map(|le| values[&bucket(le)]);
    assert_eq!(counts, [0.0, 1.0, 1.0, 2.0, 2.0]);
    let sum = values["gauntlet_attempt_duration_seconds_sum{case=\"a\"}"];
    assert!((sum - 4.02).abs() < 1e-9, "{sum}");
    assert_eq!(values["gauntlet_iterations_total"], 2.0);
    assert_eq!(values["gauntlet_stream_events_total"], 6.0);
}

#[test]
fn an_attempt_that_did_not_run_to_an_end_has_no_duration() {
    let (metrics, now) = (RunMetrics::new(), Instant::now());
    let program = "x".to_owned();
    let reason = SkipReason::MissingRequirement { program };
    for outcome in [Outcome::Skipped { reason }, Outcome::Cancelled] {
        attempt(&metrics, "a", 1, &report(outcome, 20), now);
    }
    let values = read(&metrics.text_at(now));
    assert_eq!(
        values["gauntlet_attempts_total{case=\"a\",outcome=\"cancelled\"}"],
        1.0
    );
    assert_eq!(
        values["gauntlet_attempt_duration_seconds_count{case=\"a\"}"],
        0.0
    );
}

#[test]
fn an_outage_grows_while_it_lasts_and_counts_once() {
    let (metrics, now) = (RunMetrics::new(), Instant::now());
    start(&metrics, "suite", now);
    attempt(&metrics, "a", 1, &report(Outcome::Passed, 20), now);
    let up = |metrics: &RunMetrics, at| {
        let values = read(&metrics.text_at(at));
        [
            "gauntlet_executor_up",
            "gauntlet_executor_outages_total",
            "gauntlet_executor_outage_seconds_total",
            "gauntlet_under_test_seconds_total",
            "gauntlet_run_state{state=\"away\"}",
            "gauntlet_run_state{state=\"running\"}",
        ]
        .map(|name| values[name])
    };
    let at = now + seconds(10);
    let trouble = Some("refused");
    assert_eq!(up(&metrics, at), [1.0, 0.0, 0.0, 10.0, 0.0, 1.0]);
    metrics.on_event(&RunEvent::HealthChanged { trouble }, at);
    let at = at + seconds(5);
    assert_eq!(up(&metrics, at), [0.0, 1.0, 5.0, 15.0, 1.0, 0.0]);
    let at = at + seconds(5);
    metrics.on_event(&RunEvent::HealthChanged { trouble: None }, at);
    // Somebody who asked a moment ago is served after the event.
    let earlier = at - seconds(1);
    assert_eq!(up(&metrics, earlier), [1.0, 1.0, 10.0, 20.0, 0.0, 1.0]);
    let at = at + seconds(5);
    assert_eq!(up(&metrics, at), [1.0, 1.0, 10.0, 25.0, 0.0, 1.0]);
}

#[test]
fn samples_of_spans_add_up_and_an_executor_out_of_sight_has_no_size() {
    let (metrics, now) = (RunMetrics::new(), Instant::now());
    start(&metrics, "suite", now);
    let runner = "gauntlet_runner_resident_memory_bytes";
    let values = read(&metrics.text_at(now));
    assert!(!values.contains_key(runner), "nothing was measured yet");
    let mut seen = samples();
    metrics.on_event(&RunEvent::Sampled { samples: &seen }, now);
    metrics.on_event(&RunEvent::Sampled { samples: &seen }, now);
    let values = read(&metrics.text_at(now));
    assert_eq!(values["gauntlet_executor_cpu_seconds_total"], 4.0);
    assert_eq!(values["gauntlet_executor_resident_memory_bytes"], 5e6);
    assert_eq!(values["gauntlet_ledger_commits_total"], 14.0);
    assert_eq!(values[runner], 1e6);
    seen = Samples {
        executor: None,
        ..seen
    };
    metrics.on_event(&RunEvent::Sampled { samples: &seen }, now);
    let values = read(&metrics.text_at(now));
    assert!(!values.contains_key("gauntlet_executor_resident_memory_bytes"));
    assert_eq!(values["gauntlet_executor_cpu_seconds_total"], 4.0);
}

#[test]
fn findings_and_agents_are_summed_and_the_end_is_told() {
    let (metrics, now) = (RunMetrics::new(), Instant::now());
    feed_everything(&metrics, "a", now);
    let values = read(&metrics.text_at(now + seconds(100)));
    for (name, value) in [
        ("gauntlet_findings_total{code=\"not-json\"}", 2.0),
        ("gauntlet_finding_attempts_total{code=\"not-json\"}", 1.0),
        ("gauntlet_findings_total{code=\"leaked-process\"}", 0.0),
        ("gauntlet_agent_cost_dollars_total", 0.25),
        ("gauntlet_agent_tokens_total{kind=\"output\"}", 2.0),
        ("gauntlet_run_state{state=\"ended\"}", 1.0),
        ("gauntlet_run_problems{code=\"case-failed\"}", 1.0),
        // It has ended, and takes no more time.
        ("gauntlet_under_test_seconds_total", 0.0),
    ] {
        assert_eq!(values[name], value, "{name}");
    }
}
