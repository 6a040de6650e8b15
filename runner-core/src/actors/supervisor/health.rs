//! Asks for the executor's health: when the run's state wants to know, and on a clock of its own.

use std::{rc::Rc, time::SystemTime};

use actix::prelude::*;
use executor_protocol::Transport;
use tokio::time::Instant;

use super::{Run, RunError, Supervisor};
use crate::{
    actors::{CheckHealth, CheckLedger, HealthChecker},
    health::Unhealthy,
    plan::RunPlan,
    run_state::Input,
};

impl Supervisor {
    pub(super) fn check_health(&mut self, ctx: &mut Context<Self>) {
        let Some(run) = &mut self.run else { return };
        self.beacon
            .wait_for("the executor's health", run.plan.health_timeout);
        let asked = run.health_checker(&self.transport).send(CheckHealth);
        let started = Instant::now();
        self.then_feed(ctx, async move {
            let lost = |error| {
                let reason = format!("the health checker was lost: {error}");
                Err(Unhealthy { reason })
            };
            let report = asked.await.unwrap_or_else(lost);
            Input::HealthChecked {
                report,
                took: started.elapsed(),
            }
        });
    }

    /// Asks for the executor's health, and whether there is still a ledger, beside everything else.
    pub(super) fn check_in_between(&mut self, ctx: &mut Context<Self>) {
        let Some(run) = &mut self.run else { return };
        let asked = run.health_checker(&self.transport).send(CheckHealth);
        // Timers do not count the time for which the machine slept.
        let until = run.plan.soak.as_ref().and_then(|soak| soak.until);
        if until.is_some_and(|until| SystemTime::now() >= until) {
            self.feed(Input::TimeUp, ctx);
        }
        let is_kept = self.collector.send(CheckLedger).into_actor(self);
        ctx.spawn(is_kept.map(|kept, actor, ctx| match kept {
            Ok(Ok(())) => {}
            Ok(Err(reason)) => actor.feed(Input::LedgerFoundLost(reason), ctx),
            Err(_) => actor.end(Err(RunError::CollectorLost)),
        }));
        ctx.spawn(asked.into_actor(self).map(|report, actor, ctx| {
            if !matches!(report, Ok(Ok(_))) {
                actor.feed(Input::HealthSuspected, ctx);
            }
        }));
    }
}

impl Run {
    /// Who asks for the executor's health; a fresh one if the one before was lost.
    fn health_checker(&mut self, transport: &Rc<dyn Transport>) -> &Addr<HealthChecker> {
        if !self.health_checker.connected() {
            self.health_checker = checker(transport, &self.plan);
        }
        &self.health_checker
    }
}

pub(super) fn checker(transport: &Rc<dyn Transport>, plan: &RunPlan) -> Addr<HealthChecker> {
    HealthChecker::new(Rc::clone(transport), plan.health_timeout).start()
}
