//! Gates as they are given on the command line: on what came of a run, and on what drifted over a soak.

use std::{fmt, str::FromStr};

use runner_core::drift::DriftGate;
use serde::{Deserialize, Serialize};
use suite::gate::Gate;

/// What `--gate` takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AnyGate {
    /// On a quantity of the run or of a part of it.
    Plain(Gate),
    /// On how fast a quantity may drift.
    Drift(DriftGate),
}

impl FromStr for AnyGate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim_start().starts_with("drift.") {
            let gate: Result<DriftGate, _> = text.parse();
            return gate.map(Self::Drift).map_err(|error| error.to_string());
        }
        let gate: Result<Gate, _> = text.parse();
        gate.map(Self::Plain).map_err(|error| error.to_string())
    }
}

impl fmt::Display for AnyGate {
    /// The gate in the form in which it is read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(gate) => gate.fmt(f),
            Self::Drift(gate) => gate.fmt(f),
        }
    }
}

/// The gates of `all` that are not on drift.
pub(crate) fn plain(all: &[AnyGate]) -> Vec<Gate> {
    let plain = |gate: &AnyGate| match gate {
        AnyGate::Plain(gate) => Some(gate.clone()),
        AnyGate::Drift(_) => None,
    };
    all.iter().filter_map(plain).collect()
}

/// The gates of `all` that are on drift.
pub(crate) fn on_drift(all: &[AnyGate]) -> impl Iterator<Item = &DriftGate> {
    all.iter().filter_map(|gate| match gate {
        AnyGate::Plain(_) => None,
        AnyGate::Drift(gate) => Some(gate),
    })
}

/// What a run that goes over its suite once was asked for, as it stands in the ledger.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct RunOptions {
    gates: Vec<String>,
}

/// The gates of a run for the ledger.
pub(crate) fn to_json(gates: &[AnyGate]) -> String {
    let gates = gates.iter().map(ToString::to_string).collect();
    serde_json::json!(RunOptions { gates }).to_string()
}

/// Reads what [`to_json`] wrote; nothing where it is something else.
pub(crate) fn from_json(text: &str) -> Vec<AnyGate> {
    let options: RunOptions = serde_json::from_str(text).unwrap_or_default();
    let gates = options.gates.iter();
    gates.filter_map(|gate| gate.parse().ok()).collect()
}
