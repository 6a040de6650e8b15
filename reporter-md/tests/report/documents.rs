//! Whole documents, as a person gets to see them.

use std::time::Duration;

use reporter_md::{Report, ReportOptions, write_report};
use runner_core::{
    gates::evaluate_counted,
    outcome::{Failure, Outcome},
    results::{
        AttemptReport, CapturedOutput, Counts, ExpectationKind, ExpectationResult, RunProblem,
        Standing,
    },
};
use suite::{Gates, Usd};

use crate::{fixtures::*, recorded_fixtures::graduation};

#[test]
fn a_run_in_which_all_passed() {
    let mut results = results(vec![passed_case()]);
    results.gates = gates(1, 1, 0);
    insta::assert_snapshot!(report(&results));
}

#[test]
fn a_run_in_which_everything_happened() {
    insta::assert_snapshot!(report(&eventful_run()));
}

#[test]
fn a_run_of_agents_tells_what_they_answered_and_what_it_took() {
    let mut results = results(vec![agent_case(Some(answer())), agent_case(None)]);
    let counts = Counts::of(&results.cases);
    let gates = Gates {
        max_cost_usd: Usd::new(0.5),
        max_output_tokens: Some(10),
        ..Gates::default()
    };
    results.gates = evaluate_counted(&gates, &counts);
    results.problems = vec![RunProblem::GateFailed];
    insta::assert_snapshot!(report(&results));
}

#[test]
fn a_run_that_could_not_start() {
    let mut results = results(vec![not_run(case(
        "simple_1",
        "Basic Arithmetic",
        "echo 4",
    ))]);
    results.health = None;
    results.gates = gates(0, 0, 0);
    results.elapsed = Duration::from_millis(5_010);
    results.problems = vec![
        RunProblem::ExecutorUnavailable {
            reason: "cannot connect to http://localhost:8000: connection refused".into(),
        },
        RunProblem::NothingTried,
    ];
    insta::assert_snapshot!(report(&results));
}

#[test]
fn a_run_that_lost_its_executor_tells_why_in_a_block_if_there_is_much_to_tell() {
    let mut results = results(vec![passed_case()]);
    results.problems = vec![RunProblem::ExecutorLost {
        reason: "the executor answered with status 502:\n<h1>Bad Gateway</h1>\n".into(),
    }];
    let report = report(&results);
    let verdict = report.split("**Generated**").next();
    insta::assert_snapshot!(verdict.expect("a verdict"));
}

#[test]
fn the_graduation_of_the_suite_is_a_line_of_the_summary() {
    let results = results(vec![passed_case()]);
    let graduation = graduation(37, 2);
    let with_graduation = Report {
        graduation: Some(&graduation),
        ..Report::from(&results)
    };
    let mut document = Vec::new();
    write_report(with_graduation, &ReportOptions::default(), &mut document).expect("taken");
    let document = String::from_utf8(document).expect("Markdown is text");
    let line = "- **Graduation**: 37:2 (18.5:1) successes to failures since the suite last changed \
                (10:1 asked): graduated; 94.9% (37 of 39; 95% confidence: 83.1% to 98.6%)\n";
    assert!(document.contains(line), "{document}");
    // Nothing else changes by it.
    assert_eq!(document.replace(line, ""), report(&results));
}

#[test]
fn gates_that_hold_despite_failures_are_a_success_that_tells_of_the_failures() {
    let mut cases = failed_cases();
    cases.truncate(1);
    cases.extend((0..4).map(|_| passed_case()));
    let mut results = results(cases);
    results.gates = gates(4, 5, 0);
    let report = report(&results);
    assert!(report.contains(
        "✅ **The run succeeded**: every gate holds, although 1 of 5 tried cases did not pass."
    ));
}

#[test]
fn what_became_of_expectations_is_told_one_by_one_where_they_do_not_hold() {
    let expectations = vec![
        pattern("two", true),
        ExpectationResult {
            detail: "the nearest is \"tree\"".into(),
            ..pattern("three", false)
        },
        expectation(
            ExpectationKind::Forbidden,
            "no /panic/",
            Standing::Missed,
            "found at byte 7",
        ),
        expectation(ExpectationKind::MaxLength, "at most 9", Standing::Met, ""),
        expectation(
            ExpectationKind::Code,
            "code in python",
            Standing::NotChecked,
            "its syntax was not checked",
        ),
    ];
    let attempt = AttemptReport {
        expectations,
        ..attempt(Outcome::Passed)
    };
    let report = report(&results(vec![tried(case("a", "A", "a"), attempt)]));
    let told = "\
- **Patterns Found**: 1/2
- **Patterns Missing**: `three`
- **Other Expectations Met**: 1/3
- **Missing**: three: the nearest is \"tree\"
- **Missed**: no /panic/: found at byte 7
- **Not Checked**: code in python: its syntax was not checked
";
    assert!(report.contains(told), "{report}");
}

#[test]
fn hostile_text_everywhere() {
    let hostile = "a\u{1b}[31m`b`</details>\u{202e}<script>x</script>|[c](javascript:d)";
    let attempt = AttemptReport {
        execution_id: hostile.into(),
        expectations: vec![pattern("``", true), pattern(hostile, false)],
        output: output("```\n</details>\n# Heading\r\n\u{1b}[2J````\n~~~\n"),
        ..attempt(Outcome::Failed(vec![Failure::ErrorEvent {
            message: hostile.into(),
        }]))
    };
    let mut case = case(hostile, hostile, "echo ```\n# x\n```");
    case.description = "# one\n\n# two <img src=x onerror=alert(1)> https://example.org".into();
    let mut results = results(vec![tried(case, attempt)]);
    results.run.suite_stem = "<b>_tests".into();
    results.run.suite_description = hostile.into();
    results.run.suite_path = hostile.into();
    results.run.environment = vec![(hostile.into(), hostile.into())];
    results.health.as_mut().expect("health").body = hostile.into();
    results.problems = vec![RunProblem::CaseFailed];
    insta::assert_snapshot!(report(&results));
}

#[test]
fn a_failed_case_shows_more_of_its_output_than_a_passed_one() {
    let long = CapturedOutput {
        head: "first\n".repeat(1_000),
        omitted_bytes: 1_000_000,
        tail: "last\n".repeat(1_000),
    };
    let with_output = |outcome| AttemptReport {
        output: long.clone(),
        ..attempt(outcome)
    };
    let passed = with_output(Outcome::Passed);
    let failed = with_output(Outcome::Failed(vec![Failure::ExitCode {
        expected: 0,
        actual: 1,
    }]));
    let results = results(vec![
        tried(case("p", "P", "p"), passed),
        tried(case("f", "F", "f"), failed),
    ]);
    let report = report(&results);
    let gaps: Vec<_> = report
        .lines()
        .filter(|line| line.ends_with("not shown here.*"))
        .collect();
    assert_eq!(
        gaps,
        [
            "*1,009,000 bytes not shown here.*",
            "*1,000,000 bytes not shown here.*"
        ]
    );
    assert_eq!(
        report
            .matches("<summary>Output (1,011,000 bytes)</summary>")
            .count(),
        2
    );
}

#[test]
fn the_limit_of_the_output_is_the_options() {
    let options = ReportOptions {
        max_output_chars: 6,
        ..ReportOptions::default()
    };
    let shown = AttemptReport {
        output: output("0123456789"),
        ..attempt(Outcome::Passed)
    };
    let report = report_with(&results(vec![tried(case("p", "P", "p"), shown)]), &options);
    assert!(report.contains(
        "<details>\n<summary>Output (10 bytes)</summary>\n\n\
         ```text\n012\n```\n\n*4 bytes not shown here.*\n\n```text\n789\n```\n\n</details>\n"
    ));
}

#[test]
fn equal_results_give_equal_bytes() {
    assert_eq!(
        report(&results(failed_cases())),
        report(&results(failed_cases()))
    );
}

#[test]
fn a_case_that_failed_says_where_everything_about_it_is_kept() {
    let mut results = results(vec![passed_case()]);
    let attempt = results.cases[0].attempt().expect("it was tried");
    let id = attempt.execution_id.clone();
    results.bundles = [(id, "reports/failures/RUN/exit".to_owned())].into();
    let document = report(&results);
    assert!(document.contains("- **Failure Bundle**: `reports/failures/RUN/exit`\n"));
}
