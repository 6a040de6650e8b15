//! Whole documents on single runs, as a browser reads them.

use executor_protocol::FindingCode;
use reporter_html::{Report, ReportOptions, write_report};
use runner_core::{
    gates::evaluate_counted,
    outcome::{Failure, Outcome},
    results::{
        AttemptReport, CapturedOutput, Counts, ExpectationKind, ExpectationResult, RunProblem,
        Standing,
    },
};
use suite::{Gates, Usd};

use crate::{dom::Document, fixtures::*, recorded_fixtures::graduation};

fn tree(document: &str) -> String {
    Document::read(document).tree()
}

#[test]
fn a_run_in_which_all_passed() {
    let mut results = results(vec![passed_case()]);
    results.gates = gates(1, 1, 0);
    insta::assert_snapshot!(tree(&report(&results)));
}

#[test]
fn a_run_in_which_everything_happened() {
    insta::assert_snapshot!(tree(&report(&eventful_run())));
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
    insta::assert_snapshot!(tree(&report(&results)));
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
    results.problems = vec![
        RunProblem::ExecutorUnavailable {
            reason: "the executor answered with status 502:\n<h1>Bad Gateway</h1>\n".into(),
        },
        RunProblem::NothingTried,
    ];
    insta::assert_snapshot!(tree(&report(&results)));
}

#[test]
fn a_run_of_no_cases_is_a_document_without_cases() {
    let document = report(&results(Vec::new()));
    assert!(!document.contains("id=\"cases\"") && !document.contains("id=\"overview\""));
    Document::read(&document);
}

#[test]
fn the_graduation_of_the_suite_is_a_fact_of_the_summary() {
    let results = results(vec![passed_case()]);
    let graduation = graduation(37, 2);
    let with_graduation = Report {
        graduation: Some(&graduation),
        ..Report::from(&results)
    };
    let mut document = Vec::new();
    write_report(with_graduation, &ReportOptions::default(), &mut document).expect("taken");
    let document = String::from_utf8(document).expect("HTML is text");
    let fact = "<dl class=\"facts\"><div><dt>Graduation</dt><dd>37:2 (18.5:1) successes to failures since \
                the suite last changed (10:1 asked): graduated; 94.9% (37 of 39; 95% confidence: 83.1% to \
                98.6%)</dd></div></dl>";
    assert!(document.contains(fact), "{document}");
    // Nothing else changes by it.
    assert_eq!(document.replace(fact, ""), report(&results));
}

#[test]
fn gates_that_hold_despite_failures_are_a_success_that_tells_of_the_failures() {
    let mut cases = failed_cases();
    cases.truncate(1);
    cases.extend((0..4).map(|_| passed_case()));
    let mut results = results(cases);
    results.gates = gates(4, 5, 0);
    assert!(
        report(&results)
            .contains("<p>Every gate holds, although 1 of 5 tried cases did not pass.</p>")
    );
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
    let results = results(vec![tried(case("a", "A", "a"), attempt)]);
    let document = Document::read(&report(&results));
    let facts: Vec<_> = document.all("dd").iter().map(|it| it.text()).collect();
    for told in [
        "1 of 2",
        "1 of 3",
        "three: the nearest is \"tree\"",
        "no /panic/: found at byte 7",
        "code in python: its syntax was not checked",
    ] {
        assert!(facts.iter().any(|fact| fact == told), "{told}: {facts:?}");
    }
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
    let document = Document::read(&report(&results));
    let gaps: Vec<_> = document.all("p").iter().map(|it| it.text()).collect();
    assert_eq!(
        gaps[1..],
        [
            "1,009,000 bytes not shown here.",
            "1,000,000 bytes not shown here."
        ]
    );
    let summaries = document.all("summary");
    assert_eq!(summaries.len(), 2);
    assert!(
        summaries
            .iter()
            .all(|it| it.text() == "Output (1,011,000 bytes)")
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
        "<details><summary>Output (10 bytes)</summary><pre>\n012</pre>\
         <p class=\"omitted\">4 bytes not shown here.</p><pre>\n789</pre></details>"
    ));
}

#[test]
fn the_longest_case_has_the_longest_bar() {
    let document = Document::read(&report(&eventful_run()));
    let bars = document.all("rect");
    let widths: Vec<f64> = bars
        .iter()
        .filter_map(|bar| bar.attribute("width")?.parse().ok())
        .collect();
    assert_eq!(widths.iter().copied().fold(0.0, f64::max), 100.0);
    // Nine of eleven cases were tried; 1.234 seconds of 121.02 are one percent.
    assert_eq!(widths.iter().filter(|width| **width == 1.0).count(), 8);
    assert_eq!(widths.len(), 9);
}

#[test]
fn every_finding_is_in_the_table_of_its_case() {
    let document = Document::read(&report(&eventful_run()));
    let table = document.table("Breaches of the stream protocol.");
    let expected = [FindingCode::NotJson, FindingCode::TruncatedBody].map(FindingCode::as_str);
    assert_eq!(table.column("Code"), expected);
    assert_eq!(table.column("Count"), ["2", "1"]);
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
    assert!(document.contains("Failure bundle</dt><dd><code>reports/failures/RUN/exit</code>"));
}
