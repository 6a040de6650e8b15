//! The live page, while a soak goes on and after it.

use rustix::process::Signal;
use serde_json::json;

use crate::{
    Test,
    browser::Browser,
    support::{Barrier, Ended, Program, Running, Scratch, case},
    tools::Tools,
};

pub(crate) const ALL: &[Test] = &[
    (
        "the_live_page_follows_a_soak_and_ends_with_the_figures_of_its_ledger",
        the_live_page_follows_a_soak_and_ends_with_the_figures_of_its_ledger,
    ),
    (
        "without_scripts_the_live_page_is_the_state_it_was_loaded_with",
        without_scripts_the_live_page_is_the_state_it_was_loaded_with,
    ),
    (
        "everything_on_the_live_page_is_reached_with_the_keyboard_and_seen_there",
        everything_on_the_live_page_is_reached_with_the_keyboard_and_seen_there,
    ),
    (
        "the_live_page_follows_a_load_until_its_end",
        the_live_page_follows_a_load_until_its_end,
    ),
];

/// Markup that would run, were it taken for markup; a colour for terminals, and text that turns around.
pub(crate) const HOSTILE: &str = "<script>window.broken=1</script><img src=x onerror=window.broken=1> \
                                  \u{1b}[31m\u{202e}desrever\u{202c}";

/// How it is shown.
pub(crate) const SHOWN: &str = "<script>window.broken=1</script><img src=x onerror=window.broken=1> \
                                ␛[31m\\u{202e}desrever\\u{202c}";

/// A soak of cases that take some hundred milliseconds each, one of which fails, and the last of which waits
/// in each iteration until it is let go on.
struct Held {
    scratch: Scratch,
    barrier: Barrier,
    soak: Running,
    url: String,
}

impl Held {
    fn start(iterations: &str) -> Self {
        let scratch = Scratch::new();
        let barrier = scratch.barrier("barrier");
        let hostile = format!("printf '%s\\n' '{HOSTILE}'; {}", barrier.command());
        let cases = [
            case("quick", "sleep 0.1; echo done"),
            json!({
                "id": "failing", "command": "sleep 0.1; echo oops; exit 3", "expected_patterns": [HOSTILE],
            }),
            case("slow", "sleep 0.3"),
            json!({ "id": "hostile", "name": HOSTILE, "command": hostile }),
        ];
        scratch.suite("suite.json", cases);
        let program = scratch.soak(["--iterations", iterations]);
        let (soak, url) = shown(program.args(["--dashboard", "127.0.0.1:0"]));
        Self {
            scratch,
            barrier,
            soak,
            url,
        }
    }

    fn end(mut self, iterations: usize) -> (Scratch, Ended) {
        for _ in 0..iterations {
            self.barrier.open();
        }
        (self.scratch, self.soak.wait())
    }
}

/// The program with a dashboard, and the URL of that.
pub(crate) fn shown(program: Program) -> (Running, String) {
    let mut running = program.spawn();
    let line = running.wait_for("dashboard: http://");
    let url = line.split_whitespace().last().expect("a URL").to_owned();
    (running, url)
}

/// Waits for the last case of an iteration, before which so many were tried.
fn wait_for_hostile(browser: &Browser, tried: u64) {
    browser.wait_until(&format!(
        "data('success-rate', 'tried') === {tried} && text('last-line').includes('<script>')"
    ));
}

fn the_live_page_follows_a_soak_and_ends_with_the_figures_of_its_ledger(tools: &Tools) {
    let browser = Browser::start(tools);
    let mut held = Held::start("3");
    browser.open(&held.url);
    browser.value("(window.isLoadedOnce = true)");
    wait_for_hostile(&browser, 3);
    assert_eq!(browser.text("text('last-line')"), SHOWN);
    let running = browser.text("text('running-case')");
    assert!(running.starts_with(SHOWN), "{running}");
    let why = browser.text("text('failure-2')");
    assert!(
        why.contains("exit code 3") && why.contains("<script>"),
        "{why}"
    );
    for tried in [7, 11] {
        held.barrier.open();
        wait_for_hostile(&browser, tried);
    }
    let url = held.url.clone();
    let (scratch, ended) = held.end(1);
    assert_eq!(ended.code, Some(100), "{ended}");
    browser.wait_until("state() === 'failed' && !id('connection').hidden");
    let connection = browser.text("text('connection')");
    assert!(connection.contains("The run is over"), "{connection}");
    assert_eq!(browser.value("window.isLoadedOnce"), true);
    let ledger = scratch.ledger();
    let attempts = ledger.attempts(1);
    let count = |outcome| attempts.iter().filter(|it| it.outcome == outcome).count() as u64;
    assert_eq!((count("passed"), count("failed")), (9, 3));
    for (figure, expected) in [
        ("data('success-rate', 'passed')", 9),
        ("data('success-rate', 'tried')", 12),
        ("data('count-passed', 'count')", 9),
        ("data('count-failed', 'count')", 3),
        ("data('count-skipped', 'count')", 0),
        ("data('count-not-run', 'count')", 0),
        ("data('count-outages', 'count')", 0),
    ] {
        assert_eq!(browser.number(figure), expected, "{figure}");
    }
    assert!(browser.text("text('success-rate')").contains("75.0%"));
    // What did not happen is no cause for colours.
    let tile = browser.text("id('count-outages').parentElement.className");
    assert_eq!(tile, "tile");
    let longest: i64 = ledger.one("SELECT max(elapsed_us) / 1000 FROM attempts WHERE outcome = 0");
    let longest = longest.unsigned_abs();
    let p50 = browser.number("data('latency-p50', 'ms')");
    let p95 = browser.number("data('latency-p95', 'ms')");
    // Histograms round, by less than a hundredth.
    assert!(
        100 <= p50 && p50 <= p95 && p95 <= longest + longest / 50 + 1,
        "{p50} {p95} {longest}"
    );
    browser.finds_nothing("injected()");
    browser.finds_nothing("accessibility()");
    assert_eq!(browser.console(), [""; 0]);
    let requests = browser.requests();
    let is_foreign = |asked: &&String| !asked.starts_with(&url);
    let foreign: Vec<_> = requests.iter().filter(is_foreign).collect();
    assert!(foreign.is_empty() && !requests.is_empty(), "{requests:?}");
    // Had one got in, it would not have run.
    browser.value("insertScript()");
    assert_eq!(browser.value("window.broken"), json!(null));
    let refused = browser.console().concat();
    assert!(refused.contains("Content Security Policy"), "{refused}");
}

fn without_scripts_the_live_page_is_the_state_it_was_loaded_with(tools: &Tools) {
    let browser = Browser::start(tools);
    let with_scripts = Browser::start(tools);
    let held = Held::start("1");
    // It is drawn at most once a second: the state to be loaded is there when others see it.
    with_scripts.open(&held.url);
    wait_for_hostile(&with_scripts, 3);
    drop(with_scripts);
    browser.without_scripts();
    browser.open(&held.url);
    assert_eq!(browser.number("data('success-rate', 'tried')"), 3);
    assert_eq!(browser.text("text('last-line')"), SHOWN);
    assert_eq!(browser.text("state()"), "running");
    let says = "[...document.querySelectorAll('noscript')].filter(isShown).map((it) => it.textContent).join()";
    let told = browser.text(says);
    assert!(told.contains("load it again"), "{told}");
    browser.finds_nothing("injected()");
    let (_scratch, ended) = held.end(1);
    assert_eq!(ended.code, Some(100), "{ended}");
    // Nobody told the page.
    assert_eq!(browser.number("data('success-rate', 'tried')"), 3);
}

fn everything_on_the_live_page_is_reached_with_the_keyboard_and_seen_there(tools: &Tools) {
    let browser = Browser::start(tools);
    let held = Held::start("1");
    browser.open(&held.url);
    wait_for_hostile(&browser, 3);
    for expected in ["Skip to the content", "The current run", "All runs"] {
        browser.press("Tab");
        assert_eq!(browser.text("focus()"), expected);
    }
    // What changes meanwhile leaves the focus alone.
    let before = browser.text("text('elapsed')");
    browser.wait_until(&format!("text('elapsed') !== {}", json!(before)));
    assert_eq!(browser.text("focus()"), "All runs");
    browser.press("Enter");
    browser.wait_until("id('run-1') !== null");
    assert_eq!(browser.url(), format!("{}runs", held.url));
    browser.finds_nothing("accessibility()");
    browser.press("Tab");
    browser.press("Enter");
    assert_eq!(browser.text("document.activeElement.id"), "main");
    // The frame of the table comes first: it can be scrolled.
    browser.press("Tab");
    assert_eq!(browser.text("document.activeElement.className"), "scroll");
    browser.press("Tab");
    assert_eq!(browser.text("focus()"), "1");
    browser.press("Enter");
    browser.wait_until("text('run-id') === '1'");
    assert_eq!(browser.url(), format!("{}runs/1", held.url));
    let (_scratch, ended) = held.end(1);
    assert_eq!(ended.code, Some(100), "{ended}");
}

fn the_live_page_follows_a_load_until_its_end(tools: &Tools) {
    let browser = Browser::start(tools);
    let scratch = Scratch::new();
    let hostile = json!({
        "id": "hostile", "name": HOSTILE, "command": format!("printf '%s\\n' '{HOSTILE}'"),
        "expected_patterns": ["never"],
    });
    scratch.suite("suite.json", [case("quick", "sleep 0.1"), hostile]);
    // Closed: nothing can be late, however busy the machine is.
    let args = [
        "load",
        "suite.json",
        "--concurrency",
        "2",
        "--duration",
        "5m",
    ];
    let (running, url) = shown(scratch.gauntlet(args).args(["--dashboard", "127.0.0.1:0"]));
    browser.open(&url);
    browser.value("(window.isLoadedOnce = true)");
    browser.wait_until("state() === 'running' && id('chart-times-title') !== null");
    for figure in [
        "count-passed",
        "count-failed",
        "latency-p99",
        "in-flight",
        "rate",
    ] {
        assert_ne!(browser.text(&format!("text('{figure}')")), "", "{figure}");
    }
    browser.finds_nothing("injected()");
    browser.finds_nothing("accessibility()");
    running.signal(Signal::INT);
    let ended = running.wait();
    assert_eq!(ended.code, Some(130), "{ended}");
    browser.wait_until("state() === 'interrupted' && !id('connection').hidden");
    assert_eq!(browser.value("window.isLoadedOnce"), true);
    assert_eq!(browser.value("typeof window.broken"), "undefined");
}
