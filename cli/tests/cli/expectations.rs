//! Every kind of expectation that `docs/expectations.md` has, in one suite, met and missed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::Scratch;

const DOCUMENT: &str = include_str!("../../../docs/expectations.md");

/// The kinds that the table of the document has.
fn documented() -> Vec<&'static str> {
    let rows = DOCUMENT
        .lines()
        .take_while(|line| !line.starts_with("Each is"))
        .filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|line| line.split('|').nth(1));
    let mut kinds: Vec<_> = cells
        .flat_map(|cell| cell.split(','))
        .map(|kind| kind.trim().trim_matches('`'))
        .collect();
    kinds.sort_unstable();
    kinds
}

/// A case for each kind, with what it expects, what meets it and what misses it.
fn kinds() -> [(&'static str, Value, &'static str, &'static str); 12] {
    let json_of = "echo 'here: {\"n\": 4}'";
    [
        (
            "pattern",
            json!({ "expected_patterns": ["the answer is 42"] }),
            "echo The answer is 42.",
            "echo one; echo The answer is 41.",
        ),
        (
            "forbidden",
            json!({ "forbidden_patterns": [{ "regex": "pani[ck]+" }] }),
            "echo calm",
            "echo panick",
        ),
        (
            "any-of",
            json!({ "any_of": ["hello", "hi"] }),
            "echo hi",
            "echo bye",
        ),
        (
            "count",
            json!({ "count": { "word": "tick", "at_least": 2, "at_most": 3 } }),
            "echo tick tick",
            "echo tick ticks",
        ),
        (
            "ordered",
            json!({ "ordered": ["built", "tested"] }),
            "echo built tested",
            "echo tested built",
        ),
        (
            "within",
            json!({ "within": { "literal": "there", "limit": "20s" } }),
            "echo there",
            "echo nowhere",
        ),
        (
            "never-after",
            json!({ "never_after": { "literal": "error", "after": "done" } }),
            "echo error, done",
            "echo done, error",
        ),
        (
            "max-gap",
            json!({ "max_gap": "400ms" }),
            "for i in 1 2 3 4 5 6; do echo $i; sleep 0.1; done",
            "sleep 0.7",
        ),
        (
            "min-length",
            json!({ "min_length": 4 }),
            "echo long",
            "echo no",
        ),
        (
            "max-length",
            json!({ "max_length": 4 }),
            "echo no",
            "echo too long",
        ),
        (
            "json",
            json!({ "json": { "path": "$.n", "equals": 4 } }),
            json_of,
            "echo '{\"n\": 5}'",
        ),
        (
            "code",
            json!({ "validation": { "type": "code_validation", "language": "python" } }),
            "printf '```python\\nprint(1)\\n```\\n'",
            "printf '```ruby\\nputs 1\\n```\\n'",
        ),
    ]
}

fn suite(command_of: impl Fn(&'static str, &'static str) -> &'static str) -> Scratch {
    Scratch::with_cases(kinds().map(|(id, mut case, met, missed)| {
        case["id"] = id.into();
        case["command"] = command_of(met, missed).into();
        case
    }))
}

/// The standing and the detail of the expectation of each case.
fn judged(scratch: &Scratch, code: i32) -> BTreeMap<String, (String, String)> {
    let ended = scratch.run_suite(["--json"]).exits(code);
    let records = ended.records();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let judged = records.of("case_finished").map(|record| {
        let [expectation] = record["expectations"]
            .as_array()
            .expect("a list")
            .as_slice()
        else {
            panic!("not one expectation: {record}");
        };
        assert_eq!(expectation["kind"], record["case"], "{record}");
        let passed = record["outcome"] == "passed";
        assert_eq!(passed, expectation["standing"] == "met", "{record}");
        let standing = text(&expectation["standing"]);
        (
            text(&record["case"]),
            (standing, text(&expectation["detail"])),
        )
    });
    judged.collect()
}

#[test]
fn every_kind_of_expectation_is_met_by_what_it_asks_for() {
    let judged = judged(&suite(|met, _| met), 0);
    let kinds: Vec<_> = judged.keys().map(String::as_str).collect();
    assert_eq!(kinds, documented());
    assert!(judged.values().all(|(standing, _)| standing == "met"));
}

#[test]
fn every_kind_of_expectation_is_missed_by_something_else_and_says_what_there_was() {
    let scratch = suite(|_, missed| missed);
    let judged = judged(&scratch, 100);
    let details = [
        ("pattern", r#"the nearest is "The answer is 41.""#),
        ("forbidden", "found at byte 0"),
        ("any-of", ""),
        ("count", "found 1 time"),
        ("ordered", r#""tested" was not found behind "built""#),
        ("within", "not found"),
        ("never-after", "found at byte 6"),
        ("max-gap", "silent for "),
        ("min-length", "2 characters"),
        ("max-length", "8 characters"),
        ("json", "5"),
        ("code", "there is none"),
    ];
    for (kind, words) in details {
        let (standing, detail) = &judged[kind];
        assert_eq!(standing, "missed", "{kind}");
        assert!(detail.contains(words), "{kind}: {detail}");
    }
    // What people read tells it as well.
    let report = scratch.report();
    assert!(report.contains("The answer is 41."), "{report}");
}
