//! The metrics of a load: what it is told is what its text says.

use std::{collections::BTreeSet, time::Duration};

use ::load::{ArrivalRate, CaseLoad, LATE, LiveLoad, LoadResults, Measured, Tally};
use proptest::prelude::*;
use run_metrics::{
    LOAD_METRICS, LoadMetrics, MAX_CASES, MAX_LABEL_BYTES, METRICS, MetricKind, OTHER,
};
use runner_core::{outcome::OutcomeClass, recorded::OutcomeCounts};
use sample_results::load::{calm_load, eventful_load, load_with};

use crate::support::{Values, read};

fn of_load(load: &LoadResults) -> LoadMetrics {
    let ids = load.measured.cases.iter().map(|case| &*case.id);
    LoadMetrics::new(&load.load, ids)
}

/// The metrics of this load after its end.
pub(crate) fn loaded(load: &LoadResults) -> LoadMetrics {
    let metrics = of_load(load);
    metrics.ended(load);
    metrics
}

fn declared(text: &str) -> BTreeSet<&str> {
    let lines = text.lines();
    lines
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .collect()
}

/// Attempts that passed in these times.
fn passed(id: &str, millis: impl IntoIterator<Item = u64>) -> CaseLoad {
    let response = millis.into_iter().map(Duration::from_millis).collect();
    let mut tally = Tally {
        response,
        ..Tally::default()
    };
    tally
        .outcomes
        .add(OutcomeClass::Passed, tally.response.count());
    CaseLoad {
        id: id.into(),
        tally,
        ..CaseLoad::default()
    }
}

fn measured(cases: Vec<CaseLoad>) -> Measured {
    Measured {
        cases,
        ..Measured::default()
    }
}

fn live() -> LiveLoad {
    LiveLoad {
        scheduled: ArrivalRate::of(200.0),
        in_flight: 11,
        ..LiveLoad::default()
    }
}

#[test]
fn every_metric_of_a_load_is_in_its_text_and_no_other() {
    let text = loaded(&eventful_load()).text();
    let expected: BTreeSet<_> = LOAD_METRICS
        .iter()
        .map(|metric| format!("{} {}", metric.name, metric.kind))
        .collect();
    let expected = expected.iter().map(|it| &**it).collect();
    assert_eq!(declared(&text), expected);
}

#[test]
fn what_a_load_shares_with_a_run_means_the_same() {
    for metric in LOAD_METRICS {
        let is_own = metric.name.starts_with("gauntlet_load_");
        assert_eq!(METRICS.contains(metric), !is_own, "{metric:?}");
    }
}

#[test]
fn what_counts_as_late_is_told_as_it_is_judged() {
    let is_late = |metric: &&run_metrics::MetricDescription| metric.name.contains("_late_");
    let late = LOAD_METRICS.iter().find(is_late).expect("a metric");
    let bound = format!("more than {} ms late", LATE.as_millis());
    assert!(late.help.contains(&bound), "{}", late.help);
}

#[test]
fn a_load_without_a_schedule_tells_nothing_of_one() {
    let text = loaded(&calm_load()).text();
    for absent in ["scheduled", "lag", "late", "held", "never_begun"] {
        assert!(!text.contains(&format!("gauntlet_load_{absent}")), "{text}");
    }
    assert!(text.contains("gauntlet_load_response_seconds_count"));
}

#[test]
fn everything_begins_at_zero_before_the_first_second() {
    let load = eventful_load();
    let values = read(&of_load(&load).text());
    let cases = load.measured.cases.iter().map(|case| &case.id);
    for case in cases {
        for name in [
            format!("gauntlet_attempts_total{{case=\"{case}\",outcome=\"failed\"}}"),
            format!("gauntlet_load_good_attempts_total{{case=\"{case}\"}}"),
            format!("gauntlet_load_response_seconds_count{{case=\"{case}\"}}"),
            "gauntlet_load_lag_seconds_count".into(),
        ] {
            assert_eq!(values.get(&name), Some(&0.0), "{name}");
        }
    }
    assert_eq!(values["gauntlet_load_state{state=\"starting\"}"], 1.0);
}

#[test]
fn the_values_of_a_load_are_those_that_were_measured() {
    let load = eventful_load();
    let metrics = of_load(&load);
    metrics.second(&live(), &load.measured);
    let values = read(&metrics.text());
    let case = &load.measured.cases[1];
    let of_case = |name: &str| values[&format!("{name}{{case=\"{}\"}}", case.id)];
    let outcome = format!(
        "gauntlet_attempts_total{{case=\"{}\",outcome=\"failed\"}}",
        case.id
    );
    assert_eq!(values[&outcome], 3.0);
    assert_eq!(of_case("gauntlet_load_good_attempts_total"), 45.0);
    // From 20 to 109 ms, one in each.
    assert_eq!(of_case("gauntlet_load_response_seconds_count"), 90.0);
    let sum = of_case("gauntlet_load_response_seconds_sum");
    assert!((sum - 5.805).abs() < 0.005, "{sum}");
    let up_to = |bound: &str| {
        let labels = format!("case=\"{}\",le=\"{bound}\"", case.id);
        values[&format!("gauntlet_load_response_seconds_bucket{{{labels}}}")]
    };
    assert_eq!(["0.01", "0.3", "+Inf"].map(up_to), [0.0, 90.0, 90.0]);
    for (name, value) in [
        ("gauntlet_load_in_flight_attempts", 11.0),
        ("gauntlet_load_scheduled_attempts_per_second", 200.0),
        ("gauntlet_load_lag_seconds_count", 190.0),
        ("gauntlet_load_late_attempts_total", 130.0),
        ("gauntlet_load_held_attempts_total", 12.0),
        ("gauntlet_load_never_begun_attempts_total", 5.0),
        ("gauntlet_load_warmup_attempts_total", 100.0),
        ("gauntlet_load_measured_seconds_total", 90.25),
        ("gauntlet_load_busiest_thread_ratio", 0.42),
        ("gauntlet_stream_bytes_total", 190_000.0),
        ("gauntlet_stream_events_total", 570.0),
        ("gauntlet_run_cases", 2.0),
        ("gauntlet_load_state{state=\"running\"}", 1.0),
    ] {
        assert_eq!(values[name], value, "{name}");
    }
}

#[test]
fn the_end_of_a_load_is_told_with_its_problems_and_nothing_is_under_way_any_more() {
    let load = eventful_load();
    let metrics = of_load(&load);
    metrics.second(&live(), &load.measured);
    let running = metrics.text();
    assert!(!running.contains("gauntlet_run_problems"), "{running}");
    metrics.ended(&load);
    let values = read(&metrics.text());
    for problem in &load.problems {
        let name = format!("gauntlet_run_problems{{code=\"{}\"}}", problem.code());
        assert_eq!(values[&name], 1.0);
    }
    assert_eq!(values["gauntlet_load_state{state=\"running\"}"], 0.0);
    assert_eq!(values["gauntlet_load_state{state=\"ended\"}"], 1.0);
    assert_eq!(values["gauntlet_load_in_flight_attempts"], 0.0);
    assert_eq!(values["gauntlet_load_scheduled_attempts_per_second"], 0.0);
}

#[test]
fn cases_of_a_load_beyond_the_bound_share_a_label_and_none_is_lost() {
    let cases = (0..1000).map(|index| passed(&format!("case {index}"), [20]));
    let measured = measured(cases.collect());
    let ids = measured.cases.iter().map(|case| &*case.id);
    let metrics = LoadMetrics::new(&calm_load().load, ids);
    metrics.second(&LiveLoad::default(), &measured);
    let values = read(&metrics.text());
    let counts = values
        .iter()
        .filter(|(name, _)| name.starts_with("gauntlet_load_response_seconds_count"));
    let counts: Vec<_> = counts.map(|(_, count)| *count).collect();
    assert_eq!(counts.len(), MAX_CASES + 1);
    assert_eq!(counts.iter().sum::<f64>(), 1000.0);
    let other = format!("gauntlet_attempts_total{{case=\"{OTHER}\",outcome=\"passed\"}}");
    assert_eq!(values[&other], (1000 - MAX_CASES) as f64);
}

/// What must not fall: counters, and all of a histogram.
fn growing(values: &Values) -> impl Iterator<Item = (&String, f64)> {
    let grows = |name: &str| {
        let of = |metric: &&run_metrics::MetricDescription| name.starts_with(metric.name);
        let metric = LOAD_METRICS.iter().find(of);
        metric.is_some_and(|metric| metric.kind != MetricKind::Gauge)
    };
    let values = values.iter().map(|(name, value)| (name, *value));
    values.filter(move |(name, _)| grows(name))
}

proptest! {
    #[test]
    fn no_counter_of_a_load_falls_whatever_is_told(
        steps in proptest::collection::vec(
            (proptest::collection::vec(0..2_000_000_u64, 0..6), 0..1000_u64, 0..9_u64),
            1..6,
        ),
    ) {
        let metrics = LoadMetrics::new(&eventful_load().load, ["a"]);
        let mut former = read(&metrics.text());
        for (millis, number, missing) in steps {
            // Now and then nothing is known of the case, as after the loss of a thread.
            let cases = (missing > 0).then(|| passed("a", millis));
            let mut told = measured(cases.into_iter().collect());
            told.elapsed = Duration::from_millis(number);
            told.warmup_attempts = number;
            told.pace.held = number;
            told.pace.lag.record(Duration::from_millis(number));
            metrics.second(&live(), &told);
            let values = read(&metrics.text());
            for (name, before) in growing(&former) {
                prop_assert!(values[name] >= before, "{} {} {}", name, before, values[name]);
            }
            former = values;
        }
    }

    #[test]
    fn hostile_names_stay_values_of_labels_of_a_load(
        text in r#"(?s)[ab"\\\n\r{},= #\u{0}\u{1b}\u{2028}é☃]{0,12}|(?s).{0,400}"#,
    ) {
        let plain = loaded(&eventful_load()).text();
        let hostile = loaded(&load_with(&std::array::from_fn(|_| text.clone()))).text();
        prop_assert_eq!(read(&hostile).len(), read(&plain).len());
        prop_assert!(!hostile.contains(|c: char| c.is_control() && c != '\n'));
        let longest = hostile.lines().map(str::len).max().unwrap_or_default();
        // Escaped, a byte takes two.
        prop_assert!(longest < 8 * MAX_LABEL_BYTES + 400, "{}", longest);
    }
}

#[test]
fn what_cases_came_to_is_counted_by_outcome() {
    let mut outcomes = OutcomeCounts::default();
    let told = &OutcomeClass::ALL[..OutcomeClass::ALL.len() - 1];
    for (index, class) in told.iter().enumerate() {
        outcomes.add(*class, index as u64 + 1);
    }
    let mut case = passed("a", []);
    case.tally.outcomes = outcomes;
    let metrics = LoadMetrics::new(&calm_load().load, ["a"]);
    metrics.second(&LiveLoad::default(), &measured(vec![case]));
    let values = read(&metrics.text());
    for (index, class) in told.iter().enumerate() {
        let labels = format!("{{case=\"a\",outcome=\"{}\"}}", class.as_str());
        let count = values[&format!("gauntlet_attempts_total{labels}")];
        assert_eq!(count, index as f64 + 1.0, "{labels}");
    }
}
