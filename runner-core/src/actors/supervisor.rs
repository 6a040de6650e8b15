//! Supervises one run: performs what its state machine decides, one attempt at a time.

use std::{future::Future, rc::Rc, sync::Arc, time::Duration};

use actix::prelude::*;
use executor_protocol::Transport;
use suite::{Case, MatchOn, OutputFormat};
use tokio::{sync::oneshot, time::Instant};

use super::{
    CancelAttempt, CheckHealth, Finish, HealthChecker, NoteAttemptStart, NoteHealth, Record,
    ReportCollector, RunAttempt, RunSummary, TestExecutor,
};
use crate::{
    attempt::AttemptPlan,
    cleanup::{self, CleanupMarker},
    health::Unhealthy,
    outcome::{Failure, Fault, FaultKind, Outcome},
    plan::RunPlan,
    results::AttemptReport,
    run_state::{CaseEnd, Effect, Input, Probe, RunEnd, RunState},
};

/// Runs one suite at a time, one attempt at a time.
pub struct Supervisor {
    transport: Rc<dyn Transport>,
    health_checker: Addr<HealthChecker>,
    collector: Addr<ReportCollector>,
    run: Option<Run>,
}

/// The run that is going on.
struct Run {
    plan: RunPlan,
    state: RunState,
    /// Who runs the current attempt or probe.
    executor: Option<Addr<TestExecutor>>,
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

/// Looking for a program takes an executor no time; one that hangs must not hold up the run.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// What executors give a command to end by itself, and some more.
const CLEANUP_PATIENCE: Duration = Duration::from_secs(4);

impl Supervisor {
    /// A supervisor of runs over `transport`, whose results go to `collector`.
    #[must_use]
    pub fn new(
        transport: Rc<dyn Transport>,
        health_checker: Addr<HealthChecker>,
        collector: Addr<ReportCollector>,
    ) -> Self {
        Self {
            transport,
            health_checker,
            collector,
            run: None,
        }
    }

    fn feed(&mut self, input: Input, ctx: &mut Context<Self>) {
        let Some(run) = &mut self.run else { return };
        if let Input::HealthChecked { report, .. } = &input {
            self.collector.do_send(NoteHealth {
                trouble: report
                    .as_ref()
                    .err()
                    .map(|unhealthy| unhealthy.reason.clone()),
            });
        }
        for effect in run.state.on(input) {
            self.perform(effect, ctx);
        }
    }

    fn perform(&mut self, effect: Effect, ctx: &mut Context<Self>) {
        let Some(run) = &mut self.run else { return };
        match effect {
            Effect::CheckHealth => {
                let asked = self.health_checker.send(CheckHealth);
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
            Effect::Probe { program } => {
                let plan = probe_plan(&run.plan, &program);
                let attempt = self.start_attempt(plan);
                self.then_feed(ctx, async {
                    Input::RequirementProbed(probe_result(attempt.await.outcome))
                });
            }
            Effect::RunAttempt { index } => {
                self.collector.do_send(NoteAttemptStart { index });
                let plan = attempt_plan(&run.plan, &run.plan.cases[index]);
                let attempt = self.start_attempt(plan);
                self.then_feed(ctx, async {
                    Input::AttemptFinished(Box::new(attempt.await))
                });
            }
            Effect::ProbeCleanup { index } => {
                let id = run.plan.execution_id(&run.plan.cases[index].id);
                let plan = cleanup_plan(&run.plan, &CleanupMarker::of(&id, run.plan.started));
                let attempt = self.start_attempt(plan);
                self.then_feed(ctx, async {
                    Input::CleanupProbed(cleanup_result(&attempt.await))
                });
            }
            Effect::Abort => {
                if let Some(executor) = &run.executor {
                    executor.do_send(CancelAttempt);
                }
            }
            Effect::Record { index, result } => {
                let report = match result {
                    CaseEnd::Attempted(report) => *report,
                    CaseEnd::Decided(outcome) => {
                        let id = run.plan.execution_id(&run.plan.cases[index].id);
                        AttemptReport::bare(id, run.plan.started.elapsed(), outcome)
                    }
                };
                let recorded = self.collector.send(Record { index, report });
                ctx.spawn(
                    recorded
                        .into_actor(self)
                        .map(|kept, actor, ctx| match kept {
                            Ok(()) => actor.feed(Input::Recorded, ctx),
                            Err(_) => actor.end(Err(RunError::CollectorLost)),
                        }),
                );
            }
            Effect::Wait(pause) => self.then_feed(ctx, async move {
                tokio::time::sleep(pause).await;
                Input::WaitOver
            }),
            Effect::Finish(end) => self.finish(end, ctx),
        }
    }

    /// Starts a fresh executor for one attempt; whatever becomes of it, a report comes.
    fn start_attempt(&mut self, plan: AttemptPlan) -> impl Future<Output = AttemptReport> + use<> {
        let executor = TestExecutor::new(Rc::clone(&self.transport)).start();
        let (id, started_after) = (plan.execution_id.clone(), plan.started_after);
        let running = executor.send(RunAttempt(plan));
        if let Some(run) = &mut self.run {
            run.executor = Some(executor);
        }
        async move {
            running.await.unwrap_or_else(|error| {
                tracing::error!(execution_id = id, %error, "the attempt's executor was lost");
                let message = format!("the runner lost the attempt ({error}); the log has more");
                AttemptReport::bare(id, started_after, Outcome::HarnessError { message })
            })
        }
    }

    /// Feeds the state machine with what `future` comes to.
    fn then_feed(&self, ctx: &mut Context<Self>, future: impl Future<Output = Input> + 'static) {
        ctx.spawn(
            future
                .into_actor(self)
                .map(|input, actor, ctx| actor.feed(input, ctx)),
        );
    }

    fn finish(&mut self, end: RunEnd, ctx: &mut Context<Self>) {
        let Some(run) = &self.run else { return };
        let health = run.state.health().cloned();
        let finished = self.collector.send(Finish {
            end,
            health,
            elapsed: run.plan.started.elapsed(),
        });
        ctx.spawn(finished.into_actor(self).map(|summary, actor, _| {
            actor.end(summary.map_err(|_| RunError::CollectorLost));
        }));
    }

    fn end(&mut self, result: Result<RunSummary, RunError>) {
        if let Some(run) = self.run.take() {
            // Whoever asked for the run may have gone away.
            let _ = run.done.send(result);
        }
    }
}

fn attempt_plan(plan: &RunPlan, case: &Arc<Case>) -> AttemptPlan {
    let execution_id = plan.execution_id(&case.id);
    AttemptPlan {
        case: Arc::clone(case),
        started_after: plan.started.elapsed(),
        marker: plan
            .policy
            .cleanup_probe
            .then(|| CleanupMarker::of(&execution_id, plan.started)),
        settings: plan.attempt,
        execution_id,
    }
}

/// An attempt that looks for `program` where the executor runs, the way a shell would.
fn probe_plan(plan: &RunPlan, program: &str) -> AttemptPlan {
    own_plan(
        plan,
        format!("requires_{program}"),
        format!("command -v {program}"),
    )
}

/// An attempt that looks for processes that carry `marker`.
fn cleanup_plan(plan: &RunPlan, marker: &CleanupMarker) -> AttemptPlan {
    own_plan(plan, "cleanup".into(), marker.probe(CLEANUP_PATIENCE))
}

/// An attempt at a command of the runner's own.
fn own_plan(plan: &RunPlan, id: String, command: String) -> AttemptPlan {
    let case = Case {
        name: id.clone(),
        id,
        description: String::new(),
        category: None,
        tags: Vec::new(),
        command,
        timeout: PROBE_TIMEOUT,
        stall_timeout: None,
        expected_exit_code: 0,
        output_format: OutputFormat::Text,
        match_on: MatchOn::Output,
        expected_patterns: Vec::new(),
        requires: Vec::new(),
    };
    AttemptPlan {
        marker: None,
        ..attempt_plan(plan, &Arc::new(case))
    }
}

fn probe_result(outcome: Outcome) -> Probe {
    match outcome {
        Outcome::Passed => Probe::Present,
        // By these a shell says that there is no such program; an executor that refuses to look says
        // nothing about it.
        Outcome::Failed(failures)
            if matches!(
                failures[..],
                [Failure::ExitCode {
                    actual: 1 | 127,
                    ..
                }]
            ) =>
        {
            Probe::Missing
        }
        Outcome::InfrastructureError(fault) => Probe::Unknown(fault),
        other => Probe::Unknown(Fault {
            kind: FaultKind::NoAnswer,
            message: other.explanation().unwrap_or_default(),
        }),
    }
}

/// The processes that a cleanup probe found. An executor that could not look has not found any.
fn cleanup_result(report: &AttemptReport) -> Vec<String> {
    if report.outcome != Outcome::Passed {
        return Vec::new();
    }
    let leaked = cleanup::leaked(&report.output.head).into_iter();
    leaked.map(str::to_owned).collect()
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
        let state = RunState::new(plan.cases.clone(), plan.policy);
        self.run = Some(Run {
            plan,
            state,
            executor: None,
            done,
        });
        self.feed(Input::Started, ctx);
        Box::pin(async { ended.await.unwrap_or(Err(RunError::SupervisorLost)) })
    }
}

/// Ends the run early: the running attempt is cancelled, the rest is not run.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Cancel;

impl Handler<Cancel> for Supervisor {
    type Result = ();

    fn handle(&mut self, _: Cancel, ctx: &mut Context<Self>) {
        self.feed(Input::Cancelled, ctx);
    }
}
