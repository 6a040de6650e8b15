//! Machine records: one JSON object per run event on standard output (`--json`).

use std::{
    borrow::Cow,
    io::{self, BufWriter, IsTerminal as _, Stdout},
    time::Duration,
};

use executor_protocol::Findings;
use runner_core::{
    agent::{AgentReport, AgentTotals, TokenUsage, ToolUse},
    events::{RunEvent, RunObserver},
    notices::Notices,
    recorded::RunKind,
    results::{
        AttemptReport, Counts, ExpectationKind, ExpectationResult, Place, RunProblem, RunResults,
    },
    tries::{Tries, TurnEnd},
};
use serde::Serialize;
use suite::Usd;

use crate::block;

/// Writes every event of a run as a line of JSON.
pub(crate) struct Records {
    out: BufWriter<Stdout>,
    marker: String,
    is_soak: bool,
    /// Whether they go to the terminal that the progress is shown in as well.
    is_watched: bool,
}

/// One line. Times are milliseconds, counted from the start of the attempt unless the name says so.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Record<'a> {
    RunStarted {
        run: &'a str,
        started_at: String,
        suite: &'a str,
        executor: &'a str,
        version: &'a str,
        cases: usize,
    },
    AttemptStarted {
        run: &'a str,
        attempt: u64,
        iteration: u64,
        index: usize,
        r#try: u64,
        case: &'a str,
    },
    /// The last attempt at a case of a run, so that the case is finished with it: the verdict is the case's.
    CaseFinished(Box<AttemptRecord<'a>>),
    /// One attempt of the many of a soak, or one of a run after which the case is tried again: the verdict is
    /// that of the attempt alone.
    AttemptFinished(Box<AttemptRecord<'a>>),
    SuiteChanged {
        run: &'a str,
        suite_hash: &'a str,
    },
    SuiteRejected {
        run: &'a str,
        reason: &'a str,
    },
    HealthChanged {
        run: &'a str,
        healthy: bool,
        reason: Option<&'a str>,
    },
    RunFinished(Box<RunRecord<'a>>),
}

#[derive(Serialize)]
struct AttemptRecord<'a> {
    run: &'a str,
    attempt: u64,
    iteration: u64,
    index: usize,
    /// How often the case was tried in its turn with this attempt.
    r#try: u64,
    case: &'a str,
    verdict: &'a str,
    /// What came of the case; null if it is tried again.
    case_verdict: Option<&'a str>,
    /// What all attempts in the case's turn came to, with its verdict.
    tries: Option<TriesRecord>,
    outcome: &'a str,
    explanation: Option<String>,
    execution_id: &'a str,
    exit_code: Option<i32>,
    patterns_found: usize,
    patterns_expected: usize,
    expectations: Vec<ExpectationRecord<'a>>,
    started_after_ms: f64,
    elapsed_ms: f64,
    connect_ms: Option<f64>,
    head_ms: Option<f64>,
    first_event_ms: Option<f64>,
    first_output_ms: Option<f64>,
    terminal_ms: Option<f64>,
    longest_gap_ms: f64,
    events: u64,
    stream_bytes: u64,
    output_bytes: u64,
    agent: Option<Box<AgentRecord<'a>>>,
    findings: Vec<FindingRecord<'a>>,
    notices: Vec<NoticeRecord<'a>>,
}

/// How often a case was tried in its turn, and the share that passed with its interval at 95 % confidence.
#[derive(Serialize)]
struct TriesRecord {
    made: u64,
    passed: u64,
    rate: Option<f64>,
    rate_low: Option<f64>,
    rate_high: Option<f64>,
}

/// What became of something that the case expects of the output.
#[derive(Serialize)]
struct ExpectationRecord<'a> {
    kind: &'a str,
    words: &'a str,
    standing: &'a str,
    detail: &'a str,
}

#[derive(Serialize)]
struct NoticeRecord<'a> {
    kind: &'a str,
    count: u64,
    message: &'a str,
}

/// What an agent told. Where it did not come to a result, the result's fields are null.
#[derive(Serialize)]
struct AgentRecord<'a> {
    model: Option<&'a str>,
    session_id: Option<&'a str>,
    first_text_ms: Option<f64>,
    has_result: bool,
    error: Option<&'a str>,
    subtype: Option<&'a str>,
    /// The beginning, as much as reports keep; the length is that of the whole.
    final_text: Option<&'a str>,
    final_text_bytes: Option<u64>,
    turns: Option<u64>,
    tokens: Option<TokensRecord>,
    cost_usd: Option<f64>,
    duration_ms: Option<f64>,
    time_to_first_token_ms: Option<f64>,
    tool_uses: Vec<ToolUseRecord<'a>>,
    other_tool_uses: u64,
    retries: u64,
    retry_waits_ms: f64,
    rate_limited: u64,
}

#[derive(Serialize)]
struct TokensRecord {
    input: u64,
    output: u64,
    cache_creation: u64,
    cache_read: u64,
}

#[derive(Serialize)]
struct ToolUseRecord<'a> {
    name: &'a str,
    count: u64,
}

/// Sums over the agents of a run; `untold` counts those that did not tell their share.
#[derive(Serialize)]
pub(crate) struct AgentsRecord {
    attempts: u64,
    cost_usd: f64,
    cost_untold: u64,
    tokens: TokensRecord,
    tokens_untold: u64,
    rate_limited: u64,
}

#[derive(Serialize)]
struct FindingRecord<'a> {
    code: &'a str,
    severity: &'a str,
    count: u64,
    first_offset: u64,
    detail: &'a str,
}

#[derive(Serialize)]
struct RunRecord<'a> {
    run: &'a str,
    elapsed_ms: f64,
    cases: u64,
    passed: u64,
    /// Among the passed.
    flaky: u64,
    failed: u64,
    failed_cases: u64,
    inconclusive: u64,
    infrastructure_errors: u64,
    harness_errors: u64,
    skipped: u64,
    not_run: u64,
    agents: AgentsRecord,
    gates: Vec<GateRecord>,
    problems: Vec<&'a str>,
}

#[derive(Serialize)]
struct GateRecord {
    gate: Cow<'static, str>,
    bound: String,
    value: Option<String>,
    margin: Option<String>,
    holds: bool,
}

/// The line that tells where the dashboard is. It comes before all others and belongs to no run.
pub(crate) fn dashboard_started(url: &str) -> String {
    serde_json::json!({ "type": "dashboard_started", "url": url }).to_string()
}

impl Records {
    /// Records of a run that goes over its suite once, or of a soak.
    pub(crate) fn new(kind: RunKind) -> Self {
        Self {
            out: BufWriter::new(io::stdout()),
            marker: String::new(),
            is_soak: kind == RunKind::Soak,
            is_watched: io::stdout().is_terminal(),
        }
    }
}

impl RunObserver for Records {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        if let RunEvent::RunStarted { run, .. } = event {
            self.marker.clone_from(&run.marker);
        }
        let Some(record) = record(&self.marker, self.is_soak, event) else {
            return Ok(());
        };
        let out = &mut self.out;
        if self.is_watched {
            block::beside(|| write(out, &record))
        } else {
            write(out, &record)
        }
    }

    fn name(&self) -> &'static str {
        "machine records"
    }
}

fn write(out: &mut impl io::Write, record: &Record<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, record)?;
    out.write_all(b"\n")?;
    // A record that was announced must not be lost with the process.
    out.flush()
}

fn record<'a>(run: &'a str, is_soak: bool, event: &RunEvent<'a>) -> Option<Record<'a>> {
    Some(match *event {
        RunEvent::RunStarted { run: info, total } => Record::RunStarted {
            run,
            started_at: info.started_at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            suite: &info.suite_path,
            executor: &info.executor,
            version: &info.version,
            cases: total,
        },
        RunEvent::AttemptStarted { place, case } => Record::AttemptStarted {
            run,
            attempt: place.number,
            iteration: place.iteration,
            index: place.index,
            r#try: place.try_number,
            case: &case.id,
        },
        RunEvent::AttemptFinished {
            place,
            case,
            report,
            end,
        } => {
            let record = Box::new(attempt_record(run, place, &case.id, report, end));
            match end {
                Some(end) if !is_soak => Record::CaseFinished(Box::new(AttemptRecord {
                    verdict: end.verdict.as_str(),
                    ..*record
                })),
                _ => Record::AttemptFinished(record),
            }
        }
        RunEvent::SuiteChanged { version } => Record::SuiteChanged {
            run,
            suite_hash: &version.hash,
        },
        RunEvent::SuiteRejected { reason } => Record::SuiteRejected { run, reason },
        RunEvent::HealthChanged { trouble } => Record::HealthChanged {
            run,
            healthy: trouble.is_none(),
            reason: trouble,
        },
        RunEvent::RunFinished { results, counts } => {
            Record::RunFinished(Box::new(run_record(run, results, counts)))
        }
        _ => return None,
    })
}

/// An attempt as a record of its own has it.
pub(crate) fn attempt_value(
    run: &str,
    place: Place,
    case: &str,
    attempt: &AttemptReport,
) -> serde_json::Value {
    let record = attempt_record(run, place, case, attempt, None);
    // Its keys are names and its numbers finite.
    serde_json::to_value(record).unwrap_or_default()
}

fn attempt_record<'a>(
    run: &'a str,
    place: Place,
    case: &'a str,
    attempt: &'a AttemptReport,
    end: Option<TurnEnd>,
) -> AttemptRecord<'a> {
    let stats = &attempt.stats;
    let patterns = || {
        let all = attempt.expectations.iter();
        all.filter(|result| result.kind == ExpectationKind::Pattern)
    };
    AttemptRecord {
        run,
        attempt: place.number,
        iteration: place.iteration,
        index: place.index,
        r#try: place.try_number,
        case,
        verdict: attempt.verdict().as_str(),
        case_verdict: end.map(|end| end.verdict.as_str()),
        tries: end.map(|end| tries_record(end.tries)),
        outcome: attempt.outcome.class().as_str(),
        explanation: attempt.outcome.explanation(),
        execution_id: &attempt.execution_id,
        exit_code: attempt.exit_code,
        patterns_found: patterns().filter(|pattern| pattern.is_met()).count(),
        patterns_expected: patterns().count(),
        expectations: attempt
            .expectations
            .iter()
            .map(expectation_record)
            .collect(),
        started_after_ms: ms(attempt.started_after),
        elapsed_ms: ms(attempt.elapsed),
        connect_ms: stats.connect.map(ms),
        head_ms: stats.head.map(ms),
        first_event_ms: stats.first_event.map(ms),
        first_output_ms: stats.first_output.map(ms),
        terminal_ms: stats.terminal.map(ms),
        longest_gap_ms: ms(stats.longest_gap),
        events: stats.events,
        stream_bytes: stats.bytes,
        output_bytes: attempt.output.total_bytes(),
        agent: attempt
            .agent
            .as_ref()
            .map(|agent| Box::new(agent_record(agent))),
        findings: findings(&attempt.findings),
        notices: notices(&attempt.notices),
    }
}

fn tries_record(tries: Tries) -> TriesRecord {
    let share = tries.share();
    let interval = share.wilson_95();
    TriesRecord {
        made: tries.made,
        passed: tries.passed,
        rate: share.rate(),
        rate_low: interval.map(|it| it.low),
        rate_high: interval.map(|it| it.high),
    }
}

fn expectation_record(result: &ExpectationResult) -> ExpectationRecord<'_> {
    ExpectationRecord {
        kind: result.kind.as_str(),
        words: &result.words,
        standing: result.standing.as_str(),
        detail: &result.detail,
    }
}

fn agent_record(agent: &AgentReport) -> AgentRecord<'_> {
    let result = agent.result.as_ref();
    AgentRecord {
        model: agent.model.as_deref(),
        session_id: agent.session_id.as_deref(),
        first_text_ms: agent.first_text.map(ms),
        has_result: result.is_some(),
        error: result.and_then(|result| result.error.as_deref()),
        subtype: result.and_then(|result| result.subtype.as_deref()),
        final_text: result.map(|result| &*result.final_text.head),
        final_text_bytes: result.map(|result| result.final_text.total_bytes()),
        turns: result.and_then(|result| result.turns),
        tokens: result.and_then(|result| result.tokens).map(tokens_record),
        cost_usd: result.and_then(|result| result.cost).map(Usd::dollars),
        duration_ms: result.and_then(|result| result.duration).map(ms),
        time_to_first_token_ms: result.and_then(|result| result.time_to_first_token).map(ms),
        tool_uses: agent.tool_uses.iter().map(tool_use_record).collect(),
        other_tool_uses: agent.tool_uses.others(),
        retries: agent.retries.count,
        retry_waits_ms: ms(agent.retries.waits),
        rate_limited: agent.retries.rate_limited,
    }
}

fn tool_use_record(ToolUse { name, count }: &ToolUse) -> ToolUseRecord<'_> {
    ToolUseRecord {
        name,
        count: *count,
    }
}

fn tokens_record(tokens: TokenUsage) -> TokensRecord {
    TokensRecord {
        input: tokens.input,
        output: tokens.output,
        cache_creation: tokens.cache_creation,
        cache_read: tokens.cache_read,
    }
}

pub(crate) fn agents_record(totals: &AgentTotals) -> AgentsRecord {
    AgentsRecord {
        attempts: totals.attempts,
        cost_usd: totals.cost.known.dollars(),
        cost_untold: totals.cost.untold,
        tokens: tokens_record(totals.tokens.known),
        tokens_untold: totals.tokens.untold,
        rate_limited: totals.rate_limited,
    }
}

fn notices(notices: &Notices) -> Vec<NoticeRecord<'_>> {
    notices
        .iter()
        .map(|notice| NoticeRecord {
            kind: notice.kind.as_str(),
            count: notice.count,
            message: &notice.message,
        })
        .collect()
}

fn findings(findings: &Findings) -> Vec<FindingRecord<'_>> {
    findings
        .iter()
        .map(|finding| FindingRecord {
            code: finding.code.as_str(),
            severity: finding.code.severity().as_str(),
            count: finding.count,
            first_offset: finding.first_offset,
            detail: &finding.detail,
        })
        .collect()
}

fn run_record<'a>(run: &'a str, results: &'a RunResults, counts: &Counts) -> RunRecord<'a> {
    let gate = |gate: &runner_core::results::GateResult| GateRecord {
        gate: gate.name.clone(),
        bound: gate.bound.to_string(),
        value: gate.value.as_ref().map(|value| value.to_string()),
        margin: gate.margin.clone(),
        holds: gate.holds,
    };
    RunRecord {
        run,
        elapsed_ms: ms(results.elapsed),
        cases: counts.total,
        passed: counts.passed,
        flaky: counts.flaky,
        failed: counts.failed,
        failed_cases: counts.failed_cases,
        inconclusive: counts.inconclusive,
        infrastructure_errors: counts.infrastructure_errors,
        harness_errors: counts.harness_errors,
        skipped: counts.skipped,
        not_run: counts.not_run,
        agents: agents_record(&counts.agents),
        gates: results.gates.iter().map(gate).collect(),
        problems: results.problems.iter().map(RunProblem::code).collect(),
    }
}

/// Milliseconds with the precision of the clock that matters: microseconds.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}
