//! A case and what came of it.

use std::{borrow::Cow, num::NonZeroU32, sync::Arc};

use runner_core::{
    results::{AttemptReport, CaseResult},
    words::reason,
};
use serde::{Deserialize, Serialize};
use suite::{Case, Expectations, MatchOn, OutputFormat, Ratio, Repeat, Retries, RetryOn};

use super::attempt::AttemptWire;
use crate::{
    BadValue,
    wire::{Ms, convert, ms, named},
};

/// A case and what came of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Case"))]
pub(super) struct CaseWire<'a> {
    /// Unique in the suite.
    id: Cow<'a, str>,
    /// For people.
    name: Cow<'a, str>,
    /// The judgement over the case: pass, flaky, fail, inconclusive, skipped, not-run.
    verdict: Cow<'a, str>,
    /// Why it is no pass, in words; null if it is one.
    reason: Option<Cow<'a, str>>,
    /// What the case is for; may be empty.
    description: Cow<'a, str>,
    /// The category it stands in.
    category: Option<Cow<'a, str>>,
    /// Labels to select by.
    tags: Vec<Cow<'a, str>>,
    /// The shell command.
    command: Cow<'a, str>,
    /// How long the command may take.
    timeout_ms: Ms,
    /// How long its stream may show no progress; null allows silence until the timeout.
    stall_timeout_ms: Option<Ms>,
    /// The exit code that counts as success.
    expected_exit_code: i32,
    /// What the command prints, as far as it is to be understood: text, claude-stream-json.
    output_format: Cow<'a, str>,
    /// Where patterns are looked for: output, stdout, stderr, final_text.
    match_on: Cow<'a, str>,
    /// Programs that must be there where the executor runs.
    requires: Vec<Cow<'a, str>>,
    /// When it is tried again.
    retries: RetriesWire<'a>,
    /// Whether it is tried until it is clear how often it passes; null if not.
    repeat: Option<RepeatWire>,
    /// Every attempt, in the order in which they were made; empty if the run ended before its turn.
    attempts: Vec<AttemptWire<'a>>,
}

/// When a case is tried again after an attempt that did not pass.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Retries"))]
struct RetriesWire<'a> {
    /// How often at most.
    max: u32,
    /// After which attempts: infrastructure, failed, timeout, rate_limit.
    on: Vec<Cow<'a, str>>,
    /// How long the first retry waits.
    pause_ms: Ms,
}

/// How often a case is tried until it is clear whether it passes often enough.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Repeat"))]
struct RepeatWire {
    /// At least so many attempts are made.
    min: u64,
    /// At most so many.
    max: u64,
    /// The share of attempts that have to pass.
    success_rate: f64,
    /// How sure the verdict has to be.
    confidence: f64,
}

impl<'a> From<&'a Retries> for RetriesWire<'a> {
    fn from(retries: &'a Retries) -> Self {
        Self {
            max: retries.max,
            on: retries.on.iter().map(|on| on.as_str().into()).collect(),
            pause_ms: Ms(retries.pause),
        }
    }
}

impl TryFrom<RetriesWire<'_>> for Retries {
    type Error = BadValue;

    fn try_from(wire: RetriesWire<'_>) -> Result<Self, BadValue> {
        let on = wire.on.iter();
        Ok(Self {
            max: wire.max,
            on: on
                .map(|name| named("reason to try again", name, RetryOn::from_name))
                .collect::<Result<_, _>>()?,
            pause: wire.pause_ms.0,
        })
    }
}

impl From<Repeat> for RepeatWire {
    fn from(repeat: Repeat) -> Self {
        Self {
            min: repeat.min,
            max: repeat.max,
            success_rate: repeat.success_rate.get(),
            confidence: repeat.confidence.get(),
        }
    }
}

impl TryFrom<RepeatWire> for Repeat {
    type Error = BadValue;

    fn try_from(wire: RepeatWire) -> Result<Self, BadValue> {
        let ratio = |value: f64| {
            Ratio::new(value).ok_or_else(|| BadValue::new("share", &value.to_string()))
        };
        Ok(Self {
            min: wire.min,
            max: wire.max,
            success_rate: ratio(wire.success_rate)?,
            confidence: ratio(wire.confidence)?,
        })
    }
}

fn texts(texts: &[String]) -> Vec<Cow<'_, str>> {
    texts.iter().map(Cow::from).collect()
}

fn owned(texts: Vec<Cow<'_, str>>) -> Vec<String> {
    texts.into_iter().map(Cow::into_owned).collect()
}

impl<'a> From<&'a CaseResult> for CaseWire<'a> {
    fn from(result: &'a CaseResult) -> Self {
        let case = &*result.case;
        let attempts = result.attempts().iter();
        Self {
            id: (&case.id).into(),
            name: (&case.name).into(),
            verdict: result.verdict().as_str().into(),
            reason: reason(result).map(|(_, words)| words.into()),
            description: (&case.description).into(),
            category: case.category.as_ref().map(Cow::from),
            tags: texts(&case.tags),
            command: (&case.command).into(),
            timeout_ms: Ms(case.timeout),
            stall_timeout_ms: ms(case.stall_timeout),
            expected_exit_code: case.expected_exit_code,
            output_format: case.output_format.as_str().into(),
            match_on: case.match_on.as_str().into(),
            requires: texts(&case.requires),
            retries: (&case.retries).into(),
            repeat: case.repeat.map(RepeatWire::from),
            attempts: attempts.map(|attempt| (&**attempt).into()).collect(),
        }
    }
}

impl TryFrom<CaseWire<'_>> for CaseResult {
    type Error = BadValue;

    fn try_from(wire: CaseWire<'_>) -> Result<Self, BadValue> {
        let attempts: Vec<AttemptReport> = convert(wire.attempts)?;
        let case = Case {
            id: wire.id.into_owned(),
            name: wire.name.into_owned(),
            description: wire.description.into_owned(),
            category: wire.category.map(Cow::into_owned),
            tags: owned(wire.tags),
            command: wire.command.into_owned(),
            timeout: wire.timeout_ms.0,
            stall_timeout: wire.stall_timeout_ms.map(|ms| ms.0),
            expected_exit_code: wire.expected_exit_code,
            // What was expected is the suite's affair; a report knows whether it came true.
            expectations: Expectations::default(),
            output_format: named(
                "output format",
                &wire.output_format,
                OutputFormat::from_name,
            )?,
            match_on: named("part of an output", &wire.match_on, MatchOn::from_name)?,
            requires: owned(wire.requires),
            retries: wire.retries.try_into()?,
            repeat: wire.repeat.map(Repeat::try_from).transpose()?,
            // Only load goes by it.
            weight: NonZeroU32::MIN,
        };
        let attempts = attempts.into_iter().map(Arc::new);
        Ok(Self::tried(Arc::new(case), attempts))
    }
}
