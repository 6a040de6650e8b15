//! Keeps what came of the cases, and tells the observers.

use std::{io, sync::Arc, time::Duration};

use actix::prelude::*;
use executor_protocol::Health;
use suite::Gates;

use crate::{
    events::{RunEvent, RunObserver},
    plan::{self, RunPlan},
    results::{AttemptReport, CaseResult, RunInfo, RunResults},
    run_state::RunEnd,
};

/// Keeps the results of one run and announces everything to the observers.
pub struct ReportCollector {
    run: RunInfo,
    gates: Gates,
    cases: Vec<CaseResult>,
    observers: Vec<Box<dyn RunObserver>>,
    failures: Vec<ObserverFailure>,
    trouble: Option<String>,
}

/// What a run came to.
#[derive(Debug)]
pub struct RunSummary {
    /// The results.
    pub results: RunResults,
    /// The observers that could not write what they were told.
    pub observer_failures: Vec<ObserverFailure>,
}

/// An observer that could not write, and was left out from then on.
#[derive(Debug)]
pub struct ObserverFailure {
    /// Which observer.
    pub observer: &'static str,
    /// Why it could not.
    pub error: io::Error,
}

impl ReportCollector {
    /// A collector for the run of `plan`. Observers are told in this order.
    #[must_use]
    pub fn new(plan: &RunPlan, observers: Vec<Box<dyn RunObserver>>) -> Self {
        Self {
            run: plan.run.clone(),
            gates: plan.gates,
            cases: plan
                .cases
                .iter()
                .cloned()
                .map(CaseResult::not_run)
                .collect(),
            observers,
            failures: Vec::new(),
            trouble: None,
        }
    }

    fn record(&mut self, index: usize, report: AttemptReport) {
        self.cases[index].attempt = Some(report);
        let event = RunEvent::CaseFinished {
            index,
            result: &self.cases[index],
        };
        tell(&mut self.observers, &mut self.failures, &event);
    }

    fn note_health(&mut self, trouble: Option<String>) {
        if self.trouble.is_some() != trouble.is_some() {
            let event = RunEvent::HealthChanged {
                trouble: trouble.as_deref(),
            };
            tell(&mut self.observers, &mut self.failures, &event);
        }
        self.trouble = trouble;
    }

    fn finish(&mut self, message: Finish) -> RunSummary {
        let cases = std::mem::take(&mut self.cases);
        let run = self.run.clone();
        let Finish {
            end,
            health,
            elapsed,
        } = message;
        let results = plan::conclude(run, cases, &self.gates, &end, health, elapsed);
        let event = RunEvent::RunFinished { results: &results };
        tell(&mut self.observers, &mut self.failures, &event);
        RunSummary {
            results,
            observer_failures: std::mem::take(&mut self.failures),
        }
    }
}

/// Tells all observers and leaves out those that fail.
fn tell(
    observers: &mut Vec<Box<dyn RunObserver>>,
    failures: &mut Vec<ObserverFailure>,
    event: &RunEvent<'_>,
) {
    observers.retain_mut(|observer| match observer.on_event(event) {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(observer = observer.name(), %error, "an observer could not write");
            failures.push(ObserverFailure {
                observer: observer.name(),
                error,
            });
            false
        }
    });
}

impl Actor for ReportCollector {
    type Context = Context<Self>;

    fn started(&mut self, _: &mut Context<Self>) {
        let event = RunEvent::RunStarted {
            run: &self.run,
            total: self.cases.len(),
        };
        tell(&mut self.observers, &mut self.failures, &event);
    }
}

/// Notes that an attempt begins.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct NoteAttemptStart {
    /// The case's index in the run.
    pub index: usize,
}

impl Handler<NoteAttemptStart> for ReportCollector {
    type Result = ();

    fn handle(&mut self, NoteAttemptStart { index }: NoteAttemptStart, _: &mut Context<Self>) {
        let case = Arc::clone(&self.cases[index].case);
        let event = RunEvent::AttemptStarted { index, case: &case };
        tell(&mut self.observers, &mut self.failures, &event);
    }
}

/// Notes how the executor is; only a change is announced.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct NoteHealth {
    /// Why the executor is not healthy; `None` if it is.
    pub trouble: Option<String>,
}

impl Handler<NoteHealth> for ReportCollector {
    type Result = ();

    fn handle(&mut self, message: NoteHealth, _: &mut Context<Self>) {
        self.note_health(message.trouble);
    }
}

/// Keeps what came of a case. The answer comes when it is kept and announced.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Record {
    /// The case's index in the run.
    pub index: usize,
    /// What came of it.
    pub report: AttemptReport,
}

impl Handler<Record> for ReportCollector {
    type Result = ();

    fn handle(&mut self, message: Record, _: &mut Context<Self>) {
        self.record(message.index, message.report);
    }
}

/// Puts everything together; the collector has nothing left afterwards.
#[derive(Debug, Message)]
#[rtype(result = "RunSummary")]
pub struct Finish {
    /// How the run ended.
    pub end: RunEnd,
    /// What the executor said about its health at the start.
    pub health: Option<Health>,
    /// How long the run took.
    pub elapsed: Duration,
}

impl Handler<Finish> for ReportCollector {
    type Result = MessageResult<Finish>;

    fn handle(&mut self, message: Finish, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.finish(message))
    }
}
