//! `gauntlet merge`: one ledger of those of shards, and one run of their runs.
//!
//! The module owns how the merged run is judged: as a run that was never shared out, on all attempts
//! together. It refuses to know how ledgers are merged, which `run-ledger` owns.

use load::LoadResults;
use run_ledger::{Merge, MergedShards, RunSelector};
use runner_core::{
    plan::Conclusion,
    recorded::{RecordedProblem, RecordedRun, RunKind},
    results::{Counts, GateResult, RunProblem},
    run_state::RunEnd,
    text::{Grouped, Many},
};

use crate::{
    args::{CommonArgs, MergeArgs, ReportTarget},
    error::CliError,
    exit::Exit,
    ledger::{self, Recorded},
    progress::Progress,
    report::{self, Document},
    session,
    settings::Layers,
};

/// Merges the ledgers of `args`, and ends as the run does that was started last, or that is named.
pub(crate) fn merge(common: &CommonArgs, args: &MergeArgs) -> Result<Exit, CliError> {
    let settings = Layers::read(common.settings.as_deref(), Vec::new())?.merge()?;
    let progress = Progress::new(session::detail(common, false));
    for target in &args.report {
        report::check(target)?;
    }
    let merge = Merge::of(&args.ledgers, &args.into)?;
    let reported = reported(&merge, args.shard_group.as_deref())?.clone();
    for shards in merge.shards() {
        judge(&merge, shards)?;
    }
    // Read before the end, for whatever comes after it.
    let merged = ledger::recorded(&merge.reader(), &RunSelector::Id(reported.run_id))?;
    check_formats(&merged, &args.report)?;
    merge.keep()?;
    let came_to = CameTo::of(&merged);
    progress.say(&format!(
        "run {} in {}: {}",
        reported.run_id,
        args.into.display(),
        summary(&came_to.counts, &reported)
    ));
    let targets = report::targets(&args.report, &settings.reports.folder, &came_to.stem);
    let document = match &merged {
        Recorded::Run(run) => Document::recorded(run),
        Recorded::Load(results) => Document::of_load(results, None),
    };
    let written = report::write_all(targets, &document, &progress);
    Ok(told(&came_to, reported.kind, &progress).min(written))
}

/// What a merged run came to, whatever kind it is of.
struct CameTo<'a> {
    /// What its report is called.
    stem: String,
    counts: Counts,
    gates: &'a [GateResult],
    problems: Vec<RecordedProblem>,
}

impl<'a> CameTo<'a> {
    fn of(merged: &'a Recorded) -> Self {
        match merged {
            Recorded::Run(run) => Self {
                stem: run.run.suite_stem.clone(),
                counts: run.counts,
                gates: &run.gates,
                problems: run.problems.clone(),
            },
            Recorded::Load(results) => Self {
                stem: format!("{}_load", results.load.run.suite_stem),
                counts: results.measured.total().outcomes.counts(),
                gates: &results.gates,
                problems: results
                    .problems
                    .iter()
                    .map(ledger::recorded_problem)
                    .collect(),
            },
        }
    }
}

/// Makes sure, before anything is kept, that there are such reports on what was merged.
fn check_formats(merged: &Recorded, reports: &[ReportTarget]) -> Result<(), CliError> {
    let mut formats = reports.iter().map(|target| target.format);
    let missing = formats.find(|format| !format.is_of_load());
    match (merged, missing) {
        (Recorded::Load(_), Some(format)) => Err(CliError::ReportOfLoad {
            format: format.as_str(),
        }),
        _ => Ok(()),
    }
}

/// What was started together that decides: what has this name, or began last.
fn reported<'m>(merge: &'m Merge, group: Option<&str>) -> Result<&'m MergedShards, CliError> {
    let mut shards = merge.shards().iter();
    let found = match group {
        None => shards.next(),
        Some(name) => shards.find(|shards| shards.group == name),
    };
    found.ok_or_else(|| {
        let known = merge.shards().iter();
        let known: Vec<_> = known.map(|shards| format!("{:?}", shards.group)).collect();
        CliError::NoSuchGroup {
            group: group.unwrap_or_default().to_owned(),
            known: known.join(", "),
        }
    })
}

/// Keeps with a merged run why it is no success.
fn judge(merge: &Merge, shards: &MergedShards) -> Result<(), CliError> {
    let merged = ledger::recorded(&merge.reader(), &RunSelector::Id(shards.run_id))?;
    let problems = match &merged {
        Recorded::Run(run) => problems(run, shards),
        Recorded::Load(results) => problems_of_load(results, shards),
    };
    merge.judge(shards.run_id, &problems)?;
    Ok(())
}

/// The codes of problems that follow from cases and attempts.
const DECIDED_ANEW: [&str; 7] = [
    "gate-failed",
    "case-failed",
    "case-flaky",
    "case-inconclusive",
    "nothing-tried",
    "regression",
    "incomparable",
];

/// Why a merged run is no success, gravest first.
///
/// What shows on cases and attempts is decided anew, on all of them. What befell a shard befell the whole.
fn problems(run: &RecordedRun, shards: &MergedShards) -> Vec<RecordedProblem> {
    let flaky = RunProblem::CaseFlaky;
    let conclusion = Conclusion {
        end: &RunEnd::Completed,
        counts: &run.counts,
        gates: run.gates.clone(),
        is_gated: !run.gates.is_empty(),
        // Where it makes a run fail, it has made that of its shard fail.
        flaky_fails: shards.problems.iter().any(|it| it.code == flaky.code()),
        is_empty_shard: false,
        overload: None,
    };
    with_what_befell(&conclusion.problems(), &DECIDED_ANEW, shards)
}

/// The same of a merged load. Whether the generators kept up is decided over all of them as well.
fn problems_of_load(results: &LoadResults, shards: &MergedShards) -> Vec<RecordedProblem> {
    let mut decided = DECIDED_ANEW.to_vec();
    decided.push(TOO_SLOW);
    with_what_befell(&results.problems_anew(), &decided, shards)
}

/// The code of a generator of load that did not keep its schedule.
const TOO_SLOW: &str = "runner-too-slow";

/// Problems of a merged run that were decided anew, with what befell its shards besides, gravest first.
fn with_what_befell(
    anew: &[RunProblem],
    decided: &[&str],
    shards: &MergedShards,
) -> Vec<RecordedProblem> {
    let befell = |problem: &&RecordedProblem| !decided.contains(&&*problem.code);
    let mut problems: Vec<_> = shards.problems.iter().filter(befell).cloned().collect();
    let kind = shards.kind;
    if let Some(shards) = outstanding(shards) {
        let problem = RunProblem::ShardsOutstanding { shards };
        problems.push(ledger::recorded_problem(&problem));
    }
    problems.extend(anew.iter().map(ledger::recorded_problem));
    problems.sort_by_key(|problem| Exit::of_recorded(&problem.code, kind));
    problems
}

/// So many shards are named of those that are missing, or did not come to their end.
const NAMED: usize = 20;

/// Which shards are missing or did not come to their end, in words: `2/4, 3/4 missing; 4/4 interrupted`.
fn outstanding(shards: &MergedShards) -> Option<String> {
    let mut words = Vec::new();
    if !shards.missing.is_empty() {
        let missing = shards.missing.iter().map(ToString::to_string);
        words.push(format!("{} missing", enumerated(missing)));
    }
    if !shards.unfinished.is_empty() {
        let unfinished = shards.unfinished.iter().map(|unfinished| {
            let end = unfinished.end.as_deref().unwrap_or("not ended");
            format!("{} {end}", unfinished.shard)
        });
        words.push(enumerated(unfinished));
    }
    (!words.is_empty()).then(|| words.join("; "))
}

fn enumerated(items: impl ExactSizeIterator<Item = String>) -> String {
    let more = items.len().saturating_sub(NAMED);
    let mut named: Vec<_> = items.take(NAMED).collect();
    if more > 0 {
        named.push(format!("and {} more", Grouped(more as u64)));
    }
    named.join(", ")
}

/// What a merged run came to, in a line.
fn summary(counts: &Counts, shards: &MergedShards) -> String {
    let there = u64::from(shards.total) - shards.missing.len() as u64;
    let group = match &*shards.group {
        "" => String::new(),
        group => format!(" of {group}"),
    };
    format!(
        "{} of {}{group}; {} of {} passed, {} failed",
        Grouped(there),
        Many(shards.total.into(), "shard"),
        Grouped(counts.passed),
        Many(counts.total, "attempt"),
        Grouped(counts.failed),
    )
}

/// Tells what came of gates and why the run is no success, and how the program ends for that.
fn told(run: &CameTo<'_>, kind: RunKind, progress: &Progress) -> Exit {
    for gate in run.gates {
        progress.gate(gate);
    }
    let mut exit = Exit::Success;
    for problem in &run.problems {
        progress.recorded_problem(problem);
        exit = exit.min(Exit::of_recorded(&problem.code, kind));
    }
    exit
}
