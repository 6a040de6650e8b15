//! Cases that are tried until it is clear how often they pass.

use serde_json::{Value, json};

use crate::support::Scratch;

fn case(command: &str) -> Value {
    json!({ "id": "a", "command": command })
}

fn tries(record: &Value) -> (u64, u64) {
    let of = |key: &str| record["tries"][key].as_u64().expect("a number");
    (of("made"), of("passed"))
}

#[test]
fn a_case_that_always_passes_is_tried_until_that_is_clear() {
    let scratch = Scratch::with_cases([case("true")]);
    let ended = scratch.run_suite(["--until-decided", "--json"]).exits(0);
    let records = ended.records();
    let case = records.case("a");
    assert_eq!((&case["verdict"], tries(case)), (&json!("pass"), (33, 33)));
    assert_eq!(case["try"], 33);
    // Every attempt is told, and which one of its case it is.
    let others: Vec<_> = records.of("attempt_finished").collect();
    let numbers = others
        .iter()
        .map(|it| it["try"].as_u64().expect("a number"));
    assert_eq!(numbers.collect::<Vec<_>>(), (1..33).collect::<Vec<_>>());
    assert!(others.iter().all(|it| it["case_verdict"].is_null()));
    let mut ids: Vec<_> = others.iter().map(|it| it["execution_id"].clone()).collect();
    ids.push(case["execution_id"].clone());
    ids.sort_by_key(Value::to_string);
    ids.dedup();
    assert_eq!(ids.len(), 33, "execution ids are unique");
    assert_eq!(records.finish()["passed"], 1);
    let report = scratch.report();
    assert!(
        report.contains("- **Tried**: 100.0% (33 of 33; 95% confidence: "),
        "{report}"
    );
    let kept: i64 = scratch.ledger().one("SELECT max(try) FROM attempts");
    assert_eq!(kept, 33);
    let passed: i64 = scratch
        .ledger()
        .one("SELECT count FROM verdict_totals WHERE verdict = 'pass'");
    assert_eq!(passed, 1);
}

#[test]
fn a_case_that_always_fails_is_tried_no_more_often_than_it_has_to_be() {
    let scratch = Scratch::with_cases([case("exit 3")]);
    let ended = scratch.run_suite(["--until-decided", "--json"]).exits(100);
    let records = ended.records();
    let case = records.case("a");
    assert_eq!((&case["verdict"], tries(case)), (&json!("fail"), (5, 0)));
    let report = scratch.report();
    for words in [
        "which is not enough",
        "| 5 | ❌ failed |",
        "exit code 3 instead of 0",
    ] {
        assert!(report.contains(words), "{report}");
    }
}

#[test]
fn a_case_that_fails_now_and_then_is_inconclusive_and_no_success() {
    let scratch = Scratch::new();
    scratch.write("counter", "0");
    let counter = scratch.path("counter");
    let counter = counter.to_str().expect("a path");
    let command = format!("n=$(cat {counter}); echo $((n + 1)) > {counter}; [ $((n % 8)) -ne 7 ]");
    scratch.suite("suite.json", [case(&command)]);
    let args = ["--until-decided", "--json", "--sandbox-allow", counter];
    let ended = scratch.run_suite(args).exits(102);
    let records = ended.records();
    let case = records.case("a");
    assert_eq!(
        (&case["verdict"], tries(case)),
        (&json!("inconclusive"), (50, 44))
    );
    let finish = records.finish();
    assert_eq!(
        (&finish["failed"], &finish["inconclusive"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(finish["problems"], json!(["case-inconclusive"]));
    let report = scratch.report();
    for words in [
        "❌ **The run is inconclusive**",
        "- **Inconclusive**: 1 ❔",
        "which leaves it open whether it is enough: at least 90% were asked for",
    ] {
        assert!(report.contains(words), "{report}");
    }
    let shown = scratch.gauntlet(["show", "latest"]).exits(0);
    let page = &shown.stdout;
    assert!(page.contains("0 failed, 0 flaky, 1 inconclusive"), "{page}");
}
