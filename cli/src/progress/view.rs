//! How a run gets on, in a few lines or in one: a pure function of the run and the moment.

use std::time::Duration;

use runner_core::{
    live::{LiveFailure, LiveRun, Phase, Running},
    text::{Clipped, Confidence, Grouped, Human, Rate},
};
use tokio::time::Instant;

use super::fit::{Part, brief, cut, fit, longest_unit};
use crate::block::{Line, Tone};

/// So much of a foreign text is looked at: no terminal is wider.
const SHOWN_CHARS: usize = 240;

/// What was so long ago is not counted in seconds: where failures are many, the line keeps still.
const JUST_NOW: Duration = Duration::from_secs(10);

/// What is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A suite, once.
    Suite,
    /// The soak with this number.
    Soak(u64),
}

/// A run at a moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub subject: Subject,
    pub run: &'a LiveRun,
    pub now: Instant,
}

impl View<'_> {
    /// The lines of a block that is `width` columns wide. `output` is the last line of what the running
    /// command printed, as it came.
    pub(super) fn lines(&self, output: &str, width: usize) -> Vec<Line> {
        let lines = match self.subject {
            Subject::Soak(id) => vec![
                Some((Tone::Heading, self.heading(id, width))),
                Some((Tone::Plain, self.results(width))),
                self.doing(output, width),
                self.last_failure(),
                self.rejected_suite(),
            ],
            Subject::Suite => vec![
                self.doing(output, width),
                Some((Tone::Faint, self.results(width))),
            ],
        };
        let line = |(tone, text): (Tone, String)| Line {
            text: cut(&text, width).into_owned(),
            tone,
        };
        lines.into_iter().flatten().map(line).collect()
    }

    /// The same on one line, for where nothing moves.
    pub(super) fn line(&self) -> String {
        let lines = self.lines("", usize::MAX).into_iter();
        lines.map(|line| line.text).collect::<Vec<_>>().join("; ")
    }

    fn heading(&self, id: u64, width: usize) -> String {
        let state = match self.run.phase {
            Phase::Starting => "starting",
            Phase::Running => "running",
            Phase::Away { .. } => "waiting",
            Phase::Ended { .. } => "ended",
        };
        let mut parts = vec![
            Part::new(1, "", format!("soak {id}")),
            Part::new(0, " · ", state),
        ];
        let elapsed = brief(self.run.elapsed(self.now));
        match self.run.planned {
            Some(planned) => {
                let planned = brief(planned);
                // Not `of 1d 00h`, which takes a moment to read.
                let planned = planned.split(" 00").next().unwrap_or(&planned);
                parts.push(Part::new(2, " · ", format!("{elapsed} of {planned}")));
            }
            None => parts.push(Part::new(2, " · ", elapsed)),
        }
        if let (Some(left), false) = (self.run.remaining(self.now), self.has_ended()) {
            parts.push(Part::new(4, " ", format!("({} left)", brief(left))));
        }
        if self.run.iteration > 0 {
            let iteration = format!("iteration {}", Grouped(self.run.iteration));
            parts.push(Part::new(5, " · ", iteration));
        }
        if self.run.outages > 0 {
            let plural = if self.run.outages == 1 { "" } else { "s" };
            let outages = format!("{} outage{plural}", Grouped(self.run.outages));
            parts.push(Part::new(3, " · ", outages));
        }
        fit(parts, width)
    }

    fn results(&self, width: usize) -> String {
        let counts = &self.run.counts;
        let mut parts = match self.subject {
            Subject::Soak(_) if counts.total == 0 => return "no attempts yet".to_owned(),
            Subject::Soak(_) => {
                let plural = if counts.total == 1 { "" } else { "s" };
                let attempts = format!("{} attempt{plural}", Grouped(counts.total));
                vec![
                    Part::new(2, "", attempts),
                    Part::new(0, ", ", format!("{} failed", Grouped(counts.failed))),
                ]
            }
            Subject::Suite => vec![
                Part::new(2, "", format!("{} passed", counts.passed)),
                Part::new(0, ", ", format!("{} failed", counts.failed)),
                Part::new(3, " · ", brief(self.run.elapsed(self.now))),
            ],
        };
        let success = counts.success();
        if success.trials() > 0 {
            parts.push(Part::new(1, " · ", format!("success {}", Rate(success))));
            parts.push(Part::new(5, " ", format!("({})", Confidence(success))));
        }
        let latest = match self.subject {
            Subject::Soak(_) => self.run.recent.quantiles([0.5, 0.95]),
            // Each of its cases is another one.
            Subject::Suite => None,
        };
        if let Some([p50, p95]) = latest {
            let quantiles = format!("p50 {}, p95 {}", Human(p50), Human(p95));
            parts.push(Part::new(4, " · ", quantiles));
            let last = Grouped(self.run.recent.len() as u64);
            parts.push(Part::new(6, " ", format!("(last {last})")));
        }
        fit(parts, width)
    }

    fn doing(&self, output: &str, width: usize) -> Option<(Tone, String)> {
        let what = match (&self.run.phase, &self.run.running) {
            (Phase::Ended { .. }, _) => return None,
            (Phase::Away { since, reason }, _) => {
                let away = brief(self.now.saturating_duration_since(*since));
                let reason = Clipped(reason, SHOWN_CHARS);
                return Some((Tone::Trouble, format!("executor away for {away}: {reason}")));
            }
            (_, Some(running)) => self.running(running, output, width),
            (Phase::Starting, None) => "now: looking for the executor".to_owned(),
            (Phase::Running, None) => "now: waiting for the next attempt".to_owned(),
        };
        let tone = match self.subject {
            Subject::Suite => Tone::Plain,
            Subject::Soak(_) => Tone::Faint,
        };
        Some((tone, what))
    }

    fn running(&self, running: &Running, output: &str, width: usize) -> String {
        let mut name = Clipped(&running.case_name, SHOWN_CHARS).to_string();
        if !output.is_empty() {
            // Neither is to take the other's place.
            name = cut(&name, width / 2).into_owned();
        }
        let place = match self.subject {
            Subject::Soak(_) => "now:".to_owned(),
            Subject::Suite => {
                let columns = self.run.total.to_string().len();
                let number = running.place.index + 1;
                format!("[{number:>columns$}/{}]", self.run.total)
            }
        };
        let mut text = format!("{place} {name}");
        let elapsed = self.now.saturating_duration_since(running.since);
        if elapsed >= Duration::from_secs(1) {
            text.push_str(&format!(" ({})", brief(elapsed)));
        }
        if !output.is_empty() {
            text.push_str(&format!("  │ {}", Clipped(output, SHOWN_CHARS)));
        }
        text
    }

    fn last_failure(&self) -> Option<(Tone, String)> {
        let failure = self.run.failures.front()?;
        let LiveFailure {
            case_name,
            explanation,
            outcome,
            at,
            ..
        } = failure;
        let ago = self.now.saturating_duration_since(*at);
        let when = if ago < JUST_NOW {
            "just now".to_owned()
        } else {
            format!("{} ago", longest_unit(ago))
        };
        let name = Clipped(case_name, SHOWN_CHARS / 4);
        let why = explanation.as_deref().unwrap_or(outcome.words());
        let why = Clipped(why, SHOWN_CHARS);
        let text = format!("last failure: {when}, {name}: {why}");
        Some((Tone::Plain, text))
    }

    fn rejected_suite(&self) -> Option<(Tone, String)> {
        self.run.suite_rejected.as_ref()?;
        let text = "the suite's file cannot be used; the suite stays as it was";
        Some((Tone::Trouble, text.to_owned()))
    }

    fn has_ended(&self) -> bool {
        matches!(self.run.phase, Phase::Ended { .. })
    }
}

#[cfg(test)]
mod tests;
