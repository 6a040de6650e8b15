//! What valid suite files mean.

use std::{num::NonZeroU32, path::Path, time::Duration};

use suite::{Case, Gates, MatchOn, OutputFormat, Ratio, Suite, Usd};

fn parse(text: &str) -> Suite {
    suite::parse(Path::new("configs/demo.json"), text).unwrap_or_else(|error| panic!("{error}"))
}

/// The only case of a flat suite.
fn parse_case(case: &str) -> Case {
    let suite = parse(&format!(r#"{{"tests": [{case}]}}"#));
    assert_eq!(suite.cases.len(), 1);
    Case::clone(&suite.cases[0])
}

#[test]
fn the_flat_shape_is_read_unchanged() {
    let suite = parse(
        r#"{
            "task_list_id": "simple",
            "description": "Quick checks",
            "timeout": 90,
            "tests": [{
                "id": "sum",
                "name": "A sum",
                "command": "echo \"$((15 + 27))\"",
                "expected_patterns": ["42"],
                "description": "Adds two numbers"
            }]
        }"#,
    );
    assert_eq!(suite.stem(), "demo");
    assert_eq!(suite.id.as_deref(), Some("simple"));
    assert_eq!(suite.description, "Quick checks");
    assert!(suite.gates.is_empty());
    assert_eq!(
        *suite.cases[0],
        Case {
            id: "sum".into(),
            name: "A sum".into(),
            description: "Adds two numbers".into(),
            category: None,
            tags: vec![],
            command: "echo \"$((15 + 27))\"".into(),
            timeout: Duration::from_secs(90),
            stall_timeout: None,
            expected_exit_code: 0,
            expectations: suite::Expectations::literals(["42"]),
            retries: suite::Retries::default(),
            repeat: None,
            weight: NonZeroU32::MIN,
            output_format: OutputFormat::Text,
            match_on: MatchOn::Output,
            requires: vec![],
        }
    );
}

#[test]
fn the_categorised_shape_keeps_the_order_of_the_file() {
    let suite = parse(
        r#"{"categories": {
            "zebra": {"description": "First", "timeout": 5, "tests": [
                {"id": "b", "command": "true"}, {"id": "a", "command": "true"}
            ]},
            "ant": {"tests": [{"id": "c", "command": "true"}]}
        }}"#,
    );
    let places: Vec<_> = suite
        .cases
        .iter()
        .map(|case| (case.category.as_deref().unwrap(), &*case.id))
        .collect();
    assert_eq!(places, [("zebra", "b"), ("zebra", "a"), ("ant", "c")]);
}

#[test]
fn a_case_needs_no_more_than_an_id_and_a_command() {
    let case = parse_case(r#"{"id": "nap", "command": "sleep 1"}"#);
    assert_eq!(case.name, "nap");
    assert_eq!(case.timeout, Duration::from_secs(120));
    assert_eq!((case.stall_timeout, case.expected_exit_code), (None, 0));
    assert_eq!(
        (&*case.description, &case.expectations),
        ("", &suite::Expectations::default())
    );
}

#[test]
fn a_blank_name_is_none() {
    assert_eq!(
        parse_case(r#"{"id": "nap", "name": " ", "command": "true"}"#).name,
        "nap"
    );
}

#[test]
fn inner_settings_replace_outer_ones_but_tags_and_requirements_add_up() {
    let suite = parse(
        r#"{
            "timeout": "2m", "stall_timeout": 30, "expected_exit_code": 1,
            "tags": ["all"], "requires": ["sh"],
            "categories": {
                "plain": {"tests": [{"id": "a", "command": "true"}]},
                "own": {
                    "timeout": "1m", "stall_timeout": "15s", "expected_exit_code": 2,
                    "tags": ["own", "all"], "requires": ["awk"],
                    "tests": [
                        {"id": "b", "command": "true"},
                        {
                            "id": "c", "command": "true",
                            "timeout": 7, "stall_timeout": "1h", "expected_exit_code": -3,
                            "tags": ["c"], "requires": ["awk", "sed"]
                        }
                    ]
                }
            }
        }"#,
    );
    let seen: Vec<_> = suite
        .cases
        .iter()
        .map(|case| {
            let seconds = (
                case.timeout.as_secs(),
                case.stall_timeout.unwrap().as_secs(),
            );
            (
                seconds,
                case.expected_exit_code,
                case.tags.join(" "),
                case.requires.join(" "),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ((120, 30), 1, "all".into(), "sh".into()),
            ((60, 15), 2, "all own".into(), "sh awk".into()),
            ((7, 3600), -3, "all own c".into(), "sh awk sed".into()),
        ]
    );
}

#[test]
fn formats_and_where_to_match_are_replaced_one_by_one() {
    let suite = parse(
        r#"{
            "output_format": "claude-stream-json", "match_on": "final_text",
            "categories": {
                "agents": {"tests": [
                    {"id": "a", "command": "claude"},
                    {"id": "b", "command": "claude", "match_on": "output"}
                ]},
                "programs": {
                    "output_format": "text", "match_on": "stdout",
                    "tests": [{"id": "c", "command": "d", "match_on": "stderr"}]
                }
            }
        }"#,
    );
    let seen: Vec<_> = suite
        .cases
        .iter()
        .map(|case| (case.output_format, case.match_on))
        .collect();
    assert_eq!(
        seen,
        [
            (OutputFormat::ClaudeStreamJson, MatchOn::FinalText),
            (OutputFormat::ClaudeStreamJson, MatchOn::Output),
            (OutputFormat::Text, MatchOn::Stderr),
        ]
    );
}

#[test]
fn timeouts_are_numbers_of_seconds_or_texts_with_units() {
    for (timeout, millis) in [
        ("90", 90_000),
        ("0.5", 500),
        ("1.5e1", 15_000),
        (r#""90s""#, 90_000),
        (r#""90""#, 90_000),
        (r#""1h30m""#, 5_400_000),
        (r#""500ms""#, 500),
    ] {
        let case = parse_case(&format!(
            r#"{{"id": "a", "command": "b", "timeout": {timeout}}}"#
        ));
        assert_eq!(case.timeout, Duration::from_millis(millis), "{timeout}");
    }
}

#[test]
fn gates_are_read() {
    let suite = parse(
        r#"{
            "gates": {
                "min_success_rate": 0.8, "max_infrastructure_errors": 0,
                "max_cost_usd": 0.25, "max_output_tokens": 10000
            },
            "tests": [{"id": "a", "command": "true"}]
        }"#,
    );
    assert_eq!(
        suite.gates,
        Gates {
            min_success_rate: Ratio::new(0.8),
            max_infrastructure_errors: Some(0),
            max_cost_usd: Usd::new(0.25),
            max_output_tokens: Some(10_000),
            ..Gates::NONE
        }
    );
    assert_eq!(suite.gates.count(), 4);
}

#[test]
fn keys_for_people_and_editors_are_left_alone_everywhere() {
    let suite = parse(
        r#"{
            "$schema": "suite.schema.json",
            "metadata": {"author": ["anyone", {"timeout": -1}]},
            "x-note": 1, "x-note": 2,
            "gates": {"x-why": "agreed", "metadata": null},
            "categories": {"only": {"$schema": 1, "metadata": 2, "x-a": 3, "tests": [
                {"id": "a", "command": "true", "$schema": [], "metadata": {}, "x-ticket": 7}
            ]}}
        }"#,
    );
    assert_eq!(suite.cases.len(), 1);
}

#[test]
fn a_category_may_have_any_name_so_that_none_is_skipped_in_silence() {
    let suite = parse(
        r#"{"categories": {
            "metadata": {"tests": [{"id": "a", "command": "true"}]},
            "x-rays": {"tests": [{"id": "b", "command": "true"}]}
        }}"#,
    );
    assert_eq!(suite.cases.len(), 2);
}

#[test]
fn escapes_are_decoded() {
    let case = parse_case(
        r#"{"\u0069d": "gr\u00fc\u00DF \ud83e\udd80", "command": "printf '\\n'\ttab\/\"q\""}"#,
    );
    assert_eq!(case.id, "grüß 🦀");
    assert_eq!(case.command, "printf '\\n'\ttab/\"q\"");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_suite() {
    let suite = parse("\u{feff}{\"tests\": [{\"id\": \"a\", \"command\": \"true\"}]}");
    assert_eq!(&*suite.cases[0].id, "a");
}
