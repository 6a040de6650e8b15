//! The commands that read the ledger: `history`, `show`, `compare`, `graduation`, `report`.
//!
//! The module owns what they print, as tables for people and as JSON for programs. It refuses SQL, which
//! `run-ledger` owns, and tests and intervals, which `run-stats` owns. What is compared is decided by
//! plain values ([`compare`]'s `Comparison`); everything else here only words it.
//!
//! All text goes through a [`page::Page`] or [`json::print`], so that nothing that a suite or an executor
//! said does anything but be read.

pub(crate) mod compare;
pub(crate) mod graduation;
pub(crate) mod history;
mod json;
mod page;
pub(crate) mod report;
pub(crate) mod show;
mod table;
#[cfg(test)]
mod test_support;
mod words;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use load::{LoadResults, RecordedLoad};
use run_ledger::{Record, RunReader, RunSelector};
use runner_core::{
    comparison::{AgainstBaseline, Pair},
    gates::{Evidence, RunGates},
    recorded::{RecordedProblem, RecordedRun, RunKind},
    results::RunProblem,
};

use crate::{
    args::{CommonArgs, LedgerArgs},
    error::CliError,
    flags, gate,
    settings::Layers,
    soak::options::Options,
};

/// A ledger that is open for reading, and where it is.
struct OpenLedger {
    path: PathBuf,
    reader: RunReader<'static>,
}

impl OpenLedger {
    /// Opens the ledger that the settings and `args` name.
    fn open(common: &CommonArgs, args: &LedgerArgs) -> Result<Self, CliError> {
        let flags = flags::ledger(args);
        let settings = Layers::read(common.settings.as_deref(), flags)?.merge()?;
        let path = settings.ledger.path().ok_or(CliError::NoLedger)?;
        Ok(Self {
            path: path.to_owned(),
            reader: RunReader::open(path)?,
        })
    }
}

/// Everything about a run, whatever kind it is of, with the gates of the suite that was in force last.
pub(crate) enum Recorded {
    Run(Box<RecordedRun>),
    Load(Box<LoadResults>),
}

/// Everything about the run that `selector` names.
pub(crate) fn recorded(
    reader: &RunReader<'_>,
    selector: &RunSelector,
) -> Result<Recorded, CliError> {
    Ok(match reader.record(selector)? {
        Record::Run(run) => Recorded::Run(Box::new(with_gates(reader, *run)?)),
        Record::Load(load) => Recorded::Load(Box::new(load_results(reader, *load)?)),
    })
}

/// Everything about a run whose attempts were made one after the other.
pub(crate) fn recorded_run(
    reader: &RunReader<'_>,
    selector: &RunSelector,
) -> Result<RecordedRun, CliError> {
    with_gates(reader, reader.run(selector)?)
}

/// What a run of load came to, held against the gates that its process held it against.
fn load_results(reader: &RunReader<'_>, load: RecordedLoad) -> Result<LoadResults, CliError> {
    let selector = RunSelector::Id(load.id);
    let text = reader.suite_text(&selector)?;
    let given = gate::plain(&gate::from_json(&reader.options(&selector)?));
    let suite = suite::parse(Path::new(&load.load.run.suite_path), &text);
    let gates = suite.map(|suite| RunGates::of(&suite, given));
    let results = load.into_results(&gates.unwrap_or_default());
    Ok(match reader.shard(&selector)? {
        Some(_) => results.of_shard(),
        None => results,
    })
}

/// A run with the gates of the suite that was in force last, and those over drift that a soak was given.
///
/// A suite that was valid when it ran may not be any more, for another version of the program: then
/// there are no gates.
fn with_gates(reader: &RunReader<'_>, mut run: RecordedRun) -> Result<RecordedRun, CliError> {
    if reader.shard(&RunSelector::Id(run.id))?.is_some() {
        // Its gates are about all shards together.
        return Ok(run);
    }
    // By its number: meanwhile the latest run may be another one.
    let text = reader.suite_text(&RunSelector::Id(run.id))?;
    let options = reader.options(&RunSelector::Id(run.id))?;
    let (given, baseline) = match run.kind {
        // Of what is merged of shards, no run of theirs is the baseline: numbers are a ledger's own.
        RunKind::Soak => Options::from_json(&options)
            .map(|options| {
                let baseline = options.baseline.filter(|_| options.shard.is_none());
                (options.gates, baseline)
            })
            .unwrap_or_default(),
        _ => (gate::from_json(&options), None),
    };
    if let Ok(suite) = suite::parse(Path::new(&run.run.suite_path), &text) {
        let gates = RunGates::of(&suite, gate::plain(&given));
        let categories: HashMap<&str, &str> = suite
            .cases
            .iter()
            .filter_map(|case| Some((&*case.id, case.category.as_deref()?)))
            .collect();
        let category = |id: &str| categories.get(id).copied();
        run.gates = gates.evaluate(|scope| Evidence::of_recorded(&run, scope, category));
    }
    let on_drift = gate::on_drift(&given).map(|gate| gate.evaluate(&run.windows));
    run.gates.extend(on_drift);
    run.baseline = baseline.map(|id| against(reader, id, &run)).transpose()?;
    Ok(run)
}

/// What a run is like beside the one with this number.
fn against(
    reader: &RunReader<'_>,
    id: u64,
    candidate: &RecordedRun,
) -> Result<AgainstBaseline, CliError> {
    let baseline = reader.run(&RunSelector::Id(id))?;
    Ok(AgainstBaseline::of(Pair {
        baseline: &baseline,
        candidate,
    }))
}

/// A problem of a run as its ledger tells of it.
pub(crate) fn recorded_problem(problem: &RunProblem) -> RecordedProblem {
    RecordedProblem {
        code: problem.code().to_owned(),
        text: problem.to_string(),
    }
}
