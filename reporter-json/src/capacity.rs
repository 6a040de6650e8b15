//! The document on a search for the capacity. It is written, and not read back.

use std::collections::BTreeMap;

use ::load::capacity::{CapacityResults, Known, KnownRates, Stopped, TrialReport};
use serde::Serialize;

use crate::{
    SCHEMA_VERSION,
    head::Document,
    load::{DurationsWire, arrival, outcomes},
    run::HealthWire,
    wire::{GateWire, Ms, RunInfoWire},
};

/// A search for the capacity.
#[derive(Serialize)]
pub(crate) struct CapacityDocumentWire<'a> {
    schema_version: u64,
    document: Document,
    run: RunInfoWire<'a>,
    end: &'static str,
    end_text: String,
    exit_codes: &'a [u8],
    capacity: KnownWire,
    confidence: f64,
    resolution: f64,
    start_per_second: f64,
    range: RangeWire,
    max_trials: usize,
    trial_ms: Ms,
    warmup_ms: Ms,
    pause_ms: Ms,
    arrival: &'static str,
    seed: Option<u64>,
    max_in_flight: usize,
    threads: usize,
    health: Option<HealthWire<'a>>,
    trials: Vec<TrialWire<'a>>,
}

#[derive(Serialize)]
struct RangeWire {
    low_per_second: f64,
    high_per_second: f64,
}

/// What is known of the capacity; null where nothing is.
#[derive(Serialize)]
struct KnownWire {
    estimate_per_second: Option<f64>,
    low_per_second: Option<f64>,
    high_per_second: Option<f64>,
}

#[derive(Serialize)]
struct TrialWire<'a> {
    rate_per_second: f64,
    verdict: &'static str,
    why: String,
    ended_early: bool,
    elapsed_ms: Ms,
    outcomes: BTreeMap<&'static str, u64>,
    held: u64,
    never_begun: u64,
    in_flight_max: u64,
    response: Option<DurationsWire>,
    lag: Option<DurationsWire>,
    gates: Vec<GateWire<'a>>,
}

impl<'a> CapacityDocumentWire<'a> {
    pub(crate) fn of(results: &'a CapacityResults, exit_codes: &'a [u8]) -> Self {
        let CapacityResults {
            info,
            health,
            trials,
            known,
            end,
        } = results;
        let plan = &info.plan;
        let (arrival, seed) = arrival(info.spacing);
        Self {
            schema_version: SCHEMA_VERSION,
            document: Document::Capacity,
            run: (&info.run).into(),
            end: end.code(),
            end_text: end.to_string(),
            exit_codes,
            capacity: known.into(),
            confidence: plan.confidence.share(),
            resolution: plan.resolution,
            start_per_second: plan.start.per_second(),
            range: RangeWire {
                low_per_second: plan.range.low().per_second(),
                high_per_second: plan.range.high().per_second(),
            },
            max_trials: plan.max_trials.get(),
            trial_ms: Ms(plan.trial),
            warmup_ms: Ms(plan.warmup),
            pause_ms: Ms(plan.pause),
            arrival,
            seed,
            max_in_flight: info.max_in_flight,
            threads: info.threads,
            health: health.as_ref().map(HealthWire::from),
            trials: trials.iter().map(TrialWire::from).collect(),
        }
    }
}

impl From<&Known> for KnownWire {
    fn from(known: &Known) -> Self {
        let KnownRates {
            estimate,
            low,
            high,
        } = known.rates();
        Self {
            estimate_per_second: estimate.map(|rate| rate.per_second()),
            low_per_second: low.map(|rate| rate.per_second()),
            high_per_second: high.map(|rate| rate.per_second()),
        }
    }
}

impl<'a> From<&'a TrialReport> for TrialWire<'a> {
    fn from(trial: &'a TrialReport) -> Self {
        Self {
            rate_per_second: trial.rate.per_second(),
            verdict: trial.verdict.code(),
            why: trial.why(),
            ended_early: trial.stopped == Stopped::AsLost,
            elapsed_ms: Ms(trial.elapsed),
            outcomes: outcomes(&trial.outcomes),
            held: trial.held,
            never_begun: trial.never_begun,
            in_flight_max: trial.in_flight_max,
            response: DurationsWire::of(&trial.response),
            lag: DurationsWire::of(&trial.lag),
            gates: trial.gates.iter().map(GateWire::from).collect(),
        }
    }
}
