//! What a run does next: a pure state machine, without actors, clocks or I/O.
//!
//! The supervisor tells it what happened ([`Input`]) and performs what it decides ([`Effect`]).

mod alphabet;
mod backoff;
mod ending;
mod outage;
mod schedule;
mod trying;

use std::{collections::HashMap, num::NonZeroU64, sync::Arc, time::Duration};

use executor_protocol::{FindingCode, Health};
use suite::Case;

pub use alphabet::{CaseEnd, Effect, Input, Probe, RunEnd, RunPolicy};
use backoff::Backoff;
use outage::Outage;
use schedule::Schedule;
pub use schedule::Start;

use crate::{
    cleanup,
    outcome::{Failure, Fault, Outcome, SkipReason},
    results::AttemptReport,
    tries::Tries,
};

/// The state of one run over a list of cases.
#[derive(Debug)]
pub struct RunState {
    cases: Vec<Arc<Case>>,
    policy: RunPolicy,
    phase: Phase,
    schedule: Schedule,
    /// Whether the iteration at hand has begun, or gone on.
    has_begun: bool,
    /// What is known of the iteration after this one, once this one is through.
    next: Next,
    /// Which required programs are there, as far as it was asked. One that is missing is asked for again
    /// in the next iteration: somebody may have installed it.
    requirements: HashMap<String, bool>,
    health: Option<Health>,
    backoff: Backoff,
    /// What the case whose turn it is has come to so far.
    tries: Tries,
    /// Whether that case is tried again once its latest attempt is recorded,
    goes_on: bool,
    /// and how long is waited before.
    owed: Duration,
    /// Whether the executor has to be asked for its health before anything new begins.
    suspicious: bool,
    /// Whether the run was told to end.
    ending: bool,
    /// Whether attempts are to end, too.
    is_cancelled: bool,
    /// Whether what runs was told to end.
    is_aborted: bool,
    /// Whether the time is up.
    time_up: bool,
    /// Why the executor was found away when it was asked last; `None` if it was not.
    away: Option<String>,
}

#[derive(Debug)]
enum Phase {
    New,
    CheckingFirstHealth,
    Probing {
        program: String,
    },
    Attempting,
    /// What the attempt with this report has left behind is being looked for.
    CleaningUp {
        report: Box<AttemptReport>,
    },
    Recording,
    /// After a fault: is the executor still there?
    CheckingAgain(Outage),
    Waiting(Outage),
    /// The executor is there, but attempts do not get through to it, or one is to be made again after a pause.
    BackingOff,
    /// Nothing is to be done before the next iteration is due.
    Resting,
    Over,
}

#[derive(Debug)]
enum Next {
    /// This iteration is not through.
    NotAsked,
    /// It was asked when the next one is due.
    Asked,
    /// It is due, with these cases if they are new.
    Due(Option<Vec<Arc<Case>>>),
}

impl RunState {
    /// The state before a run of `cases` begins or goes on.
    #[must_use]
    pub fn new(cases: Vec<Arc<Case>>, policy: RunPolicy, start: Start) -> Self {
        Self {
            schedule: Schedule::new(cases.len(), policy.shuffle, start),
            cases,
            policy,
            phase: Phase::New,
            has_begun: false,
            next: Next::NotAsked,
            requirements: HashMap::new(),
            health: None,
            backoff: Backoff::default(),
            tries: start.tries,
            goes_on: false,
            owed: Duration::ZERO,
            suspicious: false,
            ending: false,
            is_cancelled: false,
            is_aborted: false,
            time_up: false,
            away: None,
        }
    }

    /// What the executor said about its health at the start.
    #[must_use]
    pub fn health(&self) -> Option<&Health> {
        self.health.as_ref()
    }

    /// Whether nothing is to be done before the next iteration is due.
    #[must_use]
    pub fn is_resting(&self) -> bool {
        matches!(self.phase, Phase::Resting)
    }

    /// Decides what to do about `input`.
    ///
    /// An input that nothing asked for (a late answer after the end) has no effect.
    pub fn on(&mut self, input: Input) -> Vec<Effect> {
        match (std::mem::replace(&mut self.phase, Phase::Over), input) {
            (Phase::Over, _) => Vec::new(),
            (phase, Input::Cancelled) => self.cancel(phase),
            (phase, Input::Stopped) => self.stop(phase),
            (phase, Input::TimeUp) => self.time_up(phase),
            (phase, Input::LedgerFoundLost(reason)) => self.ledger_found_lost(phase, reason),
            (phase, Input::HealthSuspected) => self.suspect(phase),
            (phase, Input::IterationDue { cases }) => self.iteration_due(phase, cases),
            (Phase::New, Input::Started) => {
                self.go(Phase::CheckingFirstHealth, Effect::CheckHealth)
            }
            (Phase::CheckingFirstHealth, Input::HealthChecked { report, took }) => {
                self.first_health(report, took)
            }
            (Phase::Probing { program }, Input::RequirementProbed(probe)) => {
                if let Some(end) = self.end_between() {
                    return finish(end);
                }
                match probe {
                    Probe::Present => self.requirements.insert(program, true),
                    Probe::Missing => self.requirements.insert(program, false),
                    // Nothing is known that could be kept: the next case asks again.
                    Probe::Unknown(fault) => return self.cannot_tell(&program, &fault),
                };
                self.next_case()
            }
            (Phase::Attempting, Input::AttemptFinished(report)) => match self.schedule.place() {
                Some(place) if self.policy.cleanup_probe && cleanup::is_due(&report) => {
                    self.is_aborted = false;
                    self.go(Phase::CleaningUp { report }, Effect::ProbeCleanup(place))
                }
                _ => self.attempted(report),
            },
            (Phase::CleaningUp { mut report }, Input::CleanupProbed(leaked)) => {
                for _ in &leaked {
                    report
                        .findings
                        .record(FindingCode::LeakedProcess, report.stats.bytes, || {
                            leaked.join(", ")
                        });
                }
                self.attempted(report)
            }
            (Phase::Recording, Input::Recorded) => self.recorded(),
            (_, Input::LedgerLost(reason)) => finish(RunEnd::LedgerLost { reason }),
            (Phase::CheckingAgain(outage), Input::HealthChecked { report, took }) => {
                self.checked_again(outage, report, took)
            }
            (Phase::Waiting(outage), Input::WaitOver) => {
                self.go(Phase::CheckingAgain(outage), Effect::CheckHealth)
            }
            (Phase::BackingOff, Input::WaitOver) if self.suspicious => self.check_again(),
            (Phase::BackingOff, Input::WaitOver) => self.go_on(),
            (phase, _) => {
                self.phase = phase;
                Vec::new()
            }
        }
    }

    fn go(&mut self, phase: Phase, effect: Effect) -> Vec<Effect> {
        self.phase = phase;
        vec![effect]
    }

    fn stay(&mut self, phase: Phase) -> Vec<Effect> {
        self.phase = phase;
        Vec::new()
    }

    fn attempted(&mut self, report: Box<AttemptReport>) -> Vec<Effect> {
        self.suspicious |= match &report.outcome {
            Outcome::InfrastructureError(_) | Outcome::Stalled { .. } => true,
            // An executor that said so itself is alive.
            Outcome::TimedOut { .. } => report.stats.terminal.is_none(),
            // Executors say so of commands that they ended because they end themselves.
            Outcome::Failed(failures) => failures
                .iter()
                .any(|failure| matches!(failure, Failure::ErrorEvent { .. })),
            _ => false,
        };
        self.record(CaseEnd::Attempted(report))
    }

    fn recorded(&mut self) -> Vec<Effect> {
        match self.goes_on {
            true => self.schedule.again(),
            false => self.schedule.advance(),
        }
        if self.is_complete() {
            // An attempt that was cancelled at the very end leaves its case unfinished.
            return finish(if self.is_cancelled {
                RunEnd::Interrupted
            } else {
                RunEnd::Completed
            });
        }
        if let Some(end) = self.end_between() {
            return finish(end);
        }
        let mut effects = Vec::new();
        if self.schedule.current().is_none() {
            self.next = Next::Asked;
            effects.push(Effect::PrepareIteration(self.schedule.iteration() + 1));
        }
        // No further attempts are burnt against an executor that may be gone.
        effects.extend(if self.suspicious {
            self.check_again()
        } else {
            self.pause_or_go_on(Duration::ZERO)
        });
        effects
    }

    /// Whether the last iteration is through, or behind: a suite that changed after it lets a run go on
    /// with an iteration that nobody asked for.
    fn is_complete(&self) -> bool {
        let (iteration, is_through) =
            (self.schedule.iteration(), self.schedule.current().is_none());
        let last = self.policy.iterations.map(NonZeroU64::get);
        last.is_some_and(|last| iteration > last || (iteration == last && is_through))
    }

    fn iteration_due(&mut self, phase: Phase, cases: Option<Vec<Arc<Case>>>) -> Vec<Effect> {
        if matches!(self.next, Next::Asked) {
            self.next = Next::Due(cases);
        }
        match phase {
            Phase::Resting => self.go_on(),
            // It begins when the executor is back.
            _ => self.stay(phase),
        }
    }

    /// Goes on where the run stands, with an executor that is taken for healthy.
    fn go_on(&mut self) -> Vec<Effect> {
        match std::mem::replace(&mut self.next, Next::NotAsked) {
            Next::NotAsked if self.is_complete() => finish(RunEnd::Completed),
            Next::NotAsked if self.schedule.current().is_some() => self.go_on_in_iteration(),
            Next::NotAsked => {
                // A run that goes on exactly between two iterations.
                self.next = Next::Asked;
                let next = Effect::PrepareIteration(self.schedule.iteration() + 1);
                self.go(Phase::Resting, next)
            }
            Next::Asked => {
                self.next = Next::Asked;
                self.stay(Phase::Resting)
            }
            Next::Due(cases) => {
                if let Some(cases) = cases {
                    self.cases = cases;
                    self.requirements.clear();
                }
                self.requirements.retain(|_, is_present| *is_present);
                self.schedule.next_iteration(self.cases.len());
                self.has_begun = false;
                self.go_on_in_iteration()
            }
        }
    }

    fn go_on_in_iteration(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if !std::mem::replace(&mut self.has_begun, true) {
            effects.push(Effect::BeginIteration(self.schedule.iteration()));
        }
        effects.extend(self.next_case());
        effects
    }

    /// Goes on with the current case: looks for what it requires, decides over it, or attempts it.
    fn next_case(&mut self) -> Vec<Effect> {
        let Some(place) = self.schedule.place() else {
            return finish(RunEnd::Completed);
        };
        let case = Arc::clone(&self.cases[place.index]);
        for program in &case.requires {
            match self.requirements.get(program) {
                Some(true) => {}
                Some(false) => {
                    let missing = self.missing(program.clone());
                    return self.record(CaseEnd::Decided(missing));
                }
                None => {
                    let program = program.clone();
                    let phase = Phase::Probing {
                        program: program.clone(),
                    };
                    return self.go(phase, Effect::Probe { program });
                }
            }
        }
        self.go(Phase::Attempting, Effect::RunAttempt(place))
    }

    fn cannot_tell(&mut self, program: &str, fault: &Fault) -> Vec<Effect> {
        let outcome = Outcome::InfrastructureError(Fault {
            kind: fault.kind,
            message: format!(
                "cannot tell whether `{program}` is available: {}",
                fault.message
            ),
        });
        self.suspicious = true;
        self.record(CaseEnd::Decided(outcome))
    }

    fn missing(&self, program: String) -> Outcome {
        if self.policy.require_all {
            Outcome::Failed(vec![Failure::MissingRequirement { program }])
        } else {
            Outcome::Skipped {
                reason: SkipReason::MissingRequirement { program },
            }
        }
    }

    fn record(&mut self, result: CaseEnd) -> Vec<Effect> {
        self.backoff.note(result.outcome());
        let Some(place) = self.schedule.place() else {
            return finish(RunEnd::Completed);
        };
        let end = self.judge(place, &result);
        self.go(Phase::Recording, Effect::Record { place, result, end })
    }
}

fn finish(end: RunEnd) -> Vec<Effect> {
    vec![Effect::Finish(end)]
}

#[cfg(test)]
mod tests;
