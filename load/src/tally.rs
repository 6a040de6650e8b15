//! What the attempts at one case, or at all of them, came to.

use run_stats::DurationHistogram;
use runner_core::{
    gates::Evidence,
    outcome::OutcomeClass,
    recorded::{OutcomeCounts, Totals},
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
