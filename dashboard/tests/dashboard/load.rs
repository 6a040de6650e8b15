//! The page of a run of load.

use std::{sync::Arc, time::Duration};

use ::load::{ArrivalRate, LiveLoad, Point};
use dashboard::{Dashboard, DashboardConfig, FollowedLoad};
use runner_core::{
    outcome::OutcomeClass::{self, Failed, Passed, Stalled},
    recorded::OutcomeCounts,
    results::RunProblem,
};
use sample_results::load::load_with;

use crate::{
    client::{Follower, get},
    dom::Page,
    hostile_text::{HOSTILE, check},
};

/// A load in which `text` is the name of everything that has a name.
fn followed(text: &str) -> (Dashboard, FollowedLoad) {
    let texts = std::array::from_fn(|_| text.to_owned());
    let load = FollowedLoad::new(load_with(&texts).load);
    let metrics = Arc::new(|| "gauntlet_load_state 1\n".into());
    let dashboard = Dashboard::of_load(DashboardConfig::default(), load.clone(), metrics);
    (dashboard.expect("it starts"), load)
}

fn counts(counts: &[(OutcomeClass, u64)]) -> OutcomeCounts {
    let mut outcomes = OutcomeCounts::default();
    for (class, count) in counts {
        outcomes.add(*class, *count);
    }
    outcomes
}

/// What is known after so many seconds.
fn live(seconds: u64) -> LiveLoad {
    LiveLoad {
        elapsed: Duration::from_secs(seconds),
        planned: Some(Duration::from_secs(3_600)),
        is_warming_up: false,
        is_ending: false,
        scheduled: ArrivalRate::of(100.0),
        last_second: Point {
            outcomes: counts(&[(Passed, 97), (Stalled, 1)]),
            in_flight: 12,
            held: 3,
            ..Point::default()
        },
        in_flight: 11,
        outcomes: counts(&[(Passed, 97 * seconds), (Failed, 2), (Stalled, seconds)]),
        good: 90 * seconds,
        recent: (1..=100).map(Duration::from_millis).collect(),
        lag_max: Duration::from_micros(412),
        last_failure: None,
    }
}

fn read(dashboard: &Dashboard) -> Page {
    Page::read(&get(dashboard.local_addr(), "/").body)
}

#[test]
fn the_page_of_a_load_has_its_rates_outcomes_and_percentiles() {
    let (dashboard, load) = followed("suite");
    load.second(&live(7));
    let page = read(&dashboard);
    assert_eq!(page.id("title").text, "Load of simple_stress_tests");
    assert_eq!(page.id("status").attribute("data-state"), Some("running"));
    for (id, name, value) in [
        ("rate", "data-count", "98"),
        ("in-flight", "data-count", "11"),
        ("count-passed", "data-count", "679"),
        ("count-failed", "data-count", "2"),
        ("count-stalled", "data-count", "7"),
        ("count-good", "data-count", "630"),
        ("success-rate", "data-tried", "688"),
        ("latency-p50", "data-ms", "50"),
        ("latency-p95", "data-ms", "95"),
    ] {
        assert_eq!(page.id(id).attribute(name), Some(value), "{id}");
    }
    assert!(page.id("rate").text.ends_with("scheduled: 100/s"));
    assert!(page.id("held").text.starts_with("3 in the last second"));
}

#[test]
fn before_the_first_second_nothing_is_told_but_what_is_about_to_run() {
    let (dashboard, _load) = followed("suite");
    let page = read(&dashboard);
    assert_eq!(page.id("status").attribute("data-state"), Some("starting"));
    assert_eq!(page.id("executor").text, "suite");
    assert!(page.all("svg").is_empty());
}

#[test]
fn charts_go_over_the_last_five_minutes_however_long_the_load_is() {
    let (dashboard, load) = followed("suite");
    for seconds in 1..=300 {
        load.second(&live(seconds));
    }
    let page = read(&dashboard);
    for chart in ["rates", "in-flight", "times"] {
        page.id(&format!("chart-{chart}-title"));
    }
    let rows = |page: &Page| page.all("tr").len();
    assert_eq!(rows(&page), 61);
    let size = get(dashboard.local_addr(), "/").body.len();
    assert!(size < 64 * 1024, "{size} bytes");
    let (dashboard, load) = followed("suite");
    for seconds in 1..=86_400 {
        load.second(&live(seconds));
    }
    let page = read(&dashboard);
    assert_eq!(rows(&page), 61);
    let heads: Vec<_> = page.all("th").into_iter().map(|it| &*it.text).collect();
    assert!(heads.contains(&"1d 00h 00m"), "{heads:?}");
    let size = get(dashboard.local_addr(), "/").body.len();
    assert!(size < 64 * 1024, "{size} bytes");
}

#[test]
fn those_who_look_see_how_it_ended() {
    let (dashboard, load) = followed("suite");
    load.second(&live(1));
    let mut follower = Follower::of(dashboard.local_addr(), "/events", &[]);
    follower.wait_for("status", "data-state=\"running\"");
    load.ended(&[RunProblem::GateFailed]);
    let state = follower.wait_for("status", "data-state=\"failed\"");
    let problems = state.part("problems").expect("they changed");
    assert!(problems.contains("data-code=\"gate-failed\""), "{problems}");
}

#[test]
fn charts_are_sent_again_with_each_step_and_not_each_second() {
    let (dashboard, load) = followed("suite");
    for seconds in 1..=5 {
        load.second(&live(seconds));
    }
    let mut follower = Follower::of(dashboard.local_addr(), "/events", &[]);
    follower.wait_for("results", "count-passed");
    load.second(&live(6));
    let state = follower.wait_for("results", "data-count=\"582\"");
    assert_eq!(state.part("over-time"), None);
}

#[test]
fn hostile_words_in_a_load_are_text() {
    let (dashboard, load) = followed(HOSTILE);
    let mut failing = live(5);
    failing.last_failure = Some((HOSTILE.into(), HOSTILE.into()));
    load.second(&failing);
    let reason = HOSTILE.to_owned();
    load.ended(&[RunProblem::ExecutorLost { reason }]);
    check(&read(&dashboard), true);
    let mut follower = Follower::of(dashboard.local_addr(), "/events", &[]);
    let state = follower.next().expect("a state");
    for name in state.parts() {
        let foreign = ["problems", "failures", "about"];
        let html = state.part(name).unwrap_or_default();
        check(&Page::of_part(html), foreign.contains(&name));
    }
}
