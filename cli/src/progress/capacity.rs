//! How a search for the capacity gets on: a line for each trial, and what is known after it.

use load::{
    ArrivalRate, LiveLoad,
    capacity::{
        CapacityInfo, CapacityResults, Known, RoundRate, Stopped, TrialReport, TrialVerdict,
    },
};
use runner_core::{
    results::Verdict,
    text::{Clipped, Human, Many, Visible},
};

use super::{
    Detail, Progress,
    fit::{Part, cut, fit},
    load::lines,
    words::sign,
};
use crate::block::{self, Line, Ticket, Tone};

/// So much of what decided is shown: the report has all of it.
const SHOWN_CHARS: usize = 300;

/// Shows how a search gets on.
pub(crate) struct CapacityView {
    progress: Progress,
    known: Known,
}

impl CapacityView {
    pub(crate) fn new(progress: &Progress) -> Self {
        Self {
            progress: progress.clone(),
            known: Known::Nothing,
        }
    }

    /// Says what is sought, and how long that may take.
    pub(crate) fn started(&self, info: &CapacityInfo, cases: usize) {
        let plan = &info.plan;
        self.progress.say(&format!(
            "{}: capacity between {} and {} ({}) on {}",
            Visible(&info.run.suite_path),
            RoundRate(plan.range.low()),
            RoundRate(plan.range.high()),
            Many(cases as u64, "case"),
            Visible(&info.run.executor)
        ));
        let each = plan.warmup + plan.trial + plan.pause;
        let trials = u32::try_from(plan.max_trials.get()).unwrap_or(u32::MAX);
        self.progress.say(&format!(
            "at most {} of {} and {} of warm-up each: not much longer than {} in all",
            Many(trials.into(), "trial"),
            Human(plan.trial),
            Human(plan.warmup),
            Human(each.saturating_mul(trials))
        ));
    }

    /// Opens a block for a trial, where that can be shown.
    pub(crate) fn open(&self, number: usize, rate: ArrivalRate, info: &CapacityInfo) -> TrialBlock {
        let is_shown = self.progress.detail() > Detail::Quiet && block::is_possible();
        TrialBlock {
            ticket: is_shown.then(block::open),
            number,
            max: info.plan.max_trials.get(),
            rate,
            known: self.known,
        }
    }

    /// Tells what a trial shows.
    pub(crate) fn trial(&self, number: usize, trial: &TrialReport) {
        self.progress.say(&trial_line(number, trial));
    }

    /// Tells what is known by now.
    pub(crate) fn known(&mut self, known: Known) {
        self.known = known;
        if known != Known::Nothing {
            self.progress.say(&format!("    capacity so far: {known}"));
        }
    }

    /// Tells what came of it.
    pub(crate) fn finished(results: &CapacityResults, progress: &Progress) {
        let CapacityResults {
            known, end, trials, ..
        } = results;
        if !trials.is_empty() {
            let trials = Many(trials.len() as u64, "trial");
            progress.say(&format!("\ncapacity: {known}, {trials}"));
        }
        if end.is_success() {
            progress.say(&format!("{end}"));
        } else {
            let (sign, style) = sign(Verdict::Fail);
            let words = end.to_string();
            let words = Clipped(&words, SHOWN_CHARS);
            progress.line(Detail::Quiet, &format!("{} {words}", style.apply_to(sign)));
        }
    }
}

fn trial_line(number: usize, trial: &TrialReport) -> String {
    let (verdict, words) = match trial.verdict {
        TrialVerdict::Holds => (Verdict::Pass, "holds"),
        TrialVerdict::GateFailed | TrialVerdict::NotTaken { .. } => {
            (Verdict::Fail, "does not hold")
        }
        _ => (Verdict::Inconclusive, "shows nothing"),
    };
    let (sign, style) = sign(verdict);
    let early = match trial.stopped {
        Stopped::AsLost => format!(", ended after {}", Human(trial.elapsed)),
        _ => String::new(),
    };
    let why = trial.why();
    format!(
        "{} trial {number}: {} {words}{early}: {}",
        style.apply_to(sign),
        RoundRate(trial.rate),
        Clipped(&why, SHOWN_CHARS)
    )
}

/// Shows how a trial gets on until it is dropped.
pub(crate) struct TrialBlock {
    ticket: Option<Ticket>,
    number: usize,
    max: usize,
    rate: ArrivalRate,
    known: Known,
}

impl TrialBlock {
    /// Shows how it goes by now.
    pub(crate) fn show(&self, live: &LiveLoad) {
        let Some(ticket) = &self.ticket else { return };
        let width = block::width();
        let mut shown = vec![Line {
            text: cut(&self.heading(width), width).into_owned(),
            tone: Tone::Heading,
        }];
        shown.extend(lines(live, width));
        ticket.show(shown);
    }

    fn heading(&self, width: usize) -> String {
        let parts = vec![
            Part::new(
                0,
                "",
                format!("trial {} of at most {}", self.number, self.max),
            ),
            Part::new(1, " · ", RoundRate(self.rate).to_string()),
            Part::new(2, " · ", format!("capacity so far: {}", self.known)),
        ];
        fit(parts, width)
    }
}

impl Drop for TrialBlock {
    fn drop(&mut self) {
        if let Some(ticket) = &self.ticket {
            ticket.close();
        }
    }
}
