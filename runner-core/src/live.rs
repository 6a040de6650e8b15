//! A run as somebody who looks at it now sees it: the terminal, the live page, the metrics.
//!
//! The module owns the value and how events change it. It refuses clocks, and words: moments are handed
//! in, and whoever shows it words it. What it takes is bounded, however long a run goes on.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    events::RunEvent,
    outcome::OutcomeClass,
    results::{AttemptReport, Counts, Place, RunInfo, Verdict},
    self_sample::Samples,
};

/// So many of the latest attempts that did not pass are kept.
pub const KEPT_FAILURES: usize = 10;

/// So many of the latest durations are kept.
pub const KEPT_DURATIONS: usize = 1000;

/// What a run does, and what came of it so far.
#[derive(Debug, Clone)]
pub struct LiveRun {
    /// What is run, where, and since when; `None` before it begins.
    pub run: Option<RunInfo>,
    /// How many cases were selected.
    pub total: usize,
    /// When this process began with it.
    pub began: Instant,
    /// How long it took before that, in other processes.
    pub before: Duration,
    /// How long it is to take in all, if that is known.
    pub planned: Option<Duration>,
    /// What it does.
    pub phase: Phase,
    /// The iteration that is under way, counted from one; 0 before the first attempt.
    pub iteration: u64,
    /// The attempt that is under way.
    pub running: Option<Running>,
    /// What came of the attempts so far, also of those before.
    pub counts: Counts,
    /// How long the latest attempts took that passed.
    pub recent: RecentDurations,
    /// How often the executor was away, since this process began with the run.
    pub outages: u64,
    /// The latest attempts that did not pass, latest first.
    pub failures: VecDeque<LiveFailure>,
    /// What the runner measured last, about itself and the executor's processes.
    pub samples: Option<Samples>,
    /// Why the suite's file cannot be used as it is now, in words, if the suite stays as it was for that.
    pub suite_rejected: Option<String>,
}

/// What a run does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// It looks for its executor.
    Starting,
    /// It makes attempts, or waits for the next iteration.
    Running,
    /// It waits for its executor.
    Away {
        /// Since when.
        since: Instant,
        /// Why the executor was taken for away. It may quote what it sent.
        reason: String,
    },
    /// It is over.
    Ended {
        /// How long it took in all.
        elapsed: Duration,
        /// Why it is no success, as code and words, gravest first.
        problems: Vec<(&'static str, String)>,
    },
}

/// An attempt that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Where in the run.
    pub place: Place,
    /// The case's id.
    pub case_id: String,
    /// What people call the case.
    pub case_name: String,
    /// Since when.
    pub since: Instant,
}

/// An attempt that did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveFailure {
    /// Where in the run.
    pub place: Place,
    /// The case's id.
    pub case_id: String,
    /// What people call the case.
    pub case_name: String,
    /// When it was announced.
    pub at: Instant,
    /// How long it took.
    pub elapsed: Duration,
    /// What it came to.
    pub outcome: OutcomeClass,
    /// Why it did not pass, in words that may quote what the executor sent.
    pub explanation: Option<String>,
    /// The codes of what was found.
    pub findings: Vec<&'static str>,
}

impl LiveRun {
    /// A run that this process begins now, after what came of it before.
    #[must_use]
    pub fn new(now: Instant, before: Duration, counts: Counts, planned: Option<Duration>) -> Self {
        Self {
            run: None,
            total: 0,
            began: now,
            before,
            planned,
            phase: Phase::Starting,
            iteration: 0,
            running: None,
            counts,
            recent: RecentDurations::default(),
            outages: 0,
            failures: VecDeque::with_capacity(KEPT_FAILURES),
            samples: None,
            suite_rejected: None,
        }
    }

    /// Takes note of an event that was announced at `now`.
    pub fn on_event(&mut self, event: &RunEvent<'_>, now: Instant) {
        match event {
            RunEvent::RunStarted { run, total } => {
                self.run = Some((*run).clone());
                self.total = *total;
            }
            RunEvent::SuiteChanged { .. } => self.suite_rejected = None,
            RunEvent::SuiteRejected { reason } => self.suite_rejected = Some((*reason).to_owned()),
            RunEvent::AttemptStarted { place, case } => {
                self.phase = Phase::Running;
                self.iteration = place.iteration;
                self.running = Some(Running {
                    place: *place,
                    case_id: case.id.clone(),
                    case_name: case.name.clone(),
                    since: now,
                });
            }
            RunEvent::AttemptFinished {
                place,
                case,
                report,
                end,
            } => {
                self.running = None;
                self.counts.add(report, end.as_ref());
                self.finished(report, || {
                    LiveFailure::new(*place, &case.id, &case.name, report, now)
                });
            }
            RunEvent::HealthChanged { trouble } => self.health_changed(*trouble, now),
            RunEvent::RunFinished { results, counts } => {
                self.running = None;
                self.counts = **counts;
                let problems = results.problems.iter();
                self.phase = Phase::Ended {
                    elapsed: results.elapsed,
                    problems: problems.map(|it| (it.code(), it.to_string())).collect(),
                };
            }
            RunEvent::Sampled { samples } => self.samples = Some(**samples),
            RunEvent::ObserverLost { .. } => {}
        }
    }

    fn finished(&mut self, report: &AttemptReport, failure: impl FnOnce() -> LiveFailure) {
        match report.verdict() {
            Verdict::Pass => self.recent.add(report.elapsed),
            Verdict::Fail => {
                self.failures.truncate(KEPT_FAILURES - 1);
                self.failures.push_front(failure());
            }
            _ => {}
        }
    }

    fn health_changed(&mut self, trouble: Option<&str>, now: Instant) {
        self.phase = match trouble {
            Some(reason) => {
                self.outages += 1;
                Phase::Away {
                    since: now,
                    reason: reason.to_owned(),
                }
            }
            None => Phase::Running,
        };
    }

    /// How long the run has gone on at `now`, in all its processes.
    #[must_use]
    pub fn elapsed(&self, now: Instant) -> Duration {
        match &self.phase {
            Phase::Ended { elapsed, .. } => *elapsed,
            _ => self.before + now.saturating_duration_since(self.began),
        }
    }

    /// How long it will still go on, if that is known.
    #[must_use]
    pub fn remaining(&self, now: Instant) -> Option<Duration> {
        Some(self.planned?.saturating_sub(self.elapsed(now)))
    }
}

impl LiveFailure {
    fn new(place: Place, id: &str, name: &str, report: &AttemptReport, now: Instant) -> Self {
        let findings = report.findings.iter();
        Self {
            place,
            case_id: id.to_owned(),
            case_name: name.to_owned(),
            at: now,
            elapsed: report.elapsed,
            outcome: report.outcome.class(),
            explanation: report.outcome.explanation(),
            findings: findings.map(|finding| finding.code.as_str()).collect(),
        }
    }
}

/// The latest durations, [`KEPT_DURATIONS`] of them at most.
#[derive(Debug, Clone, Default)]
pub struct RecentDurations {
    kept: Vec<Duration>,
    /// Where the oldest one is, once there are as many as are kept.
    oldest: usize,
}

impl RecentDurations {
    fn add(&mut self, duration: Duration) {
        if self.kept.len() < KEPT_DURATIONS {
            self.kept.push(duration);
        } else {
            self.kept[self.oldest] = duration;
            self.oldest = (self.oldest + 1) % KEPT_DURATIONS;
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// For each of `quantiles`, between 0 and 1, the shortest duration that at least such a share does
    /// not exceed; `None` if there are none.
    #[must_use]
    pub fn quantiles<const N: usize>(&self, quantiles: [f64; N]) -> Option<[Duration; N]> {
        let last = self.kept.len().checked_sub(1)?;
        let mut sorted = self.kept.clone();
        sorted.sort_unstable();
        Some(quantiles.map(|quantile| {
            let rank = (quantile * sorted.len() as f64).ceil() as usize;
            sorted[rank.saturating_sub(1).min(last)]
        }))
    }
}

impl FromIterator<Duration> for RecentDurations {
    fn from_iter<I: IntoIterator<Item = Duration>>(durations: I) -> Self {
        let mut recent = Self::default();
        durations.into_iter().for_each(|it| recent.add(it));
        recent
    }
}

/// A [`LiveRun`] that one thread writes and others look at.
#[derive(Debug, Clone)]
pub struct SharedLiveRun(Arc<Mutex<LiveRun>>);

impl SharedLiveRun {
    /// Shares `run`.
    #[must_use]
    pub fn new(run: LiveRun) -> Self {
        Self(Arc::new(Mutex::new(run)))
    }

    /// Takes note of an event that was announced at `now`.
    pub fn on_event(&self, event: &RunEvent<'_>, now: Instant) {
        self.lock().on_event(event, now);
    }

    /// The run as it is now.
    #[must_use]
    pub fn snapshot(&self) -> LiveRun {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, LiveRun> {
        // Whatever panicked, each field is a value that can be shown.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        outcome::{Failure, Outcome},
        test_support,
        tries::{Tried, Tries},
    };

    fn report(outcome: Outcome, elapsed: Duration) -> AttemptReport {
        AttemptReport {
            elapsed,
            ..AttemptReport::bare("x".into(), Duration::ZERO, outcome)
        }
    }

    fn failed() -> Outcome {
        Outcome::Failed(vec![Failure::ExitCode {
            expected: 0,
            actual: 1,
        }])
    }

    fn finish(live: &mut LiveRun, number: u64, outcome: Outcome, now: Instant) {
        let case = test_support::case("a");
        let place = Place {
            number,
            iteration: number,
            index: 0,
            try_number: 1,
        };
        let end = Some(Tries::judge(&case, [Tried::from(&outcome)]));
        let report = report(outcome, Duration::from_millis(number));
        live.on_event(&RunEvent::AttemptStarted { place, case: &case }, now);
        assert_eq!(
            live.running.as_ref().map(|it| it.place.number),
            Some(number)
        );
        live.on_event(
            &RunEvent::AttemptFinished {
                place,
                case: &case,
                report: &report,
                end,
            },
            now,
        );
    }

    fn live(now: Instant) -> LiveRun {
        let hour = Duration::from_secs(3600);
        LiveRun::new(now, hour, Counts::default(), Some(3 * hour))
    }

    #[test]
    fn the_latest_failures_are_kept_and_no_more_than_that() {
        let now = Instant::now();
        let mut live = live(now);
        for number in 1..=25 {
            finish(&mut live, number, failed(), now);
        }
        let numbers: Vec<_> = live.failures.iter().map(|it| it.place.number).collect();
        assert_eq!(numbers, (16..=25).rev().collect::<Vec<_>>());
        assert_eq!((live.counts.failed, live.iteration), (25, 25));
        assert!(live.running.is_none());
    }

    #[test]
    fn quantiles_are_those_of_the_latest_passed_attempts() {
        let now = Instant::now();
        let mut live = live(now);
        assert_eq!(live.recent.quantiles([0.5]), None);
        let kept = KEPT_DURATIONS as u64;
        for number in 1..=kept + 500 {
            finish(&mut live, number, Outcome::Passed, now);
        }
        let millis = |quantiles| {
            let found = live.recent.quantiles::<3>(quantiles).expect("durations");
            found.map(|it| it.as_millis() as u64)
        };
        assert_eq!(millis([0.0, 0.5, 1.0]), [501, 500 + kept / 2, 500 + kept]);
    }

    #[test]
    fn an_outage_lasts_from_the_first_word_of_it_to_the_last() {
        let now = Instant::now();
        let mut live = live(now);
        let away = Some("refused");
        live.on_event(&RunEvent::HealthChanged { trouble: away }, now);
        let reason = "refused".to_owned();
        assert_eq!(live.phase, Phase::Away { since: now, reason });
        live.on_event(&RunEvent::HealthChanged { trouble: None }, now);
        assert_eq!((&live.phase, live.outages), (&Phase::Running, 1));
    }

    #[test]
    fn time_is_counted_over_all_processes() {
        let now = Instant::now();
        let live = live(now);
        let hour = Duration::from_secs(3600);
        assert_eq!(live.elapsed(now + hour), 2 * hour);
        assert_eq!(live.remaining(now + hour), Some(hour));
        assert_eq!(live.remaining(now + 9 * hour), Some(Duration::ZERO));
    }
}
