//! `--json`: one record per event on standard output and nothing else there; words for people elsewhere.

use misbehaving_executor::{Answer, Script, wire};
use serde_json::json;

use crate::support::{Scratch, case, serving};

/// A case that passes, one that fails, one that is skipped.
fn scratch() -> Scratch {
    Scratch::with_cases([
        json!({ "id": "good", "command": "echo fine", "expected_patterns": ["fine"] }),
        case("bad", "echo oops; exit 7"),
        json!({ "id": "absent", "command": "true", "requires": ["no-such-program"] }),
    ])
}

#[test]
fn records_come_in_the_order_of_events() {
    let records = scratch().run_suite(["--json"]).exits(100).records();
    let expected = [
        "run_started",
        "attempt_started",
        "case_finished",
        "attempt_started",
        "case_finished",
        "case_finished",
        "run_finished",
    ];
    assert_eq!(records.types(), expected);
    let run = &records.of("run_started").next().expect("one")["run"];
    let all_of_it = records.types().len();
    let of_the_run = expected.iter().collect::<std::collections::BTreeSet<_>>();
    let count: usize = of_the_run
        .into_iter()
        .map(|kind| {
            records
                .of(kind)
                .filter(|record| record["run"] == *run)
                .count()
        })
        .sum();
    assert_eq!(count, all_of_it, "every record names its run");
}

#[test]
fn a_record_of_a_case_says_what_came_of_it() {
    let records = scratch().run_suite(["--json"]).exits(100).records();
    let good = records.case("good");
    assert_eq!(
        (&good["verdict"], &good["exit_code"]),
        (&json!("pass"), &json!(0))
    );
    assert_eq!(
        (&good["patterns_found"], &good["patterns_expected"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(good["output_bytes"], 4);
    assert_eq!(good["explanation"], json!(null));
    let id = good["execution_id"].as_str().expect("an id");
    assert!(id.starts_with("SUITE_20") && id.ends_with("_good"), "{id}");
    for time in ["elapsed_ms", "head_ms", "first_output_ms", "terminal_ms"] {
        assert!(
            good[time].as_f64().is_some_and(|ms| ms > 0.0),
            "{time}: {good}"
        );
    }
    let bad = records.case("bad");
    assert_eq!(
        (&bad["verdict"], &bad["exit_code"]),
        (&json!("fail"), &json!(7))
    );
}

#[test]
fn the_counts_of_the_last_record_agree_with_the_report() {
    let scratch = scratch();
    let records = scratch.run_suite(["--json"]).exits(100).records();
    let finish = records.finish();
    let report = scratch.report();
    for (key, title, count) in [
        ("cases", "Total Tests", 3),
        ("passed", "Passed", 1),
        ("failed", "Failed", 1),
        ("infrastructure_errors", "Infrastructure Errors", 0),
        ("harness_errors", "Harness Errors", 0),
        ("skipped", "Skipped", 1),
        ("not_run", "Not Run", 0),
    ] {
        assert_eq!(finish[key], count, "{key}: {finish}");
        let line = format!("- **{title}**: {count}");
        assert!(report.contains(&line), "no {line} in\n{report}");
    }
    assert_eq!(finish["problems"], json!(["case-failed"]));
}

#[test]
fn nobody_is_told_the_progress_twice() {
    let scratch = scratch();
    let ended = scratch.run_suite(["--json"]).exits(100);
    ended.says(["✗ bad", "exit code 7 instead of 0", "oops", "a case failed"]);
    ended.keeps_to_itself(["good", "passed", "report:"]);

    let ended = scratch.run_suite([]).exits(100);
    ended.says([
        "✓ good",
        "✗ bad",
        "– absent",
        "report: reports/suite_report.md",
    ]);
    assert_eq!(ended.stdout, "");
}

#[test]
fn a_quiet_run_says_only_what_went_wrong() {
    let scratch = scratch();
    let ended = scratch.run_suite(["--quiet"]).exits(100);
    ended
        .says(["✗ bad", "a case failed"])
        .keeps_to_itself(["good", "absent", "report:"]);
    let ended = scratch.run_suite(["--quiet", "--only", "good"]).exits(0);
    assert_eq!((&*ended.stdout, &*ended.stderr), ("", ""));
}

#[test]
fn a_verbose_run_shows_the_output_of_cases_that_pass_too() {
    let ended = scratch().run_suite(["-v", "--only", "good"]).exits(0);
    ended.says(
        ["✓ good", "command: echo fine", "│ fine"].map(|words| words.trim_start_matches("│ ")),
    );
}

#[test]
fn nothing_is_coloured_where_there_is_no_terminal() {
    let scratch = scratch();
    scratch.write("invalid.json", "{}");
    for args in [
        &["run", "suite.json"][..],
        &["run", "suite.json", "-v"],
        &["run", "suite.json", "--json"],
        &["run", "invalid.json"],
        &["run", "missing.json"],
        &["run", "--nonsense"],
        &["--help"],
    ] {
        let ended = scratch.gauntlet(args.iter().copied()).run();
        let said = [&*ended.stdout, &*ended.stderr].concat();
        assert!(!said.contains('\u{1b}'), "{args:?}: {said:?}");
        assert!(!said.contains('\r'), "{args:?}: {said:?}");
    }
}

#[test]
fn an_executor_in_trouble_is_a_record_of_its_own_and_so_is_its_return() {
    let broken = Answer::new().send(wire::chunked_head()).fin();
    let fine = Answer::new().send(wire::chunked(wire::CLEAN_BODY));
    let server = serving(Script::answering_in_turn([broken, fine]));
    let scratch = Scratch::with_cases([case("a", "x"), case("b", "x")]);
    let ended = scratch
        .run_suite(["--json", "--url", &server.url()])
        .exits(100);
    let records = ended.records();
    assert_eq!(
        records.outcomes(),
        [("a", "infrastructure-error"), ("b", "passed")]
    );
    // It was healthy whenever it was asked.
    assert_eq!(records.of("health_changed").count(), 0);

    let gone = serving(Script::refusing());
    let ended = scratch
        .run_suite(["--json", "--url", &gone.url()])
        .exits(103);
    let records = ended.records();
    assert_eq!(
        records.types(),
        ["run_started", "health_changed", "run_finished"]
    );
    let trouble = records.of("health_changed").next().expect("one");
    assert_eq!(trouble["healthy"], false);
}

#[test]
fn several_suites_write_their_records_one_after_the_other() {
    let scratch = Scratch::new();
    for name in ["first", "second"] {
        scratch.suite(&format!("{name}.json"), [case(name, "true")]);
    }
    let ended = scratch
        .gauntlet(["run", "first.json", "second.json", "--json"])
        .exits(0);
    let one = [
        "run_started",
        "attempt_started",
        "case_finished",
        "run_finished",
    ];
    assert_eq!(ended.records().types(), [one, one].concat());
}
