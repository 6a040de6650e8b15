//! Machine records of a run of load: one JSON object a second on standard output (`--json`).

use std::collections::BTreeMap;

use load::{LiveLoad, LoadInfo, LoadResults, Tally};
use run_stats::DurationHistogram;
use runner_core::{
    recorded::OutcomeCounts,
    results::{GateResult, RunProblem},
};
use serde::Serialize;

use crate::{block, error::CliError, records::ms, streams::print};

/// One line. Times are milliseconds.
#[derive(Serialize)]
#[serde(tag = "type")]
enum Record<'a> {
    #[serde(rename = "load_started")]
    Started(StartedRecord<'a>),
    #[serde(rename = "load_second")]
    Second(Box<SecondRecord<'a>>),
    #[serde(rename = "load_finished")]
    Finished(Box<FinishedRecord<'a>>),
}

#[derive(Serialize)]
struct StartedRecord<'a> {
    run: &'a str,
    started_at: String,
    suite: &'a str,
    executor: &'a str,
    version: &'a str,
    model: String,
    threads: usize,
    cases: usize,
}

#[derive(Serialize)]
struct SecondRecord<'a> {
    run: &'a str,
    elapsed_ms: f64,
    warming_up: bool,
    scheduled_per_second: Option<f64>,
    begun: u64,
    outcomes: Outcomes,
    good: u64,
    in_flight: u64,
    held: u64,
    response_ms: Option<Quantiles>,
    lag_max_ms: f64,
}

#[derive(Serialize)]
struct FinishedRecord<'a> {
    run: &'a str,
    elapsed_ms: f64,
    attempts: u64,
    attempts_per_second: Option<f64>,
    goodput_per_second: Option<f64>,
    outcomes: Outcomes,
    response_ms: Option<Quantiles>,
    service_ms: Option<Quantiles>,
    first_output_ms: Option<Quantiles>,
    lag_ms: Option<Quantiles>,
    late: u64,
    held: u64,
    never_begun: u64,
    in_flight_max: u64,
    gates: Vec<GateRecord<'a>>,
    problems: Vec<&'static str>,
}

/// How many attempts came to what, by the stable names of the classes; only those that there are.
pub(super) type Outcomes = BTreeMap<&'static str, u64>;

#[derive(Serialize)]
pub(super) struct Quantiles {
    p50: f64,
    p95: f64,
    p99: f64,
    p999: f64,
    max: f64,
}

#[derive(Serialize)]
pub(super) struct GateRecord<'a> {
    gate: &'a str,
    bound: String,
    value: Option<String>,
    margin: Option<&'a str>,
    holds: bool,
}

impl<'a> From<&'a GateResult> for GateRecord<'a> {
    fn from(gate: &'a GateResult) -> Self {
        Self {
            gate: &gate.name,
            bound: gate.bound.to_string(),
            value: gate.value.as_ref().map(ToString::to_string),
            margin: gate.margin.as_deref(),
            holds: gate.holds,
        }
    }
}

/// Writes them. A reader that is too slow misses nothing, and one that is gone is not missed.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// What went wrong is told once.
    has_failed: bool,
}

impl Records {
    pub(super) fn started(&mut self, info: &LoadInfo, cases: usize) -> Result<(), CliError> {
        let run = &info.run;
        write(&Record::Started(StartedRecord {
            run: &run.marker,
            started_at: run.started_at.timestamp().to_string(),
            suite: &run.suite_path,
            executor: &run.executor,
            version: &run.version,
            model: info.model.to_string(),
            threads: info.threads,
            cases,
        }))
    }

    pub(super) fn second(&mut self, info: &LoadInfo, live: &LiveLoad) {
        let last = &live.last_second;
        let written = write(&Record::Second(Box::new(SecondRecord {
            run: &info.run.marker,
            elapsed_ms: ms(live.elapsed),
            warming_up: live.is_warming_up,
            scheduled_per_second: live.scheduled.map(|rate| rate.per_second()),
            begun: last.begun,
            outcomes: outcomes(&last.outcomes),
            good: last.good,
            in_flight: live.in_flight,
            held: last.held,
            response_ms: quantiles(&last.response),
            lag_max_ms: ms(live.lag_max),
        })));
        if let Err(error) = written
            && !self.has_failed
        {
            self.has_failed = true;
            error.show();
        }
    }

    pub(super) fn finished(results: &LoadResults) -> Result<(), CliError> {
        let measured = &results.measured;
        let total: Tally = measured.total();
        let attempts = total.outcomes.counts().total;
        let gates = results.gates.iter().map(GateRecord::from);
        write(&Record::Finished(Box::new(FinishedRecord {
            run: &results.load.run.marker,
            elapsed_ms: ms(measured.elapsed),
            attempts,
            attempts_per_second: measured.per_second(attempts),
            goodput_per_second: results.goodput(),
            outcomes: outcomes(&total.outcomes),
            response_ms: quantiles(&total.response),
            service_ms: quantiles(&total.service),
            first_output_ms: quantiles(&total.first_output),
            lag_ms: quantiles(&measured.pace.lag),
            late: measured.pace.late,
            held: measured.pace.held,
            never_begun: measured.pace.never_begun,
            in_flight_max: measured.in_flight_max,
            gates: gates.collect(),
            problems: results.problems.iter().map(RunProblem::code).collect(),
        })))
    }
}

pub(super) fn write(record: &impl Serialize) -> Result<(), CliError> {
    let line = serde_json::to_string(record).map_err(|error| CliError::Output(error.into()))?;
    // Where both go to the same terminal, a line is not to stand in the middle of the block.
    block::beside(|| print(line))
}

pub(super) fn outcomes(counts: &OutcomeCounts) -> Outcomes {
    let classes = counts.iter();
    classes
        .map(|(class, count)| (class.as_str(), count))
        .collect()
}

pub(super) fn quantiles(histogram: &DurationHistogram) -> Option<Quantiles> {
    let of = |q| histogram.quantile(q).map(ms);
    Some(Quantiles {
        p50: of(0.5)?,
        p95: of(0.95)?,
        p99: of(0.99)?,
        p999: of(0.999)?,
        max: of(1.0)?,
    })
}
