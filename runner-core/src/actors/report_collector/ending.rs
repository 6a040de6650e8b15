//! How a run ends: once all before it is kept, its end is judged, kept and announced.

use std::time::Duration;

use actix::prelude::*;
use executor_protocol::Health;
use tokio::sync::oneshot;

use super::{ReportCollector, RunSummary};
use crate::{
    events::RunEvent,
    gates::{self, Evidence},
    journal::JournalEvent,
    plan::Conclusion,
    results::{Counts, RunProblem, RunResults},
    run_state::RunEnd,
};

/// A run that is about to be over.
pub(super) enum Ending {
    /// What has happened is on its way into the ledger.
    Draining {
        message: Finish,
        done: oneshot::Sender<RunSummary>,
    },
    /// So is its end.
    Closing {
        end: RunEnd,
        results: Box<RunResults>,
        done: oneshot::Sender<RunSummary>,
    },
}

impl ReportCollector {
    /// Gets the end of the run on, once everything before it is kept.
    pub(super) fn end(&mut self, ctx: &mut Context<Self>) {
        match self.ending.take() {
            None => {}
            Some(Ending::Draining { message, done }) => {
                let end = message.end.clone();
                let results = Box::new(self.results(message));
                let problems = results.problems.clone();
                self.ending = Some(Ending::Closing {
                    end: end.clone(),
                    results,
                    done,
                });
                self.push(JournalEvent::Ended { end, problems });
                self.work(ctx);
            }
            Some(Ending::Closing { end, results, done }) => self.close(end, *results, done),
        }
    }

    fn results(&mut self, message: Finish) -> RunResults {
        let Finish {
            end,
            health,
            elapsed,
        } = message;
        // Of a run, nothing is lost with its ledger.
        if !self.is_soak {
            self.counts = Counts::of(&self.cases);
        }
        let gates = match self.is_soak {
            // Times, and what came of parts, are in the ledger: whoever reads it evaluates the rest.
            // Of a shard there is only a part of what they are about.
            _ if self.is_shard => Vec::new(),
            true => gates::evaluate_counted(&self.gates.suite, &self.counts),
            false => self
                .gates
                .evaluate(|scope| Evidence::of_cases(&self.cases, scope)),
        };
        let conclusion = Conclusion {
            end: &end,
            counts: &self.counts,
            gates,
            is_gated: !self.gates.is_empty(),
            flaky_fails: self.flaky_fails,
            is_empty_shard: self.is_shard && self.total == 0,
            overload: self.self_watch.overload(),
        };
        let cases = std::mem::take(&mut self.cases);
        let elapsed = self.elapsed_before + elapsed;
        conclusion.results(self.run.clone(), cases, health, elapsed)
    }

    /// Announces the end of the run.
    fn close(&mut self, end: RunEnd, mut results: RunResults, done: oneshot::Sender<RunSummary>) {
        let is_told = matches!(
            results.problems.first(),
            Some(RunProblem::LedgerLost { .. })
        );
        if let (Err(reason), false) = (self.queue.kept(), is_told) {
            let lost = RunProblem::LedgerLost { reason };
            results.problems.insert(0, lost);
        }
        let counts = self.counts;
        self.audience.tell(&RunEvent::RunFinished {
            results: &results,
            counts: &counts,
        });
        // Whoever asked for the end may be gone.
        let _ = done.send(RunSummary {
            results,
            end,
            counts,
            observer_failures: self.audience.take_failures(),
        });
    }
}

/// Ends the run: once all that has happened is kept, puts everything together. The collector has nothing left
/// afterwards.
///
/// The reply is `None` if somebody else ended the run before.
#[derive(Debug, Message)]
#[rtype(result = "Option<RunSummary>")]
pub struct Finish {
    /// How the run ended.
    pub end: RunEnd,
    /// What the executor said about its health at the start.
    pub health: Option<Health>,
    /// How long this part of the run took.
    pub elapsed: Duration,
}

impl Handler<Finish> for ReportCollector {
    type Result = ResponseFuture<Option<RunSummary>>;

    fn handle(&mut self, message: Finish, ctx: &mut Context<Self>) -> Self::Result {
        // The first to end a run decides how it has ended.
        if self.is_over {
            return Box::pin(std::future::ready(None));
        }
        let (done, summary) = oneshot::channel();
        self.take_sample(ctx);
        self.is_over = true;
        self.ending = Some(Ending::Draining { message, done });
        self.work(ctx);
        Box::pin(async { summary.await.ok() })
    }
}
