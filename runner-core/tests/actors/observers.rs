//! What observers are told, and what becomes of those that are not up to it.

use std::io;

use runner_core::{
    actors::RunSuite,
    events::{RunEvent, RunObserver},
};

use crate::support::{Diary, healthy, plan, start};

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
