//! A search for the capacity in which everything happened.

use std::{num::NonZeroUsize, time::Duration};

use ::load::{
    ArrivalRate, Spacing,
    capacity::{
        CapacityEnd, CapacityInfo, CapacityPlan, CapacityResults, CapacitySearch, Stopped,
        TrialReport, with_success,
    },
};
use run_stats::Confidence;
use runner_core::gates::RunGates;

use crate::load::load_with;

/// A search that met the generator's limit, with one foreign text wherever there can be one.
#[must_use]
pub fn capacity_with(texts: &[String; 4]) -> CapacityResults {
    let load = load_with(texts);
    let info = CapacityInfo {
        run: load.load.run,
        plan: plan(),
        spacing: Spacing::Poisson { seed: 7 },
        max_in_flight: 1000,
        threads: 2,
    };
    let mut search = CapacitySearch::new(&info.plan).expect("a plan");
    let mut measured = load.measured;
    measured.pace.late = 0;
    measured.pace.never_begun = 0;
    let case = measured.cases[0].id.clone();
    let trial = |rate, limit: &str, measured: &_, stopped| {
        let mut gate: suite::gate::Gate = format!("case[a].p95.duration {limit}")
            .parse()
            .expect("a gate");
        gate.scope = suite::GateScope::Case(case.clone());
        gate.name = format!("case[{case}].p95.duration");
        let gates = RunGates {
            further: vec![gate, "success_rate >= 90%".parse().expect("a gate")],
            ..RunGates::default()
        };
        let gates = with_success(gates);
        TrialReport::of(self::rate(rate), measured, stopped, &gates, Duration::ZERO)
    };
    search.add(trial(10.0, "< 1s", &measured, Stopped::AtItsEnd));
    search.add(trial(20.0, "< 1ms", &measured, Stopped::AsLost));
    measured.pace.never_begun = 50;
    search.add(trial(14.0, "< 1s", &measured, Stopped::AtItsEnd));
    measured.pace.late = 130;
    for _ in 0..3 {
        search.add(trial(14.0, "< 1s", &measured, Stopped::AtItsEnd));
    }
    let end = CapacityEnd::ExecutorLost {
        reason: texts[3].clone(),
    };
    CapacityResults::conclude(info, load.health, search, end)
}

/// The same with harmless texts.
#[must_use]
pub fn eventful_capacity() -> CapacityResults {
    let texts = ["An API", "http://localhost:8000", "ask", "Fibonacci"];
    capacity_with(&texts.map(str::to_owned))
}

/// A search that found what was sought.
#[must_use]
pub fn found_capacity() -> CapacityResults {
    let mut found = eventful_capacity();
    found.info.spacing = Spacing::Constant;
    found.trials.truncate(2);
    found.end = CapacityEnd::Found;
    found
}

fn plan() -> CapacityPlan {
    CapacityPlan {
        start: rate(10.0),
        range: "1..10000/s".parse().expect("a range"),
        resolution: 0.1,
        confidence: Confidence::PERCENT_90,
        max_trials: NonZeroUsize::new(40).expect("not zero"),
        trial: Duration::from_secs(10),
        warmup: Duration::from_secs(2),
        pause: Duration::from_secs(1),
    }
}

fn rate(per_second: f64) -> ArrivalRate {
    ArrivalRate::of(per_second).expect("a rate")
}
