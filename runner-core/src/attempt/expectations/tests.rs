//! What becomes of expectations, of each kind, however the output came.

use proptest::prelude::*;
use serde_json::json;
use suite::{CodeExpectation, CountOf, JsonExpectation, JsonType, MatchOn, NeverAfter, Within};

use super::*;
use crate::results::{CapturedOutput, ExpectationResult, Standing};

fn text(text: &str) -> Pattern {
    Pattern::literal(text)
}

fn regex(source: &str) -> Pattern {
    Pattern::Regex {
        source: source.into(),
    }
}

/// A piece of output and the second in which it came.
type Piece<'t> = (u64, &'t str);

fn watched(expected: &Expectations, pieces: &[Piece<'_>]) -> Watch {
    let mut watch = Watch::new(expected);
    for &(second, piece) in pieces {
        let at = Duration::from_secs(second);
        watch.on_sign_of_life(at);
        watch.push(piece, Some(at));
        watch.on_pause();
    }
    watch
}

fn results(expected: &Expectations, pieces: &[Piece<'_>]) -> Vec<ExpectationResult> {
    let output = CapturedOutput {
        head: pieces.iter().map(|&(_, piece)| piece).collect(),
        ..CapturedOutput::default()
    };
    let watch = watched(expected, pieces);
    watch
        .finish(Ending::Whole, MatchOn::Output, &output)
        .results
}

/// What became of the only expectation in these pieces.
fn only(expected: &Expectations, pieces: &[Piece<'_>]) -> ExpectationResult {
    let mut results = results(expected, pieces);
    assert_eq!(results.len(), 1, "{results:?}");
    results.remove(0)
}

#[track_caller]
fn meets(expected: &Expectations, pieces: &[Piece<'_>]) {
    let result = only(expected, pieces);
    assert!(result.is_met(), "{result:?}");
}

/// The words and the detail of the only expectation, which is missed.
#[track_caller]
fn misses(expected: &Expectations, pieces: &[Piece<'_>]) -> String {
    let result = only(expected, pieces);
    assert_eq!(result.standing, Standing::Missed, "{result:?}");
    format!("{}: {}", result.words, result.detail)
}

/// From which piece on the attempt may end, if it may end before the last one has come.
fn hopeless_from(expected: &Expectations, pieces: &[Piece<'_>]) -> Option<usize> {
    (0..=pieces.len()).find(|&count| {
        let now = pieces[..count].last().map_or(0, |&(second, _)| second);
        watched(expected, &pieces[..count]).is_hopeless(Duration::from_secs(now))
    })
}

#[test]
fn a_text_that_is_missing_is_told_with_what_comes_nearest() {
    let expected = Expectations::literals(["12 tests passed"]);
    meets(&expected, &[(1, "12 Tests "), (2, "passed")]);
    assert_eq!(
        misses(&expected, &[(1, "go\n11 tests passed, 1 failed\n")]),
        "12 tests passed: the nearest is \"11 tests passed, 1 failed\""
    );
}

#[test]
fn what_is_forbidden_may_not_be_there() {
    let expected = Expectations {
        forbidden: vec![regex(r"panicked at \S+")],
        ..Expectations::default()
    };
    meets(&expected, &[(1, "all is well")]);
    let pieces = [
        (1, "oh: panicked at"),
        (2, " main.rs"),
        (3, ":1\n"),
        (4, "on"),
    ];
    assert_eq!(
        misses(&expected, &pieces),
        r"no /panicked at \S+/: found at byte 4 after 3.00s"
    );
    assert_eq!(hopeless_from(&expected, &pieces), Some(2));
}

#[test]
fn one_of_a_group_is_enough() {
    let expected = Expectations {
        any_of: vec![vec![text("yes"), regex("ja+")]],
        ..Expectations::default()
    };
    meets(&expected, &[(1, "jaaa")]);
    assert_eq!(
        misses(&expected, &[(1, "no")]),
        "\"yes\" or /ja+/: none of them is in the output"
    );
}

#[test]
fn finds_are_counted() {
    let count = |at_least, at_most| Expectations {
        counts: vec![CountOf {
            pattern: text("aa"),
            at_least,
            at_most,
        }],
        ..Expectations::default()
    };
    meets(&count(Some(2), Some(2)), &[(1, "a"), (2, "aaa"), (3, "a")]);
    meets(&count(None, Some(0)), &[(1, "a b a")]);
    assert_eq!(
        misses(&count(Some(3), None), &[(1, "aa aa")]),
        "\"aa\" at least 3 times: found 2 times"
    );
    let pieces = [(1, "aa"), (2, "aa"), (3, "a")];
    assert_eq!(
        misses(&count(Some(1), Some(1)), &pieces),
        "\"aa\" 1 time: found 2 times"
    );
    assert_eq!(hopeless_from(&count(None, Some(1)), &pieces), Some(2));
}

#[test]
fn an_order_is_one_of_first_finds_behind_each_other() {
    let expected = Expectations {
        ordered: vec![vec![text("one"), regex("tw."), text("one")]],
        ..Expectations::default()
    };
    meets(&expected, &[(1, "two one"), (2, " two one")]);
    assert_eq!(
        misses(&expected, &[(1, "two one one")]),
        "\"one\", then /tw./, then \"one\": /tw./ was not found behind \"one\""
    );
    assert!(misses(&expected, &[(1, "two")]).ends_with(": \"one\" was not found"));
}

#[test]
fn what_has_to_come_in_time_is_counted_from_the_start_or_from_another_find() {
    let within = |after: Option<Pattern>| Expectations {
        within: vec![Within {
            pattern: text("done"),
            after,
            limit: Duration::from_secs(2),
        }],
        ..Expectations::default()
    };
    meets(&within(None), &[(1, "do"), (2, "ne")]);
    let late = [(1, "do"), (3, "ne")];
    assert_eq!(
        misses(&within(None), &late),
        "\"done\" within 2.00s: found after 3.00s"
    );
    let never = [(1, "do"), (2, "n"), (3, "o")];
    assert_eq!(
        misses(&within(None), &never),
        "\"done\" within 2.00s: not found"
    );
    assert_eq!(hopeless_from(&within(None), &never), Some(3));

    let after = within(Some(regex("go!")));
    meets(&after, &[(5, "done go! "), (7, "done")]);
    assert_eq!(
        misses(&after, &[(5, "go! "), (8, "done")]),
        "\"done\" within 2.00s of /go!/: found after 3.00s"
    );
    assert!(misses(&after, &[(5, "done")]).ends_with(": /go!/ was not found"));
}

#[test]
fn a_pattern_that_may_still_end_in_time_is_waited_for() {
    let expected = Expectations {
        within: vec![Within {
            pattern: regex("done$"),
            after: None,
            limit: Duration::from_secs(2),
        }],
        ..Expectations::default()
    };
    let mut watch = watched(&expected, &[(1, "done")]);
    assert!(!watch.is_hopeless(Duration::from_secs(9)));
    meets(&expected, &[(1, "done")]);
    let mut watch = watched(&expected, &[(1, "done "), (1, "so")]);
    assert!(watch.is_hopeless(Duration::from_secs(9)));
}

#[test]
fn what_may_not_come_after_something_may_come_before_it() {
    let expected = Expectations {
        never_after: vec![NeverAfter {
            pattern: text("write"),
            after: regex("clos(ed|ing)"),
        }],
        ..Expectations::default()
    };
    meets(&expected, &[(1, "write, write")]);
    meets(&expected, &[(1, "write, closed")]);
    let pieces = [(1, "closing "), (2, "wri"), (3, "te"), (4, "")];
    assert_eq!(
        misses(&expected, &pieces),
        "no \"write\" after /clos(ed|ing)/: found at byte 8 after 3.00s"
    );
}

#[test]
fn a_silence_is_too_long_between_start_output_and_end() {
    let expected = Expectations {
        max_gap: Some(Duration::from_secs(3)),
        ..Expectations::default()
    };
    meets(&expected, &[(3, "a"), (5, "b"), (8, "c")]);
    for pieces in [&[(4, "a"), (5, "b")][..], &[(1, "a"), (5, "b")]] {
        let told = misses(&expected, pieces);
        assert_eq!(told, "no silence of more than 3.00s: silent for 4.00s");
    }
    let mut watch = watched(&expected, &[(1, "a")]);
    assert!(!watch.is_hopeless(Duration::from_secs(4)));
    assert!(watch.is_hopeless(Duration::from_secs(5)));
    watch.on_sign_of_life(Duration::from_secs(6));
    let end = watch.finish(Ending::Whole, MatchOn::Output, &CapturedOutput::default());
    assert_eq!(end.results[0].standing, Standing::Missed);
}

#[test]
fn lengths_are_counted_in_characters() {
    let length = |min_length, max_length| Expectations {
        min_length,
        max_length,
        ..Expectations::default()
    };
    meets(&length(Some(4), None), &[(1, "äöü"), (2, "😀")]);
    meets(&length(None, Some(4)), &[(1, "äöü"), (2, "😀")]);
    assert_eq!(
        misses(&length(Some(5), None), &[(1, "äöü😀")]),
        "at least 5 characters: 4 characters"
    );
    let pieces = [(1, "äö"), (2, "ü😀"), (3, "")];
    assert_eq!(
        misses(&length(None, Some(3)), &pieces),
        "at most 3 characters: 4 characters"
    );
    assert_eq!(hopeless_from(&length(None, Some(3)), &pieces), Some(2));
}

fn answer() -> Expectations {
    Expectations {
        json: vec![JsonExpectation {
            path: Some("$.answer".into()),
            type_name: Some(JsonType::Integer),
            equals: Some(json!(42.0)),
            schema: Some(json!({"minimum": 40})),
        }],
        ..Expectations::default()
    }
}

#[test]
fn json_is_held_against_what_is_expected_of_it() {
    meets(
        &answer(),
        &[(1, "So:\n```json\n{\"ans"), (2, "wer\": 42}\n```\n")],
    );
    assert_eq!(
        misses(&answer(), &[(1, "{\"answer\": 41}")]),
        "JSON with $.answer that is of the type integer and equal to 42.0 and valid against its schema: \
         $['answer'] is 41"
    );
    assert!(misses(&answer(), &[(1, "41")]).ends_with(": no JSON object or array"));
}

#[test]
fn json_that_begins_too_late_is_said_to_have_been_looked_for_up_to_there() {
    let filler = "x".repeat(MAX_STRUCTURED_BYTES);
    let told = misses(&answer(), &[(1, &filler), (2, "{\"answer\": 42}")]);
    assert!(
        told.ends_with("no JSON object or array in the first 1,048,576 bytes"),
        "{told}"
    );
}

#[test]
fn code_is_there_or_not_and_its_syntax_is_left_to_others() {
    let code = |checked| Expectations {
        code: Some(CodeExpectation {
            language: "python".into(),
            checked,
        }),
        ..Expectations::default()
    };
    meets(&code(false), &[(1, "```python\nprint"), (2, "(4)\n```\n")]);
    assert_eq!(
        misses(&code(true), &[(1, "```rust\nfn a() {}\n```\n")]),
        "code in python: there is none"
    );
    let watch = watched(&code(true), &[(1, "print(4)")]);
    let end = watch.finish(Ending::Whole, MatchOn::Output, &CapturedOutput::default());
    assert_eq!(end.results[0].standing, Standing::NotChecked);
    assert_eq!(end.code.as_deref(), Some("print(4)"));
}

#[test]
fn what_was_ended_early_is_told_as_far_as_it_is_clear() {
    let expected = Expectations {
        expected: vec![text("there"), text("absent")],
        forbidden: vec![text("worse"), regex("bad.*")],
        max_length: Some(100),
        code: answer().code,
        json: answer().json,
        ..Expectations::default()
    };
    let mut watch = watched(&expected, &[(1, "there is bad")]);
    let at = Duration::from_secs(1);
    assert!(watch.is_hopeless(at));
    let end = watch.finish(
        Ending::Early { at },
        MatchOn::Output,
        &CapturedOutput::default(),
    );
    let standings: Vec<_> = end.results.iter().map(|result| result.standing).collect();
    use Standing::{Met, Missed, NotChecked};
    assert_eq!(
        standings,
        [Met, NotChecked, NotChecked, Missed, NotChecked, NotChecked]
    );
}

#[test]
fn a_pattern_that_cannot_be_used_is_never_met() {
    let expected = Expectations {
        expected: vec![regex("(")],
        forbidden: vec![regex("(")],
        counts: vec![CountOf {
            pattern: regex("("),
            at_least: None,
            at_most: Some(1),
        }],
        ..Expectations::default()
    };
    for result in results(&expected, &[(1, "text")]) {
        assert_eq!(result.standing, Standing::Missed);
        assert!(result.detail.contains("cannot be looked for"), "{result:?}");
    }
}

/// Expectations of every kind, with patterns that overlap in what they find.
fn of_every_kind() -> Expectations {
    let pattern = [text("ab"), regex("a+b"), regex(r"(?m)b$")];
    let [a, b, c] = pattern.clone();
    Expectations {
        expected: pattern.to_vec(),
        forbidden: vec![
            text("bbb"),
            Pattern::Word {
                text: "b".into(),
                case_sensitive: true,
            },
        ],
        any_of: vec![pattern[1..].to_vec()],
        counts: vec![CountOf {
            pattern: b.clone(),
            at_least: Some(1),
            at_most: Some(2),
        }],
        ordered: vec![vec![a.clone(), c.clone(), b.clone()]],
        within: vec![Within {
            pattern: c.clone(),
            after: Some(a.clone()),
            limit: Duration::from_secs(4),
        }],
        never_after: vec![NeverAfter {
            pattern: a,
            after: c,
        }],
        max_gap: Some(Duration::from_secs(3)),
        min_length: Some(3),
        max_length: Some(12),
        json: vec![JsonExpectation {
            path: None,
            type_name: Some(JsonType::Array),
            equals: None,
            schema: None,
        }],
        code: Some(CodeExpectation {
            language: "b".into(),
            checked: false,
        }),
        stop_on_failure: true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_becomes_of_an_expectation_does_not_depend_on_how_the_output_was_cut(
        chunks in prop::collection::vec((0..4u64, "[abB\\[\\]`\n ]{0,6}"), 1..8),
        cuts in prop::collection::vec(0..6usize, 8),
    ) {
        let expected = of_every_kind();
        let mut second = 0;
        let mut whole = Vec::new();
        let mut cut = Vec::new();
        for ((gap, chunk), at) in chunks.iter().zip(&cuts) {
            second += gap;
            let (begin, end) = chunk.split_at(*at.min(&chunk.len()));
            whole.push((second, &**chunk));
            cut.extend([(second, begin), (second, end)]);
        }
        prop_assert_eq!(results(&expected, &cut), results(&expected, &whole));
    }

    #[test]
    fn what_is_hopeless_never_turns_out_well(
        pieces in prop::collection::vec((0..4u64, "[abB\\[\\]`\n ]{0,4}"), 1..8),
    ) {
        let mut second = 0;
        let pieces: Vec<_> = pieces
            .iter()
            .map(|(gap, piece)| {
                second += gap;
                (second, &**piece)
            })
            .collect();
        let expected = of_every_kind();
        if let Some(count) = hopeless_from(&expected, &pieces) {
            let whole = results(&expected, &pieces);
            prop_assert!(whole.iter().any(|it| it.standing == Standing::Missed), "{:?}", whole);
            let at = Duration::from_secs(pieces[..count].last().map_or(0, |&(second, _)| second));
            let mut watch = watched(&expected, &pieces[..count]);
            prop_assert!(watch.is_hopeless(at));
            let early = watch.finish(Ending::Early { at }, MatchOn::Output, &CapturedOutput::default());
            let missed = early.results.iter().any(|it| it.standing == Standing::Missed);
            prop_assert!(missed, "{:?}", early.results);
        }
    }
}
