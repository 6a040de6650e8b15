//! Single attempts of a recorded run, and what was found in them.

use std::borrow::Cow;

use runner_core::{
    outcome::OutcomeClass,
    recorded::{FindingTotal, RecordedAttempt},
};
use serde::{Deserialize, Serialize};

use crate::{
    BadValue,
    wire::{At, Ms, named},
};

/// One attempt, as far as a ledger keeps it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "RecordedAttempt")
)]
pub(super) struct RecordedAttemptWire<'a> {
    /// Its number in the run.
    attempt: u64,
    /// The iteration it belongs to.
    iteration: u64,
    /// How often its case had been tried in its turn with it, counted from one.
    try_number: u64,
    /// The id of its case.
    case: Cow<'a, str>,
    /// When it began.
    began: At,
    /// How long it took.
    elapsed_ms: Ms,
    /// What it came to: passed, failed, timed-out, stalled, infrastructure-error, harness-error, skipped,
    /// cancelled, interrupted.
    outcome: Cow<'a, str>,
    /// Why it did not pass, in words.
    explanation: Option<Cow<'a, str>>,
    /// The exit code that was reported.
    exit_code: Option<i32>,
    /// The codes of what was found.
    findings: Vec<Cow<'a, str>>,
    /// The end of its output, if it was kept.
    output: Option<Cow<'a, str>>,
    /// The version of the suite that it was made under.
    suite_hash: Cow<'a, str>,
}

/// What was found in the attempts of a run, by code.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "FindingTotal"))]
pub(super) struct FindingTotalWire<'a> {
    /// The stable code.
    code: Cow<'a, str>,
    /// How much it says against results: note, warning, error; null if this version of gauntlet does not
    /// know the code.
    severity: Option<Cow<'a, str>>,
    /// How often it was found.
    count: u64,
    /// In how many attempts.
    attempts: u64,
    /// The first of these attempts.
    first_attempt: u64,
    /// A detail of the first one; may be empty.
    detail: Cow<'a, str>,
}

impl<'a> From<&'a RecordedAttempt> for RecordedAttemptWire<'a> {
    fn from(attempt: &'a RecordedAttempt) -> Self {
        Self {
            attempt: attempt.number,
            iteration: attempt.iteration,
            try_number: attempt.try_number,
            case: (&attempt.case_id).into(),
            began: At(attempt.began),
            elapsed_ms: Ms(attempt.elapsed),
            outcome: attempt.outcome.as_str().into(),
            explanation: attempt.explanation.as_ref().map(Cow::from),
            exit_code: attempt.exit_code,
            findings: attempt.findings.iter().map(Cow::from).collect(),
            output: attempt.output.as_ref().map(Cow::from),
            suite_hash: (&attempt.suite_hash).into(),
        }
    }
}

impl TryFrom<RecordedAttemptWire<'_>> for RecordedAttempt {
    type Error = BadValue;

    fn try_from(wire: RecordedAttemptWire<'_>) -> Result<Self, BadValue> {
        Ok(Self {
            number: wire.attempt,
            iteration: wire.iteration,
            try_number: wire.try_number,
            case_id: wire.case.into_owned(),
            began: wire.began.0,
            elapsed: wire.elapsed_ms.0,
            outcome: named("outcome", &wire.outcome, OutcomeClass::from_name)?,
            explanation: wire.explanation.map(Cow::into_owned),
            exit_code: wire.exit_code,
            findings: wire.findings.into_iter().map(Cow::into_owned).collect(),
            output: wire.output.map(Cow::into_owned),
            suite_hash: wire.suite_hash.into_owned(),
        })
    }
}

impl<'a> From<&'a FindingTotal> for FindingTotalWire<'a> {
    fn from(finding: &'a FindingTotal) -> Self {
        let severity = finding.known().map(|code| code.severity().as_str().into());
        Self {
            code: (&finding.code).into(),
            severity,
            count: finding.count,
            attempts: finding.attempts,
            first_attempt: finding.first_attempt,
            detail: (&finding.detail).into(),
        }
    }
}

impl TryFrom<FindingTotalWire<'_>> for FindingTotal {
    type Error = BadValue;

    fn try_from(wire: FindingTotalWire<'_>) -> Result<Self, BadValue> {
        Ok(Self {
            code: wire.code.into_owned(),
            count: wire.count,
            attempts: wire.attempts,
            first_attempt: wire.first_attempt,
            detail: wire.detail.into_owned(),
        })
    }
}
