//! What happened to a run as a whole: its parts, outages, suites, and why it is no success.

use std::borrow::Cow;

use runner_core::recorded::{Outage, PartEnd, RecordedProblem, RunPart, SuiteUse};
use serde::{Deserialize, Serialize};

use super::totals::OutcomesWire;
use crate::{
    BadValue,
    wire::{At, Ms, ms, named},
};

/// Why a run is no success, as it was told when it ended.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "RecordedProblem")
)]
pub(super) struct RecordedProblemWire<'a> {
    /// The stable code.
    code: Cow<'a, str>,
    /// It in words.
    text: Cow<'a, str>,
}

/// A part of a run that one process made without a pause.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Part"))]
pub(super) struct PartWire<'a> {
    /// When it began.
    began: At,
    /// How long it went on, as far as anybody knows.
    elapsed_ms: Ms,
    /// The program's version.
    version: Cow<'a, str>,
    /// How it ended: ended, slept; null while it goes on, and where its process ended without saying so.
    end: Option<Cow<'a, str>>,
}

/// A time during which the executor was away.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Outage"))]
pub(super) struct OutageWire<'a> {
    /// When it was noticed.
    began: At,
    /// How long it lasted; null while it lasts, and where that part of the run was broken off.
    lasted_ms: Option<Ms>,
    /// Whether the executor was seen to be back.
    is_over: bool,
    /// Why the executor was taken for away.
    reason: Cow<'a, str>,
}

/// A version of the suite under which attempts were made.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "SuiteUse"))]
pub(super) struct SuiteUseWire<'a> {
    /// The SHA-256 of its file, in hexadecimal.
    suite_hash: Cow<'a, str>,
    /// How many attempts came to what.
    outcomes: OutcomesWire,
}

impl<'a> From<&'a RecordedProblem> for RecordedProblemWire<'a> {
    fn from(problem: &'a RecordedProblem) -> Self {
        Self {
            code: (&problem.code).into(),
            text: (&problem.text).into(),
        }
    }
}

impl TryFrom<RecordedProblemWire<'_>> for RecordedProblem {
    type Error = BadValue;

    fn try_from(wire: RecordedProblemWire<'_>) -> Result<Self, BadValue> {
        Ok(Self {
            code: wire.code.into_owned(),
            text: wire.text.into_owned(),
        })
    }
}

impl<'a> From<&'a RunPart> for PartWire<'a> {
    fn from(part: &'a RunPart) -> Self {
        Self {
            began: At(part.began),
            elapsed_ms: Ms(part.elapsed),
            version: (&part.version).into(),
            end: part.end.map(|end| end.as_str().into()),
        }
    }
}

impl TryFrom<PartWire<'_>> for RunPart {
    type Error = BadValue;

    fn try_from(wire: PartWire<'_>) -> Result<Self, BadValue> {
        let end = |name: Cow<'_, str>| named("end of a part", &name, PartEnd::from_name);
        Ok(Self {
            began: wire.began.0,
            elapsed: wire.elapsed_ms.0,
            version: wire.version.into_owned(),
            end: wire.end.map(end).transpose()?,
        })
    }
}

impl<'a> From<&'a Outage> for OutageWire<'a> {
    fn from(outage: &'a Outage) -> Self {
        Self {
            began: At(outage.began),
            lasted_ms: ms(outage.lasted),
            is_over: outage.is_over,
            reason: (&outage.reason).into(),
        }
    }
}

impl TryFrom<OutageWire<'_>> for Outage {
    type Error = BadValue;

    fn try_from(wire: OutageWire<'_>) -> Result<Self, BadValue> {
        Ok(Self {
            began: wire.began.0,
            lasted: wire.lasted_ms.map(|ms| ms.0),
            is_over: wire.is_over,
            reason: wire.reason.into_owned(),
        })
    }
}

impl<'a> From<&'a SuiteUse> for SuiteUseWire<'a> {
    fn from(suite: &'a SuiteUse) -> Self {
        Self {
            suite_hash: (&suite.hash).into(),
            outcomes: (&suite.outcomes).into(),
        }
    }
}

impl TryFrom<SuiteUseWire<'_>> for SuiteUse {
    type Error = BadValue;

    fn try_from(wire: SuiteUseWire<'_>) -> Result<Self, BadValue> {
        Ok(Self {
            hash: wire.suite_hash.into_owned(),
            outcomes: wire.outcomes.try_into()?,
        })
    }
}
