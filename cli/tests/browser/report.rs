//! The HTML report, opened from the disk.

use serde_json::{Value, json};

use crate::{
    Test,
    browser::Browser,
    live::{HOSTILE, SHOWN},
    support::{Scratch, case},
    tools::Tools,
};

pub(crate) const ALL: &[Test] = &[
    (
        "a_report_from_the_disk_has_the_figures_of_the_ledger_and_asks_for_nothing",
        a_report_from_the_disk_has_the_figures_of_the_ledger_and_asks_for_nothing,
    ),
    (
        "a_report_on_load_from_the_disk_has_its_charts_and_asks_for_nothing",
        a_report_on_load_from_the_disk_has_its_charts_and_asks_for_nothing,
    ),
    (
        "a_report_on_a_capacity_from_the_disk_has_its_charts_and_asks_for_nothing",
        a_report_on_a_capacity_from_the_disk_has_its_charts_and_asks_for_nothing,
    ),
];

fn a_report_from_the_disk_has_the_figures_of_the_ledger_and_asks_for_nothing(tools: &Tools) {
    let scratch = Scratch::new();
    let cases = [
        case("quick", "echo done"),
        json!({
            "id": "hostile", "name": HOSTILE, "description": HOSTILE,
            "command": format!("printf '%s\\n' '{HOSTILE}'; exit 3"), "expected_patterns": [HOSTILE],
        }),
    ];
    scratch.suite("suite.json", cases);
    let reports = ["--report", "html=run.html"];
    scratch.run_suite(reports).exits(100);
    let reports = ["--report", "html=soak.html", "--iterations", "4"];
    scratch.soak(reports).exits(100);
    let ledger = scratch.ledger();
    let browser = Browser::start(tools);
    for (run, file) in [(1, "run.html"), (2, "soak.html")] {
        let url = format!("file://{}", scratch.path(file).display());
        browser.requests();
        browser.open(&url);
        let attempts = ledger.attempts(run);
        let count = |outcome| attempts.iter().filter(|it| it.outcome == outcome).count() as u64;
        assert_eq!(browser.number("tile('Passed')"), count("passed"));
        assert_eq!(browser.number("tile('Failed')"), count("failed"));
        assert_eq!(browser.number("tile('Skipped')"), 0);
        let page = browser.text("document.body.textContent");
        assert!(page.contains("50.0%") && page.contains(SHOWN), "{page}");
        browser.finds_nothing("injected()");
        browser.finds_nothing("accessibility()");
        browser.look_printed();
        browser.finds_nothing("leftOut()");
        assert!(browser.print().starts_with(b"%PDF"));
        assert_eq!(browser.console(), [""; 0]);
        let requests = browser.requests();
        assert_eq!(requests, [url]);
    }
}

fn a_report_on_load_from_the_disk_has_its_charts_and_asks_for_nothing(tools: &Tools) {
    let scratch = Scratch::new();
    let cases = [
        case("quick", "echo done"),
        json!({
            "id": "hostile", "name": HOSTILE, "description": HOSTILE,
            "command": format!("printf '%s\\n' '{HOSTILE}'; exit 3"), "expected_patterns": [HOSTILE],
        }),
    ];
    scratch.suite("suite.json", cases);
    let args = ["load", "suite.json", "--rate", "20/s", "--duration", "3s"];
    let reports = ["--report", "html=load.html", "--report", "json=load.json"];
    scratch.gauntlet(args).args(reports).run();
    let report: Value = serde_json::from_str(&scratch.read("load.json")).expect("JSON");
    let count = |class: &str| report["total"]["outcomes"][class].as_u64().unwrap_or(0);
    assert!(count("passed") > 0 && count("failed") > 0, "{report}");
    let browser = Browser::start(tools);
    let url = format!("file://{}", scratch.path("load.html").display());
    browser.requests();
    browser.open(&url);
    assert_eq!(browser.number("tile('Passed')"), count("passed"));
    assert_eq!(browser.number("tile('Failed')"), count("failed"));
    let page = browser.text("document.body.textContent");
    assert!(
        page.contains("Response time p95") && page.contains(SHOWN),
        "{page}"
    );
    for chart in [
        "rates",
        "in-flight",
        "times",
        "percentiles",
        "distribution",
        "lag",
    ] {
        let drawn = format!(
            "document.querySelector('svg[aria-labelledby^=\"chart-{chart}-title\"] path:not(.grid, .axis)').getBBox().width + 1 | 0"
        );
        assert!(browser.number(&drawn) > 0, "{chart}");
    }
    browser.finds_nothing("injected()");
    browser.finds_nothing("accessibility()");
    browser.look_printed();
    browser.finds_nothing("leftOut()");
    assert!(browser.print().starts_with(b"%PDF"));
    assert_eq!(browser.console(), [""; 0]);
    assert_eq!(browser.requests(), [url]);
}

fn a_report_on_a_capacity_from_the_disk_has_its_charts_and_asks_for_nothing(tools: &Tools) {
    let scratch = Scratch::new();
    let case = json!({
        "id": "one", "name": HOSTILE, "description": HOSTILE, "command": "echo done", "gates": {"min_success_rate": 0.5},
    });
    let text = json!({ "description": HOSTILE, "tests": [case] }).to_string();
    scratch.write("suite.json", &text);
    // Whether the second gate holds is for the machine to say; a quarter of a second is far from both ends.
    let args = [
        "load",
        "suite.json",
        "--find-capacity",
        "--gate",
        "p95.duration < 250ms",
        "--capacity-range",
        "5/s..20/s",
        "--trial-duration",
        "1s",
        "--warmup",
        "0s",
        "--trial-pause",
        "0s",
        "--max-trials",
        "4",
    ];
    let reports = [
        "--report",
        "html=capacity.html",
        "--report",
        "json=capacity.json",
    ];
    scratch.gauntlet(args).args(reports).run();
    let report: Value = serde_json::from_str(&scratch.read("capacity.json")).expect("JSON");
    let trials = report["trials"].as_array().expect("trials");
    let count = |verdicts: &[&str]| {
        let trials = trials.iter();
        let same = trials.filter(|trial| verdicts.iter().any(|it| trial["verdict"] == *it));
        same.count() as u64
    };
    assert!(!trials.is_empty(), "{report}");
    let browser = Browser::start(tools);
    let url = format!("file://{}", scratch.path("capacity.html").display());
    browser.requests();
    browser.open(&url);
    assert_eq!(
        browser.number("tile('Trials that hold')"),
        count(&["holds"])
    );
    let failed = count(&["gate-failed", "not-taken"]);
    assert_eq!(browser.number("tile('That do not')"), failed);
    let marks =
        "document.querySelectorAll('svg[aria-labelledby^=\"chart-trials-title\"] .mark').length";
    assert_eq!(browser.number(marks), trials.len() as u64);
    for chart in ["trials", "gate-1", "gate-2", "gate-3"] {
        let drawn = format!(
            "document.querySelector('svg[aria-labelledby^=\"chart-{chart}-title\"] .mark').getBoundingClientRect().width + 1 | 0"
        );
        assert!(browser.number(&drawn) > 1, "{chart}");
    }
    let page = browser.text("document.body.textContent");
    assert!(page.contains(SHOWN), "{page}");
    browser.finds_nothing("injected()");
    browser.finds_nothing("accessibility()");
    browser.look_printed();
    browser.finds_nothing("leftOut()");
    assert!(browser.print().starts_with(b"%PDF"));
    assert_eq!(browser.console(), [""; 0]);
    assert_eq!(browser.requests(), [url]);
}
