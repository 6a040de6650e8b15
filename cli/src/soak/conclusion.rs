//! How a soak ends: in good order, or not.

use run_ledger::{RunReader, RunSelector};
use runner_core::{
    actors::RunSummary,
    plan::RunPlan,
    recorded::{RecordedRun, RecordedState},
    results::{GateResult, RunProblem},
    run_state::RunEnd,
};

use super::Soaker;
use crate::{
    error::CliError,
    exit::Exit,
    ledger,
    progress::Detail,
    report::{self, Document},
    session,
};

impl Soaker {
    /// Says what is still done if the runner does not come to its end: the ledger has everything that a
    /// report needs.
    pub(super) fn prepare_for_the_worst(&self, run: u64, plan: &RunPlan) {
        let path = self.ledger_path.clone();
        let targets = self.session.reports(&plan.run.suite_stem);
        self.watch.or_else(move |reason| {
            let report = || -> Result<(), CliError> {
                let reader = RunReader::open(&path)?;
                let mut recorded = ledger::recorded_run(&reader, &RunSelector::Id(run))?;
                // This process still has it, and will not say so in the ledger any more.
                let part = String::new();
                recorded.state = RecordedState::Ended(RunEnd::Stuck { part }.code().into());
                let problem = RunProblem::RunnerTooSlow {
                    evidence: reason.to_owned(),
                };
                recorded
                    .problems
                    .insert(0, ledger::recorded_problem(&problem));
                for target in &targets {
                    report::write(target, &Document::recorded(&recorded))?;
                }
                Ok(())
            };
            match report() {
                Ok(()) => Exit::Success,
                Err(error) => {
                    let exit = error.exit();
                    error.show();
                    exit
                }
            }
        });
    }

    /// Tells of a soak that ended without its executor and has no time left: it stays what it is.
    pub(super) fn leave(&self, run: u64) -> Result<Exit, CliError> {
        self.session.progress.warn(&format!(
            "soak {run} has no time left: it stays ended without its executor"
        ));
        let reader = RunReader::open(&self.ledger_path)?;
        let recorded = ledger::recorded_run(&reader, &RunSelector::Id(run))?;
        let document = Document::recorded(&recorded);
        let written = self
            .session
            .write_reports(&recorded.run.suite_stem, &document);
        Ok(Exit::ExecutorLost.min(written))
    }

    /// Writes the reports, and says how to go on where the soak is not complete.
    pub(super) fn conclude(&self, run: u64, stem: &str, summary: RunSummary) -> Exit {
        let problems = summary.results.problems.iter();
        let mut exit = problems.map(exit_of).min().unwrap_or(Exit::Success);
        exit = exit.min(session::warn_of_observers(&summary, &self.session.progress));
        let recorded = RunReader::open(&self.ledger_path)
            .map_err(CliError::from)
            .and_then(|reader| ledger::recorded_run(&reader, &RunSelector::Id(run)));
        match recorded {
            Ok(mut recorded) => {
                let mut problems = summary.results.problems.clone();
                if summary.end == RunEnd::Completed {
                    self.tell_of_the_whole(&recorded, &summary.results.gates);
                    // The ledger has them: they were written with the end.
                    for problem in problems_of_the_whole(&recorded) {
                        exit = exit.min(exit_of(&problem));
                        if !problems.contains(&problem) {
                            problems.push(problem);
                        }
                    }
                }
                // What could not be kept is known here alone.
                recorded.problems = problems.iter().map(ledger::recorded_problem).collect();
                let document = Document::recorded(&recorded);
                exit = exit.min(self.session.write_reports(stem, &document));
            }
            Err(error) => {
                // What cannot be read any more could be a while ago.
                exit = exit.min(Exit::ReportNotWritten);
                error.show();
                return exit;
            }
        }
        if is_resumable(&summary) {
            // Said also where only what went wrong is said: it did, or somebody ended it.
            let line = format!("to go on: gauntlet soak --resume {run}");
            self.session.progress.line(Detail::Quiet, &line);
        }
        exit
    }
}

impl Soaker {
    /// Tells what came of that which needs the whole soak. `told` are the gates that were told.
    fn tell_of_the_whole(&self, recorded: &RecordedRun, told: &[GateResult]) {
        let progress = &self.session.progress;
        if let Some(baseline) = &recorded.baseline {
            match baseline.problem() {
                Some(problem) => progress.problem(&problem),
                None => progress.say(&baseline.to_string()),
            }
        }
        // Those that counts alone decide have been told.
        let told: Vec<&str> = told.iter().map(|gate| &*gate.name).collect();
        for gate in recorded
            .gates
            .iter()
            .filter(|gate| !told.contains(&&*gate.name))
        {
            progress.gate(gate);
        }
    }
}

/// What speaks against a soak that is complete, and shows only in the whole of it: gates over times, parts and
/// drift, and the comparison with the baseline.
pub(super) fn judge(reader: &RunReader<'_>, run: u64) -> Vec<RunProblem> {
    match ledger::recorded_run(reader, &RunSelector::Id(run)) {
        Ok(recorded) => problems_of_the_whole(&recorded),
        Err(error) => {
            tracing::error!(run, error = %error, "the soak cannot be judged as a whole");
            // What was not judged is no success.
            let part = format!("judgement of the whole soak: {error}");
            vec![RunProblem::HarnessLost { part }]
        }
    }
}

fn problems_of_the_whole(recorded: &RecordedRun) -> Vec<RunProblem> {
    let baseline = recorded.baseline.as_ref();
    let mut problems: Vec<_> = baseline.and_then(|it| it.problem()).into_iter().collect();
    if recorded.gates.iter().any(|gate| !gate.holds) {
        problems.push(RunProblem::GateFailed);
    }
    problems
}

/// A soak is resumed after whatever has ended it early, if it has begun at all.
fn is_resumable(summary: &RunSummary) -> bool {
    summary.end != RunEnd::Completed && summary.counts.total > 0
}

/// The exit that a problem of a soak asks for. An interrupted soak is a checkpoint.
fn exit_of(problem: &RunProblem) -> Exit {
    match problem {
        RunProblem::Interrupted => Exit::Checkpointed,
        other => Exit::of_problem(other, None),
    }
}
