//! Runs of load in the ledger: what is made of them is what their process made.

use misbehaving_executor::{Answer, Script, wire};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Scratch, case, serving};

const LINES: &str =
    "{\"type\":\"output\",\"data\":\"hello\"}\n{\"type\":\"complete\",\"exit_code\":0}\n";

fn scratch() -> Scratch {
    let failing = json!({ "id": "odd", "command": "echo strange", "expected_patterns": ["usual"] });
    Scratch::with_cases([case("good", "echo good"), failing])
}

/// What the program says as JSON.
fn told(scratch: &Scratch, args: &[&str]) -> Value {
    let ended = scratch.gauntlet(args.iter().copied()).exits(0);
    serde_json::from_str(&ended.stdout).expect("JSON")
}

#[test]
fn reports_on_a_load_in_the_ledger_are_those_that_its_process_wrote() {
    for (args, code) in [
        (&["--concurrency", "3", "--iterations", "20"][..], 100),
        (
            &[
                "--rate",
                "40/s",
                "--duration",
                "2500ms",
                "--warmup",
                "300ms",
                "--arrival",
                "poisson",
                "--gate",
                "success_rate >= 99%",
            ],
            99,
        ),
    ] {
        let scratch = scratch();
        let reports = "md=a.md,html=a.html,json=a.json";
        let ended = scratch
            .gauntlet(["load", "suite.json", "--report", reports])
            .args(args.iter().copied())
            .run();
        // A machine that is too busy makes a load invalid, and the ledger has that as well.
        assert!([Some(code), Some(107)].contains(&ended.code), "{ended}");
        for format in ["md", "html", "json"] {
            let output = format!("b.{format}");
            let args = ["report", "latest", "--format", format, "--output", &output];
            scratch.gauntlet(args).exits(0);
            let written = scratch.read(&format!("a.{format}"));
            assert!(scratch.read(&output) == written, "{args:?}");
        }
    }
}

#[test]
fn a_load_is_listed_and_shown_and_compared_with_nothing() {
    let scratch = scratch();
    let load = ["load", "suite.json", "--iterations", "3"];
    scratch.gauntlet(load).exits(100);
    let history = told(&scratch, &["history", "--json"]);
    let line = &history["runs"][0];
    assert_eq!(line["kind"], "load");
    assert_eq!((&line["attempts"], &line["passed"]), (&json!(6), &json!(3)));
    assert_eq!(line["state"], "completed");
    let shown = told(&scratch, &["show", "--json"]);
    assert_eq!(shown["report"]["document"], "load");
    assert_eq!(shown["report"]["failures"][0]["count"], 3);
    assert_eq!(shown["report"]["standing"], Value::Null);
    let page = scratch.gauntlet(["show", "1"]).exits(0);
    for words in [
        "load 1: completed, but no success",
        "closed, 10 at a time",
        "✗ a case failed",
        "not found in the output: \"usual\"",
    ] {
        assert!(page.stdout.contains(words), "no {words:?} in {page}");
    }
    for args in [
        &["compare", "1", "1"][..],
        &["soak", "suite.json", "--iterations", "1", "--against", "1"],
    ] {
        let ended = scratch.gauntlet(args.iter().copied()).exits(2);
        ended.says([
            "is one of load",
            "`gauntlet report RUN` tell what came of it",
        ]);
    }
    scratch
        .gauntlet(["soak", "--resume", "1"])
        .exits(2)
        .says(["it is no soak"]);
    for format in ["junit", "tap", "github"] {
        scratch
            .gauntlet(["report", "1", "--format", format])
            .exits(2)
            .says([&*format!("there is no report on load in {format}")]);
    }
    let graduation = told(&scratch, &["graduation", "--json"]);
    assert_eq!(
        graduation["suites"],
        json!([]),
        "load brings nothing nearer"
    );
}

#[test]
fn a_load_that_is_killed_loses_its_last_seconds_and_nothing_else() {
    let answer = Answer::new()
        .send(wire::sized_head(LINES.len()))
        .send(LINES);
    let server = serving(Script::answering(answer));
    let scratch = Scratch::with_cases([case("a", "x")]);
    let mut running = scratch
        .gauntlet(["load", "suite.json", "--json", "--rate", "30/s"])
        .args(["--duration", "300s", "--url", &server.url()])
        .spawn();
    for _ in 0..7 {
        running.wait_for("load_second");
    }
    let goes_on = told(&scratch, &["show", "--json"]);
    assert_eq!(goes_on["state"], "running");
    running.signal(Signal::KILL);
    running.wait();
    let shown = told(&scratch, &["show", "--json"]);
    assert_eq!(shown["state"], "broken-off");
    let report = &shown["report"];
    assert_eq!(report["standing"], "broken-off");
    // Five seconds were kept by then, and are not any less.
    let points = report["series"]["points"].as_array().expect("points");
    assert!(points.len() >= 4, "{report}");
    let begun: u64 = points.iter().filter_map(|it| it["begun"].as_u64()).sum();
    assert!(begun >= 4 * 30 - 1, "{report}");
    let passed = report["total"]["outcomes"]["passed"].as_u64();
    assert!(passed >= Some(begun - 10), "{report}");
    let markdown = scratch.gauntlet(["report", "latest"]).exits(0);
    assert!(
        markdown.stdout.contains("❌ **The run was broken off**"),
        "{markdown}"
    );
}

#[test]
fn a_load_whose_executor_is_not_there_is_in_the_ledger_with_the_reason() {
    let server = serving(Script::refusing());
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = ["load", "suite.json", "--report", "json=a.json", "--url"];
    scratch.gauntlet(args).args([&*server.url()]).exits(103);
    let shown = told(&scratch, &["show", "--json"]);
    assert_eq!(shown["state"], "executor-unavailable");
    let written: Value = serde_json::from_str(&scratch.read("a.json")).expect("JSON");
    assert_eq!(shown["report"], written);
}

#[test]
fn a_ledger_that_cannot_be_used_is_known_before_anything_runs_and_none_is_kept_where_none_is_wanted()
 {
    let scratch = scratch();
    scratch.write("notes.txt", "x".repeat(200));
    let load = |ledger| {
        let args = [
            "load",
            "suite.json",
            "--iterations",
            "1",
            "--ledger",
            ledger,
        ];
        scratch.gauntlet(args)
    };
    load("notes.txt")
        .exits(2)
        .says(["is no ledger of gauntlet"]);
    load("notes.txt/below.db").exits(110);
    assert!(
        !scratch.exists("reports/suite_load_report.md"),
        "nothing ran"
    );
    load("none").exits(100);
    assert!(!scratch.exists("reports/ledger.db"));
    let search = [
        "load",
        "suite.json",
        "--find-capacity",
        "--gate",
        "success_rate >= 99%",
    ];
    scratch
        .gauntlet(search)
        .args(["--ledger", "some.db"])
        .exits(2)
        .says(["are not kept in a ledger", "--ledger none"]);
}
