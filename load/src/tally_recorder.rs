//! Counts attempts as they end, until they are taken out as a tally.

use std::time::Duration;

use run_stats::DurationBuffer;
use runner_core::{outcome::OutcomeClass, recorded::OutcomeCounts, results::AttemptReport};

use crate::tally::Tally;

/// What becomes a [`Tally`]. Each attempt takes some hundred nanoseconds.
#[derive(Debug, Default)]
pub(crate) struct TallyRecorder {
    outcomes: OutcomeCounts,
    good: u64,
    response: DurationBuffer,
    service: DurationBuffer,
    connect: DurationBuffer,
    head: DurationBuffer,
    first_event: DurationBuffer,
    first_output: DurationBuffer,
    gaps: DurationBuffer,
    failed: DurationBuffer,
    bytes: u64,
    events: u64,
}

impl TallyRecorder {
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
        let first_output = stats.first_output.map(|took| took + waited);
        let steps = [
            (&mut self.connect, stats.connect),
            (&mut self.head, stats.head),
            (&mut self.first_event, stats.first_event),
            (&mut self.first_output, first_output),
        ];
        for (buffer, took) in steps {
            if let Some(took) = took {
                buffer.record(took);
            }
        }
    }

    /// Counts an attempt of which nothing is known but its class.
    pub(crate) fn add_bare(&mut self, class: OutcomeClass) {
        self.outcomes.add(class, 1);
    }

    /// Whether no attempt was counted.
    pub(crate) fn is_empty(&self) -> bool {
        self.outcomes == OutcomeCounts::default()
    }

    /// What was counted. There is nothing in it then.
    pub(crate) fn take(&mut self) -> Tally {
        use std::mem::take;
        Tally {
            outcomes: take(&mut self.outcomes),
            good: take(&mut self.good),
            response: self.response.take(),
            service: self.service.take(),
            connect: self.connect.take(),
            head: self.head.take(),
            first_event: self.first_event.take(),
            first_output: self.first_output.take(),
            gaps: self.gaps.take(),
            failed: self.failed.take(),
            bytes: take(&mut self.bytes),
            events: take(&mut self.events),
        }
    }
}

#[cfg(test)]
mod tests {
    use run_stats::DurationHistogram;
    use runner_core::outcome::Outcome;

    use super::*;
    use crate::test_support::passed_in;

    const MILLI: Duration = Duration::from_millis(1);

    #[test]
    fn failed_attempts_are_not_in_the_times_of_those_that_passed() {
        let mut recorder = TallyRecorder::default();
        recorder.add(&passed_in(5 * MILLI), Duration::ZERO, true);
        let mut failed = passed_in(900 * MILLI);
        failed.outcome = Outcome::Failed(Vec::new());
        recorder.add(&failed, Duration::ZERO, false);
        let mut cancelled = passed_in(300 * MILLI);
        cancelled.outcome = Outcome::Cancelled;
        recorder.add(&cancelled, Duration::ZERO, false);
        let tally = recorder.take();
        assert!(recorder.is_empty());
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
        let mut recorder = TallyRecorder::default();
        recorder.add(&passed_in(4 * MILLI), 1000 * MILLI, true);
        let tally = recorder.take();
        let max = |it: &DurationHistogram| it.max().expect("one attempt");
        assert!(max(&tally.response) > 1003 * MILLI);
        assert!(max(&tally.first_output) > 1000 * MILLI);
        assert!(max(&tally.service) < 5 * MILLI);
        assert!(max(&tally.head) < 5 * MILLI);
    }

    #[test]
    fn merging_is_the_same_as_counting_in_one_place() {
        let reports = [3, 14, 15, 92].map(|millis| passed_in(millis * MILLI));
        let mut whole = TallyRecorder::default();
        let mut parts = [TallyRecorder::default(), TallyRecorder::default()];
        for (index, report) in reports.iter().enumerate() {
            whole.add(report, MILLI, true);
            parts[index % 2].add(report, MILLI, true);
        }
        let [mut one, other] = parts.map(|mut part| part.take());
        one.merge(&other);
        assert_eq!(one, whole.take());
    }
}
