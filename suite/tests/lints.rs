//! What is valid and still hardly meant.

use std::path::Path;

use proptest::prelude::*;
use suite::{LintCode, Suite};

fn parse(text: &str) -> Suite {
    suite::parse(Path::new("suite.json"), text).unwrap_or_else(|error| panic!("{error}"))
}

/// The lints of a suite as people read them.
fn shown(text: &str) -> String {
    let suite = parse(text);
    let lints = suite::lint(&suite);
    let lints = lints
        .iter()
        .map(|lint| lint.picture(&suite, "warning").to_string());
    lints.collect::<Vec<_>>().join("\n\n")
}

fn codes(text: &str) -> Vec<LintCode> {
    let lints = suite::lint(&parse(text));
    lints.iter().map(suite::Lint::code).collect()
}

#[test]
fn a_pattern_that_is_found_in_what_shows_nothing_is_told() {
    insta::assert_snapshot!(shown(
        r#"{"tests": [
  {"id": "digit", "command": "claude -p 'What is 2+2?'", "expected_patterns": ["4"]},
  {"id": "year", "command": "date", "expected_patterns": ["202"]},
  {"id": "echoed", "command": "echo hello", "expected_patterns": ["Hello", {"regex": "^echo"}]},
  {"id": "agent", "command": "claude -p hi --output-format stream-json", "expected_patterns": [{"word": "4"}, "Read"],
   "output_format": "claude-stream-json"},
  {"id": "final", "command": "claude -p bye", "output_format": "claude-stream-json", "match_on": "final_text",
   "any_of": [["4", "elephant"]], "ordered": ["phan"]},
  {"id": "other", "command": "ls", "within": {"literal": "phan", "limit": 1}, "count": {"word": "7", "at_least": 1},
   "validation": {"type": "content_check", "must_contain": ["sess"]}}
]}"#
    ));
}

#[test]
fn words_and_patterns_of_some_length_are_left_alone() {
    assert_eq!(
        codes(
            r#"{"tests": [
  {"id": "a", "command": "expr 1 + 3", "expected_patterns": [{"word": "4"}, {"regex": "^4$"}]},
  {"id": "b", "command": "echo $((2 * 21))", "expected_patterns": ["42"], "forbidden_patterns": ["4", "0"]},
  {"id": "c", "command": "echo \"sum: $((40 + 2))\"", "expected_patterns": ["sum: 42"]},
  {"id": "d", "command": "./ask", "output_format": "claude-stream-json", "match_on": "final_text",
   "expected_patterns": [{"word": "4"}, "lisbon"], "count": {"literal": "1", "at_most": 3}}
]}"#
        ),
        []
    );
}

#[test]
fn an_expression_that_matches_nothing_at_all_is_told_wherever_it_stands() {
    insta::assert_snapshot!(shown(
        r#"{"tests": [
  {"id": "a", "command": "b", "expected_patterns": [{"regex": "x*"}], "forbidden_patterns": [{"regex": "(a|)"}],
   "count": [{"regex": "\\d*", "at_most": 2}], "ordered": [{"regex": "x+"}]}
]}"#
    ));
}

#[test]
fn a_limit_that_the_timeout_comes_before_is_told_once_for_all_cases() {
    insta::assert_snapshot!(shown(
        r#"{"timeout": "1m", "stall_timeout": 60, "max_gap": "59s",
 "categories": {
  "long": {"tests": [{"id": "a", "command": "b"}, {"id": "c", "command": "d"}]},
  "short": {"timeout": 5, "tests": [
    {"id": "e", "command": "f", "stall_timeout": 4,
     "within": [{"literal": "x", "limit": 4}, {"literal": "y", "limit": "5s"}]}
  ]}
}}"#
    ));
}

#[test]
fn a_gate_that_decides_nothing_is_told() {
    insta::assert_snapshot!(shown(
        r#"{"gates": {"min_success_rate": 0, "max_flaky": 2, "max_cost_usd": 1,
           "max_duration": {"p50": "9s", "p95": "3s", "p99": "10s"}},
 "timeout": 10,
 "categories": {
  "one": {"gates": {"max_gap": {"p99": 6}}, "timeout": 5, "tests": [
    {"id": "a", "command": "b", "gates": {"max_output_tokens": 5, "max_flaky": 0, "min_success_rate": 0.1}}
  ]},
  "two": {"gates": {"max_time_to_first_output": {"p99": 6}}, "tests": [{"id": "c", "command": "d"}]}
}}"#
    ));
}

#[test]
fn cases_that_are_hardly_two_are_told_with_both_places() {
    insta::assert_snapshot!(shown(
        r#"{"tests": [
  {"id": "first-one", "command": "./same"},
  {"id": "First One", "command": "./other"},
  {"id": "third", "command": "./same"},
  {"id": "größe", "command": "a"}, {"id": "gr__e", "command": "b"}
]}"#
    ));
}

#[test]
fn codes_are_read_by_their_names() {
    for code in LintCode::ALL {
        assert_eq!(code.as_str().parse(), Ok(code));
    }
    let told = ["vacuous-patterns", "lints"].map(|name| {
        let error = name.parse::<LintCode>().expect_err(name);
        error.to_string()
    });
    assert_eq!(
        told,
        [
            "there is no lint `vacuous-patterns`, did you mean `vacuous-pattern`?",
            "there is no lint `lints`; there are vacuous-pattern, empty-match, limit-beyond-timeout, \
             unreachable-gate, same-command, id-collision",
        ]
    );
}

#[test]
fn a_suite_that_was_read_from_no_file_is_looked_at_all_the_same() {
    let mut suite = parse(r#"{"tests": [{"id": "a", "command": "b", "stall_timeout": 500}]}"#);
    suite.text = "not this one".into();
    let lints = suite::lint(&suite);
    assert_eq!(lints.len(), 1);
    assert_eq!(lints[0].problem().span(), 0..0);
}

proptest! {
    #[test]
    fn no_pattern_and_no_command_makes_looking_panic(
        pattern in "\\PC{1,12}",
        command in "[ -~äß€İ]{0,40}x",
        kind in prop::sample::select(&["literal", "word", "regex"][..]),
    ) {
        let text = serde_json::json!({"tests": [
            {"id": "a", "command": command, "expected_patterns": [{kind: pattern}]},
            {"id": "A", "command": command, "expected_patterns": [pattern, "İstanbul ẞ"]},
        ]});
        if let Ok(suite) = suite::parse(Path::new("suite.json"), &text.to_string()) {
            for lint in suite::lint(&suite) {
                prop_assert!(suite.text.get(lint.problem().span()).is_some());
                prop_assert!(!lint.problem().message().contains('\n'));
                prop_assert!(!lint.picture(&suite, "warning").to_string().is_empty());
            }
        }
    }
}
