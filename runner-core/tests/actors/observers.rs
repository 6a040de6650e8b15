//! What observers are told, and what becomes of those that are not up to it.

use std::{
    cell::RefCell,
    io,
    rc::Rc,
    time::{Duration, Instant},
};

use actix::prelude::*;
use runner_core::{
    actors::{ReportCollector, RunSuite},
    beacon::Beacon,
    events::{RunEvent, RunObserver},
};

use crate::support::{Diary, healthy, plan, soon, start, supervise};

/// An observer whose disk is full.
struct Full;

impl RunObserver for Full {
    fn on_event(&mut self, _: &RunEvent<'_>) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn name(&self) -> &'static str {
        "full"
    }
}

#[actix::test]
async fn an_observer_that_cannot_write_is_reported_and_does_not_stop_the_run() {
    let plan = plan(&["one"]);
    let diary = Diary::default();
    let supervisor = start(
        healthy(),
        &plan,
        vec![Box::new(Full), Box::new(diary.clone())],
    );
    let summary = supervisor
        .send(RunSuite(plan))
        .await
        .expect("sent")
        .expect("a summary");
    assert_eq!(summary.observer_failures.len(), 1);
    assert_eq!(
        diary.0.borrow().last().map(String::as_str),
        Some("finished")
    );
}

#[actix::test]
async fn an_observer_that_panics_is_left_out_and_the_run_goes_on() {
    /// An observer that is not up to it.
    struct Panics;
    impl RunObserver for Panics {
        fn on_event(&mut self, _: &RunEvent<'_>) -> io::Result<()> {
            panic!("as told")
        }
        fn name(&self) -> &'static str {
            "panics"
        }
    }
    let plan = plan(&["one"]);
    let diary = Diary::default();
    let observers: Vec<Box<dyn RunObserver>> = vec![Box::new(Panics), Box::new(diary.clone())];
    let supervisor = start(healthy(), &plan, observers);
    let summary = supervisor.send(RunSuite(plan)).await;
    let summary = summary.expect("sent").expect("a summary");
    assert_eq!(summary.observer_failures[0].observer, "panics");
    assert_eq!(summary.counts.passed, 1);
    assert_eq!(
        diary.0.borrow().last().map(String::as_str),
        Some("finished")
    );
}

/// An observer that asks the watchdog what it would say if it blocked for so long.
struct Blocks {
    beacon: Beacon,
    heard: Rc<RefCell<Vec<[Option<&'static str>; 2]>>>,
}

impl RunObserver for Blocks {
    fn on_event(&mut self, _: &RunEvent<'_>) -> io::Result<()> {
        let after = |seconds| {
            let then = Instant::now() + Duration::from_secs(seconds);
            let stuck = self.beacon.stuck_at(then, Duration::ZERO);
            stuck.map(|stuck| stuck.part)
        };
        self.heard.borrow_mut().push([after(5), after(15)]);
        Ok(())
    }

    fn name(&self) -> &'static str {
        "slow reader"
    }
}

#[actix::test]
async fn an_observer_that_blocks_for_longer_than_it_may_is_named_by_the_watchdog() {
    let plan = plan(&["one"]);
    let (beacon, heard) = (Beacon::default(), Rc::default());
    let blocks = Blocks {
        beacon: beacon.clone(),
        heard: Rc::clone(&heard),
    };
    let observers: Vec<Box<dyn RunObserver>> = vec![Box::new(blocks)];
    let collector = ReportCollector::new(&plan, None, observers, beacon.clone()).start();
    let supervisor = supervise(healthy(), collector, beacon.clone());
    let summary = soon(supervisor.send(RunSuite(plan))).await;
    summary.expect("sent").expect("a summary");
    // For the start, the attempt and its end, and the end of the run.
    assert_eq!(*heard.borrow(), [[None, Some("slow reader")]; 4]);
    let later = Instant::now() + Duration::from_secs(3600);
    assert_eq!(beacon.stuck_at(later, Duration::ZERO), None);
}
