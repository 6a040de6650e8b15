//! What becomes of code, by what its check says.

use suite::{CodeExpectation, Expectations};

use super::*;
use crate::{
    outcome::{Fault, FaultKind},
    results::CapturedOutput,
    test_support::{case, report},
};

fn plan(language: &str) -> AttemptPlan {
    let code = CodeExpectation {
        language: language.into(),
        checked: true,
    };
    let case = Case {
        expectations: Expectations {
            code: Some(code),
            ..Expectations::default()
        },
        ..case("a")
    };
    AttemptPlan {
        case: Arc::new(case),
        execution_id: "TEST_1_a".into(),
        started_after: Duration::ZERO,
        marker: None,
        tail: None,
        settings: AttemptSettings {
            check_syntax: true,
            ..AttemptSettings::default()
        },
    }
}

fn of_command(outcome: Outcome, said: &str) -> Syntax {
    let check = check(&plan("py"), "pass").unwrap_or_else(|other| panic!("{other:?}"));
    let output = CapturedOutput {
        head: said.into(),
        ..CapturedOutput::default()
    };
    check.verdict(&AttemptReport {
        output,
        ..report(outcome)
    })
}

fn exit(actual: i32) -> Outcome {
    let expected = 0;
    Outcome::Failed(vec![Failure::ExitCode { expected, actual }])
}

#[track_caller]
fn assert_unknown(syntax: Syntax, words: &str) {
    match syntax {
        Syntax::Unknown(why) => assert!(why.contains(words), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_the_tool_itself_calls_code_right_or_wrong() {
    let checking = "welcome to this shell\ngauntlet-syntax: checking\n";
    assert_eq!(of_command(Outcome::Passed, checking), Syntax::Right);
    assert_eq!(
        of_command(exit(3), &format!("{checking}SyntaxError: no\n")),
        Syntax::Wrong("python3 says: SyntaxError: no".into())
    );
    for (outcome, said, words) in [
        (exit(137), checking, "python3 ended with exit code 137"),
        (exit(1), checking, "exit code 1"),
        (Outcome::Passed, "", "did not say that it was made"),
        (exit(3), "SyntaxError", "did not say that it was made"),
        (
            Outcome::Passed,
            "gauntlet-syntax: missing python3\n",
            "`python3` is not available",
        ),
        (
            Outcome::Passed,
            "gauntlet-syntax: broken\nno interpreter\n",
            "does not work where the executor runs: no interpreter",
        ),
        (
            Outcome::TimedOut {
                limit: TIMEOUT,
                silent_for: TIMEOUT,
            },
            checking,
            "timed out",
        ),
        (
            Outcome::InfrastructureError(Fault {
                kind: FaultKind::Connect,
                message: "refused".into(),
            }),
            checking,
            "refused",
        ),
    ] {
        assert_unknown(of_command(outcome, said), words);
    }
}

#[test]
fn what_a_tool_quotes_of_the_code_does_not_count_as_the_word_of_the_check() {
    let said = "gauntlet-syntax: checking\ngauntlet-syntax: missing python3\n";
    let wrong = "python3 says: gauntlet-syntax: missing python3".to_owned();
    assert_eq!(of_command(exit(3), said), Syntax::Wrong(wrong));
}

#[test]
fn the_words_of_a_tool_are_bounded() {
    let said = format!("gauntlet-syntax: checking\n{}", "ä".repeat(3_000));
    let Syntax::Wrong(words) = of_command(exit(3), &said) else {
        panic!("not wrong");
    };
    assert!(words.chars().count() < MAX_WORDS + 30, "{words}");
}

#[test]
fn json_is_checked_without_a_command() {
    let of = |code: &str| check(&plan("JSON"), code).err().expect("no command");
    assert_eq!(of("{\"a\": [1]}"), Syntax::Right);
    assert!(matches!(of("{\"a\": }"), Syntax::Wrong(words) if words.contains("line 1")));
    // However deep it is.
    let deep = "[".repeat(30_000) + &"]".repeat(30_000);
    assert_eq!(of(&deep), Syntax::Right);
}

#[test]
fn what_no_tool_checks_and_what_is_too_long_says_so() {
    let of = |language, code: &str| check(&plan(language), code).err().expect("no command");
    assert_unknown(of("cobol", "x"), "no tool here that checks cobol");
    // It runs what stands in BEGIN.
    assert_unknown(of("perl", "x"), "without running it");
    assert_unknown(of("py", &"x".repeat(MAX_CODE_BYTES + 1)), "longer than");
    let longest = "x".repeat(MAX_CODE_BYTES);
    let check = check(&plan("py"), &longest);
    let check = check.unwrap_or_else(|other| panic!("{other:?}"));
    assert!(check.plan.case.command.len() < 120 << 10);
}

#[test]
fn a_check_is_asked_for_by_the_case_and_by_whoever_runs_it() {
    assert!(is_asked_for(&plan("py")));
    let mut off = plan("py");
    off.settings.check_syntax = false;
    assert!(!is_asked_for(&off));
    let mut unchecked = plan("py");
    let case = Arc::make_mut(&mut unchecked.case);
    case.expectations.code.as_mut().expect("code").checked = false;
    assert!(!is_asked_for(&unchecked));
}
