//! What came of a run of load: plain values that reporters turn into documents.

use std::{fmt, time::Duration};

use crate::{
    measured::{Measured, in_micros},
    schedule::{Schedule, Spacing},
    stage::Stage,
};
use executor_protocol::Health;
use runner_core::{
    gates::RunGates,
    outcome::OutcomeClass,
    recorded::Standing,
    results::{GateResult, RunInfo, RunProblem},
};

/// Everything there is to say about one run of load.
#[derive(Debug, Clone)]
pub struct LoadResults {
    /// What was driven, and how.
    pub load: LoadInfo,
    /// The executor's answer to the question for its health; `None` if it was not healthy.
    pub health: Option<Health>,
    /// What was measured.
    pub measured: Measured,
    /// The gates, evaluated.
    pub gates: Vec<GateResult>,
    /// Why the run is no success, gravest first; empty if it is one. So far, if it has not ended.
    pub problems: Vec<RunProblem>,
    /// How it stands, if it has not ended: it goes on, or its process was killed.
    pub standing: Option<Standing>,
}

/// What was driven, and how: all that is known before the first attempt.
#[derive(Debug, Clone)]
pub struct LoadInfo {
    /// What was run, where, and when.
    pub run: RunInfo,
    /// When attempts were to begin.
    pub model: ModelInfo,
    /// How long attempts did not count at the beginning.
    pub warmup: Duration,
    /// How many threads made attempts.
    pub threads: usize,
}

/// When the attempts of a run were to begin.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelInfo {
    /// As soon as another one had ended.
    Closed {
        /// How many were under way at any time.
        concurrency: usize,
    },
    /// By a schedule.
    Open {
        /// Its stages after the warm-up.
        stages: Vec<Stage>,
        /// How attempts followed each other within a rate.
        spacing: Spacing,
        /// How many might be under way at once.
        max_in_flight: usize,
    },
}

impl ModelInfo {
    /// Whether times count from when attempts were to begin, which may be before they did.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// What this and another load come to that are made at the same time, each of them a part of one: as many
    /// attempts at a time, or rates that are as high, as both have together.
    #[must_use]
    pub fn beside(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Closed { concurrency: one }, Self::Closed { concurrency: more }) => {
                Self::Closed {
                    concurrency: one + more,
                }
            }
            (
                Self::Open {
                    stages,
                    spacing,
                    max_in_flight: one,
                },
                Self::Open {
                    stages: further,
                    max_in_flight: more,
                    ..
                },
            ) => Self::Open {
                stages: stages
                    .iter()
                    .zip(further)
                    .map(|(it, by)| it.beside(by))
                    .collect(),
                spacing: *spacing,
                max_in_flight: one + more,
            },
            // Parts of one load are of one model.
            _ => self.clone(),
        }
    }

    /// When attempts were to begin after the warm-up; `None` in the closed model.
    #[must_use]
    pub fn schedule(&self) -> Option<Schedule> {
        match self {
            Self::Closed { .. } => None,
            Self::Open {
                stages, spacing, ..
            } => Schedule::new(stages, *spacing).ok(),
        }
    }
}

impl fmt::Display for ModelInfo {
    /// In words: `closed, 64 at a time`, `open, 10/s to 200/s over 30s, evenly spaced`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed { concurrency } => write!(f, "closed, {concurrency} at a time"),
            Self::Open {
                stages, spacing, ..
            } => {
                f.write_str("open")?;
                for (index, stage) in stages.iter().enumerate() {
                    f.write_str(if index == 0 { ", " } else { ", then " })?;
                    write!(f, "{}", stage.from)?;
                    if stage.from != stage.to {
                        write!(f, " to {}", stage.to)?;
                    }
                    if stage.lasts < Duration::MAX {
                        write!(f, " over {}", runner_core::text::Human(stage.lasts))?;
                    }
                }
                match spacing {
                    Spacing::Constant => f.write_str(", evenly spaced"),
                    Spacing::Poisson { seed } => write!(f, ", at random (seed {seed})"),
                }
            }
        }
    }
}

/// How the generation of load ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadEnd {
    /// As it was planned.
    Completed,
    /// Because it was told to.
    Interrupted,
    /// The executor was not healthy, so that nothing was tried.
    ExecutorUnavailable {
        /// Why, in words.
        reason: String,
    },
    /// No attempt got through to the executor any more.
    ExecutorLost {
        /// Since when, in words.
        reason: String,
    },
    /// A thread of the generator was lost.
    ThreadLost,
}

impl LoadResults {
    /// Puts together the results of a run that has ended.
    #[must_use]
    pub fn conclude(
        load: LoadInfo,
        health: Option<Health>,
        measured: Measured,
        end: &LoadEnd,
        gates: &RunGates,
    ) -> Self {
        let counts = measured.total().outcomes.counts();
        let is_unavailable = matches!(end, LoadEnd::ExecutorUnavailable { .. });
        let evaluated = match is_unavailable {
            true => Vec::new(),
            false => gates.evaluate(|scope| measured.evidence(scope)),
        };
        let mut problems: Vec<_> = problem_of_end(end).into_iter().collect();
        if !is_unavailable {
            problems.extend(measured.problems_so_far(&evaluated));
            if *end == LoadEnd::Completed && counts.success().trials() == 0 {
                problems.push(RunProblem::NothingTried);
            }
        }
        Self {
            load,
            health: health.map(|health| Health {
                latency: in_micros(health.latency),
                ..health
            }),
            measured,
            gates: evaluated,
            problems,
            standing: None,
        }
    }

    /// What speaks against what was measured, decided anew by the gates as they were evaluated.
    #[must_use]
    pub fn problems_anew(&self) -> Vec<RunProblem> {
        let mut problems = self.measured.problems_so_far(&self.gates);
        if self.measured.total().tried() == 0 {
            problems.push(RunProblem::NothingTried);
        }
        problems
    }

    /// The same of a shard, which is not held against gates: they are about all shards together, one to which
    /// nothing falls among them.
    #[must_use]
    pub fn of_shard(mut self) -> Self {
        self.gates.clear();
        let is_of_all =
            |it: &RunProblem| matches!(it, RunProblem::GateFailed | RunProblem::NothingTried);
        self.problems.retain(|it| !is_of_all(it));
        self
    }

    /// How many good attempts there were in a second; `None` of no time.
    #[must_use]
    pub fn goodput(&self) -> Option<f64> {
        self.measured.per_second(self.measured.total().good)
    }
}

fn problem_of_end(end: &LoadEnd) -> Option<RunProblem> {
    Some(match end.clone() {
        LoadEnd::Completed => return None,
        LoadEnd::Interrupted => RunProblem::Interrupted,
        LoadEnd::ExecutorUnavailable { reason } => RunProblem::ExecutorUnavailable { reason },
        LoadEnd::ExecutorLost { reason } => RunProblem::ExecutorLost { reason },
        LoadEnd::ThreadLost => RunProblem::HarnessLost {
            part: "thread that generates load".into(),
        },
    })
}

impl LoadEnd {
    pub(crate) const UNAVAILABLE: &str = "executor-unavailable";

    /// The stable name, as it stands in ledgers.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Interrupted => "interrupted",
            Self::ExecutorUnavailable { .. } => Self::UNAVAILABLE,
            Self::ExecutorLost { .. } => "executor-lost",
            Self::ThreadLost => "harness-lost",
        }
    }
}

/// Whether an outcome shows that the executor was there.
pub(crate) fn shows_executor(outcome: &runner_core::outcome::Outcome) -> bool {
    use runner_core::outcome::{FaultKind, Outcome};
    match outcome {
        Outcome::InfrastructureError(fault) => {
            !matches!(fault.kind, FaultKind::Connect | FaultKind::NoAnswer)
        }
        other => other.class() != OutcomeClass::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use runner_core::outcome::{Fault, FaultKind, Outcome};

    use super::*;
    use crate::{
        tally_recorder::TallyRecorder,
        test_support::{concluded, measured, passed_in},
        validity::LATE,
    };

    fn conclude(measured: Measured, end: &LoadEnd, gates: &[&str]) -> Vec<&'static str> {
        let gates = RunGates {
            further: gates.iter().map(|it| it.parse().expect("a gate")).collect(),
            ..RunGates::default()
        };
        let results = concluded(measured, end, &gates);
        results.problems.iter().map(RunProblem::code).collect()
    }

    #[test]
    fn failures_are_a_problem_unless_gates_decide() {
        let mut some_failed = measured(&["a", "b"]);
        let fault = Fault {
            kind: FaultKind::Broken,
            message: String::new(),
        };
        let mut failed = passed_in(Duration::ZERO);
        failed.outcome = Outcome::InfrastructureError(fault);
        let mut recorder = TallyRecorder::default();
        recorder.add(&failed, Duration::ZERO, false);
        some_failed.cases[0].tally.merge(&recorder.take());
        let end = LoadEnd::Completed;
        assert_eq!(conclude(some_failed.clone(), &end, &[]), ["case-failed"]);
        let lenient = ["success_rate >= 50%"];
        assert_eq!(conclude(some_failed.clone(), &end, &lenient), [""; 0]);
        let strict = ["case[a].success_rate >= 99%"];
        assert_eq!(conclude(some_failed, &end, &strict), ["gate-failed"]);
    }

    #[test]
    fn a_generator_that_is_late_makes_a_run_invalid_before_anything_else_counts() {
        let mut late = measured(&["a"]);
        late.pace.lag.record(LATE * 2);
        late.pace.late = 1;
        let gates = ["p95.duration < 1ms"];
        assert_eq!(
            conclude(late, &LoadEnd::Completed, &gates),
            ["runner-too-slow", "gate-failed"]
        );
    }

    #[test]
    fn nothing_is_said_of_a_run_that_never_began_but_why() {
        let reason = "connection refused".to_owned();
        let end = LoadEnd::ExecutorUnavailable { reason };
        let gates = ["success_rate >= 99%"];
        assert_eq!(
            conclude(Measured::default(), &end, &gates),
            ["executor-unavailable"]
        );
        assert_eq!(
            conclude(Measured::default(), &LoadEnd::Completed, &[]),
            ["nothing-tried"]
        );
    }
}
