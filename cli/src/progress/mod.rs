//! Human progress on standard error: what runs, what came of it, and how it all ended.

pub(crate) mod capacity;
mod fit;
mod follow;
pub(crate) mod load;
mod view;
mod words;

use std::{cell::RefCell, io, rc::Rc};

use console::Style;
use runner_core::{
    events::{RunEvent, RunObserver},
    outcome::OutcomeClass,
    recorded::RecordedProblem,
    results::{AttemptReport, Counts, GateResult, Place, RunProblem, RunResults, Verdict},
    text::{Share, Tokens, Untold, Visible},
    tries::TurnEnd,
    words::Repetition,
};
use suite::Case;

use crate::{block, live::Live, streams::complain};

use self::words::{attempt_line, clip, gate_line, particulars, sign, totals};

pub(crate) use self::{follow::Following, view::Subject};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Detail {
    /// Only what went wrong.
    Quiet,
    /// A line per case, and what went wrong.
    Normal,
    /// Findings, times and output of every case as well.
    Verbose,
}

/// Shows the progress of runs. Clones show on the same terminal.
#[derive(Clone)]
pub(crate) struct Progress(Rc<RefCell<Screen>>);

struct Screen {
    detail: Detail,
    total: usize,
    /// Whether any case had its turn.
    has_begun: bool,
}

impl Progress {
    pub(crate) fn new(detail: Detail) -> Self {
        Self(Rc::new(RefCell::new(Screen {
            detail,
            total: 0,
            has_begun: false,
        })))
    }

    /// How much is said.
    pub(crate) fn detail(&self) -> Detail {
        self.0.borrow().detail
    }

    /// Shows how a run gets on, beside what is said of it, until the run is told to be over, or until
    /// what comes back is dropped.
    pub(crate) fn follow(&self, subject: Subject, live: &Live) -> Following {
        Following::start(subject, live.clone(), self.detail())
    }

    /// Takes away what is shown of a run that goes on.
    pub(crate) fn stop_following(&self) {
        block::close();
    }

    /// Tells what came of an attempt, and why, if it did not pass. `label` stands before it.
    pub(crate) fn attempt(&self, label: &str, case: &Case, attempt: &AttemptReport) {
        self.0.borrow().attempt(label, case, attempt);
    }

    /// Tells how a run has ended.
    pub(crate) fn finished(&self, results: &RunResults, counts: &Counts) {
        self.0.borrow().run_finished(results, counts);
    }

    /// Tells why a run is no success.
    pub(crate) fn problem(&self, problem: &RunProblem) {
        self.0.borrow().problem(&problem.to_string());
    }

    /// Tells a reason why a run of a ledger is no success.
    pub(crate) fn recorded_problem(&self, problem: &RecordedProblem) {
        self.0.borrow().problem(&problem.text);
    }

    /// Tells what came of a gate.
    pub(crate) fn gate(&self, gate: &GateResult) {
        self.0.borrow().gate(gate);
    }

    /// Says a line, if that much detail is wanted.
    pub(crate) fn line(&self, detail: Detail, line: &str) {
        self.0.borrow().say(detail, line);
    }

    /// Says something beside the progress.
    pub(crate) fn say(&self, text: &str) {
        self.0.borrow().say(Detail::Normal, text);
    }

    /// Warns about something, also when the progress is quiet.
    pub(crate) fn warn(&self, text: &str) {
        let text = format!(
            "{} {}",
            Style::new().yellow().for_stderr().apply_to("warning:"),
            Visible(text)
        );
        self.0.borrow().say(Detail::Quiet, &text);
    }
}

impl RunObserver for Progress {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        let mut screen = self.0.borrow_mut();
        match event {
            RunEvent::RunStarted { run, total } => {
                screen.total = *total;
                screen.has_begun = false;
                let cases = if *total == 1 { "case" } else { "cases" };
                screen.say(
                    Detail::Normal,
                    &format!(
                        "{}: {total} {cases} on {}",
                        Visible(&run.suite_path),
                        Visible(&run.executor)
                    ),
                );
            }
            RunEvent::AttemptStarted { .. } => screen.has_begun = true,
            RunEvent::AttemptFinished {
                place,
                case,
                report,
                end,
            } => screen.turn(*place, case, report, end.as_ref()),
            RunEvent::HealthChanged {
                trouble: Some(reason),
                // Before that, the end of the run tells it.
            } if screen.has_begun => {
                screen.say(
                    Detail::Quiet,
                    &format!("executor in trouble: {}", Visible(reason)),
                );
            }
            RunEvent::HealthChanged { trouble: None } => {
                screen.say(Detail::Normal, "executor is back");
            }
            RunEvent::RunFinished { results, counts } => {
                block::close();
                screen.run_finished(results, counts);
            }
            _ => {}
        }
        Ok(())
    }

    fn name(&self) -> &'static str {
        "progress"
    }
}

impl Screen {
    /// Says this, if that much detail is wanted.
    fn say(&self, detail: Detail, line: &str) {
        if detail <= self.detail {
            complain(line);
        }
    }

    fn place(&self, index: usize) -> String {
        let width = self.total.to_string().len();
        format!("[{:>width$}/{}] ", index + 1, self.total)
    }

    /// Tells what came of an attempt and, with the last of several, of its case.
    fn turn(&self, place: Place, case: &Case, attempt: &AttemptReport, end: Option<&TurnEnd>) {
        let mut label = self.place(place.index);
        if place.try_number > 1 || end.is_none() {
            label.push_str(&format!("try {}: ", place.try_number));
        }
        // A case that is repeated passes again and again.
        let is_passing = end.is_none() && attempt.verdict() == Verdict::Pass;
        if !is_passing || self.detail == Detail::Verbose {
            self.attempt(&label, case, attempt);
        }
        let Some(end) = end else { return };
        let words = match &case.repeat {
            Some(repeat) => Repetition { repeat, end: *end }.to_string(),
            None if end.verdict == Verdict::Flaky => "it passed only when tried again".to_owned(),
            None => return,
        };
        let (sign, style) = sign(end.verdict);
        let verdict = end.verdict.as_str();
        let line = format!("        {} {verdict}: {words}", style.apply_to(sign));
        let detail = match end.verdict {
            Verdict::Fail | Verdict::Inconclusive => Detail::Quiet,
            _ => Detail::Normal,
        };
        self.say(detail, &line);
    }

    /// Tells what came of an attempt, and why, if it did not pass: all at once, as it is one thing.
    fn attempt(&self, place: &str, case: &Case, attempt: &AttemptReport) {
        let class = attempt.outcome.class();
        let good = matches!(class, OutcomeClass::Passed | OutcomeClass::Skipped);
        let detail = if good { Detail::Normal } else { Detail::Quiet };
        let mut lines = vec![format!("{place}{}", attempt_line(case, attempt))];
        if let Some(reason) = attempt.outcome.explanation() {
            lines.push(format!("        {}", clip(&reason)));
        }
        if !good || self.detail == Detail::Verbose {
            let particulars = particulars(case, attempt).into_iter();
            lines.extend(particulars.map(|line| format!("        {line}")));
        }
        self.say(detail, &lines.join("\n"));
    }

    fn run_finished(&self, results: &RunResults, counts: &Counts) {
        let totals = Style::new()
            .bold()
            .for_stderr()
            .apply_to(totals(counts, results.elapsed));
        self.say(Detail::Normal, &format!("\n{totals}"));
        // Of a run that never began there is nothing to say but why.
        if counts.not_run < counts.total {
            self.say(
                Detail::Normal,
                &format!("success rate: {}", Share(counts.success())),
            );
            self.agents(counts);
            for gate in &results.gates {
                self.gate(gate);
            }
        }
        for problem in &results.problems {
            self.problem(&problem.to_string());
        }
    }

    fn problem(&self, problem: &str) {
        let (sign, style) = sign(Verdict::Fail);
        let words = clip(problem);
        self.say(Detail::Quiet, &format!("{} {words}", style.apply_to(sign)));
    }

    /// Tells what came of a gate; if it holds, only where that much is said.
    fn gate(&self, gate: &GateResult) {
        let detail = match gate.holds {
            true => Detail::Normal,
            false => Detail::Quiet,
        };
        self.say(detail, &gate_line(gate));
    }

    fn agents(&self, counts: &Counts) {
        let agents = counts.agents;
        if agents.attempts > 0 {
            let (cost, tokens) = (agents.cost, agents.tokens);
            let text = format!(
                "agents: {}{}; tokens: {}",
                cost.known,
                Untold(cost.untold),
                Tokens(tokens.known)
            );
            self.say(Detail::Normal, &text);
        }
    }
}
