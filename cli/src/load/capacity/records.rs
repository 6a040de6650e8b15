//! Machine records of a search for the capacity: one JSON object per trial on standard output (`--json`).

use load::capacity::{CapacityInfo, CapacityResults, Known, KnownRates, Stopped, TrialReport};
use serde::Serialize;

use super::super::records::{GateRecord, Outcomes, Quantiles, outcomes, quantiles, write};
use crate::{error::CliError, records::ms};

/// One line. Times are milliseconds, rates are per second.
#[derive(Serialize)]
#[serde(tag = "type")]
enum Record<'a> {
    #[serde(rename = "capacity_started")]
    Started(StartedRecord<'a>),
    #[serde(rename = "capacity_trial")]
    Trial(Box<TrialRecord<'a>>),
    #[serde(rename = "capacity_finished")]
    Finished(FinishedRecord<'a>),
}

#[derive(Serialize)]
struct StartedRecord<'a> {
    run: &'a str,
    started_at: String,
    suite: &'a str,
    executor: &'a str,
    version: &'a str,
    start_per_second: f64,
    low_per_second: f64,
    high_per_second: f64,
    resolution: f64,
    confidence: f64,
    max_trials: usize,
    trial_ms: f64,
    warmup_ms: f64,
    threads: usize,
    cases: usize,
}

#[derive(Serialize)]
struct TrialRecord<'a> {
    run: &'a str,
    trial: usize,
    rate_per_second: f64,
    verdict: &'static str,
    why: String,
    ended_early: bool,
    elapsed_ms: f64,
    outcomes: Outcomes,
    response_ms: Option<Quantiles>,
    lag_ms: Option<Quantiles>,
    held: u64,
    never_begun: u64,
    in_flight_max: u64,
    gates: Vec<GateRecord<'a>>,
    known: KnownRecord,
}

#[derive(Serialize)]
struct FinishedRecord<'a> {
    run: &'a str,
    end: &'static str,
    words: String,
    trials: usize,
    known: KnownRecord,
}

/// What is known of the capacity; null where nothing is.
#[derive(Serialize)]
struct KnownRecord {
    estimate_per_second: Option<f64>,
    low_per_second: Option<f64>,
    high_per_second: Option<f64>,
}

impl From<&Known> for KnownRecord {
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

/// Writes them for the run with this name.
pub(super) struct Records {
    run: String,
}

impl Records {
    pub(super) fn new(run: &str) -> Self {
        Self {
            run: run.to_owned(),
        }
    }

    pub(super) fn started(&self, info: &CapacityInfo, cases: usize) -> Result<(), CliError> {
        let (run, plan) = (&info.run, &info.plan);
        write(&Record::Started(StartedRecord {
            run: &self.run,
            started_at: run.started_at.timestamp().to_string(),
            suite: &run.suite_path,
            executor: &run.executor,
            version: &run.version,
            start_per_second: plan.start.per_second(),
            low_per_second: plan.range.low().per_second(),
            high_per_second: plan.range.high().per_second(),
            resolution: plan.resolution,
            confidence: plan.confidence.share(),
            max_trials: plan.max_trials.get(),
            trial_ms: ms(plan.trial),
            warmup_ms: ms(plan.warmup),
            threads: info.threads,
            cases,
        }))
    }

    pub(super) fn trial(
        &self,
        number: usize,
        trial: &TrialReport,
        known: &Known,
    ) -> Result<(), CliError> {
        write(&Record::Trial(Box::new(TrialRecord {
            run: &self.run,
            trial: number,
            rate_per_second: trial.rate.per_second(),
            verdict: trial.verdict.code(),
            why: trial.why(),
            ended_early: trial.stopped == Stopped::AsLost,
            elapsed_ms: ms(trial.elapsed),
            outcomes: outcomes(&trial.outcomes),
            response_ms: quantiles(&trial.response),
            lag_ms: quantiles(&trial.lag),
            held: trial.held,
            never_begun: trial.never_begun,
            in_flight_max: trial.in_flight_max,
            gates: trial.gates.iter().map(GateRecord::from).collect(),
            known: known.into(),
        })))
    }

    pub(super) fn finished(&self, results: &CapacityResults) -> Result<(), CliError> {
        write(&Record::Finished(FinishedRecord {
            run: &self.run,
            end: results.end.code(),
            words: results.end.to_string(),
            trials: results.trials.len(),
            known: (&results.known).into(),
        }))
    }
}
