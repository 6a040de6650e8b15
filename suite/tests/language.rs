//! What the language of expectations means.

use std::{path::Path, time::Duration};

use serde_json::json;
use suite::{
    Case, CodeExpectation, CountOf, Expectations, GateScope, Gates, JsonExpectation, JsonType,
    NeverAfter, Pattern, PercentileBounds, Ratio, Repeat, Retries, RetryOn, ScopedGates, Suite,
    Usd, Within,
};

fn parse(text: &str) -> Suite {
    suite::parse(Path::new("demo.json"), text).unwrap_or_else(|error| panic!("{error}"))
}

/// The only case of a suite, with these keys beside its id and its command.
fn case(keys: &str) -> Case {
    let suite = parse(&format!(
        r#"{{"tests": [{{"id": "a", "command": "true", {keys}}}]}}"#
    ));
    Case::clone(&suite.cases[0])
}

fn expectations(keys: &str) -> Expectations {
    case(keys).expectations
}

fn word(text: &str) -> Pattern {
    Pattern::Word {
        text: text.into(),
        case_sensitive: false,
    }
}

fn regex(source: &str) -> Pattern {
    Pattern::Regex {
        source: source.into(),
    }
}

#[test]
fn a_pattern_is_a_text_or_says_what_kind_it_is() {
    assert_eq!(
        expectations(
            r#""expected_patterns": ["plain", {"literal": "Exact", "case_sensitive": true},
                {"literal": "any"}, {"word": "4"}, {"word": "OK", "case_sensitive": true},
                {"regex": "\\d+ ms", "x-why": "a time"}]"#
        )
        .expected,
        [
            Pattern::literal("plain"),
            Pattern::Literal {
                text: "Exact".into(),
                case_sensitive: true
            },
            Pattern::literal("any"),
            word("4"),
            Pattern::Word {
                text: "OK".into(),
                case_sensitive: true
            },
            regex("\\d+ ms"),
        ]
    );
}

#[test]
fn lists_of_patterns_are_one_group_and_lists_of_lists_are_many() {
    let one = expectations(r#""any_of": ["a", {"word": "b"}], "ordered": ["x", "y"]"#);
    assert_eq!(one.any_of, [[Pattern::literal("a"), word("b")]]);
    assert_eq!(
        one.ordered,
        [[Pattern::literal("x"), Pattern::literal("y")]]
    );
    let many = expectations(r#""any_of": [["a"], ["b", "c"]], "ordered": [["x", "y"]]"#);
    assert_eq!(many.any_of.len(), 2);
    assert_eq!(many.any_of[1].len(), 2);
    assert_eq!(many.ordered, one.ordered);
}

#[test]
fn what_comes_how_often_when_and_after_what() {
    let all = expectations(
        r#""forbidden_patterns": ["panic"],
           "count": [{"word": "tick", "at_least": 2, "at_most": 4}, {"literal": "x", "at_most": 1}],
           "within": {"literal": "ready", "limit": "5s"},
           "never_after": [{"regex": "retry", "after": {"word": "done"}}],
           "max_gap": "2s", "min_length": 3, "max_length": 90"#,
    );
    assert_eq!(
        all,
        Expectations {
            forbidden: vec![Pattern::literal("panic")],
            counts: vec![
                CountOf {
                    pattern: word("tick"),
                    at_least: Some(2),
                    at_most: Some(4)
                },
                CountOf {
                    pattern: Pattern::literal("x"),
                    at_least: None,
                    at_most: Some(1)
                },
            ],
            within: vec![Within {
                pattern: Pattern::literal("ready"),
                after: None,
                limit: Duration::from_secs(5),
            }],
            never_after: vec![NeverAfter {
                pattern: regex("retry"),
                after: word("done"),
            }],
            max_gap: Some(Duration::from_secs(2)),
            min_length: Some(3),
            max_length: Some(90),
            ..Expectations::default()
        }
    );
    let after = expectations(r#""within": [{"word": "b", "after": "a", "limit": 1}]"#);
    assert_eq!(after.within[0].after, Some(Pattern::literal("a")));
}

#[test]
fn json_is_one_expectation_or_a_list_of_them() {
    let schema = json!({"type": "object", "required": ["answer"], "$defs": {"n": {"type": "number"}},
        "properties": {"answer": {"$ref": "#/$defs/n"}}});
    let list = expectations(&format!(
        r#""json": [{{"path": "$.items[*].price", "type": "number"}}, {{"equals": [1.5, null, {{"a": "b"}}]}}, {{"schema": {schema}}}]"#
    ));
    assert_eq!(
        list.json,
        [
            JsonExpectation {
                path: Some("$.items[*].price".into()),
                type_name: Some(JsonType::Number),
                equals: None,
                schema: None,
            },
            JsonExpectation {
                path: None,
                type_name: None,
                equals: Some(json!([1.5, null, {"a": "b"}])),
                schema: None,
            },
            JsonExpectation {
                path: None,
                type_name: None,
                equals: None,
                schema: Some(schema),
            },
        ]
    );
    let one = expectations(r#""json": {"path": "$.ok", "equals": null}"#);
    assert_eq!(one.json.len(), 1);
    assert_eq!(one.json[0].equals, Some(json!(null)));
}

#[test]
fn older_validations_mean_the_same_as_the_new_keys() {
    let content = expectations(
        r#""expected_patterns": ["a"],
           "validation": {"type": "content_check", "min_length": 20, "must_contain": ["b", {"word": "c"}]}"#,
    );
    let new = expectations(r#""expected_patterns": ["a", "b", {"word": "c"}], "min_length": 20"#);
    assert_eq!(content, new);

    let code = expectations(
        r#""validation": {"type": "code_validation", "language": "python", "must_contain": ["def"], "executable": true}"#,
    );
    assert_eq!(
        code,
        Expectations {
            code: Some(CodeExpectation {
                language: "python".into(),
                checked: true
            }),
            ..Expectations::literals(["def"])
        }
    );

    let json = expectations(
        r#""validation": {"type": "json", "schema": {"answer": "number", "why": "string"}, "expected_answer": 42}"#,
    );
    assert_eq!(
        json.json,
        [
            JsonExpectation {
                path: None,
                type_name: Some(JsonType::Object),
                equals: None,
                schema: Some(json!({
                    "properties": {"answer": {"type": "number"}, "why": {"type": "string"}},
                    "required": ["answer", "why"],
                })),
            },
            JsonExpectation {
                path: Some(r#"$["answer"]"#.into()),
                type_name: None,
                equals: Some(json!(42)),
                schema: None,
            },
        ]
    );
    let only = expectations(
        r#""validation": {"type": "json", "schema": {"sum": "integer"}, "expected_answer": 4}"#,
    );
    assert_eq!(only.json[1].path.as_deref(), Some(r#"$["sum"]"#));
}

#[test]
fn retries_are_a_number_or_an_object() {
    assert_eq!(case(r#""x-a": 1"#).retries, Retries::default());
    assert_eq!(
        case(r#""retries": 2"#).retries,
        Retries {
            max: 2,
            ..Retries::default()
        }
    );
    for on in ["on", "retry_on"] {
        assert_eq!(
            case(&format!(
                r#""retries": {{"max": 3, "{on}": ["timeout", "failed", "timeout"], "pause": "500ms"}}"#
            ))
            .retries,
            Retries {
                max: 3,
                on: vec![RetryOn::Timeout, RetryOn::Failed],
                pause: Duration::from_millis(500),
            }
        );
    }
    let single = case(r#""retries": {"max": 1, "on": "rate_limit", "pause": 0}"#).retries;
    assert_eq!(
        (single.on, single.pause),
        (vec![RetryOn::RateLimit], Duration::ZERO)
    );
}

#[test]
fn a_repeated_case_says_how_often_it_has_to_pass() {
    let ratio = |value| Ratio::new(value).expect("a ratio");
    assert_eq!(
        case(r#""repeat": {"min": 5, "max": 50, "success_rate": 0.9, "confidence": 0.99}"#).repeat,
        Some(Repeat {
            min: 5,
            max: 50,
            success_rate: ratio(0.9),
            confidence: ratio(0.99),
        })
    );
    assert_eq!(
        case(r#""repeat": {"max": 50, "success_rate": 1}"#).repeat,
        Some(Repeat {
            min: 1,
            max: 50,
            success_rate: ratio(1.0),
            confidence: ratio(0.95),
        })
    );
}

#[test]
fn a_case_weighs_one_unless_it_says_more() {
    assert_eq!(case(r#""x-weight": 9"#).weight.get(), 1);
    for weight in [1, 3, Case::MAX_WEIGHT] {
        assert_eq!(case(&format!(r#""weight": {weight}"#)).weight.get(), weight);
    }
}

#[test]
fn what_is_about_attempts_and_not_about_texts_can_be_set_for_many_cases() {
    let suite = parse(
        r#"{
            "max_gap": "9s", "stop_on_failure": true, "retries": 1,
            "repeat": {"max": 9, "success_rate": 0.5},
            "categories": {
                "outer": {"tests": [{"id": "a", "command": "true"}]},
                "inner": {
                    "max_gap": "5s", "stop_on_failure": false, "retries": {"max": 2, "on": ["failed"]},
                    "repeat": {"max": 7, "success_rate": 0.5},
                    "tests": [
                        {"id": "b", "command": "true"},
                        {"id": "c", "command": "true", "max_gap": "1s", "stop_on_failure": true, "retries": 0,
                         "repeat": {"max": 3, "success_rate": 0.5}}
                    ]
                }
            }
        }"#,
    );
    let seen: Vec<_> = suite
        .cases
        .iter()
        .map(|case| {
            (
                case.expectations.max_gap.map(|gap| gap.as_secs()),
                case.expectations.stop_on_failure,
                case.retries.max,
                case.repeat.map(|repeat| repeat.max),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (Some(9), true, 1, Some(9)),
            (Some(5), false, 2, Some(7)),
            (Some(1), true, 0, Some(3)),
        ]
    );
    assert!(suite.cases[1].retries.on == [RetryOn::Failed]);
    assert!(
        suite.cases[2].retries.on == Retries::default().on,
        "replaced as a whole"
    );
}

#[test]
fn gates_stand_at_the_suite_at_categories_and_at_cases() {
    let suite = parse(
        r#"{
            "gates": {
                "min_success_rate": 0.9, "max_infrastructure_errors": 1, "max_flaky": 0,
                "max_duration": {"p50": 1, "p95": "2s", "p99": "5s"},
                "max_time_to_first_output": {"p95": "500ms"}, "max_gap": {"p99": "1s"},
                "max_cost_usd": 0.5, "max_output_tokens": 1000
            },
            "categories": {
                "simple": {
                    "gates": {"min_success_rate": 1},
                    "tests": [
                        {"id": "a", "command": "true"},
                        {"id": "b", "command": "true", "gates": {"max_duration": {"p99": "1s"}}}
                    ]
                },
                "other": {"gates": {}, "tests": [{"id": "c", "command": "true"}]}
            }
        }"#,
    );
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    assert_eq!(
        suite.gates,
        Gates {
            min_success_rate: Ratio::new(0.9),
            max_infrastructure_errors: Some(1),
            max_flaky: Some(0),
            max_duration: PercentileBounds {
                p50: seconds(1),
                p95: seconds(2),
                p99: seconds(5),
            },
            max_time_to_first_output: PercentileBounds {
                p95: Some(Duration::from_millis(500)),
                ..PercentileBounds::NONE
            },
            max_gap: PercentileBounds {
                p99: seconds(1),
                ..PercentileBounds::NONE
            },
            max_cost_usd: Usd::new(0.5),
            max_output_tokens: Some(1000),
        }
    );
    assert_eq!(suite.gates.count(), 10);
    assert_eq!(
        suite.scoped_gates,
        [
            ScopedGates {
                scope: GateScope::Category("simple".into()),
                gates: Gates {
                    min_success_rate: Ratio::new(1.0),
                    ..Gates::NONE
                },
            },
            ScopedGates {
                scope: GateScope::Case("b".into()),
                gates: Gates {
                    max_duration: PercentileBounds {
                        p99: seconds(1),
                        ..PercentileBounds::NONE
                    },
                    ..Gates::NONE
                },
            },
        ]
    );
}
