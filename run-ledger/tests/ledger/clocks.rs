//! What a machine that sleeps, and one that only stands still, leave in the record.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::SignedDuration;
use run_ledger::Moment;
use runner_core::{
    journal::{Journal as _, JournalEvent},
    outcome::Outcome,
    recorded::{PartEnd, RecordedRun},
    run_state::RunEnd,
};

use crate::support::{Book, at, ended, finished, report};

/// The clocks of a machine that a test has in its hands.
#[derive(Clone)]
struct Machine(Arc<Mutex<Moment>>);

impl Machine {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Moment::now())))
    }

    fn now(&self) -> Moment {
        *self.0.lock().expect("nobody panics with it")
    }

    /// Lets so many seconds go by on each clock.
    fn goes_on(&self, wall: u32, measured: u32) {
        let mut now = self.0.lock().expect("nobody panics with it");
        now.wall += SignedDuration::from_secs(wall.into());
        now.measured += Duration::from_secs(measured.into());
    }
}

/// A soak that commits something, lets the clocks go on by so much, and finishes an attempt in its third
/// second by the clock that measures.
fn after(wall: u32, measured: u32) -> RecordedRun {
    let book = Book::new();
    let machine = Machine::new();
    let began = machine.now().wall;
    let clocks = machine.clone();
    let mut journal = book.begin_at(began).with_clocks(move || clocks.now());
    machine.goes_on(1, 1);
    journal
        .commit(&[at(1, JournalEvent::HealthChanged { trouble: None })])
        .expect("committed");
    machine.goes_on(wall, measured);
    let mut report = report(Outcome::Passed, 500);
    report.started_after = Duration::from_secs(2);
    let mut late = finished(1, 1, "a", report);
    late.at = Duration::from_secs(3);
    journal.commit(&[late]).expect("committed");
    journal
        .commit(&[ended(3, RunEnd::Interrupted, Vec::new())])
        .expect("committed");
    let run = book.run(1);
    // However the clocks went: no time under test is lost or made up.
    assert_eq!(run.elapsed, Duration::from_secs(3), "{:?}", run.parts);
    run
}

#[test]
fn the_time_for_which_the_machine_slept_is_a_gap_and_no_time_under_test() {
    let hours = 8 * 3600;
    let run = after(hours + 2, 2);
    let ends: Vec<_> = run.parts.iter().map(|part| part.end).collect();
    let slept = Some(PartEnd::MachineSlept);
    assert_eq!(ends, [slept, Some(PartEnd::InGoodOrder)]);
    let gap = run.parts[1].began.duration_since(run.parts[0].until());
    assert_eq!(gap, SignedDuration::from_secs(hours.into()));
    let attempt = run.slowest[0].began.duration_since(run.parts[1].began);
    assert_eq!(attempt, SignedDuration::from_secs(1));
}

#[test]
fn a_runner_that_was_held_up_for_long_has_not_slept() {
    // A slow disk, an observer that nobody reads, a process that was stopped: both clocks go on.
    let run = after(3600, 3600);
    assert_eq!(run.parts.len(), 1, "{:?}", run.parts);
    let attempt = run.slowest[0].began.duration_since(run.parts[0].began);
    assert_eq!(attempt, SignedDuration::from_secs(2), "labels stay");
}
