//! What is written and read again renders as it did.

use runner_core::results::{RunProblem, RunResults};
use sample_results::{cases, drifting, recorded, recorded_runs, runs, tries};

use crate::rendered::Rendered;

fn run_survives(results: &RunResults) {
    let graduation = recorded::graduation(85, 9);
    Rendered::of_run(results, None).survives_reading();
    Rendered::of_run(results, Some(&graduation)).survives_reading();
}

#[test]
fn a_run_renders_the_same_after_it_was_written_and_read() {
    run_survives(&cases::results(vec![runs::passed_case()]));
    run_survives(&runs::eventful_run());
    run_survives(&cases::results(Vec::new()));
    let mut never_healthy = cases::results(vec![cases::not_run(cases::case("a", "A", "true"))]);
    never_healthy.health = None;
    run_survives(&never_healthy);
}

#[test]
fn what_agents_told_survives() {
    let answers = [None, Some(runs::answer())].map(runs::agent_case);
    run_survives(&cases::results(answers.into()));
}

#[test]
fn cases_that_were_tried_more_than_once_survive_and_are_told_whole() {
    run_survives(&tries::run(false));
    run_survives(&tries::run(true));
    insta::assert_snapshot!(Rendered::of_run(&tries::run(false), None).json);
}

#[test]
fn every_problem_survives() {
    let text = || "why: <b>it</b> did\nnot".to_owned();
    let mut results = cases::results(vec![runs::passed_case()]);
    for problem in [
        RunProblem::ExecutorUnavailable { reason: text() },
        RunProblem::ExecutorLost { reason: text() },
        RunProblem::Interrupted,
        RunProblem::GateFailed,
        RunProblem::CaseFailed,
        RunProblem::CaseFlaky,
        RunProblem::CaseInconclusive,
        RunProblem::NothingTried,
        RunProblem::LedgerLost { reason: text() },
        RunProblem::RunnerTooSlow { evidence: text() },
        RunProblem::Regression {
            differences: text(),
        },
        RunProblem::Incomparable { reason: text() },
        RunProblem::HarnessLost { part: text() },
    ] {
        results.problems = vec![problem];
        run_survives(&results);
    }
}

#[test]
fn a_recorded_run_renders_the_same_after_it_was_written_and_read() {
    for run in [
        recorded_runs::clean(),
        recorded_runs::eventful(),
        recorded_runs::interim(),
    ] {
        Rendered::of_recorded(&run).survives_reading();
    }
}

#[test]
fn drift_and_a_baseline_are_found_again_from_what_was_written() {
    let run = drifting::drifting();
    assert!(run.windows.findings().next().is_some() && run.baseline.is_some());
    Rendered::of_recorded(&run).survives_reading();
}

#[test]
fn a_year_fits_into_a_report_that_can_be_read() {
    let mut run = recorded_runs::a_year();
    // The cases are alike, and two of them are a million histograms less.
    run.cases.truncate(2);
    Rendered::of_recorded(&run).survives_reading();
}
