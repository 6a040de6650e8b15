//! What the attempts at one case, or at all of them, came to.

use std::time::Duration;

use run_stats::DurationHistogram;
use runner_core::{
    gates::Evidence,
    outcome::OutcomeClass,
    recorded::{OutcomeCounts, Totals},
    results::AttemptReport,
};

/// What attempts came to, in memory that does not grow with their number.
///
/// Times are those of attempts that passed, but for [`failed`](Self::failed): one that failed at once, or
/// never ended, says nothing about how long things take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many came to what.
    pub outcomes: OutcomeCounts,
    /// How many passed and took no longer than the gates on times allow.
    pub good: u64,
    /// From when attempts were to begin until they ended: in the open model with all they had to wait for.
    pub response: DurationHistogram,
    /// From when they did begin until they ended.
    pub service: DurationHistogram,
    /// From when they began until the connection stood, where one was opened for them.
    pub connect: DurationHistogram,
    /// From when they began until the head of the answer.
    pub head: DurationHistogram,
    /// From when they began until the first event of any kind.
    pub first_event: DurationHistogram,
    /// From when they were to begin until the first output.
    pub first_output: DurationHistogram,
    /// Their longest gaps between two events.
    pub gaps: DurationHistogram,
    /// How long those took, from when they were to begin, that were tried and did not pass.
    pub failed: DurationHistogram,
    /// Bytes of all bodies.
    pub bytes: u64,
    /// Events of all streams.
    pub events: u64,
}

impl Tally {
    /// Takes in one attempt, which began so much later than it was to begin.
    pub(crate) fn add(&mut self, report: &AttemptReport, waited: Duration, is_good: bool) {
        let class = report.outcome.class();
        self.outcomes.add(class, 1);
        let stats = &report.stats;
        self.bytes += stats.bytes;
        self.events += stats.events;
        match class {
            OutcomeClass::Passed => {}
            OutcomeClass::Skipped | OutcomeClass::Cancelled | OutcomeClass::Interrupted => return,
            _ => return self.failed.record(waited + report.elapsed),
        }
        self.good += u64::from(is_good);
        self.response.record(waited + report.elapsed);
        self.service.record(report.elapsed);
        self.gaps.record(stats.longest_gap);
        let steps = [
            (&mut self.connect, stats.connect),
            (&mut self.head, stats.head),
            (&mut self.first_event, stats.first_event),
            (
                &mut self.first_output,
                stats.first_output.map(|it| it + waited),
            ),
        ];
        for (histogram, took) in steps {
            if let Some(took) = took {
                histogram.record(took);
            }
        }
    }

    /// Counts an attempt of which nothing is known but its class.
    pub(crate) fn add_bare(&mut self, class: OutcomeClass) {
        self.outcomes.add(class, 1);
    }

    /// Adds the attempts of `other`.
    pub fn merge(&mut self, other: &Self) {
        let Self {
            outcomes,
            good,
            response,
            service,
            connect,
            head,
            first_event,
            first_output,
            gaps,
            failed,
            bytes,
            events,
        } = self;
        outcomes.merge(&other.outcomes);
        *good += other.good;
        *bytes += other.bytes;
        *events += other.events;
        response.merge(&other.response);
        service.merge(&other.service);
        connect.merge(&other.connect);
        head.merge(&other.head);
        first_event.merge(&other.first_event);
        first_output.merge(&other.first_output);
        gaps.merge(&other.gaps);
        failed.merge(&other.failed);
    }

    /// How many attempts passed.
    #[must_use]
    pub fn passed(&self) -> u64 {
        self.outcomes.get(OutcomeClass::Passed)
    }

    /// How many attempts were tried, whatever came of them.
    #[must_use]
    pub fn tried(&self) -> u64 {
        self.outcomes.success().trials()
    }

    /// The same as gates are held against it.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        Evidence {
            counts: self.outcomes.counts(),
            totals: Totals {
                outcomes: self.outcomes,
                durations: self.response.clone(),
                first_outputs: self.first_output.clone(),
                gaps: self.gaps.clone(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use runner_core::outcome::Outcome;

    use super::*;
    use crate::test_support::passed_in;

    const MILLI: Duration = Duration::from_millis(1);

    #[test]
    fn failed_attempts_are_not_in_the_times_of_those_that_passed() {
        let mut tally = Tally::default();
        tally.add(&passed_in(5 * MILLI), Duration::ZERO, true);
        let mut failed = passed_in(900 * MILLI);
        failed.outcome = Outcome::Failed(Vec::new());
        tally.add(&failed, Duration::ZERO, false);
        let mut cancelled = passed_in(300 * MILLI);
        cancelled.outcome = Outcome::Cancelled;
        tally.add(&cancelled, Duration::ZERO, false);
        for histogram in [
            &tally.response,
            &tally.service,
            &tally.head,
            &tally.first_output,
        ] {
            assert_eq!(histogram.count(), 1);
        }
        assert_eq!(tally.failed.count(), 1);
        assert_eq!((tally.tried(), tally.passed(), tally.good), (2, 1, 1));
    }

    #[test]
    fn what_an_attempt_waited_for_its_beginning_is_in_its_response_and_not_in_its_service() {
        let mut tally = Tally::default();
        tally.add(&passed_in(4 * MILLI), 1000 * MILLI, true);
        let max = |it: &DurationHistogram| it.max().expect("one attempt");
        assert!(max(&tally.response) > 1003 * MILLI);
        assert!(max(&tally.first_output) > 1000 * MILLI);
        assert!(max(&tally.service) < 5 * MILLI);
        assert!(max(&tally.head) < 5 * MILLI);
    }

    #[test]
    fn merging_is_the_same_as_counting_in_one_place() {
        let reports = [3, 14, 15, 92].map(|millis| passed_in(millis * MILLI));
        let mut whole = Tally::default();
        let mut parts = [Tally::default(), Tally::default()];
        for (index, report) in reports.iter().enumerate() {
            whole.add(report, MILLI, true);
            parts[index % 2].add(report, MILLI, true);
        }
        let [mut one, other] = parts;
        one.merge(&other);
        assert_eq!(one, whole);
    }
}
