//! Keeps what comes of a run, and tells the observers once it is safe.

use std::{io, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use actix::prelude::*;
use executor_protocol::{Health, error_chain};
use suite::{Case, Gates};
use tokio::{sync::oneshot, time::Instant};

use super::{Commit, Committed, LedgerWriter};
use crate::{
    beacon::Beacon,
    events::{RunEvent, RunObserver},
    journal::{Entry, JournalError, JournalEvent},
    ledger_queue::{Kept, LedgerQueue, Step},
    plan::{Conclusion, RunPlan, SoakBefore},
    results::{AttemptReport, CaseResult, Counts, Place, RunInfo, RunProblem, RunResults},
    run_state::RunEnd,
    self_sample::{Sampler, SelfTotals},
};

/// Keeps the results of one run, has them written to the ledger, and announces everything to the
/// observers.
///
/// What happens goes through one queue. Without a ledger it is announced at once. With one, whatever has
/// gathered while the ledger was busy is written in one piece, and announced when it is durable.
pub struct ReportCollector {
    run: RunInfo,
    started: Instant,
    is_soak: bool,
    /// How many cases were selected.
    total: usize,
    pub(super) gates: Gates,
    /// The cases of a run that goes over them once; empty in a soak.
    cases: Vec<CaseResult>,
    counts: Counts,
    before: SoakBefore,
    runner: SelfTotals,
    observers: Vec<Box<dyn RunObserver>>,
    beacon: Beacon,
    failures: Vec<ObserverFailure>,
    trouble: Option<String>,
    queue: LedgerQueue,
    writer: Option<Addr<LedgerWriter>>,
    /// Whether the queue will be looked at again in a moment.
    is_timed: bool,
    /// Who waits for room in the queue.
    waiting: Vec<oneshot::Sender<Kept>>,
    sampler: Option<Box<dyn Sampler>>,
    commits: Commits,
    ending: Option<Ending>,
    /// Whether the run was ended.
    is_over: bool,
}

/// How often the ledger was written since the latest sample, and how long that took.
#[derive(Default)]
struct Commits {
    count: u64,
    time: Duration,
    max: Duration,
}

impl Commits {
    fn add(&mut self, took: Duration) {
        self.count += 1;
        self.time += took;
        self.max = self.max.max(took);
    }
}

/// A run that is about to be over.
enum Ending {
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

/// How long an observer may take with one event. They write to pipes and terminals, which take a line at
/// once unless nobody reads.
const TELLING: Duration = Duration::from_secs(10);

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
            total: plan.cases.len(),
            gates: plan.gates,
            cases: cases.iter().cloned().map(CaseResult::not_run).collect(),
            counts: before.counts,
            runner: before.runner,
            before,
            observers,
            beacon,
            failures: Vec::new(),
            trouble: None,
            queue: LedgerQueue::new(writer.is_some(), plan.is_soak()),
            writer,
            is_timed: false,
            waiting: Vec::new(),
            sampler: None,
            commits: Commits::default(),
            ending: None,
            is_over: false,
        }
    }

    /// Keeps what the runner measures about itself.
    #[must_use]
    pub fn with_sampler(mut self, sampler: Box<dyn Sampler>) -> Self {
        self.sampler = Some(sampler);
        self
    }

    /// Tells all observers, and leaves out those that fail.
    pub(super) fn tell(&mut self, event: &RunEvent<'_>) {
        let known = self.failures.len();
        self.tell_all(event);
        // Those that are left may have somebody to tell it to: a soak may go on for weeks.
        for index in known..self.failures.len() {
            let ObserverFailure { observer, error } = &self.failures[index];
            let (observer, reason) = (*observer, error.to_string());
            let reason = &*reason;
            self.tell_all(&RunEvent::ObserverLost { observer, reason });
        }
    }

    fn tell_all(&mut self, event: &RunEvent<'_>) {
        let (failures, beacon) = (&mut self.failures, &self.beacon);
        self.observers.retain_mut(|observer| {
            let name = observer.name();
            // An observer is left in whatever state it panicked in, and never called again.
            let tell = AssertUnwindSafe(|| observer.on_event(event));
            let told = beacon.during(name, TELLING, || std::panic::catch_unwind(tell));
            let error = match told {
                Ok(Ok(())) => return true,
                Ok(Err(error)) => error,
                Err(_) => io::Error::other("it panicked; the log has more"),
            };
            tracing::warn!(observer = name, %error, "an observer could not write");
            failures.push(ObserverFailure {
                observer: name,
                error,
            });
            false
        });
    }

    /// Takes in something that happened.
    pub(super) fn note(&mut self, event: JournalEvent, ctx: &mut Context<Self>) {
        // Nothing comes after the end, whatever still runs.
        if self.is_over {
            return;
        }
        let at = self.started.elapsed();
        self.queue.push(Entry { at, event });
        self.work(ctx);
    }

    /// Gets the queue on: to the ledger, or to the observers.
    fn work(&mut self, ctx: &mut Context<Self>) {
        loop {
            match self.queue.step(Instant::now(), self.ending.is_some()) {
                Step::Nothing => break,
                Step::Later(pause) => {
                    self.look_again_after(pause, ctx);
                    break;
                }
                Step::Commit(entries) => self.commit(entries, ctx),
                Step::Announce(entries) => self.announce(&entries),
            }
        }
        self.let_go_on();
        if self.queue.is_drained() {
            self.end(ctx);
        }
    }

    fn look_again_after(&mut self, pause: Duration, ctx: &mut Context<Self>) {
        if !std::mem::replace(&mut self.is_timed, true) {
            ctx.run_later(pause, |actor, ctx| {
                actor.is_timed = false;
                actor.work(ctx);
            });
        }
    }

    fn commit(&mut self, entries: Vec<Entry>, ctx: &mut Context<Self>) {
        let Some(writer) = &self.writer else { return };
        let committed = writer.send(Commit(entries)).into_actor(self);
        ctx.spawn(committed.map(|committed, actor, ctx| {
            let lost = |error: MailboxError| Err(format!("its writer was lost: {error}").into());
            actor.committed(committed.unwrap_or_else(lost), ctx);
        }));
    }

    fn committed(&mut self, committed: Result<Committed, JournalError>, ctx: &mut Context<Self>) {
        match committed {
            Ok(Committed { entries, took }) => {
                self.queue.committed();
                self.commits.add(took);
                self.announce(&entries);
            }
            Err(error) => {
                let reason = error_chain(&*error);
                tracing::error!(reason, "the ledger cannot be written");
                // A soak ends with that as its problem.
                if !self.is_soak {
                    self.failures.push(ObserverFailure {
                        observer: "ledger",
                        error: io::Error::other(reason.clone()),
                    });
                }
                self.queue.lost(reason);
            }
        }
        self.work(ctx);
    }

    /// Lets those go on that waited for room in the queue.
    fn let_go_on(&mut self) {
        if self.queue.is_full() {
            return;
        }
        let kept = self.queue.kept();
        for waiting in self.waiting.drain(..) {
            // Whoever waited may be gone.
            let _ = waiting.send(kept.clone());
        }
    }

    fn announce(&mut self, entries: &[Entry]) {
        for entry in entries {
            match &entry.event {
                JournalEvent::SuiteChanged(version) => {
                    tracing::info!(hash = &*version.hash, "the suite has changed");
                    self.tell(&RunEvent::SuiteChanged { version });
                }
                JournalEvent::AttemptStarted { place, case } => {
                    let (place, case) = (*place, &**case);
                    self.tell(&RunEvent::AttemptStarted { place, case });
                }
                JournalEvent::AttemptFinished {
                    place,
                    case,
                    report,
                } => {
                    self.counts.add(report);
                    let (place, case) = (*place, &**case);
                    self.tell(&RunEvent::AttemptFinished {
                        place,
                        case,
                        report,
                    });
                }
                JournalEvent::HealthChanged { trouble } => {
                    let trouble = trouble.as_deref();
                    match trouble {
                        Some(reason) => tracing::warn!(reason, "the executor is away"),
                        None => tracing::info!("the executor is back"),
                    }
                    self.tell(&RunEvent::HealthChanged { trouble });
                }
                JournalEvent::Sampled(samples) => self.tell(&RunEvent::Sampled { samples }),
                JournalEvent::Ended { .. } => {}
            }
        }
    }

    fn record(&mut self, record: Record, ctx: &mut Context<Self>) {
        let Record {
            place,
            case,
            report,
        } = record;
        if let Some(result) = self.cases.get_mut(place.index) {
            result.attempt = Some(Arc::clone(&report));
        }
        let event = JournalEvent::AttemptFinished {
            place,
            case,
            report,
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
        let Some(sampler) = &mut self.sampler else {
            return;
        };
        let mut samples = sampler.sample();
        let sample = &mut samples.runner;
        let commits = std::mem::take(&mut self.commits);
        sample.commits = commits.count;
        sample.commit_time = commits.time;
        sample.commit_max = commits.max;
        self.runner.add(sample);
        self.note(JournalEvent::Sampled(samples), ctx);
    }

    /// Gets the end of the run on, once everything before it is kept.
    fn end(&mut self, ctx: &mut Context<Self>) {
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
                let at = self.started.elapsed();
                let event = JournalEvent::Ended { end, problems };
                self.queue.push(Entry { at, event });
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
        let conclusion = Conclusion {
            end: &end,
            counts: &self.counts,
            gates: &self.gates,
            overload: self.runner.overload(),
        };
        let cases = std::mem::take(&mut self.cases);
        let elapsed = self.before.elapsed + elapsed;
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
        self.tell(&RunEvent::RunFinished {
            results: &results,
            counts: &counts,
        });
        // Whoever asked for the end may be gone.
        let _ = done.send(RunSummary {
            results,
            end,
            counts,
            observer_failures: std::mem::take(&mut self.failures),
        });
    }
}

impl Actor for ReportCollector {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        let (run, total) = (self.run.clone(), self.total);
        self.tell(&RunEvent::RunStarted { run: &run, total });
        if self.sampler.is_some() {
            ctx.run_interval(SAMPLE_INTERVAL, Self::take_sample);
        }
    }
}

/// Takes in what came of an attempt. The answer comes when it is sure to be kept or announced as lost:
/// at once, unless the ledger is far behind.
#[derive(Debug, Message)]
#[rtype(result = "Kept")]
pub struct Record {
    /// Where in the run.
    pub place: Place,
    /// The case.
    pub case: Arc<Case>,
    /// What came of it.
    pub report: Arc<AttemptReport>,
}

impl Handler<Record> for ReportCollector {
    type Result = ResponseFuture<Kept>;

    fn handle(&mut self, message: Record, ctx: &mut Context<Self>) -> Self::Result {
        self.record(message, ctx);
        if !self.queue.is_full() {
            return Box::pin(std::future::ready(self.queue.kept()));
        }
        let (go_on, kept) = oneshot::channel();
        self.waiting.push(go_on);
        Box::pin(async { kept.await.unwrap_or_else(|error| Err(error.to_string())) })
    }
}

/// Puts everything together; the collector has nothing left afterwards.
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
    // `None` if the collector ends before.
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
