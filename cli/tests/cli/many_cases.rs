//! Suites of many cases.

use misbehaving_executor::fault;
use serde_json::json;

use crate::support::Scratch;

#[test]
fn two_thousand_cases_run_to_the_end_over_one_connection() {
    const CASES: usize = 2000;
    let server = fault("clean").start().expect("the server starts");
    let cases = (0..CASES).map(|n| {
        json!({ "id": format!("case{n}"), "command": "x", "expected_patterns": ["ONE", "two"] })
    });
    let scratch = Scratch::with_cases(cases);
    let ended = scratch
        .run_suite(["--json", "--url", &server.url()])
        .exits(0);
    let records = ended.records();
    assert_eq!(records.finish()["passed"], CASES);
    let outcomes = records.outcomes();
    assert_eq!(outcomes.len(), CASES);
    for (n, (id, outcome)) in outcomes.iter().enumerate() {
        assert_eq!((*id, *outcome), (&*format!("case{n}"), "passed"));
    }
    let log = server.log();
    assert_eq!(log.executions(), CASES);
    assert!(log.connections <= 2, "{}", log.connections);
    let report = scratch.report();
    assert_eq!(report.matches(" - ✅ PASSED").count(), CASES);
}
