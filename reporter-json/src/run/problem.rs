//! Why a run is no success.

use std::borrow::Cow;

use runner_core::{results::RunProblem, words::Problem};
use serde::{Deserialize, Serialize};

use crate::BadValue;

/// Why a run is no success.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Problem"))]
pub(crate) struct ProblemWire<'a> {
    /// The stable code.
    code: Cow<'a, str>,
    /// What there is to say beyond the code.
    detail: Cow<'a, str>,
    /// Both in words.
    text: Cow<'a, str>,
}

impl<'a> From<&'a RunProblem> for ProblemWire<'a> {
    fn from(problem: &'a RunProblem) -> Self {
        Self {
            code: problem.code().into(),
            detail: Problem::from(problem).words,
            text: problem.to_string().into(),
        }
    }
}

impl TryFrom<ProblemWire<'_>> for RunProblem {
    type Error = BadValue;

    fn try_from(wire: ProblemWire<'_>) -> Result<Self, BadValue> {
        let detail = wire.detail.into_owned();
        Ok(match &*wire.code {
            "executor-unavailable" => Self::ExecutorUnavailable { reason: detail },
            "executor-lost" => Self::ExecutorLost { reason: detail },
            "interrupted" => Self::Interrupted,
            "gate-failed" => Self::GateFailed,
            "case-failed" => Self::CaseFailed,
            "case-flaky" => Self::CaseFlaky,
            "case-inconclusive" => Self::CaseInconclusive,
            "nothing-tried" => Self::NothingTried,
            "ledger-lost" => Self::LedgerLost { reason: detail },
            "runner-too-slow" => Self::RunnerTooSlow { evidence: detail },
            "regression" => Self::Regression {
                differences: detail,
            },
            "incomparable" => Self::Incomparable { reason: detail },
            "harness-lost" => Self::HarnessLost { part: detail },
            code => return Err(BadValue::new("code of a problem", code)),
        })
    }
}
