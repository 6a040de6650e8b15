//! Keeps what comes of a run, and tells the observers once it is safe.

mod audience;
mod ending;
mod self_watch;
mod writing;

use std::{io, sync::Arc, time::Duration};

use actix::prelude::*;
use suite::Case;
use tokio::{sync::oneshot, time::Instant};

use super::{LedgerWriter, NoteSuite};
use crate::{
    beacon::Beacon,
    events::{RunEvent, RunObserver},
    gates::RunGates,
    journal::{Entry, JournalEvent},
    ledger_queue::{Kept, LedgerQueue},
    plan::{RunPlan, SoakBefore},
    results::{AttemptReport, CaseResult, Counts, Place, RunInfo, RunResults},
    run_state::RunEnd,
    self_sample::Sampler,
    tries::TurnEnd,
};

use audience::Audience;
use ending::Ending;
pub use ending::Finish;
use self_watch::SelfWatch;

/// Keeps the results of one run, has them written to the ledger, and announces everything to the
/// observers.
///
/// What happens goes through one queue. Without a ledger it is announced at once. With one, whatever has
/// gathered while the ledger was busy is written in one piece, and announced when it is durable.
pub struct ReportCollector {
    run: RunInfo,
    started: Instant,
    is_soak: bool,
    /// Whether gates wait until all shards are merged.
    is_shard: bool,
    /// How many cases were selected.
    total: usize,
    gates: RunGates,
    flaky_fails: bool,
    /// The cases of a run that goes over them once; empty in a soak.
    cases: Vec<CaseResult>,
    counts: Counts,
    /// How long the parts before this one took.
    elapsed_before: Duration,
    audience: Audience,
    trouble: Option<String>,
    queue: LedgerQueue,
    writer: Option<Addr<LedgerWriter>>,
    /// Whether the queue will be looked at again in a moment.
    is_timed: bool,
    /// Who waits for room in the queue.
    waiting: Vec<oneshot::Sender<Kept>>,
    self_watch: SelfWatch,
    ending: Option<Ending>,
    /// Whether the run was ended.
    is_over: bool,
}

/// How often the runner measures itself: a year of samples stays small.
const SAMPLE_INTERVAL: Duration = Duration::from_secs(60);

/// What a run came to.
#[derive(Debug)]
pub struct RunSummary {
    /// The results; without single cases if it was a soak.
    pub results: RunResults,
    /// How it ended.
    pub end: RunEnd,
    /// How many cases, or attempts of a soak, came to what.
    pub counts: Counts,
    /// The observers that could not write what they were told; with them, where a run does not depend on
    /// it, the ledger.
    pub observer_failures: Vec<ObserverFailure>,
}

/// An observer, or the ledger of a run, that could not be written and was left out from then on.
#[derive(Debug)]
pub struct ObserverFailure {
    /// Which observer.
    pub observer: &'static str,
    /// Why it could not.
    pub error: io::Error,
}

impl ReportCollector {
    /// A collector for the run of `plan`. Observers are told in this order, and `beacon` tells others
    /// which one is being told.
    #[must_use]
    pub fn new(
        plan: &RunPlan,
        writer: Option<Addr<LedgerWriter>>,
        observers: Vec<Box<dyn RunObserver>>,
        beacon: Beacon,
    ) -> Self {
        let before = plan
            .soak
            .as_ref()
            .map_or_else(SoakBefore::default, |soak| soak.before);
        let cases = if plan.is_soak() { &[][..] } else { &plan.cases };
        Self {
            run: plan.run.clone(),
            started: plan.started,
            is_soak: plan.is_soak(),
            is_shard: plan.shard.is_some(),
            total: plan.cases.len(),
            gates: plan.gates.clone(),
            flaky_fails: plan.flaky_fails,
            cases: cases.iter().cloned().map(CaseResult::not_run).collect(),
            counts: before.counts,
            elapsed_before: before.elapsed,
            audience: Audience::new(observers, beacon),
            trouble: None,
            queue: LedgerQueue::new(writer.is_some(), plan.is_soak()),
            writer,
            is_timed: false,
            waiting: Vec::new(),
            self_watch: SelfWatch::new(before.runner),
            ending: None,
            is_over: false,
        }
    }

    /// Keeps what the runner measures about itself.
    #[must_use]
    pub fn with_sampler(mut self, sampler: Box<dyn Sampler>) -> Self {
        self.self_watch.set_sampler(sampler);
        self
    }

    /// Takes in something that happened.
    pub(super) fn note(&mut self, event: JournalEvent, ctx: &mut Context<Self>) {
        // Nothing comes after the end, whatever still runs.
        if self.is_over {
            return;
        }
        self.push(event);
        self.work(ctx);
    }

    /// Whether what is taken in can be kept, as far as is known by now.
    pub(super) fn kept(&self) -> Kept {
        self.queue.kept()
    }

    fn push(&mut self, event: JournalEvent) {
        let at = self.started.elapsed();
        self.queue.push(Entry { at, event });
    }

    fn announce(&mut self, entries: &[Entry]) {
        for Entry { event, .. } in entries {
            if let JournalEvent::AttemptFinished { report, end, .. } = event {
                self.counts.add(report, end.as_ref());
            }
            self.audience.announce(event);
        }
    }

    pub(super) fn change_suite(&mut self, message: NoteSuite, ctx: &mut Context<Self>) {
        if self.is_over {
            return;
        }
        self.gates = message.gates;
        self.note(JournalEvent::SuiteChanged(message.version), ctx);
    }

    fn record(&mut self, record: Record, ctx: &mut Context<Self>) {
        if self.is_over {
            return;
        }
        let Record {
            place,
            case,
            report,
            end,
        } = record;
        if let Some(result) = self.cases.get_mut(place.index) {
            result.push(Arc::clone(&report));
        }
        let event = JournalEvent::AttemptFinished {
            place,
            case,
            report,
            end,
        };
        self.note(event, ctx);
    }

    pub(super) fn note_health(&mut self, trouble: Option<String>, ctx: &mut Context<Self>) {
        if self.trouble.is_some() != trouble.is_some() {
            let trouble = trouble.clone();
            self.note(JournalEvent::HealthChanged { trouble }, ctx);
        }
        self.trouble = trouble;
    }

    fn take_sample(&mut self, ctx: &mut Context<Self>) {
        if let Some(samples) = self.self_watch.sample() {
            self.note(JournalEvent::Sampled(samples), ctx);
        }
    }
}

impl Actor for ReportCollector {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        let (run, total) = (self.run.clone(), self.total);
        self.audience
            .tell(&RunEvent::RunStarted { run: &run, total });
        if self.self_watch.takes_samples() {
            ctx.run_interval(SAMPLE_INTERVAL, Self::take_sample);
        }
    }
}

/// Takes in what came of an attempt.
///
/// The answer comes at once, unless the ledger is so far behind that the queue before it is full. It says
/// whether anything can be kept any more, as far as is known then, and not that this result is: it is
/// announced when it is.
#[derive(Debug, Message)]
#[rtype(result = "Kept")]
pub struct Record {
    /// Where in the run.
    pub place: Place,
    /// The case.
    pub case: Arc<Case>,
    /// What came of it.
    pub report: Arc<AttemptReport>,
    /// How the case's turn ended with it; `None` if the case is tried again.
    pub end: Option<TurnEnd>,
}

impl Handler<Record> for ReportCollector {
    type Result = ResponseFuture<Kept>;

    fn handle(&mut self, message: Record, ctx: &mut Context<Self>) -> Self::Result {
        self.record(message, ctx);
        if !self.queue.is_full() {
            return Box::pin(std::future::ready(self.kept()));
        }
        let (go_on, kept) = oneshot::channel();
        self.waiting.push(go_on);
        Box::pin(async { kept.await.unwrap_or_else(|error| Err(error.to_string())) })
    }
}
