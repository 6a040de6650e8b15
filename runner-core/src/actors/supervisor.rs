//! Supervises one run: performs what its state machine decides, one attempt at a time.

mod attempts;
mod health;
mod iterations;

use std::{future::Future, rc::Rc, time::Duration};

use actix::prelude::*;
use executor_protocol::Transport;
use tokio::{sync::oneshot, time::Instant};

use super::{
    CancelAttempt, ConfigLoader, Finish, HealthChecker, NoteHealth, ReportCollector, RunSummary,
    TestExecutor,
};
use crate::{
    beacon::Beacon,
    plan::RunPlan,
    probes,
    run_state::{Effect, Input, RunEnd, RunState, Start},
};

/// Runs one suite at a time, one attempt at a time.
pub struct Supervisor {
    transport: Rc<dyn Transport>,
    loader: Addr<ConfigLoader>,
    collector: Addr<ReportCollector>,
    beacon: Beacon,
    run: Option<Run>,
}

/// The run that is going on.
struct Run {
    plan: RunPlan,
    state: RunState,
    health_checker: Addr<HealthChecker>,
    /// Who runs the current attempt or probe.
    executor: Option<Addr<TestExecutor>>,
    /// When the iteration began that is going on; before the first one, when the run did.
    iteration_began: Instant,
    /// When the next one is due, once this one is through.
    iteration_due: Instant,
    done: oneshot::Sender<Result<RunSummary, RunError>>,
}

/// Why a run did not come to a summary.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The supervisor is busy with another run.
    #[error("another run is going on")]
    Busy,
    /// The collector of results was lost, and the results with it.
    #[error("the collector of results was lost")]
    CollectorLost,
    /// The supervisor itself was lost.
    #[error("the supervisor was lost")]
    SupervisorLost,
}

/// How long a step may take that has no deadline here, because it is done at once: reading a file, or
/// writing a few rows where another process may be writing.
const SHORT_STEP: Duration = Duration::from_secs(15);

impl Supervisor {
    /// A supervisor of runs over `transport`, whose results go to `collector`. `beacon` tells others
    /// what it waits for.
    #[must_use]
    pub fn new(
        transport: Rc<dyn Transport>,
        loader: Addr<ConfigLoader>,
        collector: Addr<ReportCollector>,
        beacon: Beacon,
    ) -> Self {
        Self {
            transport,
            loader,
            collector,
            beacon,
            run: None,
        }
    }

    fn begin(
        &mut self,
        plan: RunPlan,
        done: oneshot::Sender<Result<RunSummary, RunError>>,
        ctx: &mut Context<Self>,
    ) {
        let start = plan
            .soak
            .as_ref()
            .map_or_else(Start::default, |it| it.start);
        let state = RunState::new(plan.cases.clone(), plan.policy, start);
        let time_left = plan.soak.as_ref().and_then(|soak| soak.time_left);
        if let Some(soak) = &plan.soak {
            ctx.run_interval(soak.health_interval, Self::check_in_between);
        }
        self.run = Some(Run {
            health_checker: health::checker(&self.transport, &plan),
            plan,
            state,
            executor: None,
            iteration_began: Instant::now(),
            iteration_due: Instant::now(),
            done,
        });
        self.feed(Input::Started, ctx);
        match time_left {
            None => {}
            // A timer would let one attempt through.
            Some(Duration::ZERO) => self.feed(Input::TimeUp, ctx),
            Some(time_left) => {
                ctx.run_later(time_left, |actor, ctx| actor.feed(Input::TimeUp, ctx));
            }
        }
    }

    fn feed(&mut self, input: Input, ctx: &mut Context<Self>) {
        let Some(run) = &mut self.run else { return };
        if let Input::HealthChecked { report, .. } = &input {
            let trouble = report.as_ref().err().map(|it| it.reason.clone());
            self.collector.do_send(NoteHealth { trouble });
        }
        for effect in run.state.on(input) {
            self.perform(effect, ctx);
        }
        self.tell_of_rest();
    }

    fn perform(&mut self, effect: Effect, ctx: &mut Context<Self>) {
        let Some(run) = &mut self.run else { return };
        match effect {
            Effect::CheckHealth => self.check_health(ctx),
            Effect::Probe { program } => {
                let plan = probes::requirement(&run.plan, &program);
                let attempt = self.start_attempt("a probe", plan);
                self.then_feed(ctx, async {
                    Input::RequirementProbed(probes::found(attempt.await.outcome))
                });
            }
            Effect::RunAttempt(place) => self.run_attempt(place, ctx),
            Effect::ProbeCleanup(place) => {
                let plan = probes::cleanup(&run.plan, place);
                let attempt = self.start_attempt("a cleanup probe", plan);
                self.then_feed(ctx, async {
                    Input::CleanupProbed(probes::leaked(&attempt.await))
                });
            }
            Effect::Abort => {
                if let Some(executor) = &run.executor {
                    executor.do_send(CancelAttempt);
                }
            }
            Effect::Record { place, result, end } => self.record(place, result, end, ctx),
            Effect::Wait(pause) => self.wait("the executor's return", pause, ctx),
            Effect::BackOff(pause) => {
                tracing::warn!(
                    ?pause,
                    "attempts fail, although the executor is well: pausing"
                );
                self.wait("the end of a pause", pause, ctx);
            }
            Effect::WaitToRetry(pause) => {
                tracing::info!(?pause, "pausing before the case is tried again");
                self.wait("the end of a pause", pause, ctx);
            }
            Effect::PrepareIteration(_) => self.prepare_iteration(ctx),
            Effect::BeginIteration(_) => run.iteration_began = Instant::now(),
            Effect::Finish(end) => self.finish(end, ctx),
        }
    }

    fn wait(&self, part: &'static str, pause: Duration, ctx: &mut Context<Self>) {
        self.beacon.wait_for(part, pause);
        self.then_feed(ctx, async move {
            tokio::time::sleep(pause).await;
            Input::WaitOver
        });
    }

    /// Feeds the state machine with what `future` comes to.
    fn then_feed(&self, ctx: &mut Context<Self>, future: impl Future<Output = Input> + 'static) {
        ctx.spawn(
            future
                .into_actor(self)
                .map(|input, actor, ctx| actor.feed(input, ctx)),
        );
    }

    /// Feeds the state machine with what came of a question to the collector, unless that is lost.
    fn feed_or_end(&mut self, input: Result<Input, MailboxError>, ctx: &mut Context<Self>) {
        match input {
            Ok(input) => self.feed(input, ctx),
            Err(_) => self.end(Err(RunError::CollectorLost)),
        }
    }

    fn finish(&mut self, end: RunEnd, ctx: &mut Context<Self>) {
        let Some(run) = &self.run else { return };
        self.beacon.wait_for("the ledger", SHORT_STEP);
        let health = run.state.health().cloned();
        let finished = self.collector.send(Finish {
            end,
            health,
            elapsed: run.plan.started.elapsed(),
        });
        ctx.spawn(finished.into_actor(self).map(|summary, actor, _| {
            let summary = summary.ok().flatten();
            actor.end(summary.ok_or(RunError::CollectorLost));
        }));
    }

    fn end(&mut self, result: Result<RunSummary, RunError>) {
        self.beacon.rest();
        if let Some(run) = self.run.take() {
            // Whoever asked for the run may have gone away.
            let _ = run.done.send(result);
        }
    }
}

impl Actor for Supervisor {
    type Context = Context<Self>;
}

/// Runs this plan to its end.
#[derive(Debug, Message)]
#[rtype(result = "Result<RunSummary, RunError>")]
pub struct RunSuite(pub RunPlan);

impl Handler<RunSuite> for Supervisor {
    type Result = ResponseFuture<Result<RunSummary, RunError>>;

    fn handle(&mut self, RunSuite(plan): RunSuite, ctx: &mut Context<Self>) -> Self::Result {
        if self.run.is_some() {
            return Box::pin(std::future::ready(Err(RunError::Busy)));
        }
        let (done, ended) = oneshot::channel();
        self.begin(plan, done, ctx);
        Box::pin(async { ended.await.unwrap_or(Err(RunError::SupervisorLost)) })
    }
}

/// Ends the run early: the running attempt or probe is cancelled, the rest is not run. The probe for what a
/// cancelled attempt has left behind is cancelled by another of these.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Cancel;

impl Handler<Cancel> for Supervisor {
    type Result = ();

    fn handle(&mut self, _: Cancel, ctx: &mut Context<Self>) {
        self.feed(Input::Cancelled, ctx);
    }
}

/// Ends the run as soon as the running attempt has come to its end. After `grace` it is as if a [`Cancel`]
/// came.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Stop {
    /// How long the running attempt may go on.
    pub grace: Duration,
}

impl Handler<Stop> for Supervisor {
    type Result = ();

    fn handle(&mut self, Stop { grace }: Stop, ctx: &mut Context<Self>) {
        self.feed(Input::Stopped, ctx);
        ctx.run_later(grace, |actor, ctx| actor.feed(Input::Cancelled, ctx));
    }
}
