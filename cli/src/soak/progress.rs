//! The progress of a soak: one line that moves in a terminal, a line a minute elsewhere, and whatever goes
//! wrong.

use std::{io, time::Duration};

use runner_core::{
    events::{RunEvent, RunObserver},
    plan::SoakBefore,
    results::{Counts, Verdict},
    text::{Grouped, Human, Share, Visible},
};
use tokio::time::Instant;

use crate::progress::{Detail, Progress};

/// Where nothing moves, a line is written this often.
const LINE_EVERY: Duration = Duration::from_secs(60);

/// What moves changes this often at most: attempts can take microseconds.
const MOVE_EVERY: Duration = Duration::from_millis(100);

/// Shows how a soak gets on.
pub(super) struct SoakProgress {
    progress: Progress,
    counts: Counts,
    iteration: u64,
    started: Instant,
    before: Duration,
    /// How long the soak is to take in all, if that is known.
    planned: Option<Duration>,
    is_away: bool,
    latest_line: Instant,
    latest_move: Option<Instant>,
}

impl SoakProgress {
    /// The progress of a soak that begins now, after what came of it before.
    pub(super) fn new(
        progress: Progress,
        before: &SoakBefore,
        time_left: Option<Duration>,
    ) -> Self {
        let started = Instant::now();
        Self {
            progress,
            counts: before.counts,
            iteration: 0,
            started,
            before: before.elapsed,
            planned: time_left.map(|left| before.elapsed + left),
            is_away: false,
            latest_line: started,
            latest_move: None,
        }
    }

    /// Where the soak stands, on one line.
    fn standing(&self) -> String {
        let elapsed = Human(self.before + self.started.elapsed());
        let time = match self.planned {
            Some(planned) => format!("{elapsed} of {}", Human(planned)),
            None => elapsed.to_string(),
        };
        format!(
            "{time}: iteration {}, {} attempts, {} failed; success rate: {}",
            Grouped(self.iteration),
            Grouped(self.counts.total),
            Grouped(self.counts.failed),
            Share(self.counts.success())
        )
    }

    fn move_on(&mut self, doing: &str) {
        let is_due = self
            .latest_move
            .is_none_or(|latest| latest.elapsed() >= MOVE_EVERY);
        if self.progress.moves() {
            if is_due {
                self.latest_move = Some(Instant::now());
                self.progress
                    .set_moving(&format!("{} — {doing}", self.standing()));
            }
        } else if self.latest_line.elapsed() >= LINE_EVERY {
            self.latest_line = Instant::now();
            self.progress.say(&self.standing());
        }
    }
}

impl RunObserver for SoakProgress {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        match event {
            RunEvent::RunStarted { run, total } => {
                let cases = if *total == 1 { "case" } else { "cases" };
                self.progress.say(&format!(
                    "{}: {} {cases} on {}",
                    Visible(&run.suite_path),
                    Grouped(*total as u64),
                    Visible(&run.executor)
                ));
            }
            RunEvent::SuiteChanged { version } => self.progress.say(&format!(
                "the suite has changed: {} from here on",
                version.hash.get(..12).unwrap_or(&version.hash)
            )),
            RunEvent::SuiteRejected { reason } => self.progress.warn(&format!(
                "the suite's file has changed, but cannot be used; the suite stays as it was: {reason}"
            )),
            RunEvent::AttemptStarted { place, case } => {
                self.iteration = place.iteration;
                self.move_on(&Visible(&case.name).to_string());
            }
            RunEvent::AttemptFinished {
                place,
                case,
                report,
            } => {
                self.counts.add(report);
                if report.verdict() != Verdict::Pass || self.progress.detail() == Detail::Verbose {
                    let label = format!("[{}] ", Grouped(place.number));
                    self.progress.attempt(&label, case, report);
                }
            }
            RunEvent::HealthChanged { trouble } => {
                self.is_away = trouble.is_some();
                match trouble {
                    Some(reason) => self.progress.line(
                        Detail::Quiet,
                        &format!("executor is away, waiting for it: {}", Visible(reason)),
                    ),
                    None => self.progress.say("executor is back"),
                }
                if self.is_away {
                    self.move_on("waiting for the executor");
                }
            }
            RunEvent::RunFinished { results, counts } => {
                self.progress.stop_moving();
                self.progress.finished(results, counts);
            }
            _ => {}
        }
        Ok(())
    }

    fn name(&self) -> &'static str {
        "progress"
    }
}
