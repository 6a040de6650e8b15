//! A run for programs. What each hour came to stands in it for the run, and not for each case: that would
//! be more than anybody reads at once.

use std::{borrow::Cow, path::Path};

use runner_core::{
    recorded::{
        Outage, OutcomeCounts, PartEnd, RecordedAttempt, RecordedCase, RecordedHour, RecordedRun,
        SuiteUse, Totals,
    },
    results::GateResult,
    self_sample::SelfTotals,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    drift::{self, DriftJson},
    lists,
};
use crate::{
    ledger::{
        graduation::GraduationJson,
        json::{CountsJson, DurationsJson, RunJson, moment_of},
    },
    records::{AgentsRecord, agents_record, ms},
};

/// What is written of a run.
pub(super) fn document<'a>(ledger: &Path, run: &'a RecordedRun) -> impl Serialize + use<'a> {
    let info = &run.run;
    ShowJson {
        ledger: ledger.display().to_string(),
        run: run.into(),
        problem_texts: run.problems.iter().map(|problem| &*problem.text).collect(),
        description: &info.suite_description,
        executor: &info.executor,
        version: &info.version,
        environment: environment(run),
        iteration: run.iteration,
        counts: (&run.counts).into(),
        cases_by_verdict: VerdictsJson {
            flaky: run.counts.flaky,
            failed: run.counts.failed_cases,
            inconclusive: run.counts.inconclusive,
        },
        agents: agents_record(&run.counts.agents),
        interrupted: run.interrupted,
        gates: run.gates.iter().map(GateJson::from).collect(),
        cases: run.cases.iter().map(CaseJson::from).collect(),
        suites: run.suites.iter().map(SuiteJson::from).collect(),
        parts: parts(run),
        part_count: run.part_count,
        outage_count: run.outage_count,
        outages: run
            .outages
            .iter()
            .map(|outage| outage_json(run, outage))
            .collect(),
        findings: findings(run),
        failed: attempts(run, &run.failed),
        slowest: attempts(run, &run.slowest),
        pruned: run.pruned,
        hours: run.hours.iter().map(HourJson::from).collect(),
        drift: drift::json(&run.windows),
        runner: (run.runner.samples > 0).then(|| (&run.runner).into()),
        graduation: run.graduation.as_ref().map(GraduationJson::from),
    }
}

#[derive(Serialize)]
struct ShowJson<'a> {
    ledger: String,
    #[serde(flatten)]
    run: RunJson<'a>,
    /// The problems in words, in the order of their codes.
    problem_texts: Vec<&'a str>,
    description: &'a str,
    executor: &'a str,
    version: &'a str,
    environment: Map<String, Value>,
    iteration: u64,
    #[serde(flatten)]
    counts: CountsJson,
    cases_by_verdict: VerdictsJson,
    agents: AgentsRecord,
    interrupted: u64,
    gates: Vec<GateJson>,
    cases: Vec<CaseJson<'a>>,
    suites: Vec<SuiteJson<'a>>,
    parts: Vec<PartJson<'a>>,
    part_count: u64,
    outage_count: u64,
    outages: Vec<OutageJson<'a>>,
    findings: Vec<FindingJson<'a>>,
    failed: Vec<AttemptJson<'a>>,
    slowest: Vec<AttemptJson<'a>>,
    pruned: u64,
    hours: Vec<HourJson>,
    /// What there is to say about the windows; `null` where they are too few.
    drift: Option<DriftJson<'a>>,
    runner: Option<RunnerJson>,
    graduation: Option<GraduationJson<'a>>,
}

/// A gate, with the keys of the machine records.
#[derive(Serialize)]
struct GateJson {
    gate: Cow<'static, str>,
    bound: String,
    value: Option<String>,
    margin: Option<String>,
    holds: bool,
}

#[derive(Serialize)]
struct CaseJson<'a> {
    case: &'a str,
    name: &'a str,
    #[serde(flatten)]
    totals: TotalsJson,
}

#[derive(Serialize)]
struct TotalsJson {
    #[serde(flatten)]
    counts: CountsJson,
    /// How many attempts came to what, without what there is none of.
    outcomes: Map<String, Value>,
    durations: DurationsJson,
    first_outputs: DurationsJson,
    longest_gaps: DurationsJson,
}

#[derive(Serialize)]
struct SuiteJson<'a> {
    suite_hash: &'a str,
    #[serde(flatten)]
    counts: CountsJson,
}

#[derive(Serialize)]
struct PartJson<'a> {
    began_at: String,
    elapsed_ms: f64,
    version: &'a str,
    /// `ended` or `slept`; null while it goes on, and where it was broken off.
    end: Option<&'static str>,
    /// Since the part before; null for the first.
    gap_before_ms: Option<f64>,
}

#[derive(Serialize)]
struct OutageJson<'a> {
    began_at: String,
    lasted_ms: Option<f64>,
    /// Whether the executor came back.
    over: bool,
    reason: &'a str,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    code: &'a str,
    count: u64,
    attempts: u64,
    first_attempt: u64,
    detail: &'a str,
}

/// How many cases got a verdict that their attempts do not tell, each counted once in an iteration.
#[derive(Serialize)]
struct VerdictsJson {
    flaky: u64,
    failed: u64,
    inconclusive: u64,
}

#[derive(Serialize)]
struct AttemptJson<'a> {
    attempt: u64,
    iteration: u64,
    r#try: u64,
    case: &'a str,
    began_at: String,
    elapsed_ms: f64,
    outcome: &'static str,
    explanation: Option<&'a str>,
    exit_code: Option<i32>,
    findings: &'a [String],
    output: Option<&'a str>,
    suite_hash: &'a str,
}

#[derive(Serialize)]
struct HourJson {
    /// A full hour of universal time.
    began_at: String,
    #[serde(flatten)]
    totals: TotalsJson,
}

#[derive(Serialize)]
struct RunnerJson {
    fit_to_measure: bool,
    samples: u64,
    span_ms: f64,
    memory_first_bytes: u64,
    memory_last_bytes: u64,
    memory_max_bytes: u64,
    descriptors_max: u64,
    cpu_share: f64,
    lag_max_ms: f64,
    late_ms: f64,
    commits: u64,
    commit_time_ms: f64,
    commit_max_ms: f64,
    lost_log_lines: u64,
}

fn environment(run: &RecordedRun) -> Map<String, Value> {
    let facts = run.run.environment.iter();
    facts
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect()
}

fn outcomes(outcomes: &OutcomeCounts) -> Map<String, Value> {
    let outcomes = outcomes.iter();
    outcomes
        .map(|(class, count)| (class.as_str().to_owned(), Value::from(count)))
        .collect()
}

fn parts(run: &RecordedRun) -> Vec<PartJson<'_>> {
    let before = std::iter::once(None).chain(run.parts.iter().map(Some));
    let parts = run.parts.iter().zip(before);
    parts
        .map(|(part, before)| PartJson {
            began_at: moment_of(part.began, &run.run.started_at),
            elapsed_ms: ms(part.elapsed),
            version: &part.version,
            end: part.end.map(PartEnd::as_str),
            gap_before_ms: before.map(|before| ms(lists::between(before.until(), part.began))),
        })
        .collect()
}

fn outage_json<'a>(run: &RecordedRun, outage: &'a Outage) -> OutageJson<'a> {
    OutageJson {
        began_at: moment_of(outage.began, &run.run.started_at),
        lasted_ms: outage.lasted.map(ms),
        over: outage.is_over,
        reason: &outage.reason,
    }
}

fn findings(run: &RecordedRun) -> Vec<FindingJson<'_>> {
    let findings = run.findings.iter();
    findings
        .map(|finding| FindingJson {
            code: &finding.code,
            count: finding.count,
            attempts: finding.attempts,
            first_attempt: finding.first_attempt,
            detail: &finding.detail,
        })
        .collect()
}

fn attempts<'a>(run: &RecordedRun, attempts: &'a [RecordedAttempt]) -> Vec<AttemptJson<'a>> {
    let attempts = attempts.iter();
    attempts
        .map(|attempt| AttemptJson {
            attempt: attempt.number,
            iteration: attempt.iteration,
            r#try: attempt.try_number,
            case: &attempt.case_id,
            began_at: moment_of(attempt.began, &run.run.started_at),
            elapsed_ms: ms(attempt.elapsed),
            outcome: attempt.outcome.as_str(),
            explanation: attempt.explanation.as_deref(),
            exit_code: attempt.exit_code,
            findings: &attempt.findings,
            output: attempt.output.as_deref(),
            suite_hash: &attempt.suite_hash,
        })
        .collect()
}

impl From<&GateResult> for GateJson {
    fn from(gate: &GateResult) -> Self {
        Self {
            gate: gate.name.clone(),
            bound: gate.bound.to_string(),
            value: gate.value.as_ref().map(|value| value.to_string()),
            margin: gate.margin.clone(),
            holds: gate.holds,
        }
    }
}

impl<'a> From<&'a RecordedCase> for CaseJson<'a> {
    fn from(case: &'a RecordedCase) -> Self {
        Self {
            case: &case.id,
            name: &case.name,
            totals: (&case.totals).into(),
        }
    }
}

impl From<&Totals> for TotalsJson {
    fn from(totals: &Totals) -> Self {
        Self {
            counts: (&totals.outcomes).into(),
            outcomes: outcomes(&totals.outcomes),
            durations: (&totals.durations).into(),
            first_outputs: (&totals.first_outputs).into(),
            longest_gaps: (&totals.gaps).into(),
        }
    }
}

impl<'a> From<&'a SuiteUse> for SuiteJson<'a> {
    fn from(suite: &'a SuiteUse) -> Self {
        Self {
            suite_hash: &suite.hash,
            counts: (&suite.outcomes).into(),
        }
    }
}

impl From<&RecordedHour> for HourJson {
    fn from(hour: &RecordedHour) -> Self {
        Self {
            began_at: hour.began.to_string(),
            totals: (&hour.totals).into(),
        }
    }
}

impl From<&SelfTotals> for RunnerJson {
    fn from(runner: &SelfTotals) -> Self {
        let sum = &runner.sum;
        Self {
            fit_to_measure: runner.overload().is_none(),
            samples: runner.samples,
            span_ms: ms(sum.span),
            memory_first_bytes: runner.memory_first,
            memory_last_bytes: runner.memory_last,
            memory_max_bytes: runner.memory_max,
            descriptors_max: runner.descriptors_max,
            cpu_share: runner.cpu_share(),
            lag_max_ms: ms(sum.lag_max),
            late_ms: ms(sum.late),
            commits: sum.commits,
            commit_time_ms: ms(sum.commit_time),
            commit_max_ms: ms(sum.commit_max),
            lost_log_lines: sum.lost_log_lines,
        }
    }
}
