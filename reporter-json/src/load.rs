//! The document on a run of load. It is written, and not read back.

use std::{collections::BTreeMap, time::Duration};

use ::load::{CaseLoad, FailureKind, LoadResults, Measured, ModelInfo, Point, Spacing, Tally};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use run_stats::DurationHistogram;
use runner_core::recorded::{OutcomeCounts, Standing};
use serde::Serialize;

use crate::{
    SCHEMA_VERSION,
    head::Document,
    run::{HealthWire, ProblemWire},
    wire::{GateWire, Ms, RunInfoWire},
};

/// A run of load.
#[derive(Serialize)]
pub(crate) struct LoadDocumentWire<'a> {
    schema_version: u64,
    document: Document,
    run: RunInfoWire<'a>,
    model: ModelWire,
    threads: usize,
    warmup_ms: Ms,
    elapsed_ms: Ms,
    /// Null if it has ended.
    standing: Option<&'static str>,
    problems: Vec<ProblemWire<'a>>,
    exit_codes: &'a [u8],
    attempts_per_second: Option<f64>,
    goodput_per_second: Option<f64>,
    in_flight_max: u64,
    warmup_attempts: u64,
    busy_share: f64,
    total: TallyWire,
    pace: Option<PaceWire>,
    gates: Vec<GateWire<'a>>,
    health: Option<HealthWire<'a>>,
    cases: Vec<CaseWire<'a>>,
    failures: Vec<FailureWire<'a>>,
    other_failures: u64,
    series: SeriesWire,
}

/// When attempts were to begin.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum ModelWire {
    Closed {
        concurrency: usize,
    },
    Open {
        arrival: &'static str,
        seed: Option<u64>,
        max_in_flight: usize,
        stages: Vec<StageWire>,
    },
}

#[derive(Serialize)]
struct StageWire {
    /// Null if it lasts until the attempts are made.
    lasts_ms: Option<Ms>,
    from_per_second: f64,
    to_per_second: f64,
}

/// What attempts came to.
#[derive(Serialize)]
struct TallyWire {
    outcomes: BTreeMap<&'static str, u64>,
    good: u64,
    bytes: u64,
    events: u64,
    response: Option<DurationsWire>,
    service: Option<DurationsWire>,
    connect: Option<DurationsWire>,
    head: Option<DurationsWire>,
    first_event: Option<DurationsWire>,
    first_output: Option<DurationsWire>,
    gaps: Option<DurationsWire>,
    failed: Option<DurationsWire>,
}

/// How long things took.
#[derive(Serialize)]
pub(crate) struct DurationsWire {
    count: u64,
    min_ms: Ms,
    mean_ms: Ms,
    p50_ms: Ms,
    p90_ms: Ms,
    p95_ms: Ms,
    p99_ms: Ms,
    p999_ms: Ms,
    max_ms: Ms,
    hdr_base64: String,
}

#[derive(Serialize)]
struct PaceWire {
    lag: Option<DurationsWire>,
    late: u64,
    late_after_ms: Ms,
    held: u64,
    held_while_busy: u64,
    never_begun: u64,
}

#[derive(Serialize)]
struct CaseWire<'a> {
    id: &'a str,
    name: &'a str,
    category: Option<&'a str>,
    #[serde(flatten)]
    tally: TallyWire,
}

#[derive(Serialize)]
struct FailureWire<'a> {
    case: &'a str,
    outcome: &'static str,
    count: u64,
    words: &'a str,
    execution_id: &'a str,
    began_after_ms: Ms,
    exit_code: Option<i32>,
    output: &'a str,
}

#[derive(Serialize)]
struct SeriesWire {
    step_seconds: u64,
    points: Vec<PointWire>,
}

#[derive(Serialize)]
struct PointWire {
    begun: u64,
    outcomes: BTreeMap<&'static str, u64>,
    good: u64,
    in_flight: u64,
    held: u64,
    p50_ms: Option<Ms>,
    p95_ms: Option<Ms>,
    p99_ms: Option<Ms>,
    max_ms: Option<Ms>,
}

impl<'a> LoadDocumentWire<'a> {
    pub(crate) fn of(results: &'a LoadResults, exit_codes: &'a [u8]) -> Self {
        let LoadResults {
            load,
            health,
            measured,
            gates,
            problems,
            standing,
        } = results;
        let total = measured.total();
        let is_open = load.model.is_open();
        Self {
            schema_version: SCHEMA_VERSION,
            document: Document::Load,
            run: (&load.run).into(),
            model: (&load.model).into(),
            threads: load.threads,
            warmup_ms: Ms(load.warmup),
            elapsed_ms: Ms(measured.elapsed),
            standing: standing.map(Standing::code),
            problems: problems.iter().map(ProblemWire::from).collect(),
            exit_codes,
            attempts_per_second: measured.per_second(total.outcomes.counts().total),
            goodput_per_second: results.goodput(),
            in_flight_max: measured.in_flight_max,
            warmup_attempts: measured.warmup_attempts,
            busy_share: measured.busy,
            total: (&total).into(),
            pace: is_open.then(|| PaceWire::of(measured)),
            gates: gates.iter().map(GateWire::from).collect(),
            health: health.as_ref().map(HealthWire::from),
            cases: measured.cases.iter().map(CaseWire::from).collect(),
            failures: measured.failures.kinds().iter().map(Into::into).collect(),
            other_failures: measured.failures.others(),
            series: SeriesWire {
                step_seconds: measured.series.step_seconds(),
                points: measured.series.points().iter().map(Into::into).collect(),
            },
        }
    }
}

impl From<&ModelInfo> for ModelWire {
    fn from(model: &ModelInfo) -> Self {
        match model {
            ModelInfo::Closed { concurrency } => Self::Closed {
                concurrency: *concurrency,
            },
            ModelInfo::Open {
                stages,
                spacing,
                max_in_flight,
            } => {
                let (arrival, seed) = arrival(*spacing);
                let stages = stages.iter().map(|stage| StageWire {
                    lasts_ms: (stage.lasts < Duration::MAX).then_some(Ms(stage.lasts)),
                    from_per_second: stage.from.per_second(),
                    to_per_second: stage.to.per_second(),
                });
                Self::Open {
                    arrival,
                    seed,
                    max_in_flight: *max_in_flight,
                    stages: stages.collect(),
                }
            }
        }
    }
}

/// How attempts follow each other, by its name on the command line, and what random ones are made from.
pub(crate) fn arrival(spacing: Spacing) -> (&'static str, Option<u64>) {
    match spacing {
        Spacing::Poisson { seed } => ("poisson", Some(seed)),
        _ => ("constant", None),
    }
}

impl From<&Tally> for TallyWire {
    fn from(tally: &Tally) -> Self {
        Self {
            outcomes: outcomes(&tally.outcomes),
            good: tally.good,
            bytes: tally.bytes,
            events: tally.events,
            response: DurationsWire::of(&tally.response),
            service: DurationsWire::of(&tally.service),
            connect: DurationsWire::of(&tally.connect),
            head: DurationsWire::of(&tally.head),
            first_event: DurationsWire::of(&tally.first_event),
            first_output: DurationsWire::of(&tally.first_output),
            gaps: DurationsWire::of(&tally.gaps),
            failed: DurationsWire::of(&tally.failed),
        }
    }
}

impl DurationsWire {
    /// What there is to say of `durations`; `None` if there are none.
    pub(crate) fn of(durations: &DurationHistogram) -> Option<Self> {
        let quantile = |q| durations.quantile(q).map(Ms);
        Some(Self {
            count: durations.count(),
            min_ms: durations.min().map(Ms)?,
            mean_ms: durations.mean().map(Ms)?,
            p50_ms: quantile(0.5)?,
            p90_ms: quantile(0.9)?,
            p95_ms: quantile(0.95)?,
            p99_ms: quantile(0.99)?,
            p999_ms: quantile(0.999)?,
            max_ms: durations.max().map(Ms)?,
            hdr_base64: BASE64_STANDARD.encode(durations.to_bytes()),
        })
    }
}

impl PaceWire {
    fn of(measured: &Measured) -> Self {
        let pace = &measured.pace;
        Self {
            lag: DurationsWire::of(&pace.lag),
            late: pace.late,
            late_after_ms: Ms(::load::LATE),
            held: pace.held,
            held_while_busy: pace.held_while_busy,
            never_begun: pace.never_begun,
        }
    }
}

impl<'a> From<&'a CaseLoad> for CaseWire<'a> {
    fn from(case: &'a CaseLoad) -> Self {
        Self {
            id: &case.id,
            name: &case.name,
            category: case.category.as_deref(),
            tally: (&case.tally).into(),
        }
    }
}

impl<'a> From<&'a FailureKind> for FailureWire<'a> {
    fn from(kind: &'a FailureKind) -> Self {
        Self {
            case: &kind.case_id,
            outcome: kind.class.as_str(),
            count: kind.count,
            words: &kind.words,
            execution_id: &kind.execution_id,
            began_after_ms: Ms(kind.began_after),
            exit_code: kind.exit_code,
            output: &kind.output,
        }
    }
}

impl From<&Point> for PointWire {
    fn from(point: &Point) -> Self {
        let quantile = |q| point.response.quantile(q).map(Ms);
        Self {
            begun: point.begun,
            outcomes: outcomes(&point.outcomes),
            good: point.good,
            in_flight: point.in_flight,
            held: point.held,
            p50_ms: quantile(0.5),
            p95_ms: quantile(0.95),
            p99_ms: quantile(0.99),
            max_ms: quantile(1.0),
        }
    }
}

pub(crate) fn outcomes(counts: &OutcomeCounts) -> BTreeMap<&'static str, u64> {
    let classes = counts.iter();
    classes
        .map(|(class, count)| (class.as_str(), count))
        .collect()
}
