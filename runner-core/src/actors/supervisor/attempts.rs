//! One attempt after the other: each with an executor of its own, and its result to be kept.

use std::{future::Future, rc::Rc, sync::Arc, time::Instant};

use actix::prelude::*;

use super::{RunError, SHORT_STEP, Supervisor};
use crate::{
    actors::{Record, RunAttempt, TestExecutor},
    attempt::{self, AttemptPlan},
    outcome::Outcome,
    results::{AttemptReport, Place},
    run_state::{CaseEnd, Input},
};

impl Supervisor {
    /// Starts a fresh executor for one attempt; whatever becomes of it, a report comes.
    pub(super) fn start_attempt(
        &mut self,
        part: &'static str,
        plan: AttemptPlan,
    ) -> impl Future<Output = AttemptReport> + use<> {
        self.beacon.wait_for(part, attempt::longest(&plan));
        let executor = TestExecutor::new(Rc::clone(&self.transport)).start();
        let (id, started_after) = (plan.execution_id.clone(), plan.started_after);
        let running = executor.send(RunAttempt(plan));
        if let Some(run) = &mut self.run {
            run.executor = Some(executor);
        }
        let started = Instant::now();
        async move {
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

    pub(super) fn record(&mut self, place: Place, result: CaseEnd, ctx: &mut Context<Self>) {
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
        });
        ctx.spawn(
            recorded
                .into_actor(self)
                .map(|kept, actor, ctx| match kept {
                    Ok(Ok(())) => actor.feed(Input::Recorded, ctx),
                    Ok(Err(reason)) => actor.feed(Input::LedgerLost(reason), ctx),
                    Err(_) => actor.end(Err(RunError::CollectorLost)),
                }),
        );
    }
}
