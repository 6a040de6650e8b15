//! How far a suite is from its graduation.

use std::borrow::Cow;

use runner_core::recorded::{GRADUATION_RATIO, Graduation, SuiteHistory};
use serde::{Deserialize, Serialize};

use super::{At, ShareWire, convert};
use crate::BadValue;

/// How far a suite is from its graduation.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Graduation"))]
pub(crate) struct GraduationWire<'a> {
    /// The suite's file: absolute, however it was named.
    suite: Cow<'a, str>,
    /// Whether it has graduated.
    graduated: bool,
    /// How many successes to a failure it needs for that.
    required_ratio: f64,
    /// What passed of everything that the ledger holds of the suite.
    overall: ShareWire,
    /// Each version of the suite, latest first. The first decides.
    versions: Vec<VersionWire<'a>>,
}

/// What came of one version of a suite.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "SuiteVersion"))]
struct VersionWire<'a> {
    /// The SHA-256 of its file, in hexadecimal.
    suite_hash: Cow<'a, str>,
    /// When the first run began that used it.
    since: At,
    /// In how many runs.
    runs: u64,
    /// What passed.
    success: ShareWire,
}

impl<'a> From<&'a Graduation> for GraduationWire<'a> {
    fn from(graduation: &'a Graduation) -> Self {
        Self {
            suite: (&graduation.suite_path).into(),
            graduated: graduation.has_graduated(),
            required_ratio: GRADUATION_RATIO,
            overall: graduation.overall.into(),
            versions: graduation.versions.iter().map(VersionWire::from).collect(),
        }
    }
}

impl<'a> From<&'a SuiteHistory> for VersionWire<'a> {
    fn from(version: &'a SuiteHistory) -> Self {
        Self {
            suite_hash: (&version.hash).into(),
            since: At(version.since),
            runs: version.runs,
            success: version.ratio.into(),
        }
    }
}

impl TryFrom<GraduationWire<'_>> for Graduation {
    type Error = BadValue;

    fn try_from(wire: GraduationWire<'_>) -> Result<Self, BadValue> {
        Ok(Self {
            suite_path: wire.suite.into_owned(),
            overall: wire.overall.try_into()?,
            versions: convert(wire.versions)?,
        })
    }
}

impl TryFrom<VersionWire<'_>> for SuiteHistory {
    type Error = BadValue;

    fn try_from(wire: VersionWire<'_>) -> Result<Self, BadValue> {
        Ok(Self {
            hash: wire.suite_hash.into_owned(),
            since: wire.since.0,
            runs: wire.runs,
            ratio: wire.success.try_into()?,
        })
    }
}
