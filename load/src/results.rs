//! What came of a run of load: plain values that reporters turn into documents.

use std::{collections::BTreeMap, fmt, time::Duration};

use executor_protocol::Health;
use runner_core::{
    gates::{Evidence, RunGates},
    outcome::OutcomeClass,
    results::{GateResult, RunInfo, RunProblem},
};
use suite::{Case, GateScope};

use crate::{
    failures::Failures, schedule::Spacing, series::Series, stage::Stage, tally::Tally,
    validity::Pace,
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
    /// Why the run is no success, gravest first; empty if it is one.
    pub problems: Vec<RunProblem>,
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

/// What was measured in a run of load, after its warm-up. What several processes measured merges.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// From the end of the warm-up until the last attempt had ended.
    pub elapsed: Duration,
    /// What came of each case, in the order of the suite.
    pub cases: Vec<CaseLoad>,
    /// What happened second by second.
    pub series: Series,
    /// How an open schedule was kept.
    pub pace: Pace,
    /// The ways in which attempts failed.
    pub failures: Failures,
    /// The most attempts that were under way at once.
    pub in_flight_max: u64,
    /// How many attempts of the warm-up there were, which count nowhere else.
    pub warmup_attempts: u64,
    /// The share of its time in which the busiest thread was busy.
    pub busy: f64,
}

/// What came of one case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseLoad {
    /// The id.
    pub id: String,
    /// For people.
    pub name: String,
    /// The category, where there are categories.
    pub category: Option<String>,
    /// Its attempts.
    pub tally: Tally,
}

impl CaseLoad {
    /// A case without attempts.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        Self {
            id: case.id.clone(),
            name: case.name.clone(),
            category: case.category.clone(),
            tally: Tally::default(),
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

impl Measured {
    /// What all cases came to together.
    #[must_use]
    pub fn total(&self) -> Tally {
        self.tally_of(&GateScope::Run)
    }

    fn tally_of(&self, scope: &GateScope) -> Tally {
        let mut total = Tally::default();
        let is_in = |case: &&CaseLoad| scope.has(&case.id, || case.category.as_deref());
        for case in self.cases.iter().filter(is_in) {
            total.merge(&case.tally);
        }
        total
    }

    /// What gates on a part of the run are held against.
    #[must_use]
    pub fn evidence(&self, scope: &GateScope) -> Evidence {
        self.tally_of(scope).evidence()
    }

    /// So many in a second of the time that was measured; `None` of no time.
    #[must_use]
    pub fn per_second(&self, count: u64) -> Option<f64> {
        let seconds = self.elapsed.as_secs_f64();
        (seconds > 0.0).then(|| count as f64 / seconds)
    }

    /// Adds what another process measured that ran at the same time, at the same cases or at others.
    pub fn merge(&mut self, other: &Self) {
        self.elapsed = self.elapsed.max(other.elapsed);
        let places = self.cases.iter().enumerate();
        let places: BTreeMap<_, _> = places.map(|(at, case)| (case.id.clone(), at)).collect();
        for case in &other.cases {
            match places.get(&case.id) {
                Some(&at) => self.cases[at].tally.merge(&case.tally),
                None => self.cases.push(case.clone()),
            }
        }
        self.series.merge(&other.series);
        self.pace.merge(&other.pace);
        self.failures.merge(&other.failures);
        self.in_flight_max += other.in_flight_max;
        self.warmup_attempts += other.warmup_attempts;
        self.busy = self.busy.max(other.busy);
    }
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
            if let Some(doubt) = measured.pace.doubt() {
                let evidence = doubt.to_string();
                problems.push(RunProblem::RunnerTooSlow { evidence });
            }
            if evaluated.iter().any(|gate| !gate.holds) {
                problems.push(RunProblem::GateFailed);
            }
            if gates.is_empty() && counts.failed > 0 {
                problems.push(RunProblem::CaseFailed);
            }
            if *end == LoadEnd::Completed && counts.success().trials() == 0 {
                problems.push(RunProblem::NothingTried);
            }
        }
        Self {
            load,
            health,
            measured,
            gates: evaluated,
            problems,
        }
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
    use crate::{tally_recorder::TallyRecorder, test_support::passed_in, validity::LATE};

    fn measured(case_ids: &[&str]) -> Measured {
        let cases = case_ids.iter().map(|id| {
            let mut recorder = TallyRecorder::default();
            let report = passed_in(Duration::from_millis(5));
            recorder.add(&report, Duration::ZERO, true);
            CaseLoad {
                tally: recorder.take(),
                ..CaseLoad::of(&Case::new(*id, "true"))
            }
        });
        Measured {
            elapsed: Duration::from_secs(2),
            cases: cases.collect(),
            ..Measured::default()
        }
    }

    fn conclude(measured: Measured, end: &LoadEnd, gates: &[&str]) -> Vec<&'static str> {
        let gates = RunGates {
            further: gates.iter().map(|it| it.parse().expect("a gate")).collect(),
            ..RunGates::default()
        };
        let run = RunInfo {
            marker: "M".into(),
            started_at: Default::default(),
            suite_path: "s.json".into(),
            suite_stem: "s".into(),
            suite_description: String::new(),
            version: "0".into(),
            executor: "http://localhost".into(),
            environment: Vec::new(),
        };
        let load = LoadInfo {
            run,
            model: ModelInfo::Closed { concurrency: 1 },
            warmup: Duration::ZERO,
            threads: 1,
        };
        let results = LoadResults::conclude(load, None, measured, end, &gates);
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

    #[test]
    fn what_several_processes_measured_merges_case_by_case() {
        let mut one = measured(&["a", "b"]);
        one.merge(&measured(&["b", "c"]));
        let counts: Vec<_> = one
            .cases
            .iter()
            .map(|case| (case.id.as_str(), case.tally.passed()))
            .collect();
        assert_eq!(counts, [("a", 1), ("b", 2), ("c", 1)]);
        assert_eq!(one.per_second(one.total().good), Some(2.0));
    }
}
