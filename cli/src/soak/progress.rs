//! The progress of a soak: one line that moves in a terminal, a line a minute elsewhere, and whatever goes
//! wrong.

use std::{collections::HashMap, io, time::Duration};

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

/// So many attempts of a case that did not pass are told each minute.
const TOLD: u64 = 3;

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
    /// Whether there is anything to wait for the executor with: a soak that goes on, or one with attempts.
    has_begun: bool,
    troubles: Troubles,
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
            has_begun: before.elapsed > Duration::ZERO,
            troubles: Troubles::default(),
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

    /// Says once a minute how many attempts that did not pass were not told.
    fn tell_of_untold(&mut self) {
        if self
            .troubles
            .since
            .is_none_or(|since| since.elapsed() < LINE_EVERY)
        {
            return;
        }
        for (case, untold) in std::mem::take(&mut self.troubles).untold() {
            let line = format!(
                "{}: {} more attempts that did not pass; the ledger has them",
                Visible(&case),
                Grouped(untold)
            );
            self.progress.line(Detail::Quiet, &line);
        }
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

/// Attempts that did not pass, within a minute.
#[derive(Default)]
struct Troubles {
    since: Option<Instant>,
    /// How many there were of each case.
    by_case: HashMap<String, u64>,
}

impl Troubles {
    /// Counts one more, and says whether to tell it: a case that always fails would fill a disk within a
    /// week.
    fn take(&mut self, case: &str) -> bool {
        self.since.get_or_insert_with(Instant::now);
        let count = self.by_case.entry(case.to_owned()).or_default();
        *count += 1;
        *count <= TOLD
    }

    /// The cases of which some were not told, with how many.
    fn untold(self) -> impl Iterator<Item = (String, u64)> {
        let more = |(case, count): (String, u64)| Some((case, count.checked_sub(TOLD)?));
        let by_case = self.by_case.into_iter().filter_map(more);
        by_case.filter(|(_, untold)| *untold > 0)
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
            RunEvent::SuiteRejected { reason } => {
                self.progress.warn(
                    "the suite's file has changed, but cannot be used; the suite stays as it was:",
                );
                // A picture of several lines.
                for line in reason.lines() {
                    let line = Visible(line).to_string();
                    self.progress.line(Detail::Quiet, &line);
                }
            }
            RunEvent::AttemptStarted { place, case } => {
                self.has_begun = true;
                self.iteration = place.iteration;
                self.move_on(&Visible(&case.name).to_string());
            }
            RunEvent::AttemptFinished {
                place,
                case,
                report,
            } => {
                self.counts.add(report);
                let is_verbose = self.progress.detail() == Detail::Verbose;
                let is_told = report.verdict() != Verdict::Pass && self.troubles.take(&case.id);
                if is_told || is_verbose {
                    let label = format!("[{}] ", Grouped(place.number));
                    self.progress.attempt(&label, case, report);
                }
                self.tell_of_untold();
            }
            // An executor that is not there at the start is told of when the run ends for that.
            RunEvent::HealthChanged { .. } if !self.has_begun => {}
            RunEvent::HealthChanged { trouble } => {
                self.is_away = trouble.is_some();
                match trouble {
                    Some(reason) => self.progress.line(
                        Detail::Quiet,
                        &format!("executor is away, waiting for it: {}", Visible(reason)),
                    ),
                    None => self.progress.line(Detail::Quiet, "executor is back"),
                }
                if self.is_away {
                    self.move_on("waiting for the executor");
                }
            }
            RunEvent::ObserverLost { observer, reason } => self.progress.warn(&format!(
                "the {observer} cannot be written any more, and the soak goes on without them: {reason}"
            )),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_that_always_fails_is_told_three_times_a_minute_and_then_counted() {
        let mut troubles = Troubles::default();
        let told = (0..1000).filter(|_| troubles.take("a")).count();
        assert!(troubles.take("b"));
        assert_eq!(told, 3);
        let untold: Vec<_> = troubles.untold().collect();
        assert_eq!(untold, [("a".to_owned(), 997)]);
    }
}
