//! One attempt after the other: each with an executor of its own, and its result to be kept.

use std::{future::Future, rc::Rc, sync::Arc, time::Instant};

use actix::prelude::*;

use super::{SHORT_STEP, Supervisor};
use crate::{
    actors::{NoteAttemptStart, Record, RunAttempt, TestExecutor},
    attempt::{self, AttemptPlan},
    outcome::Outcome,
    probes,
    results::{AttemptReport, Place},
    run_state::{CaseEnd, Input},
    tries::TurnEnd,
};

impl Supervisor {
    /// Makes the attempt at `place`, unless nothing that comes of it could be kept.
    pub(super) fn run_attempt(&mut self, place: Place, ctx: &mut Context<Self>) {
        let Some(run) = &self.run else { return };
        let case = Arc::clone(&run.plan.cases[place.index]);
        let plan = probes::attempt(&run.plan, place, &case);
        let noted = self.collector.send(NoteAttemptStart { place, case });
        let attempt = self.start_attempt("an attempt", plan);
        let attempted = async {
            Ok(match noted.await? {
                Ok(()) => Input::AttemptFinished(Box::new(attempt.await)),
                Err(reason) => Input::LedgerLost(reason),
            })
        };
        ctx.spawn(attempted.into_actor(self).map(|input, actor, ctx| {
            actor.feed_or_end(input, ctx);
        }));
    }

    /// Starts a fresh executor for one attempt, which begins when it is waited for and can be cancelled
    /// before. Whatever becomes of it, a report comes.
    pub(super) fn start_attempt(
        &mut self,
        part: &'static str,
        plan: AttemptPlan,
    ) -> impl Future<Output = AttemptReport> + use<> {
        self.beacon.wait_for(part, attempt::longest(&plan));
        let executor = TestExecutor::new(Rc::clone(&self.transport)).start();
        let (id, started_after) = (plan.execution_id.clone(), plan.started_after);
        if let Some(run) = &mut self.run {
            run.executor = Some(executor.clone());
        }
        async move {
            let started = Instant::now();
            let running = executor.send(RunAttempt(plan));
            running.await.unwrap_or_else(|error| {
                tracing::error!(execution_id = id, %error, "the attempt's executor was lost");
                let message = format!("the runner lost the attempt ({error}); the log has more");
                let outcome = Outcome::HarnessError { message };
                AttemptReport {
                    elapsed: started.elapsed(),
                    ..AttemptReport::bare(id, started_after, outcome)
                }
            })
        }
    }

    pub(super) fn record(
        &mut self,
        place: Place,
        result: CaseEnd,
        end: Option<TurnEnd>,
        ctx: &mut Context<Self>,
    ) {
        let Some(run) = &self.run else { return };
        let case = Arc::clone(&run.plan.cases[place.index]);
        let report = match result {
            CaseEnd::Attempted(report) => *report,
            CaseEnd::Decided(outcome) => {
                let id = run.plan.execution_id(place, &case.id);
                AttemptReport::bare(id, run.plan.started.elapsed(), outcome)
            }
        };
        self.beacon.wait_for("the ledger", SHORT_STEP);
        let recorded = self.collector.send(Record {
            place,
            case,
            report: Arc::new(report),
            end,
        });
        ctx.spawn(recorded.into_actor(self).map(|kept, actor, ctx| {
            let input = kept.map(|kept| kept.map_or_else(Input::LedgerLost, |()| Input::Recorded));
            actor.feed_or_end(input, ctx);
        }));
    }
}
