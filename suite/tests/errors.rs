//! What people read when a suite file is wrong.

use std::path::Path;

use suite::SuiteError;

mod support;

/// The error for a suite file of this text. Editors refuse it as well, where a schema can tell.
fn error(text: &str) -> String {
    let error = suite::parse(Path::new("suite.json"), text).expect_err("invalid");
    if let (SuiteError::Invalid(invalid), Ok(value)) = (&error, serde_json::from_str(text)) {
        let is_beyond = invalid.problems().iter().all(support::beyond_a_schema);
        let is_refused = !support::validator().is_valid(&value);
        assert!(is_refused || is_beyond, "the schema takes this: {error}");
    }
    error.to_string()
}

/// The error for a flat suite with this one case.
fn case_error(case: &str) -> String {
    error(&format!(r#"{{"tests": [{case}]}}"#))
}

/// The errors for all these texts, one after the other.
fn errors(texts: &[&str]) -> String {
    texts
        .iter()
        .map(|text| error(text))
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// The errors for all these values of one key of a case.
fn value_errors(key: &str, values: &[&str]) -> String {
    let of_value = |value: &&str| {
        case_error(&format!(
            r#"{{"id": "a", "command": "b", "{key}": {value}}}"#
        ))
    };
    values.iter().map(of_value).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn every_problem_of_a_file_is_shown_at_once() {
    insta::assert_snapshot!(error(
        r#"{
  "task_list_id": 7,
  "timout": 30,
  "gates": {"min_success_rate": 80},
  "tests": [
    {"id": "sum", "command": "echo 42", "expected_pattern": ["42"]},
    {"id": "nap", "command": " ", "timeout": "5 minutes"},
    {"id": "sum", "comand": "true"}
  ]
}"#
    ));
}

#[test]
fn a_file_without_content_is_called_empty() {
    insta::assert_snapshot!(errors(&["", " \n\t", "\u{feff}"]));
}

#[test]
fn what_is_not_json_is_shown_where_it_stands() {
    insta::assert_snapshot!(errors(&[
        "task_list_id: simple",
        "{\"tests\": [] // none yet\n}",
        "{\"tests\": [] /* none yet",
        "{\"tests\": [1, 2,]}",
        "{\"tests\": [],\n}",
        "{\"tests\": []}}",
        "{'tests': []}",
        "{tests: []}",
        "{\"tests\" []}",
        "{\"tests\": }",
        "{\"tests\": [} ",
        "{\"tests\": [1 2]}",
        "{\"tests\": [1",
        "{\"tests\": {",
        "{\"tests\": True}",
        "{\"tests\": “a”}",
        "{\"timeout\": NaN}",
        "{\"timeout\": -Infinity}",
        "{\"timeout\": 0x10}",
        "{\"timeout\": 010}",
        "{\"timeout\": .5}",
        "{\"timeout\": +5}",
        "{\"timeout\": 1e}",
        "{\"a\": \"\\x41\"}",
        "{\"a\": \"\\ud800\"}",
        "{\"a\": \"b",
    ]));
}

#[test]
fn a_missing_quotation_mark_is_found_on_its_line() {
    insta::assert_snapshot!(errors(&[
        "{\n  \"tests\": [\n    {\"id\": \"a\", \"command\": \"true},\n    {\"id\": \"b\"}\n  ]\n}",
        "{\n  \"tests\": [\n    {\"id\": \"a, \"command\": \"true\"},\n    {\"id\": \"b\"}\n  ]\n}",
    ]));
}

#[test]
fn characters_that_json_forbids_are_refused_although_the_parser_knows_them() {
    insta::assert_snapshot!(errors(&[
        "{\"tests\": [{\"id\": \"a\", \"command\": \"echo\ta\u{1}\nb\"}]}",
        "{\u{a0}\"tests\": [{\"id\": \"a\", \"command\": \"true\"}]}",
    ]));
}

#[test]
fn nesting_too_deep_is_shown_on_a_clipped_line() {
    insta::assert_snapshot!(error(&format!("{{\"metadata\": {}", "[".repeat(100_000))));
}

#[test]
fn a_file_of_another_shape_is_told_what_is_missing() {
    insta::assert_snapshot!(errors(&[
        "[]",
        "null",
        "{}",
        r#"{"tests": []}"#,
        r#"{"tests": {}}"#,
        r#"{"categories": {}}"#,
        r#"{"categories": []}"#,
        r#"{"categories": {"simple": {}}}"#,
        r#"{"categories": {"simple": {"tests": []}, "streams": []}}"#,
        r#"{"categories": {"": {"tests": [{"id": "a", "command": "b"}]}}}"#,
    ]));
}

#[test]
fn tests_and_categories_exclude_each_other() {
    insta::assert_snapshot!(error(
        r#"{
  "tests": [{"id": "a", "command": "true"}],
  "categories": {"simple": {"tests": [{"id": "b", "command": "true"}]}}
}"#
    ));
}

#[test]
fn an_unknown_key_comes_with_a_suggestion_or_with_what_is_known() {
    insta::assert_snapshot!(errors(&[
        r#"{"test": [], "tests": [{"id": "a", "command": "b", "patterns": [], "retires": 3, "zzz": 1}]}"#,
        r#"{"gates": {"min_sucess_rate": 1}, "tests": [{"id": "a", "command": "b"}]}"#,
        r#"{"categories": {"simple": {"ids": {}, "tests": [{"id": "a", "command": "b"}]}}}"#,
        r#"{"tests": [{"id": "a", "command": "b", "expected_patterns": [{"txt": "c"}, {"regexp": "c"}], "retries": {"max": 1, "delay": 2}}]}"#,
    ]));
}

#[test]
fn a_duplicate_key_names_both_places() {
    insta::assert_snapshot!(error(
        "{\"timeout\": 1,\n\"timeout\": 2, \"tests\": [{\"id\": \"a\", \"command\": \"b\", \"\\u0069d\": \"c\"}]}"
    ));
}

#[test]
fn a_duplicate_category_names_both_places() {
    insta::assert_snapshot!(error(
        r#"{"categories": {
  "simple": {"tests": [{"id": "a", "command": "b"}]},
  "simple": {"tests": [{"id": "c", "command": "d"}]}
}}"#
    ));
}

#[test]
fn a_duplicate_id_names_both_places() {
    insta::assert_snapshot!(error(
        r#"{"categories": {
  "simple": {"tests": [{"id": "a", "command": "b"}]},
  "streams": {"tests": [
    {"id": "a", "command": "c"},
    {"id": "a", "command": "d"}
  ]}
}}"#
    ));
}

#[test]
fn what_a_case_needs_has_to_be_there() {
    insta::assert_snapshot!(errors(&[
        "{\"tests\": [\n  {},\n  \"echo\"\n]}",
        r#"{"tests": [{"id": "", "command": ""}, {"id": "\t", "command": "\n"}]}"#,
        r#"{"tests": [{"id": "a\u0000b", "command": "echo \u0000"}]}"#,
    ]));
}

#[test]
fn values_of_a_wrong_type_are_told_what_was_expected() {
    insta::assert_snapshot!(error(
        r#"{"description": [], "requires": "claude", "tags": null, "gates": 1, "tests": [
  {"id": 1, "name": true, "command": {}, "description": null},
  {"id": "a", "command": "b", "expected_patterns": "42", "timeout": [], "expected_exit_code": "0"},
  {"id": "c", "command": "d", "expected_patterns": [42, ""], "tags": ["", 1]}
]}"#
    ));
}

#[test]
fn a_timeout_has_to_be_a_span_of_time() {
    insta::assert_snapshot!(value_errors(
        "timeout",
        &[
            "0",
            "-1",
            "-0.0",
            "1e400",
            "1e-400",
            "31622401",
            r#""""#,
            r#""soon""#,
            r#""1h30""#,
            r#""0s""#
        ]
    ));
}

#[test]
fn an_exit_code_is_a_whole_number() {
    insta::assert_snapshot!(value_errors(
        "expected_exit_code",
        &["0.5", "4294967296", "1e2"]
    ));
}

#[test]
fn a_gate_has_to_be_one_that_can_hold() {
    insta::assert_snapshot!(errors(&[
        r#"{"gates": {"min_success_rate": 80, "max_infrastructure_errors": -1}, "tests": [{"id": "a", "command": "b"}]}"#,
        r#"{"gates": {"min_success_rate": -0.1, "max_infrastructure_errors": 0.5}, "tests": [{"id": "a", "command": "b"}]}"#,
        r#"{"gates": {"min_success_rate": "80%", "max_infrastructure_errors": null}, "tests": [{"id": "a", "command": "b"}]}"#,
    ]));
}

#[test]
fn a_cost_is_an_amount_of_dollars_and_tokens_are_counted() {
    insta::assert_snapshot!(errors(&[
        r#"{"gates": {"max_cost_usd": -1, "max_output_tokens": 0.5}, "tests": [{"id": "a", "command": "b"}]}"#,
        r#"{"gates": {"max_cost_usd": "$1", "max_output_tokens": "1k"}, "tests": [{"id": "a", "command": "b"}]}"#,
        r#"{"gates": {"max_cost": 1e300}, "tests": [{"id": "a", "command": "b"}]}"#,
    ]));
}

#[test]
fn an_output_format_is_one_of_those_that_are_known() {
    insta::assert_snapshot!(value_errors(
        "output_format",
        &[r#""claude""#, r#""claude_stream_json""#, r#""yaml""#, "1"]
    ));
}

#[test]
fn a_part_to_match_on_is_one_of_those_that_are_known() {
    insta::assert_snapshot!(value_errors(
        "match_on",
        &[r#""final-text""#, r#""stdin""#, r#""everything""#, "null"]
    ));
}

#[test]
fn a_final_text_is_only_matched_where_the_format_has_one() {
    insta::assert_snapshot!(errors(&[
        r#"{"tests": [{"id": "a", "command": "b", "match_on": "final_text"}]}"#,
        // One mistake, however many cases it is made for.
        r#"{"match_on": "final_text", "tests": [
  {"id": "a", "command": "claude", "output_format": "claude-stream-json"},
  {"id": "b", "command": "c"},
  {"id": "d", "command": "e"}
]}"#,
        // A format that nobody knows is the only mistake.
        r#"{"match_on": "final_text", "output_format": "json", "tests": [{"id": "a", "command": "b"}]}"#,
    ]));
}

#[test]
fn a_pattern_is_of_one_kind() {
    insta::assert_snapshot!(value_errors(
        "expected_patterns",
        &[
            "[{}]",
            "[4, null]",
            r#"[{"literal": "a", "word": "b"}]"#,
            r#"[{"word": ""}, {"literal": 1, "case_sensitive": "no"}]"#,
            r#"[{"regex": "a", "case_sensitive": false}]"#,
            r#"{"word": "4"}"#,
        ]
    ));
}

#[test]
fn a_regular_expression_that_is_none_says_why() {
    insta::assert_snapshot!(value_errors(
        "forbidden_patterns",
        &[
            r#"[{"regex": "("}]"#,
            r#"[{"regex": "a{2,1}"}]"#,
            r#"[{"regex": "(a)\\1"}]"#,
            r#"[{"regex": "\\w{1000}{1000}"}]"#,
            r#"[{"regex": ""}]"#,
        ]
    ));
}

#[test]
fn lists_of_patterns_are_all_lists_or_none() {
    insta::assert_snapshot!(value_errors(
        "any_of",
        &[
            "[]",
            "[[]]",
            r#"["a", ["b"]]"#,
            r#""a""#,
            r#"[["a"], {"word": "b"}]"#
        ]
    ));
}

#[test]
fn bounds_that_nothing_can_keep_or_break_are_refused() {
    let count = value_errors(
        "count",
        &[
            r#"{"word": "a"}"#,
            r#"{"word": "a", "at_least": 3, "at_most": 2}"#,
            r#"{"word": "a", "at_least": 0}"#,
            r#"[{"word": "a", "at_most": 0}]"#,
            r#""a""#,
        ],
    );
    let lengths = case_error(r#"{"id": "a", "command": "b", "min_length": 9, "max_length": 8}"#);
    let zero = value_errors("min_length", &["0"]);
    let gap = value_errors("max_gap", &["0", r#""1 min""#]);
    insta::assert_snapshot!([count, lengths, zero, gap].join("\n\n"));
}

#[test]
fn what_has_to_come_in_time_or_never_needs_its_limit_and_its_beginning() {
    let within = value_errors(
        "within",
        &[
            r#"{"word": "a"}"#,
            r#"{"limit": "5s"}"#,
            r#"{"word": "a", "limit": 0}"#,
            r#"{"word": "a", "limit": 1, "after": {"regex": "["}}"#,
        ],
    );
    let never_after = value_errors("never_after", &[r#"[{"word": "a"}]"#, r#"["a"]"#]);
    insta::assert_snapshot!([within, never_after].join("\n\n"));
}

#[test]
fn paths_and_schemas_are_tried_when_they_are_read() {
    insta::assert_snapshot!(value_errors(
        "json",
        &[
            r#"{"path": "answer"}"#,
            r#"{"path": "$.items[", "type": "list"}"#,
            r#"{"schema": {"type": "nubmer"}}"#,
            r#"{"schema": "object"}"#,
            r#"{"schema": {"properties": {"a": {"$ref": "https://example.com/a.json"}}}}"#,
            r#"{"schema": {"$ref": "file:///etc/passwd"}}"#,
            r#"{"schema": {"$ref": "other.json"}}"#,
            r##"{"schema": {"$ref": "#/$defs/missing"}}"##,
            r#"{"schema": {"pattern": "("}}"#,
            r#"{"equals": 1e999}"#,
            r#"{"equals": {"a": 1, "a": 2}}"#,
            "[1]",
        ]
    ));
}

#[test]
fn an_older_validation_is_one_of_three() {
    insta::assert_snapshot!(value_errors(
        "validation",
        &[
            "{}",
            "[]",
            r#"{"type": "regex"}"#,
            r#"{"type": "content_check", "min_lenght": 4}"#,
            r#"{"type": "content_check", "language": "python"}"#,
            r#"{"type": "code_validation", "executable": "yes"}"#,
            r#"{"type": "json", "schema": {"a": "float", "b": "string"}, "expected_answer": 1}"#,
            r#"{"type": "json", "schema": {"a": "string", "b": "string"}, "expected_answer": 1}"#,
        ]
    ));
}

#[test]
fn retries_say_how_often_and_after_what() {
    insta::assert_snapshot!(value_errors(
        "retries",
        &[
            "-1",
            "true",
            r#"{"on": ["failed"]}"#,
            r#"{"max": 1, "on": ["infra"], "retry_on": "failed"}"#,
            r#"{"max": 1, "on": []}"#,
            r#"{"max": 1, "pause": "6m"}"#,
            r#"{"max": 1.5, "pause": -1}"#,
        ]
    ));
}

#[test]
fn a_repetition_ends_and_asks_for_something() {
    insta::assert_snapshot!(value_errors(
        "repeat",
        &[
            "5",
            "{}",
            r#"{"min": 6, "max": 5, "success_rate": 0.9}"#,
            r#"{"min": 0, "max": 0, "success_rate": 0}"#,
            r#"{"max": 5, "success_rate": 90, "confidence": 1}"#,
            r#"{"max": 5, "success_rate": 0.9, "confidence": 0.5}"#,
        ]
    ));
}

#[test]
fn a_weight_is_a_small_whole_number_of_a_case() {
    insta::assert_snapshot!(value_errors(
        "weight",
        &["0", "-1", "1.5", "1001", "99999999999", "\"3\"", "null"]
    ));
    insta::assert_snapshot!(error(
        r#"{"weight": 3, "tests": [{"id": "a", "command": "b"}]}"#
    ));
}

#[test]
fn a_gate_on_times_has_a_percentile_and_a_limit() {
    insta::assert_snapshot!(value_errors(
        "gates",
        &[
            r#"{"max_duration": "2s"}"#,
            r#"{"max_gap": {}}"#,
            r#"{"max_duration": {"p90": "2s"}}"#,
            r#"{"max_time_to_first_output": {"p95": 0, "p99": "soon"}}"#,
            r#"{"max_flaky": -1, "max_flakey": 1}"#,
        ]
    ));
}

#[test]
fn a_required_program_is_a_plain_name() {
    insta::assert_snapshot!(value_errors(
        "requires",
        &[r#"["claude", "rm -rf /", "$(id)", "", "-v", "a;b"]"#]
    ));
}

#[test]
fn long_lines_and_long_names_are_clipped_around_the_problem() {
    let padding = "ä".repeat(300);
    insta::assert_snapshot!(error(&format!(
        r#"{{"x-before": "{padding}", "{padding}": 1, "tests": [{{"id": "a", "command": "b"}}], "x-after": 1}}"#
    )));
}

#[test]
fn carets_stand_below_what_they_mean_whatever_comes_before() {
    insta::assert_snapshot!(error(
        "{\r\n\t\"x-ü\": \"🦀\",\t\"timeot\": 1,\r\n\"tests\": [{\"id\": \"a\", \"command\": \"b\"}]}"
    ));
}
