//! What the pages show, and where they are.

use std::sync::Arc;

use dashboard::{Content, Dashboard, DashboardConfig};
use runner_core::{
    recorded::{RecordedProblem, RecordedState},
    results::RunProblem,
};

use crate::{
    client::{get, send},
    dom::Page,
    samples::{Made, Records, following, of_records, recorded},
};

#[test]
fn the_page_of_a_run_has_its_counts_before_anything_is_recorded() {
    let dashboard = following(Content::default());
    let mut made = Made::new("suite");
    for _ in 0..3 {
        made.pass();
    }
    made.fail();
    made.begin();
    made.follow(&dashboard, None);
    let page = Page::read(&get(dashboard.local_addr(), "/").body);
    let rate = page.id("success-rate");
    assert_eq!(rate.attribute("data-passed"), Some("3"));
    assert_eq!(rate.attribute("data-tried"), Some("4"));
    assert_eq!(page.id("count-failed").attribute("data-count"), Some("1"));
    assert_eq!(page.id("status").attribute("data-state"), Some("running"));
    assert_eq!(page.id("latency-p95").attribute("data-ms"), Some("20"));
    assert!(page.id("running-case").text.contains("attempt 5"));
    assert!(
        page.id("failure-4")
            .text
            .contains("exit code 1 instead of 0")
    );
    assert!(page.id("part-over-time").text.contains("no ledger"));
}

#[test]
fn the_page_of_a_run_has_charts_drift_and_outages_of_what_is_recorded() {
    let dashboard = following(Records::of([recorded(3, "suite")]).content());
    let made = Made::new("suite");
    made.follow(&dashboard, Some(3));
    let page = Page::read(&get(dashboard.local_addr(), "/").body);
    assert_eq!(page.id("title").text, "Soak of suite");
    for chart in [
        "chart-rate",
        "chart-durations",
        "chart-executor-rss",
        "chart-executor-cpu",
    ] {
        assert!(!page.id(&format!("{chart}-desc")).text.is_empty());
    }
    let drift = page.id("drift");
    assert_eq!(drift.attribute("data-state"), Some("found"));
    assert!(
        drift.text.contains("memory of the executor grows 60 MiB/h"),
        "{drift:?}"
    );
    assert!(page.id("part-outages").text.contains("1m 30s"));
    assert_eq!(page.id("run-id").text, "3");
    // All elements that a part is put into have a heading or are one.
    for part in page
        .0
        .iter()
        .filter_map(|it| it.attribute("id")?.strip_prefix("part-"))
    {
        if !["status", "problems"].contains(&part) {
            page.id(&format!("h-{part}"));
        }
    }
}

#[test]
fn an_end_is_told_with_what_speaks_against_it() {
    let dashboard = following(Content::default());
    let made = Made::new("suite");
    made.follow(&dashboard, None);
    made.end(vec![RunProblem::CaseFailed]);
    let page = Page::read(&get(dashboard.local_addr(), "/").body);
    assert_eq!(page.id("status").attribute("data-state"), Some("failed"));
    let item = page
        .all("li")
        .into_iter()
        .find(|it| it.attribute("data-code").is_some());
    let code = item.and_then(|it| it.attribute("data-code"));
    assert_eq!(code, Some(RunProblem::CaseFailed.code()));
    assert_eq!(page.id("elapsed").text, "7.00s");
    let following = following(Content::default());
    let interrupted = Made::new("suite");
    interrupted.follow(&following, None);
    interrupted.end(vec![RunProblem::Interrupted, RunProblem::CaseFailed]);
    let page = Page::read(&get(following.local_addr(), "/").body);
    let status = page.id("status");
    assert_eq!(status.attribute("data-state"), Some("interrupted"));
    assert!(status.text.contains("with 1 further problem"), "{status:?}");
}

#[test]
fn a_ledger_is_a_list_of_runs_and_a_page_for_each() {
    let mut ended = recorded(4, "suite");
    ended.state = RecordedState::Ended("completed".into());
    let mut failed = recorded(5, "suite");
    failed.state = RecordedState::Ended("completed".into());
    let code = "gate-failed".to_owned();
    let text = "a gate does not hold".to_owned();
    failed.problems = vec![RecordedProblem { code, text }];
    let mut broken = recorded(6, "suite");
    broken.state = RecordedState::Broken;
    let dashboard = of_records(&Records::of([recorded(3, "suite"), ended, failed, broken]));
    let address = dashboard.local_addr();
    let list = Page::read(&get(address, "/").body);
    for (id, state) in [(3, "running"), (4, "passed"), (5, "failed"), (6, "broken")] {
        let row = list.id(&format!("run-{id}"));
        assert_eq!(row.attribute("data-state"), Some(state));
        let page = Page::read(&get(address, &format!("/runs/{id}")).body);
        assert_eq!(page.id("status").attribute("data-state"), Some(state));
        assert_eq!(
            page.id("count-passed").attribute("data-count"),
            Some("1200")
        );
        assert_eq!(page.id("count-failed").attribute("data-count"), Some("1"));
    }
    assert_eq!(
        Page::read(&get(address, "/runs").body).id("title").text,
        "Runs"
    );
    assert_eq!(get(address, "/runs/7").status, 404);
    assert_eq!(get(address, "/runs/7/events").status, 404);
    assert_eq!(get(address, "/metrics").status, 404);
}

#[test]
fn metrics_are_answered_as_prometheus_expects_them() {
    let content = Content {
        source: None,
        metrics: Some(Arc::new(|| "gauntlet_up 1\n".into())),
    };
    let dashboard = Dashboard::start(DashboardConfig::default(), content).expect("it starts");
    let answer = get(dashboard.local_addr(), "/metrics");
    assert_eq!((answer.status, &*answer.body), (200, "gauntlet_up 1\n"));
    let expected = "text/plain; version=0.0.4; charset=utf-8";
    assert_eq!(answer.header("content-type"), Some(expected));
    assert_eq!(
        get(dashboard.local_addr(), "/runs").status,
        404,
        "no ledger"
    );
}

#[test]
fn every_answer_keeps_browsers_to_this_server() {
    let dashboard = following(Records::of([recorded(3, "suite")]).content());
    let address = dashboard.local_addr();
    for (path, status, caching) in [
        ("/", 200, "no-store"),
        ("/runs", 200, "no-store"),
        ("/runs/3", 200, "no-store"),
        ("/healthz", 200, "no-store"),
        ("/style.css", 200, "no-cache"),
        ("/live.js", 200, "no-cache"),
        ("/icon.svg", 200, "no-cache"),
        ("/nothing", 404, "no-store"),
        ("/runs/x", 404, "no-store"),
    ] {
        let answer = get(address, path);
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("cache-control"), Some(caching), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        let policy = answer.header("content-security-policy").expect("a policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ] {
            assert!(
                policy.split("; ").any(|it| it == rule),
                "{rule} in {policy}"
            );
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    for path in ["/", "/runs", "/runs/3", "/events", "/live.js", "/healthz"] {
        let answer = send(address, &format!("HEAD {path}"), &[]);
        assert_eq!((answer.status, &*answer.body), (200, ""), "{path}");
    }
}

#[test]
fn pages_have_landmarks_and_ask_no_other_host() {
    let dashboard = following(Records::of([recorded(3, "suite")]).content());
    Made::new("suite").follow(&dashboard, Some(3));
    for path in ["/", "/runs"] {
        let page = Page::read(&get(dashboard.local_addr(), path).body);
        for (landmark, count) in [("main", 1), ("header", 1), ("nav", 1), ("h1", 1)] {
            assert_eq!(page.all(landmark).len(), count, "{landmark} of {path}");
        }
        for table in page.all("table") {
            assert!(!table.text.is_empty());
        }
        assert_eq!(page.all("table").len(), page.all("caption").len());
        for heading in page.all("th") {
            assert!(heading.attribute("scope").is_some(), "{heading:?}");
        }
        for chart in page
            .all("svg")
            .iter()
            .filter(|it| it.attribute("class") == Some("chart"))
        {
            assert_eq!(chart.attribute("role"), Some("img"));
        }
        for element in &page.0 {
            for link in ["href", "src"]
                .iter()
                .filter_map(|it| element.attribute(it))
            {
                assert!(
                    link.is_empty() || link.starts_with(['/', '#']),
                    "{element:?}"
                );
            }
            assert_eq!(element.attribute("style"), None, "{element:?}");
        }
        let live: Vec<_> = page
            .0
            .iter()
            .filter(|it| it.attribute("aria-live").is_some())
            .collect();
        assert!(
            live.iter()
                .all(|it| it.attribute("id") == Some("part-status"))
        );
    }
}
