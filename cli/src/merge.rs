//! `gauntlet merge`: one ledger of those of shards, and one run of their runs.
//!
//! The module owns how the merged run is judged: as a run that was never shared out, on all attempts
//! together. It refuses to know how ledgers are merged, which `run-ledger` owns.

use run_ledger::{Merge, MergedShards, RunSelector};
use runner_core::{
    plan::Conclusion,
    recorded::{RecordedProblem, RecordedRun},
    results::RunProblem,
    run_state::RunEnd,
    text::{Grouped, Many},
};

use crate::{
    args::{CommonArgs, MergeArgs},
    error::CliError,
    exit::Exit,
    ledger,
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
    let run = ledger::recorded_run(&merge.reader(), &RunSelector::Id(reported.run_id))?;
    merge.keep()?;
    progress.say(&format!(
        "run {} in {}: {}",
        run.id,
        args.into.display(),
        summary(&run, &reported)
    ));
    let stem = &run.run.suite_stem;
    let targets = report::targets(&args.report, &settings.reports.folder, stem);
    let written = report::write_all(targets, &Document::recorded(&run), &progress);
    Ok(told(&run, &progress).min(written))
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
    let run = ledger::recorded_run(&merge.reader(), &RunSelector::Id(shards.run_id))?;
    merge.judge(shards.run_id, &problems(&run, shards))?;
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
    let befell = |problem: &&RecordedProblem| !DECIDED_ANEW.contains(&&*problem.code);
    let mut problems: Vec<_> = shards.problems.iter().filter(befell).cloned().collect();
    if let Some(shards) = outstanding(shards) {
        let problem = RunProblem::ShardsOutstanding { shards };
        problems.push(ledger::recorded_problem(&problem));
    }
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
    let anew = conclusion.problems();
    problems.extend(anew.iter().map(ledger::recorded_problem));
    problems.sort_by_key(|problem| Exit::of_recorded(&problem.code, run.kind));
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
fn summary(run: &RecordedRun, shards: &MergedShards) -> String {
    let there = u64::from(shards.total) - shards.missing.len() as u64;
    let group = match &*shards.group {
        "" => String::new(),
        group => format!(" of {group}"),
    };
    let counts = &run.counts;
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
fn told(run: &RecordedRun, progress: &Progress) -> Exit {
    for gate in &run.gates {
        progress.gate(gate);
    }
    let mut exit = Exit::Success;
    for problem in &run.problems {
        progress.recorded_problem(problem);
        exit = exit.min(Exit::of_recorded(&problem.code, run.kind));
    }
    exit
}
