//! What is told of a soak while it goes on: whatever goes wrong. Where it stands, its view shows.

use std::{collections::HashMap, io, time::Duration};

use runner_core::{
    events::{RunEvent, RunObserver},
    results::Verdict,
    text::{Grouped, Visible},
};
use tokio::time::Instant;

use crate::progress::{Detail, Progress};

/// After so long it is said how many attempts that did not pass were not told.
const COUNTED_EVERY: Duration = Duration::from_secs(60);

/// So many attempts of a case that did not pass are told each minute.
const TOLD: u64 = 3;

/// Tells what happens in a soak.
pub(super) struct SoakProgress {
    progress: Progress,
    /// Whether there is anything to wait for the executor with: a soak that goes on, or one with attempts.
    has_begun: bool,
    troubles: Troubles,
}

impl SoakProgress {
    /// The progress of a soak that begins now, or goes on.
    pub(super) fn new(progress: Progress, goes_on: bool) -> Self {
        Self {
            progress,
            has_begun: goes_on,
            troubles: Troubles::default(),
        }
    }

    /// Says once a minute how many attempts that did not pass were not told.
    fn tell_of_untold(&mut self) {
        if self
            .troubles
            .since
            .is_none_or(|since| since.elapsed() < COUNTED_EVERY)
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
            RunEvent::AttemptStarted { .. } => self.has_begun = true,
            RunEvent::AttemptFinished {
                place,
                case,
                report,
                ..
            } => {
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
            RunEvent::HealthChanged { trouble } => match trouble {
                Some(reason) => self.progress.line(
                    Detail::Quiet,
                    &format!("executor is away, waiting for it: {}", Visible(reason)),
                ),
                None => self.progress.line(Detail::Quiet, "executor is back"),
            },
            RunEvent::ObserverLost { observer, reason } => self.progress.warn(&format!(
                "the {observer} cannot be written any more, and the soak goes on without them: {reason}"
            )),
            RunEvent::RunFinished { results, counts } => {
                self.progress.stop_following();
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
