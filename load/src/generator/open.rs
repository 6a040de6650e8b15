//! The open model: attempts begin by the schedule, whatever became of the others.

use std::rc::Rc;

use tokio::time::Instant;

use super::{
    attempts::{Ticket, UnderWay},
    precise_timer::PreciseTimer,
    worker::Worker,
};
use crate::schedule::Schedule;

/// Begins the attempts that are this thread's by the schedule, and waits until they have ended.
///
/// Each thread has every n-th attempt of the schedule, so that together they keep it, however many there
/// are.
pub(super) async fn run(worker: &Rc<Worker>, schedule: &Schedule, timer: PreciseTimer) {
    let threads = worker.plan.useful_threads();
    let arrivals = schedule.arrivals().zip(0..);
    let most = worker.plan.limits.attempts.unwrap_or(u64::MAX);
    let mut ours = arrivals
        .skip(worker.thread)
        .step_by(threads)
        .take_while(|(_, number)| *number < most);
    let ends = worker.clock.started.checked_add(schedule.duration());
    let mut pacer = Pacer {
        worker,
        timer,
        ends,
        could: worker.clock.started,
    };
    while let Some((at, number)) = ours.next() {
        let due = worker.clock.started + at;
        if !pacer.begin(number, due).await {
            pacer.leave_out(1 + ours.count() as u64);
            break;
        }
    }
    while worker.in_flight() > 0 {
        worker.until_freed().await;
    }
}

struct Pacer<'a> {
    worker: &'a Rc<Worker>,
    timer: PreciseTimer,
    /// When the schedule is over, if ever.
    ends: Option<Instant>,
    /// From when on the executor is no reason any more not to begin the next attempt.
    could: Instant,
}

impl Pacer<'_> {
    /// Begins an attempt when it is due and another one may be under way; `false` if it is too late.
    async fn begin(&mut self, number: u64, due: Instant) -> bool {
        let worker = self.worker;
        if !self.timer.until(due, &worker.stop).await {
            return false;
        }
        let most = worker.plan.share_of(worker.thread);
        let is_held = worker.in_flight() >= most;
        while worker.in_flight() >= most {
            self.could = self.could.max(worker.until_freed().await);
            if worker.stop.is_set() {
                return false;
            }
        }
        let now = Instant::now();
        if is_held && self.ends.is_some_and(|ends| now > ends) {
            return false;
        }
        if is_held && due >= worker.clock.counts_from {
            worker.counting.borrow_mut().note_held();
        }
        let ticket = Ticket {
            number,
            due,
            could: Some(due.max(self.could)),
        };
        actix_rt::spawn(UnderWay::begin(worker, ticket).make());
        true
    }

    /// Notes that so many attempts are never begun, unless that is what was wanted.
    fn leave_out(&self, count: u64) {
        if !self.worker.stop.is_set() {
            self.worker.counting.borrow_mut().note_never_begun(count);
        }
    }
}
