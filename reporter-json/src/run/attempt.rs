//! What happened in one attempt, and what was seen of it.

use std::borrow::Cow;

use executor_protocol::{Finding, FindingCode, NoticeKind, StreamStats};
use runner_core::{
    agent::AgentReport,
    notices::NoticeCount,
    results::{AttemptReport, CapturedOutput, ExpectationKind, ExpectationResult, Standing},
};
use serde::{Deserialize, Serialize};

use super::{agent::AgentWire, outcome::OutcomeWire};
use crate::{
    BadValue,
    wire::{Ms, convert, ms, named},
};

/// What happened in one attempt, and what was seen of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Attempt"))]
pub(super) struct AttemptWire<'a> {
    /// The name under which the executor knows the attempt.
    execution_id: Cow<'a, str>,
    /// When it started, counted from the start of the run.
    started_after_ms: Ms,
    /// How long it took.
    elapsed_ms: Ms,
    /// What happened.
    outcome: OutcomeWire<'a>,
    /// Why it did not pass, in words; null if it did.
    explanation: Option<Cow<'a, str>>,
    /// The exit code the executor reported; null if it reported no usable one.
    exit_code: Option<i32>,
    /// What the case expects of the output, with what became of each.
    expectations: Vec<ExpectationWire<'a>>,
    /// Breaches of the stream protocol, and of the output's format.
    findings: Vec<FindingWire<'a>>,
    /// What the executor wanted known besides.
    notices: Vec<NoticeWire<'a>>,
    /// How long the executor wants to be left alone, if it said so.
    retry_after_ms: Option<Ms>,
    /// What the command printed, as far as it was kept.
    output: OutputWire<'a>,
    /// What an agent told; null where none did.
    agent: Option<AgentWire<'a>>,
    /// What was measured on the stream.
    stream: StreamWire,
}

/// Something that is expected of the output.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Expectation"))]
struct ExpectationWire<'a> {
    /// The kind: pattern, forbidden, any-of, count, ordered, within, never-after, max-gap, min-length,
    /// max-length, json, code.
    kind: Cow<'a, str>,
    /// What was expected: of a plain text the text itself, of everything else words.
    words: Cow<'a, str>,
    /// What became of it: met, missed, not-checked.
    standing: Cow<'a, str>,
    /// What there was instead, or why nobody knows; may be empty.
    detail: Cow<'a, str>,
}

/// All breaches of one kind.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Finding"))]
struct FindingWire<'a> {
    /// The stable code.
    code: Cow<'a, str>,
    /// How much it says against the result: note, warning, error.
    severity: Cow<'a, str>,
    /// How often it happened.
    count: u64,
    /// How many bytes were before the first one.
    first_offset: u64,
    /// A detail of the first one; may be empty.
    detail: Cow<'a, str>,
}

/// All notices of one kind.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Notice"))]
struct NoticeWire<'a> {
    /// What they are about: rate-limit, token-limit, early-completion, warning.
    kind: Cow<'a, str>,
    /// How many there were.
    count: u64,
    /// The executor's words in the first one; may be empty.
    message: Cow<'a, str>,
}

/// The beginning and the end of an output.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Output"))]
pub(super) struct OutputWire<'a> {
    /// How many bytes there were in all.
    total_bytes: u64,
    /// The beginning; the whole output if nothing was omitted.
    head: Cow<'a, str>,
    /// How many bytes were dropped between head and tail.
    omitted_bytes: u64,
    /// The end; empty if nothing was omitted.
    tail: Cow<'a, str>,
}

/// What was measured on the stream. Times are counted from the start of the attempt.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Stream"))]
struct StreamWire {
    /// Until the connection stood; null if one was reused.
    connect_ms: Option<Ms>,
    /// Until the head of the answer.
    head_ms: Option<Ms>,
    /// Until the first event of any kind.
    first_event_ms: Option<Ms>,
    /// Until the first output.
    first_output_ms: Option<Ms>,
    /// Until the latest output.
    last_output_ms: Option<Ms>,
    /// Until the terminal event.
    terminal_ms: Option<Ms>,
    /// The longest time between two events that followed each other.
    longest_gap_ms: Ms,
    /// Bytes of the body.
    bytes: u64,
    /// Events of every kind.
    events: u64,
    /// Output events.
    output_events: u64,
}

impl<'a> From<&'a AttemptReport> for AttemptWire<'a> {
    fn from(attempt: &'a AttemptReport) -> Self {
        let expectations = attempt.expectations.iter();
        Self {
            execution_id: (&attempt.execution_id).into(),
            started_after_ms: Ms(attempt.started_after),
            elapsed_ms: Ms(attempt.elapsed),
            outcome: (&attempt.outcome).into(),
            explanation: attempt.outcome.explanation().map(Cow::from),
            exit_code: attempt.exit_code,
            expectations: expectations.map(ExpectationWire::from).collect(),
            findings: attempt.findings.iter().map(FindingWire::from).collect(),
            notices: attempt.notices.iter().map(NoticeWire::from).collect(),
            retry_after_ms: ms(attempt.retry_after),
            output: (&attempt.output).into(),
            agent: attempt.agent.as_ref().map(AgentWire::from),
            stream: (&attempt.stats).into(),
        }
    }
}

impl TryFrom<AttemptWire<'_>> for AttemptReport {
    type Error = BadValue;

    fn try_from(wire: AttemptWire<'_>) -> Result<Self, BadValue> {
        let findings = wire.findings.into_iter().map(Finding::try_from);
        let notices = wire.notices.into_iter().map(NoticeCount::try_from);
        Ok(Self {
            execution_id: wire.execution_id.into_owned(),
            started_after: wire.started_after_ms.0,
            elapsed: wire.elapsed_ms.0,
            outcome: wire.outcome.try_into()?,
            exit_code: wire.exit_code,
            expectations: convert(wire.expectations)?,
            findings: findings.collect::<Result<_, _>>()?,
            notices: notices.collect::<Result<_, _>>()?,
            retry_after: wire.retry_after_ms.map(|ms| ms.0),
            output: wire.output.into(),
            agent: wire.agent.map(AgentReport::try_from).transpose()?,
            stats: wire.stream.into(),
        })
    }
}

impl<'a> From<&'a ExpectationResult> for ExpectationWire<'a> {
    fn from(result: &'a ExpectationResult) -> Self {
        Self {
            kind: result.kind.as_str().into(),
            words: (&result.words).into(),
            standing: result.standing.as_str().into(),
            detail: (&result.detail).into(),
        }
    }
}

impl TryFrom<ExpectationWire<'_>> for ExpectationResult {
    type Error = BadValue;

    fn try_from(wire: ExpectationWire<'_>) -> Result<Self, BadValue> {
        Ok(Self {
            kind: named(
                "kind of expectation",
                &wire.kind,
                ExpectationKind::from_name,
            )?,
            words: wire.words.into_owned(),
            standing: named("standing", &wire.standing, Standing::from_name)?,
            detail: wire.detail.into_owned(),
        })
    }
}

impl<'a> From<&'a Finding> for FindingWire<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            code: finding.code.as_str().into(),
            severity: finding.code.severity().as_str().into(),
            count: finding.count,
            first_offset: finding.first_offset,
            detail: (&finding.detail).into(),
        }
    }
}

impl TryFrom<FindingWire<'_>> for Finding {
    type Error = BadValue;

    fn try_from(wire: FindingWire<'_>) -> Result<Self, BadValue> {
        Ok(Self {
            code: named("code of a finding", &wire.code, FindingCode::from_name)?,
            count: wire.count,
            first_offset: wire.first_offset,
            detail: wire.detail.into_owned(),
        })
    }
}

impl<'a> From<&'a NoticeCount> for NoticeWire<'a> {
    fn from(notice: &'a NoticeCount) -> Self {
        Self {
            kind: notice.kind.as_str().into(),
            count: notice.count,
            message: (&notice.message).into(),
        }
    }
}

impl TryFrom<NoticeWire<'_>> for NoticeCount {
    type Error = BadValue;

    fn try_from(wire: NoticeWire<'_>) -> Result<Self, BadValue> {
        Ok(Self {
            kind: named("kind of notices", &wire.kind, NoticeKind::from_name)?,
            count: wire.count,
            message: wire.message.into_owned(),
        })
    }
}

impl<'a> From<&'a CapturedOutput> for OutputWire<'a> {
    fn from(output: &'a CapturedOutput) -> Self {
        Self {
            total_bytes: output.total_bytes(),
            head: (&output.head).into(),
            omitted_bytes: output.omitted_bytes,
            tail: (&output.tail).into(),
        }
    }
}

impl From<OutputWire<'_>> for CapturedOutput {
    fn from(wire: OutputWire<'_>) -> Self {
        Self {
            head: wire.head.into_owned(),
            omitted_bytes: wire.omitted_bytes,
            tail: wire.tail.into_owned(),
        }
    }
}

impl From<&StreamStats> for StreamWire {
    fn from(stats: &StreamStats) -> Self {
        Self {
            connect_ms: ms(stats.connect),
            head_ms: ms(stats.head),
            first_event_ms: ms(stats.first_event),
            first_output_ms: ms(stats.first_output),
            last_output_ms: ms(stats.last_output),
            terminal_ms: ms(stats.terminal),
            longest_gap_ms: Ms(stats.longest_gap),
            bytes: stats.bytes,
            events: stats.events,
            output_events: stats.output_events,
        }
    }
}

impl From<StreamWire> for StreamStats {
    fn from(wire: StreamWire) -> Self {
        let duration = |ms: Option<Ms>| ms.map(|ms| ms.0);
        Self {
            connect: duration(wire.connect_ms),
            head: duration(wire.head_ms),
            first_event: duration(wire.first_event_ms),
            first_output: duration(wire.first_output_ms),
            last_output: duration(wire.last_output_ms),
            terminal: duration(wire.terminal_ms),
            longest_gap: wire.longest_gap_ms.0,
            bytes: wire.bytes,
            events: wire.events,
            output_events: wire.output_events,
        }
    }
}
