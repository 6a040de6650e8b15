//! Human progress on standard error: what runs, what came of it, and how it all ended.

use std::{cell::RefCell, io, rc::Rc, time::Duration};

use console::{Style, Term};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use runner_core::{
    agent::AgentReport,
    events::{RunEvent, RunObserver},
    outcome::OutcomeClass,
    results::{AttemptReport, CapturedOutput, Counts, GateResult, RunProblem, RunResults, Verdict},
    text::{Human, Share, Tokens, Untold, Visible},
};
use suite::Case;

use crate::streams::complain;

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
    /// The line at the bottom that moves; `None` when standard error is no terminal, or is to be quiet.
    bar: Option<ProgressBar>,
    total: usize,
    /// Whether any case had its turn.
    has_begun: bool,
}

/// The output of a failed case is shown up to so many of its last lines.
const SHOWN_LINES: usize = 6;

/// Longer lines are shown in part.
const SHOWN_CHARS: usize = 160;

impl Progress {
    pub(crate) fn new(detail: Detail) -> Self {
        let moves = detail > Detail::Quiet && Term::stderr().features().is_attended();
        Self(Rc::new(RefCell::new(Screen {
            detail,
            bar: moves.then(bar),
            total: 0,
            has_begun: false,
        })))
    }

    /// How much is said.
    pub(crate) fn detail(&self) -> Detail {
        self.0.borrow().detail
    }

    /// Whether there is a line at the bottom that moves.
    pub(crate) fn moves(&self) -> bool {
        self.0.borrow().bar.is_some()
    }

    /// Shows this on the line that moves.
    pub(crate) fn set_moving(&self, text: &str) {
        if let Some(bar) = &self.0.borrow().bar {
            bar.set_style(moving("{spinner} {wide_msg}"));
            bar.set_message(text.to_owned());
            bar.enable_steady_tick(Duration::from_secs(1));
        }
    }

    /// Takes the line that moves away.
    pub(crate) fn stop_moving(&self) {
        self.0.borrow().stop_moving();
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
        self.0.borrow().problem(problem);
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

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(moving("{spinner} {prefix}{wide_msg} {elapsed}"));
    bar
}

fn moving(template: &'static str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is a constant")
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
            RunEvent::AttemptStarted { place, case } => {
                screen.has_begun = true;
                screen.attempt_started(place.index, case);
            }
            RunEvent::AttemptFinished {
                place,
                case,
                report,
            } => screen.case_finished(place.index, case, report),
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
            RunEvent::RunFinished { results, counts } => screen.run_finished(results, counts),
            _ => {}
        }
        Ok(())
    }

    fn name(&self) -> &'static str {
        "progress"
    }
}

impl Screen {
    /// Says a line, if that much detail is wanted.
    fn say(&self, detail: Detail, line: &str) {
        if detail > self.detail {
            return;
        }
        match &self.bar {
            Some(bar) => bar.suspend(|| complain(line)),
            None => complain(line),
        }
    }

    fn attempt_started(&self, index: usize, case: &Case) {
        if let Some(bar) = &self.bar {
            // Started afresh for each case, so that the time shown is the case's own.
            bar.reset();
            bar.set_prefix(self.place(index));
            bar.set_message(Visible(&case.name).to_string());
            bar.enable_steady_tick(Duration::from_millis(120));
        }
    }

    fn place(&self, index: usize) -> String {
        let width = self.total.to_string().len();
        format!("[{:>width$}/{}] ", index + 1, self.total)
    }

    fn case_finished(&self, index: usize, case: &Case, attempt: &AttemptReport) {
        self.stop_moving();
        self.attempt(&self.place(index), case, attempt);
    }

    fn stop_moving(&self) {
        if let Some(bar) = &self.bar {
            bar.disable_steady_tick();
            bar.finish_and_clear();
        }
    }

    /// Tells what came of an attempt, and why, if it did not pass.
    fn attempt(&self, place: &str, case: &Case, attempt: &AttemptReport) {
        let class = attempt.outcome.class();
        let good = matches!(class, OutcomeClass::Passed | OutcomeClass::Skipped);
        let detail = if good { Detail::Normal } else { Detail::Quiet };
        let (sign, style) = sign(attempt.verdict());
        let name = Visible(&case.name);
        let words = match class {
            OutcomeClass::Passed => format!("{}", Human(attempt.elapsed)),
            OutcomeClass::Skipped => class.words().to_owned(),
            _ => format!("{} after {}", class.words(), Human(attempt.elapsed)),
        };
        let line = format!(
            "{place}{} {name}  {}",
            style.apply_to(sign),
            style.apply_to(words)
        );
        self.say(detail, &line);
        if let Some(reason) = attempt.outcome.explanation() {
            self.say(detail, &format!("        {}", clip(&reason)));
        }
        if !good || self.detail == Detail::Verbose {
            self.particulars(detail, case, attempt);
        }
    }

    fn particulars(&self, detail: Detail, case: &Case, attempt: &AttemptReport) {
        self.say(detail, &format!("        command: {}", clip(&case.command)));
        for notice in &attempt.notices {
            let words = clip(&notice.message);
            self.say(
                detail,
                &format!("        notice: {}: {words}", notice.kind.as_str()),
            );
        }
        for finding in &attempt.findings {
            let times = if finding.count > 1 {
                format!(" ({} times)", finding.count)
            } else {
                String::new()
            };
            self.say(
                detail,
                &format!(
                    "        finding: {}{times}: {}",
                    finding.code,
                    clip(&finding.detail)
                ),
            );
        }
        if let Some(agent) = &attempt.agent {
            self.say(detail, &format!("        agent: {}", clip(&about(agent))));
        }
        // What an agent answered says more than the last of its JSON lines.
        let result = attempt.agent.as_ref().and_then(|it| it.result.as_ref());
        let shown = match result {
            Some(result) if !result.final_text.is_empty() => &result.final_text,
            _ => &attempt.output,
        };
        for line in last_lines(shown) {
            self.say(detail, &format!("        │ {line}"));
        }
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
            self.problem(problem);
        }
    }

    fn problem(&self, problem: &RunProblem) {
        let (sign, style) = sign(Verdict::Fail);
        let words = clip(&problem.to_string());
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

/// How many cases came to what: `7 passed, 1 failed (1 infrastructure error), 2 skipped in 1.05s`.
fn totals(counts: &Counts, elapsed: Duration) -> String {
    let mut text = format!("{} passed, {} failed", counts.passed, counts.failed);
    for (count, words) in [
        (counts.infrastructure_errors, "infrastructure error"),
        (counts.harness_errors, "harness error"),
    ] {
        if count > 0 {
            text.push_str(&format!(
                " ({count} {words}{})",
                if count == 1 { "" } else { "s" }
            ));
        }
    }
    for (count, words) in [(counts.skipped, "skipped"), (counts.not_run, "not run")] {
        if count > 0 {
            text.push_str(&format!(", {count} {words}"));
        }
    }
    text.push_str(&format!(" in {}", Human(elapsed)));
    text
}

fn gate_line(gate: &GateResult) -> String {
    let (sign, style) = sign(if gate.holds {
        Verdict::Pass
    } else {
        Verdict::Fail
    });
    let value = gate
        .value
        .as_ref()
        .map_or("no attempt counts".into(), |value| value.to_string());
    format!(
        "{} gate {}: {value}, asked: {}",
        style.apply_to(sign),
        gate.name,
        gate.bound
    )
}

fn sign(verdict: Verdict) -> (&'static str, Style) {
    let style = Style::new().for_stderr();
    match verdict {
        Verdict::Pass => ("✓", style.green()),
        Verdict::Skipped => ("–", style.yellow()),
        Verdict::NotRun => ("∅", style.yellow()),
        _ => ("✗", style.red()),
    }
}

/// What an agent told about its work, on one line.
fn about(agent: &AgentReport) -> String {
    let mut facts: Vec<String> = agent.model.iter().cloned().collect();
    if let Some(result) = &agent.result {
        let turns = |turns| format!("{turns} turn{}", if turns == 1 { "" } else { "s" });
        facts.extend(result.turns.map(turns));
        facts.extend(result.tokens.map(|tokens| Tokens(tokens).to_string()));
        facts.extend(result.cost.map(|cost| cost.to_string()));
    }
    if agent.retries.rate_limited > 0 {
        facts.push(format!("rate limits met: {}", agent.retries.rate_limited));
    }
    facts.join(", ")
}

/// Foreign text on one line, made harmless and not too long.
fn clip(text: &str) -> String {
    let mut chars = text.chars();
    let kept: String = chars.by_ref().take(SHOWN_CHARS).collect();
    let more = if chars.next().is_some() { "…" } else { "" };
    format!("{}{more}", Visible(&kept))
}

/// The last lines of an output that are not blank.
fn last_lines(output: &CapturedOutput) -> Vec<String> {
    let text = if output.tail.is_empty() {
        &output.head
    } else {
        &output.tail
    };
    let lines = text.lines().rev().filter(|line| !line.trim().is_empty());
    let mut last: Vec<_> = lines.take(SHOWN_LINES).map(clip).collect();
    last.reverse();
    last
}
