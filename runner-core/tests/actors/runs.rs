//! Whole runs: their cases, their ends, and what is lost in between.

use std::rc::Rc;

use actix::prelude::*;
use runner_core::{
    actors::{Cancel, ConfigLoader, LoadSuite, RunError, RunSuite, RunSummary},
    outcome::{Outcome, OutcomeClass},
    results::{RunProblem, Verdict},
    run_state::{RunEnd, RunPolicy},
};

use crate::{
    puppet::Puppet,
    support::{Diary, healthy, plan, run, soon, start},
};

fn classes(summary: &RunSummary) -> Vec<Option<OutcomeClass>> {
    let class = |result: &runner_core::results::CaseResult| {
        result.attempt().map(|attempt| attempt.outcome.class())
    };
    summary.results.cases.iter().map(class).collect()
}

#[actix::test]
async fn a_run_announces_and_keeps_every_case_in_order() {
    let plan = plan(&["one", "two"]);
    let diary = Diary::default();
    let supervisor = start(healthy(), &plan, vec![Box::new(diary.clone())]);
    let summary = supervisor
        .send(RunSuite(plan))
        .await
        .expect("sent")
        .expect("a summary");
    assert_eq!(
        *diary.0.borrow(),
        [
            "run of 2",
            "start 1",
            "end 1 pass",
            "start 2",
            "end 2 pass",
            "finished"
        ]
    );
    assert!(summary.results.problems.is_empty());
    let attempt = summary.results.cases[0].attempt().expect("an attempt");
    assert_eq!(attempt.execution_id, "TEST_20260101_000000_one");
    assert_eq!(attempt.output.head, "hello");
}

#[actix::test]
async fn a_panic_is_a_harness_error_of_its_case_and_the_run_goes_on() {
    let commands = ["panic at once", "one", "panic in the stream", "two"];
    let summary = run(healthy(), &commands).await;
    let (harness, passed) = (Some(OutcomeClass::HarnessError), Some(OutcomeClass::Passed));
    assert_eq!(classes(&summary), [harness, passed, harness, passed]);
    assert_eq!(summary.results.problems, [RunProblem::CaseFailed]);
}

#[actix::test]
async fn what_requires_a_missing_program_is_skipped_and_the_rest_runs() {
    let puppet = healthy();
    let commands = Rc::clone(&puppet.commands);
    let summary = run(puppet, &["claude one", "claude two", "three"]).await;
    let skipped = Some(OutcomeClass::Skipped);
    assert_eq!(
        classes(&summary),
        [skipped, skipped, Some(OutcomeClass::Passed)]
    );
    assert_eq!(*commands.borrow(), ["command -v claude", "three"]);
}

#[actix::test]
async fn a_cancel_is_heard_in_the_middle_of_an_attempt() {
    let puppet = healthy();
    let (hanging, cancelled) = (Rc::clone(&puppet.hanging), Rc::clone(&puppet.cancelled));
    let plan = plan(&["one", "hang", "never"]);
    let supervisor = start(puppet, &plan, Vec::new());
    let running = supervisor.send(RunSuite(plan));
    let (summary, ()) = tokio::join!(running, async {
        hanging.notified().await;
        supervisor.do_send(Cancel);
        cancelled.notified().await;
    });
    let results = summary.expect("sent").expect("a summary").results;
    let verdicts: Vec<_> = results
        .cases
        .iter()
        .map(|result| result.verdict())
        .collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::NotRun, Verdict::NotRun]);
    assert!(matches!(
        results.cases[1].attempt().map(|a| &a.outcome),
        Some(Outcome::Cancelled)
    ));
    assert_eq!(results.problems, [RunProblem::Interrupted]);
}

#[actix::test]
async fn a_cancel_ends_the_probe_after_an_attempt_as_well() {
    let puppet = healthy();
    let (hanging, cancelled) = (Rc::clone(&puppet.hanging), Rc::clone(&puppet.cancelled));
    let mut plan = plan(&["hang"]);
    plan.policy = RunPolicy {
        cleanup_probe: true,
        ..plan.policy
    };
    let supervisor = start(puppet, &plan, Vec::new());
    let running = supervisor.send(RunSuite(plan));
    let cancelling = async {
        // First the attempt hangs, then the probe for what it has left behind.
        for _ in 0..2 {
            hanging.notified().await;
            supervisor.do_send(Cancel);
            cancelled.notified().await;
        }
    };
    let (summary, ()) = soon(async { tokio::join!(running, cancelling) }).await;
    let summary = summary.expect("sent").expect("a summary");
    assert_eq!(summary.end, RunEnd::Interrupted);
}

#[actix::test]
async fn an_unhealthy_executor_is_not_given_a_single_command() {
    let puppet = Puppet::default();
    let commands = Rc::clone(&puppet.commands);
    let summary = run(puppet, &["one"]).await;
    assert!(commands.borrow().is_empty());
    assert!(matches!(
        summary.results.problems[..],
        [RunProblem::ExecutorUnavailable { .. }]
    ));
}

#[actix::test]
async fn a_second_run_at_the_same_time_is_refused() {
    let puppet = healthy();
    let hanging = Rc::clone(&puppet.hanging);
    let (first, second) = (plan(&["hang"]), plan(&["one"]));
    let supervisor = start(puppet, &first, Vec::new());
    let running = supervisor.send(RunSuite(first));
    let (_, refused) = tokio::join!(running, async {
        hanging.notified().await;
        let refused = supervisor.send(RunSuite(second)).await.expect("sent");
        supervisor.do_send(Cancel);
        refused
    });
    assert!(matches!(refused, Err(RunError::Busy)));
}

#[actix::test]
async fn the_config_loader_answers_with_the_suite_or_with_what_is_wrong() {
    let loader = ConfigLoader::default().start();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../configs");
    let path = format!("{folder}/simple_stress_tests.json").into();
    let suite = loader
        .send(LoadSuite { path })
        .await
        .expect("sent")
        .expect("a suite");
    assert!(!suite.cases.is_empty());
    let missing = loader
        .send(LoadSuite {
            path: folder.into(),
        })
        .await
        .expect("sent");
    assert!(matches!(missing, Err(suite::SuiteError::IsFolder { .. })));
}
