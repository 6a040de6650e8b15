//! What a report says first.

use runner_core::{
    outcome::Outcome,
    recorded::{RecordedProblem, RecordedRun, RecordedState, RunKind},
    results::RunProblem,
};

use crate::{
    fixtures::*,
    recorded_fixtures::{self, clean, eventful},
};

#[test]
fn a_run_whose_figures_or_records_are_worth_nothing_says_so() {
    for (problem, verdict) in [
        (
            RunProblem::LedgerLost {
                reason: "no space left on device".into(),
            },
            "❌ **The ledger was lost**, because:\n\n\
             - **Ledger not written**: no space left on device\n",
        ),
        (
            RunProblem::RunnerTooSlow {
                evidence: "its event loop was more than 100ms late for 1.20s of 20.00s".into(),
            },
            "❌ **The run is not valid**, because:\n\n\
             - **Runner itself too slow**: its event loop was more than 100ms late for 1.20s of 20.00s\n",
        ),
        (
            RunProblem::HarnessLost {
                part: "report collector".into(),
            },
            "❌ **The run failed**, because:\n\n- **Part of the runner lost**: report collector\n",
        ),
    ] {
        let mut results = results(vec![tried(case("a", "A", "a"), attempt(Outcome::Passed))]);
        results.problems = vec![problem];
        let report = report(&results);
        assert!(report.contains(verdict), "{report}");
    }
}

/// What a report says before its head.
fn verdict(run: &RecordedRun) -> String {
    let report = recorded_fixtures::report(run);
    let (title_and_verdict, _) = report.split_once("**Generated**").expect("a head");
    let (_, verdict) = title_and_verdict.split_once("\n\n").expect("a title");
    verdict.trim_end().to_owned()
}

#[test]
fn every_standing_has_its_words() {
    let mut verdicts = Vec::new();
    for kind in [RunKind::Soak, RunKind::Run] {
        for (state, problems) in [
            (RecordedState::Running, &[][..]),
            (RecordedState::Broken, &[]),
            (RecordedState::Ended("completed".into()), &[]),
            (
                RecordedState::Ended("completed".into()),
                &["case-failed", "runner-too-slow"],
            ),
            (
                RecordedState::Ended("completed".into()),
                &["runner-too-slow"],
            ),
            (RecordedState::Ended("completed".into()), &["nothing-tried"]),
            (RecordedState::Ended("interrupted".into()), &["interrupted"]),
            (
                RecordedState::Ended("interrupted".into()),
                &["interrupted", "case-failed"],
            ),
            (RecordedState::Ended("ledger-lost".into()), &["ledger-lost"]),
            (RecordedState::Ended("stuck".into()), &["runner-too-slow"]),
            (
                RecordedState::Ended("harness-lost".into()),
                &["harness-lost"],
            ),
        ] {
            let mut run = clean();
            run.kind = kind;
            run.state = state;
            run.problems = problems
                .iter()
                .map(|code| RecordedProblem {
                    code: (*code).into(),
                    text: format!("the words for {code}"),
                })
                .collect();
            verdicts.push(format!(
                "{} {}, {problems:?}\n{}\n",
                kind.as_str(),
                run.state,
                verdict(&run)
            ));
        }
    }
    insta::assert_snapshot!(verdicts.join("\n"));
}

#[test]
fn what_nobody_has_judged_yet_is_held_against_a_run_that_is_not_over() {
    let mut run = eventful();
    run.problems.clear();
    for state in [RecordedState::Running, RecordedState::Broken] {
        run.state = state;
        let verdict = verdict(&run);
        assert!(
            verdict.contains(" That is no success, because:\n"),
            "{verdict}"
        );
        assert!(
            verdict.contains("\n- **Runner itself too slow**: "),
            "{verdict}"
        );
        assert!(
            verdict.contains("\n- **Gates that do not hold**: `max_infrastructure_errors`"),
            "{verdict}"
        );
    }
    run.gates.clear();
    assert!(verdict(&run).contains("\n- **Attempts that did not pass**: 5 of 564 tried"));
}
