//! The document on a run that went once over its suite.

mod agent;
mod attempt;
mod case;
mod outcome;
mod problem;

use std::{borrow::Cow, collections::BTreeMap};

use executor_protocol::Health;
use runner_core::{
    recorded::Graduation,
    results::{CaseResult, Counts, GateResult, RunProblem, RunResults},
};
use serde::{Deserialize, Serialize};

use crate::{
    BadValue, Report, RunReport, SCHEMA_VERSION,
    head::Document,
    wire::{CountsWire, GateWire, GraduationWire, List, Ms, RunInfoWire, convert},
};
use case::CaseWire;
pub(crate) use problem::ProblemWire;

/// A run that went once over its suite.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Run"))]
pub(crate) struct RunDocumentWire<'a> {
    /// The version of these keys.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA_VERSION)))]
    schema_version: u64,
    /// Which of the documents this is.
    #[cfg_attr(test, schemars(with = "String", extend("const" = "run")))]
    document: Document,
    /// What was run, where, and since when.
    run: RunInfoWire<'a>,
    /// From the start of the run to its end.
    elapsed_ms: Ms,
    /// Why the run is no success, gravest first; empty if it is one.
    problems: Vec<ProblemWire<'a>>,
    /// Every exit code that the run asks for, the one that is returned first; empty if it is a success.
    exit_codes: Cow<'a, [u8]>,
    /// How many cases came to what.
    counts: CountsWire,
    /// The gates of the suite.
    gates: Vec<GateWire<'a>>,
    /// How far the suite is from its graduation; null without a ledger.
    graduation: Option<GraduationWire<'a>>,
    /// The executor's answer to the first question for its health; null if it never was healthy.
    health: Option<HealthWire<'a>>,
    /// What came of each selected case, in the order of the suite.
    cases: List<'a, CaseResult, CaseWire<'a>>,
    /// Where everything about an attempt that failed is kept, by the attempt's `execution_id`.
    bundles: Cow<'a, BTreeMap<String, String>>,
}

/// An executor's answer to the question for its health.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Health"))]
pub(crate) struct HealthWire<'a> {
    /// The answer as it came.
    body: Cow<'a, str>,
    /// How long it took.
    latency_ms: Ms,
}

impl<'a> From<RunReport<'a>> for RunDocumentWire<'a> {
    fn from(report: RunReport<'a>) -> Self {
        let RunReport {
            results,
            graduation,
            exit_codes,
        } = report;
        Self {
            schema_version: SCHEMA_VERSION,
            document: Document::Run,
            run: (&results.run).into(),
            elapsed_ms: Ms(results.elapsed),
            problems: results.problems.iter().map(ProblemWire::from).collect(),
            exit_codes: exit_codes.into(),
            counts: (&Counts::of(&results.cases)).into(),
            gates: results.gates.iter().map(GateWire::from).collect(),
            graduation: graduation.map(GraduationWire::from),
            health: results.health.as_ref().map(HealthWire::from),
            cases: List::Of(&results.cases),
            bundles: Cow::Borrowed(&results.bundles),
        }
    }
}

impl<'a> From<&'a Health> for HealthWire<'a> {
    fn from(health: &'a Health) -> Self {
        Self {
            body: (&health.body).into(),
            latency_ms: Ms(health.latency),
        }
    }
}

impl TryFrom<RunDocumentWire<'_>> for Report {
    type Error = BadValue;

    fn try_from(wire: RunDocumentWire<'_>) -> Result<Self, BadValue> {
        let results = RunResults {
            run: wire.run.try_into()?,
            health: wire.health.map(|health| Health {
                body: health.body.into_owned(),
                latency: health.latency_ms.0,
            }),
            cases: wire.cases.values()?,
            gates: convert::<_, GateResult>(wire.gates)?,
            elapsed: wire.elapsed_ms.0,
            problems: convert::<_, RunProblem>(wire.problems)?,
            bundles: wire.bundles.into_owned(),
        };
        Ok(Self::Run {
            results: Box::new(results),
            graduation: wire.graduation.map(Graduation::try_from).transpose()?,
            exit_codes: wire.exit_codes.into_owned(),
        })
    }
}
