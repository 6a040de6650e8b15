//! Gates: of suites, of their parts, and of the command line.

use serde_json::json;

use crate::support::{Scratch, case};

/// A suite of a quick case and one that takes a while, and fails now and then in a category of its own.
fn scratch(gates: serde_json::Value) -> Scratch {
    let scratch = Scratch::new();
    let suite = json!({
        "gates": gates,
        "categories": {
            "good": {"tests": [case("quick", "true"), case("slow", "sleep 0.3; echo slept")]},
            "bad": {"tests": [case("broken", "false")], "gates": {"min_success_rate": 0}},
        },
    });
    scratch.write("suite.json", suite.to_string());
    scratch
}

#[test]
fn gates_on_times_and_on_parts_decide_a_run() {
    let scratch = scratch(json!({"min_success_rate": 0.5}));
    scratch.run_suite([]).exits(0);
    for (gate, code) in [
        ("p95.duration < 30s", 0),
        ("p99.duration < 200ms", 99),
        ("case[quick].p99.duration < 10s", 0),
        ("case[slow].p50.time_to_first_output < 100ms", 99),
        ("category[good].success_rate >= 100%", 0),
        ("category[bad].success_rate >= 1%", 99),
        ("case[nosuch].success_rate >= 1%", 99),
    ] {
        scratch.run_suite(["--gate", gate]).exits(code);
        let holds = if code == 0 { "✅ yes" } else { "❌ no" };
        assert!(scratch.report().contains(holds), "{}", scratch.report());
    }
    let ended = scratch
        .run_suite(["--gate", "case[broken].success_rate >= 90%"])
        .exits(99);
    ended.says(["case[broken].success_rate", "90.0 points below"]);
}

#[test]
fn a_gate_of_a_part_in_the_suite_is_shown_with_its_name() {
    let scratch = Scratch::new();
    let mut slow = case("slow", "sleep 0.3");
    slow["gates"] = json!({"max_duration": {"p50": "100ms"}});
    scratch.suite("suite.json", [slow]);
    scratch
        .run_suite([])
        .exits(99)
        .says(["case[slow].max_duration.p50", "at most 100ms"]);
}

#[test]
fn a_soak_is_held_against_times_and_parts_over_all_of_it() {
    let scratch = scratch(json!({}));
    let soak = |gate| scratch.soak(["--iterations", "2", "--gate", gate]);
    soak("case[slow].p50.duration < 30s").exits(0);
    let ended = soak("case[slow].p50.duration < 100ms").exits(99);
    ended.says(["case[slow].p50.duration", "above"]);
    let shown = scratch.gauntlet(["show", "2", "--json"]).exits(0).stdout;
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    let gates = shown["gates"].as_array().expect("gates");
    assert!(gates.iter().any(|gate| gate["holds"] == false), "{gates:?}");
    assert_eq!(shown["problems"], json!(["gate-failed"]));
}

#[test]
fn what_is_no_gate_is_told_with_what_was_expected() {
    let scratch = scratch(json!({}));
    for (gate, words) in [
        ("p95.duration < fast", "p95.duration"),
        ("sucess_rate >= 99%", "did you mean `success_rate`?"),
        ("drift.executor_rss < 5MiB/h", "over a soak only"),
    ] {
        scratch.run_suite(["--gate", gate]).exits(2).says([words]);
    }
}
