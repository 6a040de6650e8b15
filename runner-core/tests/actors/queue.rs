//! What goes through the collector's queue, while a test holds up its ledger.

use std::{pin::pin, time::Duration};

use actix::prelude::*;
use futures_util::FutureExt as _;
use runner_core::{
    actors::{Finish, NoteAttemptStart, NoteRejectedSuite, NoteSuite, ReportCollector, RunSummary},
    gates::RunGates,
    results::RunProblem,
    run_state::RunEnd,
};
use suite::Gates;

use crate::{
    gated::{Gate, QUEUE, passed, place},
    support::{Diary, case, plan_of, soak, soon},
};

fn start(number: u64) -> NoteAttemptStart {
    NoteAttemptStart {
        place: place(number),
        case: case("one"),
    }
}

fn finish() -> Finish {
    Finish {
        end: RunEnd::Completed,
        health: None,
        elapsed: Duration::ZERO,
    }
}

#[actix::test]
async fn a_rejected_suite_is_announced_in_its_turn() {
    let diary = Diary::default();
    let (gate, collector) = Gate::before(&soak(&["one"]), vec![Box::new(diary.clone())]);
    collector.do_send(start(1));
    collector.do_send(passed(1));
    let reason = "it is empty".into();
    collector
        .send(NoteRejectedSuite { reason })
        .await
        .expect("sent");
    assert_eq!(*diary.0.borrow(), ["run of 1"]);
    drop(gate);
    soon(collector.send(finish()))
        .await
        .expect("sent")
        .expect("a summary");
    assert_eq!(
        *diary.0.borrow(),
        [
            "run of 1",
            "start 1",
            "end 1 pass",
            "SuiteRejected { reason: \"it is empty\" }",
            "finished"
        ]
    );
}

/// Ends the run, and says what it came to.
async fn summary(collector: &Addr<ReportCollector>) -> RunSummary {
    let finished = soon(collector.send(finish())).await;
    finished.expect("sent").expect("a summary")
}

#[actix::test]
async fn a_queue_that_is_full_makes_attempts_wait_until_the_ledger_has_caught_up() {
    let diary = Diary::default();
    let (gate, collector) = Gate::before(&soak(&["one"]), vec![Box::new(diary.clone())]);
    // The first is being written, the rest fills the queue.
    for number in 1..=QUEUE as u64 {
        let kept = soon(collector.send(passed(number))).await;
        assert_eq!(kept.expect("sent"), Ok(()));
    }
    let mut waiting = pin!(collector.send(passed(QUEUE as u64 + 1)));
    // Messages are dealt with in order: after this one's answer that one has had its turn.
    assert_eq!(collector.send(start(1)).await.expect("sent"), Ok(()));
    assert!(waiting.as_mut().now_or_never().is_none());
    gate.keep();
    assert_eq!(soon(waiting).await.expect("sent"), Ok(()));
    drop(gate);
    assert_eq!(summary(&collector).await.counts.passed, QUEUE as u64 + 1);
}

#[actix::test]
async fn wherever_a_journal_fails_a_run_announces_all_and_a_soak_what_is_kept() {
    // Commits: the first result, the second one, the end. Each fails after the end was asked for.
    for (is_soak, failing) in [false, true]
        .into_iter()
        .flat_map(|it| [(it, 1), (it, 2), (it, 3)])
    {
        let diary = Diary::default();
        let plan = plan_of(&["one"], is_soak);
        let (gate, collector) = Gate::before(&plan, vec![Box::new(diary.clone())]);
        collector.do_send(passed(1));
        collector.do_send(passed(2));
        let finished = collector.send(finish());
        // An answer to what comes after it says that the end was asked for.
        collector.send(passed(3)).await.expect("sent").ok();
        (1..failing).for_each(|_| gate.keep());
        gate.refuse();
        let summary = soon(finished).await.expect("sent").expect("a summary");

        let mut expected = vec!["run of 1", "end 1 pass", "end 2 pass", "finished"];
        let gravest = summary.results.problems.first();
        let lost = matches!(gravest, Some(RunProblem::LedgerLost { .. }));
        let failures = summary.observer_failures.iter().map(|it| it.observer);
        if is_soak {
            // What is kept is announced.
            expected.drain(failing..3);
            assert!(lost, "{summary:?}");
            assert_eq!(failures.count(), 0);
        } else {
            assert!(summary.results.problems.is_empty(), "{summary:?}");
            assert_eq!(failures.collect::<Vec<_>>(), ["ledger"]);
        }
        assert_eq!(*diary.0.borrow(), expected, "commit {failing}");
        assert_eq!(gate.kept(), vec![1; failing - 1]);
    }
}

#[actix::test]
async fn the_first_to_end_a_run_decides_how_it_has_ended_and_nothing_comes_after_it() {
    let diary = Diary::default();
    let (gate, collector) = Gate::before(&soak(&["one"]), vec![Box::new(diary.clone())]);
    collector.do_send(passed(1));
    let first = collector.send(finish());
    let end = RunEnd::Interrupted;
    let second = soon(collector.send(Finish { end, ..finish() })).await;
    assert!(second.expect("sent").is_none());
    collector.do_send(passed(2));
    collector.do_send(NoteSuite {
        version: soak(&[]).suite,
        gates: RunGates {
            suite: Gates {
                max_infrastructure_errors: Some(0),
                ..Gates::default()
            },
            ..RunGates::default()
        },
    });
    drop(gate);
    let summary = soon(first).await.expect("sent").expect("a summary");
    assert_eq!(
        (&summary.end, summary.counts.passed),
        (&RunEnd::Completed, 1)
    );
    assert!(summary.results.gates.is_empty());
    assert_eq!(*diary.0.borrow(), ["run of 1", "end 1 pass", "finished"]);
    let third = soon(collector.send(finish())).await;
    assert!(third.expect("sent").is_none());
}
