//! One attempt: made, judged and counted.

use std::{rc::Rc, sync::Arc, time::Duration};

use runner_core::{
    attempt::{self, AttemptPlan},
    results::AttemptReport,
};
use tokio::time::Instant;

use super::{batch::Ended, worker::Worker};
use crate::results::shows_executor;

/// An attempt that is to be made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticket {
    /// Its number in the run, counted from zero.
    pub(super) number: u64,
    /// When it was to begin.
    pub(super) due: Instant,
    /// In the open model, from when on it could begin, as far as the executor is concerned.
    pub(super) could: Option<Instant>,
}

/// An attempt that is under way, from now on. One that is dropped before it was counted was lost.
pub(super) struct UnderWay {
    worker: Rc<Worker>,
    ticket: Ticket,
    case: usize,
    counts: bool,
    is_counted: bool,
}

impl UnderWay {
    pub(super) fn begin(worker: &Rc<Worker>, ticket: Ticket) -> Self {
        let counts = ticket.due >= worker.clock.counts_from;
        worker.counting.borrow_mut().begin(counts);
        Self {
            case: worker.plan.mix.case_of(ticket.number),
            worker: Rc::clone(worker),
            ticket,
            counts,
            is_counted: false,
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let worker = &self.worker;
        let mut counting = worker.counting.borrow_mut();
        counting.end();
        if !self.is_counted && self.counts {
            counting.add_lost(self.case);
        }
        drop(counting);
        worker.tell_freed();
    }
}

impl UnderWay {
    /// Makes the attempt and counts it. Says whether it got through to the executor.
    pub(super) async fn make(mut self) -> bool {
        let started = Instant::now();
        let worker = &self.worker;
        if let (Some(could), true) = (self.ticket.could, self.counts) {
            let lag = started.saturating_duration_since(could);
            worker.counting.borrow_mut().note_lag(lag);
        }
        let case = &worker.plan.cases[self.case];
        let number = self.ticket.number + 1;
        let plan = AttemptPlan {
            case: Arc::clone(case),
            execution_id: execution_id(&worker.plan.marker, number, &case.id),
            started_after: started.saturating_duration_since(worker.clock.started),
            marker: None,
            tail: None,
            settings: worker.plan.attempt,
        };
        let report = attempt::run_prepared(
            &plan,
            &worker.prepared[self.case],
            &*worker.transport,
            worker.stop.until_set(),
        )
        .await;
        let waited = started.saturating_duration_since(self.ticket.due);
        self.count(&report, waited)
    }

    fn count(&mut self, report: &AttemptReport, waited: Duration) -> bool {
        let worker = &self.worker;
        let is_reached = shows_executor(&report.outcome);
        let mut counting = worker.counting.borrow_mut();
        counting.note_reached(is_reached);
        if self.counts {
            counting.add(&Ended {
                case: self.case,
                case_id: &worker.plan.cases[self.case].id,
                report,
                waited,
                is_good: worker.limits[self.case].allow(report, waited),
            });
        } else {
            counting.add_warmup();
        }
        self.is_counted = true;
        is_reached
    }
}

/// The name of an attempt. Formatting it would take as long as parsing an answer.
fn execution_id(marker: &str, number: u64, case_id: &str) -> String {
    /// As many as the largest number has.
    const DIGITS: usize = 20;
    let mut digits = [0; DIGITS];
    let mut rest = number;
    let mut first = DIGITS;
    while first == DIGITS || rest > 0 {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let mut id = String::with_capacity(marker.len() + case_id.len() + DIGITS + 2);
    id.push_str(marker);
    id.push('_');
    id.extend(digits[first..].iter().map(|&digit| char::from(digit)));
    id.push('_');
    id.push_str(case_id);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_number_in_it() {
        for number in [0, 7, 10, 1_234_567_890, u64::MAX] {
            let expected = format!("RUN_1_{number}_case");
            assert_eq!(execution_id("RUN_1", number, "case"), expected);
        }
    }
}
