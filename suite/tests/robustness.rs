//! No input makes the crate panic, and every error points to a place that exists.

use std::{path::Path, time::Duration};

use proptest::prelude::*;
use suite::{InvalidSuite, Suite, SuiteError};

const VALID: &str = r##"{
    "task_list_id": "demo", "timeout": 2.5e1, "stall_timeout": "1m30s", "x-note": [true, null],
    "gates": {"min_success_rate": 0.8, "max_infrastructure_errors": 3, "max_cost_usd": 0.5, "max_output_tokens": 9,
        "max_flaky": 1, "max_duration": {"p95": "2s"}},
    "max_gap": 9, "stop_on_failure": true, "retries": {"max": 2, "on": ["failed"], "pause": "2s"},
    "repeat": {"min": 2, "max": 30, "success_rate": 0.9, "confidence": 0.95},
    "output_format": "claude-stream-json", "match_on": "final_text",
    "categories": {"größe": {"tags": ["quick"], "requires": ["sh"], "tests": [
        {"id": "ä\u00fc\ud83e\udd80", "command": "echo \"hi\"", "expected_patterns": ["hi", "\n"]},
        {"id": "b", "name": "B", "command": "exit 3", "expected_exit_code": 3, "timeout": "500ms"},
        {"id": "c", "command": "true", "expected_patterns": [{"word": "4"}, {"regex": "a+(b|c)"}],
         "forbidden_patterns": [{"literal": "X", "case_sensitive": true}], "any_of": [["a"], ["b"]], "ordered": ["a"],
         "count": {"word": "a", "at_least": 1, "at_most": 2}, "within": [{"word": "a", "after": "b", "limit": "5s"}],
         "never_after": {"word": "a", "after": "b"}, "min_length": 1, "max_length": 2,
         "json": {"path": "$.a[0]", "type": "number", "equals": 1e0, "schema": {"type": ["number"], "$ref": "#/$defs/a", "$defs": {"a": {}}}},
         "gates": {"min_success_rate": 1}},
        {"id": "d", "command": "true", "validation": {"type": "json", "schema": {"a": "number"}, "expected_answer": 1}},
        {"id": "e", "command": "true", "validation": {"type": "content_check", "min_length": 1, "must_contain": ["a"]}},
        {"id": "f", "command": "true", "validation": {"type": "code_validation", "language": "c", "executable": true}}
    ]}}
}"##;

fn parse(text: &str) -> Result<Suite, InvalidSuite> {
    suite::parse(Path::new("any.json"), text).map_err(|error| match error {
        SuiteError::Invalid(invalid) => invalid,
        other => panic!("a text can only be invalid: {other}"),
    })
}

/// Parses `text` and checks what has to hold for every result.
fn check(text: &str) {
    match parse(text) {
        Ok(suite) => assert!(!suite.cases.is_empty()),
        Err(invalid) => {
            assert!(!invalid.problems().is_empty());
            assert!(invalid.problems().len() <= 50);
            for problem in invalid.problems() {
                let before = &invalid.text()[..problem.span().start];
                let line_start = before.rfind('\n').map_or(0, |line_end| line_end + 1);
                assert_eq!(problem.line(), 1 + before.matches('\n').count());
                assert_eq!(problem.column(), 1 + before[line_start..].chars().count());
                assert!(invalid.text().get(problem.span()).is_some());
                assert!(!problem.message().contains('\n'));
            }
            assert!(!invalid.to_string().is_empty());
        }
    }
}

#[test]
fn the_text_that_is_mutated_is_valid() {
    assert_eq!(parse(VALID).unwrap().cases.len(), 6);
}

#[test]
fn every_way_of_cutting_a_suite_short_is_an_error() {
    for (end, _) in VALID.char_indices() {
        assert!(parse(&VALID[..end]).is_err(), "{end}");
        check(&VALID[..end]);
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn arbitrary_json_tokens_never_panic(
        tokens in prop::collection::vec(
            prop::sample::select(&[
                "{", "}", "[", "]", ",", ":", "\"", "\\", "\"tests\"", "\"id\"", "\"command\"",
                "\"categories\"", "\"a\"", "\"\\u12\"", "-", "0", "1e400", "NaN", "null", "//", "/*",
                "'", " ", "\n", "\u{a0}", "ü", "🦀", "\u{feff}", "\r", "\u{0}",
            ][..]),
            0..40,
        )
    ) {
        check(&tokens.concat());
    }

    #[test]
    fn a_mutated_suite_never_panics(
        mutations in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6)
    ) {
        let mut bytes = VALID.as_bytes().to_vec();
        for (place, byte, kind) in mutations {
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                _ => drop(bytes.remove(place)),
            }
        }
        check(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn nesting_is_limited_instead_of_exhausting_the_stack() {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!(r#"{{"metadata": {open}"[{{"{close}, "tests": [{{"id": "a", "command": "b"}}]}}"#)
    };
    let check_on_a_small_stack = move || {
        for bomb in [
            "[".repeat(100_000),
            r#"{"metadata":"#.repeat(100_000),
            nested(100),
        ] {
            let invalid = parse(&bomb).expect_err("too deep");
            assert_eq!(
                invalid.problems()[0].message(),
                "nested more than 100 levels deep"
            );
        }
        assert!(parse(&nested(99)).is_ok());
    };
    // An eighth of what threads have.
    let thread = std::thread::Builder::new().stack_size(256 << 10);
    thread
        .spawn(check_on_a_small_stack)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn a_long_list_of_problems_is_cut_and_counted() {
    let text = format!(r#"{{"tests": [{}1]}}"#, "1,".repeat(99_999));
    let invalid = parse(&text).unwrap_err();
    assert_eq!((invalid.problems().len(), invalid.more()), (50, 99_950));
    assert!(invalid.to_string().ends_with("and 99950 more problems"));
    check(&text);
}

#[test]
fn a_suite_of_many_cases_keeps_all_of_them() {
    let cases: Vec<_> = (0..2000)
        .map(|n| {
            format!(
                r#"{{"id": "case_{n}", "command": "echo {n}", "timeout": {}}}"#,
                n + 1
            )
        })
        .collect();
    let suite = parse(&format!(r#"{{"tests": [{}]}}"#, cases.join(","))).unwrap();
    assert_eq!(suite.cases.len(), 2000);
    assert_eq!(suite.cases[1999].timeout, Duration::from_secs(2000));
}
