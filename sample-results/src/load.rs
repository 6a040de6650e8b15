//! A run of load in which everything happened.

use std::time::Duration;

use ::load::{
    CaseLoad, Failures, LoadInfo, LoadResults, Measured, ModelInfo, Pace, Point, Series, Spacing,
    Stage, Tally,
};
use executor_protocol::Health;
use run_stats::DurationHistogram;
use runner_core::{
    gates::RunGates,
    outcome::{Fault, FaultKind, Outcome, OutcomeClass},
    recorded::OutcomeCounts,
    results::{AttemptReport, RunProblem},
};

use crate::cases::{attempt, output, results};

/// An open load that did not keep its schedule, with one foreign text wherever there can be one.
#[must_use]
pub fn load_with(texts: &[String; 4]) -> LoadResults {
    let [a, b, c, d] = texts;
    let mut run = results(Vec::new()).run;
    run.suite_description.clone_from(a);
    run.executor.clone_from(b);
    let load = LoadInfo {
        run,
        model: ModelInfo::Open {
            stages: ["30s:10..200/s", "1m:200/s"].map(stage).into(),
            spacing: Spacing::Poisson { seed: 7 },
            max_in_flight: 64,
        },
        warmup: Duration::from_secs(10),
        threads: 2,
    };
    let gates = ["p95.duration < 50ms", "success_rate >= 90%"].map(|it| it.parse().expect(it));
    let gates = RunGates {
        further: gates.into(),
        ..RunGates::default()
    };
    let measured = measured(&[c, d], a, b);
    let health = Health {
        body: c.clone(),
        latency: Duration::from_micros(1_700),
    };
    let end = ::load::LoadEnd::ExecutorLost { reason: d.clone() };
    LoadResults::conclude(load, Some(health), measured, &end, &gates)
}

/// The same with harmless texts.
#[must_use]
pub fn eventful_load() -> LoadResults {
    let texts = ["An API", "http://localhost:8000", "ask", "Fibonacci"];
    load_with(&texts.map(str::to_owned))
}

/// A closed load of which all is well.
#[must_use]
pub fn calm_load() -> LoadResults {
    let mut calm = eventful_load();
    calm.load.model = ModelInfo::Closed { concurrency: 64 };
    calm.load.warmup = Duration::ZERO;
    calm.measured.cases.truncate(1);
    calm.measured.failures = Failures::default();
    calm.measured.pace = Pace::default();
    calm.gates.clear();
    calm.problems = Vec::<RunProblem>::new();
    calm
}

fn stage(text: &str) -> Stage {
    text.parse().expect(text)
}

fn measured(names: &[&String; 2], words: &str, printed: &str) -> Measured {
    let mut series = Series::default();
    for second in 0..3 {
        series.add(second, &point(second));
    }
    let mut failures = Failures::default();
    for number in 0..3 {
        failures.add(names[0], &failed(number, words, printed));
    }
    let case = |(index, name): (usize, &&String)| CaseLoad {
        id: format!("{name}{index}"),
        name: (*name).clone(),
        category: (index == 0).then(|| words.to_owned()),
        tally: tally(100 - 10 * index as u64, 3 * index as u64),
    };
    Measured {
        elapsed: Duration::from_millis(90_250),
        cases: names.iter().enumerate().map(case).collect(),
        series,
        pace: Pace {
            lag: millis((0..190).map(|it| it / 5)),
            late: 130,
            held: 12,
            held_while_busy: 0,
            never_begun: 5,
        },
        failures,
        in_flight_max: 64,
        warmup_attempts: 100,
        busy: 0.42,
    }
}

fn point(second: u64) -> Point {
    let mut outcomes = OutcomeCounts::default();
    outcomes.add(OutcomeClass::Passed, 60 + second);
    outcomes.add(OutcomeClass::Failed, second);
    Point {
        begun: 60 + 2 * second,
        outcomes,
        good: 50,
        response: millis(10..70 + second),
        in_flight: 9,
        held: second,
    }
}

fn tally(passed: u64, failed: u64) -> Tally {
    let mut outcomes = OutcomeCounts::default();
    outcomes.add(OutcomeClass::Passed, passed);
    outcomes.add(OutcomeClass::Failed, failed);
    Tally {
        outcomes,
        good: passed / 2,
        response: millis(20..20 + passed),
        service: millis(10..10 + passed),
        connect: millis(0..3),
        head: millis(1..1 + passed),
        first_event: millis(1..1 + passed),
        first_output: millis(11..11 + passed),
        gaps: millis(2..2 + passed),
        failed: millis(500..500 + failed),
        bytes: 1000 * passed,
        events: 3 * passed,
    }
}

fn failed(number: u64, words: &str, printed: &str) -> AttemptReport {
    AttemptReport {
        execution_id: format!("RUN_{number}_{words}"),
        started_after: Duration::from_millis(12_340),
        exit_code: Some(0),
        output: output(printed),
        ..attempt(Outcome::InfrastructureError(Fault {
            kind: FaultKind::Broken,
            message: words.to_owned(),
        }))
    }
}

fn millis(values: impl Iterator<Item = u64>) -> DurationHistogram {
    values.map(Duration::from_millis).collect()
}
