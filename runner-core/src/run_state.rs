//! What a run does next: a pure state machine, without actors, clocks or I/O.
//!
//! The supervisor tells it what happened ([`Input`]) and performs what it decides ([`Effect`]).

use std::{collections::HashMap, sync::Arc, time::Duration};

use executor_protocol::{FindingCode, Health};
use suite::Case;

use crate::{
    cleanup,
    health::HealthReport,
    outcome::{Failure, Fault, Outcome, SkipReason},
    results::AttemptReport,
};

/// Something that happened.
#[derive(Debug)]
pub enum Input {
    /// The run begins.
    Started,
    /// The executor was asked for its health.
    HealthChecked {
        /// What came of it.
        report: HealthReport,
        /// How long that took.
        took: Duration,
    },
    /// A program was looked for where the executor runs.
    RequirementProbed(Probe),
    /// The running attempt came to its report.
    AttemptFinished(Box<AttemptReport>),
    /// It was looked for what an attempt that ended early has left behind: these processes. Empty if
    /// there are none, or if nobody could tell.
    CleanupProbed(Vec<String>),
    /// The latest result is kept safe.
    Recorded,
    /// A pause is over.
    WaitOver,
    /// The run shall end.
    Cancelled,
}

/// Something to do. Every effect but the last brings about exactly one input.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Ask the executor for its health.
    CheckHealth,
    /// Look for this program where the executor runs.
    Probe {
        /// The program's name.
        program: String,
    },
    /// Run an attempt at the case with this index.
    RunAttempt {
        /// The index in the run's list of cases.
        index: usize,
    },
    /// Look for what the attempt at the case with this index has left behind.
    ProbeCleanup {
        /// The index in the run's list of cases.
        index: usize,
    },
    /// Keep this result of the case with this index.
    Record {
        /// The index in the run's list of cases.
        index: usize,
        /// What came of the case.
        result: CaseEnd,
    },
    /// Wait this long.
    Wait(Duration),
    /// End what is under way, be it an attempt or a probe; its own input follows all the same.
    Abort,
    /// The run is over.
    Finish(RunEnd),
}

/// What came of a case.
#[derive(Debug, PartialEq)]
pub enum CaseEnd {
    /// An attempt was made.
    Attempted(Box<AttemptReport>),
    /// No attempt was made, for this outcome.
    Decided(Outcome),
}

/// What looking for a program brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// It is there.
    Present,
    /// It is not there.
    Missing,
    /// The executor could not tell.
    Unknown(Fault),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEnd {
    /// Every case had its turn.
    Completed,
    /// It was told to end.
    Interrupted,
    /// The executor was not healthy at the start.
    ExecutorUnavailable {
        /// Why, in words.
        reason: String,
    },
    /// The executor went away and did not come back in time.
    ExecutorLost {
        /// Why, in words.
        reason: String,
    },
}

/// How a run decides where the suite leaves it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunPolicy {
    /// Whether a missing requirement fails its case instead of skipping it.
    pub require_all: bool,
    /// How long an executor that went away may take to come back.
    pub max_outage: Duration,
    /// Whether it is looked for what attempts that ended early have left behind.
    pub cleanup_probe: bool,
}

impl Default for RunPolicy {
    /// Skips what cannot run, waits ten seconds for an executor that went away, looks for nothing.
    fn default() -> Self {
        Self {
            require_all: false,
            max_outage: Duration::from_secs(10),
            cleanup_probe: false,
        }
    }
}

/// How often an executor that went away is asked whether it is back.
const OUTAGE_STEP: Duration = Duration::from_millis(500);

/// The state of one run over a list of cases.
#[derive(Debug)]
pub struct RunState {
    cases: Vec<Arc<Case>>,
    policy: RunPolicy,
    phase: Phase,
    /// The index of the case that runs or is next.
    current: usize,
    /// Which required programs are there, as far as it was asked.
    requirements: HashMap<String, bool>,
    health: Option<Health>,
    cancelled: bool,
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
    Recording {
        suspicious: bool,
    },
    /// After a fault: is the executor still there? `waited` so far for it to come back.
    CheckingAgain {
        waited: Duration,
    },
    Waiting {
        waited: Duration,
    },
    Over,
}

impl RunState {
    /// The state before the run of `cases`.
    #[must_use]
    pub fn new(cases: Vec<Arc<Case>>, policy: RunPolicy) -> Self {
        Self {
            cases,
            policy,
            phase: Phase::New,
            current: 0,
            requirements: HashMap::new(),
            health: None,
            cancelled: false,
        }
    }

    /// What the executor said about its health at the start.
    #[must_use]
    pub fn health(&self) -> Option<&Health> {
        self.health.as_ref()
    }

    /// Decides what to do about `input`.
    ///
    /// An input that nothing asked for (a late answer after the end) has no effect.
    pub fn on(&mut self, input: Input) -> Vec<Effect> {
        match (std::mem::replace(&mut self.phase, Phase::Over), input) {
            (Phase::Over, _) => Vec::new(),
            (phase, Input::Cancelled) => self.cancel(phase),
            (Phase::New, Input::Started) => {
                self.go(Phase::CheckingFirstHealth, Effect::CheckHealth)
            }
            (
                Phase::CheckingFirstHealth,
                Input::HealthChecked {
                    report: Ok(health), ..
                },
            ) => {
                self.health = Some(health);
                self.next_case()
            }
            (
                Phase::CheckingFirstHealth,
                Input::HealthChecked {
                    report: Err(unhealthy),
                    ..
                },
            ) => finish(RunEnd::ExecutorUnavailable {
                reason: unhealthy.reason,
            }),
            (Phase::Probing { program }, Input::RequirementProbed(probe)) => {
                if self.cancelled {
                    return finish(RunEnd::Interrupted);
                }
                match probe {
                    Probe::Present => self.requirements.insert(program, true),
                    Probe::Missing => self.requirements.insert(program, false),
                    // Nothing is known that could be kept: the next case asks again.
                    Probe::Unknown(fault) => return self.cannot_tell(&program, &fault),
                };
                self.next_case()
            }
            (Phase::Attempting, Input::AttemptFinished(report)) => {
                if self.policy.cleanup_probe && cleanup::is_due(&report) {
                    let effect = Effect::ProbeCleanup {
                        index: self.current,
                    };
                    return self.go(Phase::CleaningUp { report }, effect);
                }
                self.attempted(report)
            }
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
            (Phase::Recording { suspicious }, Input::Recorded) => self.recorded(suspicious),
            (Phase::CheckingAgain { .. }, Input::HealthChecked { report: Ok(_), .. }) => {
                self.next_case()
            }
            (
                Phase::CheckingAgain { waited },
                Input::HealthChecked {
                    report: Err(unhealthy),
                    took,
                },
            ) => {
                let waited = waited + took;
                if waited >= self.policy.max_outage {
                    return finish(RunEnd::ExecutorLost {
                        reason: unhealthy.reason,
                    });
                }
                self.go(
                    Phase::Waiting {
                        waited: waited + OUTAGE_STEP,
                    },
                    Effect::Wait(OUTAGE_STEP),
                )
            }
            (Phase::Waiting { waited }, Input::WaitOver) => {
                self.go(Phase::CheckingAgain { waited }, Effect::CheckHealth)
            }
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

    fn cancel(&mut self, phase: Phase) -> Vec<Effect> {
        let already = std::mem::replace(&mut self.cancelled, true);
        match phase {
            // What is under way has still a result to give, and what was announced is to be kept.
            Phase::Attempting | Phase::Probing { .. } => {
                self.phase = phase;
                if already {
                    Vec::new()
                } else {
                    vec![Effect::Abort]
                }
            }
            Phase::Recording { .. } | Phase::CleaningUp { .. } => {
                self.phase = phase;
                Vec::new()
            }
            _ => finish(RunEnd::Interrupted),
        }
    }

    fn attempted(&mut self, report: Box<AttemptReport>) -> Vec<Effect> {
        let suspicious = match &report.outcome {
            Outcome::InfrastructureError(_) | Outcome::Stalled { .. } => true,
            // An executor that said so itself is alive.
            Outcome::TimedOut { .. } => report.stats.terminal.is_none(),
            _ => false,
        };
        self.record(CaseEnd::Attempted(report), suspicious)
    }

    fn recorded(&mut self, suspicious: bool) -> Vec<Effect> {
        self.current += 1;
        if self.current == self.cases.len() {
            // An attempt that was cancelled at the very end leaves its case unfinished.
            return finish(if self.cancelled {
                RunEnd::Interrupted
            } else {
                RunEnd::Completed
            });
        }
        if self.cancelled {
            return finish(RunEnd::Interrupted);
        }
        if suspicious {
            // No further attempts are burnt against an executor that may be gone.
            let waited = Duration::ZERO;
            return self.go(Phase::CheckingAgain { waited }, Effect::CheckHealth);
        }
        self.next_case()
    }

    /// Goes on with the current case: looks for what it requires, decides over it, or attempts it.
    fn next_case(&mut self) -> Vec<Effect> {
        let Some(case) = self.cases.get(self.current).map(Arc::clone) else {
            return finish(RunEnd::Completed);
        };
        for program in &case.requires {
            match self.requirements.get(program) {
                Some(true) => {}
                Some(false) => {
                    let missing = self.missing(program.clone());
                    return self.record(CaseEnd::Decided(missing), false);
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
        self.go(
            Phase::Attempting,
            Effect::RunAttempt {
                index: self.current,
            },
        )
    }

    fn cannot_tell(&mut self, program: &str, fault: &Fault) -> Vec<Effect> {
        let outcome = Outcome::InfrastructureError(Fault {
            kind: fault.kind,
            message: format!(
                "cannot tell whether `{program}` is available: {}",
                fault.message
            ),
        });
        self.record(CaseEnd::Decided(outcome), true)
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

    fn record(&mut self, result: CaseEnd, suspicious: bool) -> Vec<Effect> {
        self.go(
            Phase::Recording { suspicious },
            Effect::Record {
                index: self.current,
                result,
            },
        )
    }
}

fn finish(end: RunEnd) -> Vec<Effect> {
    vec![Effect::Finish(end)]
}

#[cfg(test)]
mod tests;
