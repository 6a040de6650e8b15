//! Soaks: when their iterations begin, and what becomes of them without an executor or a ledger.

use std::{rc::Rc, time::Duration};

use runner_core::{
    actors::{RunSuite, RunSummary},
    beacon::Beacon,
    plan::{RunPlan, SoakPlan},
    run_state::{RunEnd, RunPolicy},
};
use tokio::time::Instant;

use crate::{
    gated::Gate,
    puppet::{HeldHealth, Puppet},
    support::{Bell, healthy, soak, soon, start, supervise},
};

/// A soak whose iterations begin so far apart.
fn every(interval: Duration, commands: &[&str]) -> RunPlan {
    let plan = soak(commands);
    RunPlan {
        soak: plan.soak.map(|soak| SoakPlan { interval, ..soak }),
        policy: RunPolicy {
            iterations: None,
            max_outage: Duration::from_secs(3600),
            backs_off: true,
            ..plan.policy
        },
        ..plan
    }
}

/// Runs a soak for a time that passes as soon as there is nothing to do.
async fn run_for(time: Duration, puppet: Puppet, mut plan: RunPlan) -> RunSummary {
    if let Some(soak) = &mut plan.soak {
        soak.time_left = Some(time);
    }
    let supervisor = start(puppet, &plan, Vec::new());
    let ended = tokio::time::timeout(time * 2, supervisor.send(RunSuite(plan))).await;
    ended.expect("an end").expect("sent").expect("a summary")
}

#[actix::test]
async fn an_interval_is_counted_from_when_its_iteration_really_began() {
    tokio::time::pause();
    let started = Instant::now();
    let at = |seconds| started + Duration::from_secs(seconds);
    let puppet = Puppet {
        away: Some(at(85)..at(150)),
        ..healthy()
    };
    let began = Rc::clone(&puppet.began);
    let plan = every(Duration::from_secs(100), &["one"]);
    run_for(Duration::from_secs(390), puppet, plan).await;
    let began = began.borrow();
    assert_eq!(began.len(), 4, "{began:?}");
    // The second was due when the executor was away.
    assert!(began[1] >= at(150), "{began:?}");
    for pair in began.windows(2) {
        assert!(pair[1] - pair[0] >= Duration::from_secs(100), "{began:?}");
    }
}

#[actix::test]
async fn a_soak_whose_attempts_do_not_get_through_makes_few_of_them() {
    tokio::time::pause();
    let puppet = healthy();
    let commands = Rc::clone(&puppet.commands);
    let plan = every(Duration::ZERO, &["refuse"]);
    let summary = run_for(Duration::from_secs(3600), puppet, plan).await;
    assert_eq!(summary.end, RunEnd::Completed);
    let attempts = commands.borrow().len();
    assert!(
        (60..80).contains(&attempts),
        "{attempts} attempts in an hour"
    );
}

#[actix::test]
async fn no_attempt_of_a_soak_begins_once_its_ledger_is_known_to_be_lost() {
    let plan = soak(&["refuse", "two"]);
    let held = Rc::new(HeldHealth::default());
    let puppet = Puppet {
        held: Some(Rc::clone(&held)),
        ..healthy()
    };
    let commands = Rc::clone(&puppet.commands);
    let (gate, collector) = Gate::before(&plan, Vec::new());
    let supervisor = supervise(puppet, collector.clone(), Beacon::default());
    let running = supervisor.send(RunSuite(plan));
    let between_attempts = async {
        held.asked.notified().await;
        gate.lose(&collector).await;
        held.answer.notify_one();
    };
    let (summary, ()) = soon(async { tokio::join!(running, between_attempts) }).await;
    let summary = summary.expect("sent").expect("a summary");
    assert!(
        matches!(summary.end, RunEnd::LedgerLost { .. }),
        "{summary:?}"
    );
    assert_eq!(*commands.borrow(), ["refuse"]);
}

#[actix::test]
async fn a_soak_that_rests_notices_that_its_ledger_is_lost() {
    let plan = every(Duration::from_secs(24 * 3600), &["one"]);
    let bell = Bell::default();
    let (gate, collector) = Gate::before(&plan, vec![Box::new(bell.clone())]);
    let supervisor = supervise(healthy(), collector.clone(), Beacon::default());
    let running = supervisor.send(RunSuite(plan));
    // The attempt's start, and its end: then there is nothing to do for a day.
    gate.keep();
    gate.keep();
    soon(bell.0.notified()).await;
    gate.lose(&collector).await;
    tokio::time::pause();
    let summary = soon(running).await.expect("sent").expect("a summary");
    assert!(
        matches!(summary.end, RunEnd::LedgerLost { .. }),
        "{summary:?}"
    );
}
