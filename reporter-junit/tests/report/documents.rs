//! Whole documents.

use reporter_junit::{ReportOptions, write_recorded_report, write_report};
use roxmltree::Document;
use runner_core::{
    recorded::RecordedRun,
    results::{RunProblem, RunResults},
};
use sample_results::{cases, recorded_runs, runs, tries};

/// The report with the default options.
pub(crate) fn of_run(results: &RunResults) -> String {
    let mut report = Vec::new();
    write_report(results, &ReportOptions::default(), &mut report).expect("memory takes all");
    String::from_utf8(report).expect("XML is text")
}

pub(crate) fn of_recorded(run: &RecordedRun) -> String {
    let mut report = Vec::new();
    write_recorded_report(run, &ReportOptions::default(), &mut report).expect("memory takes all");
    String::from_utf8(report).expect("XML is text")
}

#[test]
fn a_run_in_which_everything_happened() {
    insta::assert_snapshot!(of_run(&runs::eventful_run()));
}

#[test]
fn a_week_in_eight_hours() {
    insta::assert_snapshot!(of_recorded(&recorded_runs::eventful()));
}

#[test]
fn cases_that_were_tried_more_than_once() {
    insta::assert_snapshot!(of_run(&tries::run(false)));
}

#[test]
fn a_flaky_case_is_one_failure_where_it_is_to_fail_the_run() {
    let report = of_run(&tries::run(true));
    assert_eq!(report.matches(r#"type="flaky""#).count(), 1, "{report}");
    // The case says it, so that the run need not.
    assert!(!report.contains("case-flaky"), "{report}");
}

#[test]
fn equal_results_give_equal_bytes() {
    assert_eq!(of_run(&runs::eventful_run()), of_run(&runs::eventful_run()));
}

#[test]
fn the_counts_are_those_of_the_elements() {
    for report in [
        of_run(&runs::eventful_run()),
        of_run(&tries::run(false)),
        of_run(&tries::run(true)),
        of_recorded(&recorded_runs::eventful()),
    ] {
        let document = Document::parse(&report).expect("XML");
        let count = |name: &str| {
            let named = |node: &roxmltree::Node<'_, '_>| node.has_tag_name(name);
            document.descendants().filter(named).count().to_string()
        };
        let root = document.root_element();
        assert_eq!(root.attribute("tests"), Some(&*count("testcase")));
        assert_eq!(root.attribute("failures"), Some(&*count("failure")));
        assert_eq!(root.attribute("errors"), Some(&*count("error")));
    }
}

#[test]
fn a_run_that_is_no_success_has_a_failure_or_an_error_whatever_its_cases_did() {
    let mut results = cases::results(vec![runs::passed_case()]);
    assert!(!of_run(&results).contains("<error") && !of_run(&results).contains("<failure"));
    results.problems = vec![RunProblem::ExecutorUnavailable {
        reason: "refused".into(),
    }];
    assert!(of_run(&results).contains(r#"<error message="refused" type="executor-unavailable">"#));
    results.problems = vec![RunProblem::GateFailed];
    results.gates = cases::gates(1, 8, 1);
    assert!(of_run(&results).contains(r#"type="gate-failed""#));
}

#[test]
fn a_case_that_fails_now_and_then_is_flaky_while_its_gates_hold() {
    let mut run = recorded_runs::eventful();
    run.problems.clear();
    run.gates = cases::gates(9, 10, 0);
    let report = of_recorded(&run);
    assert!(report.contains("<flakyFailure") && report.contains("<flakyError"));
    assert!(
        !report.contains("<failure") && !report.contains("<error"),
        "{report}"
    );
}

#[test]
fn an_output_is_bounded_and_says_what_is_left_out() {
    let mut results = runs::eventful_run();
    let mut attempt = cases::attempt(runner_core::outcome::Outcome::Passed);
    attempt.output = cases::output("x".repeat(1_000_000));
    results.cases = vec![cases::tried(cases::case("a", "A", "true"), attempt)];
    let report = of_run(&results);
    assert!(report.len() < 10_000, "{}", report.len());
    assert!(report.contains("[… 998,000 bytes left out …]"), "{report}");
}
