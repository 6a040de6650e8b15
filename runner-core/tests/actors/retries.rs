//! Cases that are tried again, by the actors.

use std::{rc::Rc, sync::Arc};

use runner_core::{
    actors::RunSuite,
    plan::RunPlan,
    results::{RunProblem, RunResults, Verdict},
};
use suite::{Case, Retries};

use crate::{
    puppet::{LATER, Puppet},
    support::{Diary, case, healthy, plan, start},
};

/// A run of one case that may be tried again twice after an executor's fault.
fn retried(command: &str) -> RunPlan {
    let retries = Retries {
        max: 2,
        ..Retries::default()
    };
    let case = Case {
        retries,
        ..Case::clone(&case(command))
    };
    RunPlan {
        cases: vec![Arc::new(case)],
        ..plan(&[])
    }
}

async fn run(puppet: Puppet, plan: RunPlan) -> (RunResults, Vec<String>) {
    let diary = Diary::default();
    let supervisor = start(puppet, &plan, vec![Box::new(diary.clone())]);
    let summary = supervisor.send(RunSuite(plan)).await.expect("sent");
    let diary = diary.0.borrow().clone();
    (summary.expect("a summary").results, diary)
}

#[actix::test]
async fn an_executor_that_asks_for_time_gets_it_and_the_case_is_flaky() {
    tokio::time::pause();
    for flaky_fails in [false, true] {
        let puppet = healthy();
        let began = Rc::clone(&puppet.began);
        let plan = RunPlan {
            flaky_fails,
            ..retried("come back later")
        };
        let (results, diary) = run(puppet, plan).await;
        let result = &results.cases[0];
        assert_eq!(result.verdict(), Verdict::Flaky);
        let ids = result.attempts().iter().map(|it| &*it.execution_id);
        assert_eq!(
            ids.collect::<Vec<_>>(),
            [
                "TEST_20260101_000000_come_back_later",
                "TEST_20260101_000000.2_come_back_later"
            ]
        );
        assert_eq!(
            diary,
            [
                "run of 1",
                "start 1",
                "end 1 fail",
                "start 2",
                "end 2 pass",
                "finished"
            ]
        );
        let began = began.borrow();
        assert!(began[1] - began[0] >= LATER);
        let expected = match flaky_fails {
            true => vec![RunProblem::CaseFlaky],
            false => Vec::new(),
        };
        assert_eq!(results.problems, expected);
    }
}

#[actix::test]
async fn a_case_that_fails_every_time_has_failed() {
    tokio::time::pause();
    let (results, _) = run(healthy(), retried("refuse")).await;
    let result = &results.cases[0];
    assert_eq!(
        (result.verdict(), result.attempts().len()),
        (Verdict::Fail, 3)
    );
    assert_eq!(results.problems, [RunProblem::CaseFailed]);
}
