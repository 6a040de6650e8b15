//! What the runner measures about itself, which tells whether it was fit to measure others, and about an
//! executor on the same machine.
//!
//! The module owns the numbers and the judgement over them. It refuses to take them: that needs clocks
//! and the kernel, which `cli` has.

use std::{fmt, time::Duration};

use crate::text::Human;

/// What the runner took and missed since the sample before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SelfSample {
    /// The time that the sample is about.
    pub span: Duration,
    /// By how much the event loop came late at worst.
    pub lag_max: Duration,
    /// For how long the event loop was later than may be: see [`LATE`].
    pub late: Duration,
    /// Processor time of all threads.
    pub cpu: Duration,
    /// Resident memory at the end, in bytes.
    pub memory_bytes: u64,
    /// Open descriptors at the end.
    pub descriptors: u64,
    /// Log lines that were lost.
    pub lost_log_lines: u64,
    /// How often the ledger was written.
    pub commits: u64,
    /// How long that took in all.
    pub commit_time: Duration,
    /// How long it took at worst.
    pub commit_max: Duration,
}

/// What the processes of an executor on this machine took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExecutorSample {
    /// The time that the sample is about.
    pub span: Duration,
    /// Processor time of all threads of all processes.
    pub cpu: Duration,
    /// Resident memory of all processes at the end, in bytes. What several share counts for each.
    pub memory_bytes: u64,
    /// Open descriptors at the end.
    pub descriptors: u64,
    /// Threads at the end.
    pub threads: u64,
    /// The executor's own process and what descends from it, at the end.
    pub processes: u64,
}

impl ExecutorSample {
    /// The share of one processor that it took; `None` of no time.
    #[must_use]
    pub fn cpu_share(&self) -> Option<f64> {
        (!self.span.is_zero()).then(|| share(self.cpu, self.span))
    }
}

/// What was measured at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Samples {
    /// Of the runner itself.
    pub runner: SelfSample,
    /// Of the executor, if it can be seen from here and there is one.
    pub executor: Option<ExecutorSample>,
}

/// Takes samples.
pub trait Sampler {
    /// What was taken and missed since this was asked before, but for what concerns the ledger.
    fn sample(&mut self) -> Samples;
}

/// Times that are measured on an event loop that comes later than this are not the executor's alone.
pub const LATE: Duration = Duration::from_millis(100);

/// The share of a run during which its event loop may be late before the run is not to be trusted.
pub const MAX_LATE_SHARE: f64 = 0.05;

/// Being late for less than this in all is no overload: in a short run, one hiccup is a large share.
pub const MIN_LATE: Duration = Duration::from_millis(1500);

/// What the runner took and missed in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SelfTotals {
    /// How many samples there are.
    pub samples: u64,
    /// The first sample's memory, in bytes.
    pub memory_first: u64,
    /// The latest sample's memory, in bytes.
    pub memory_last: u64,
    /// The most memory in any sample, in bytes.
    pub memory_max: u64,
    /// The most open descriptors in any sample.
    pub descriptors_max: u64,
    /// The sum of all samples; of what can only be compared, the largest.
    pub sum: SelfSample,
}

impl SelfTotals {
    /// Takes in one more sample.
    pub fn add(&mut self, sample: &SelfSample) {
        if self.samples == 0 {
            self.memory_first = sample.memory_bytes;
        }
        self.samples += 1;
        self.memory_last = sample.memory_bytes;
        self.memory_max = self.memory_max.max(sample.memory_bytes);
        self.descriptors_max = self.descriptors_max.max(sample.descriptors);
        let sum = &mut self.sum;
        *sum = SelfSample {
            span: sum.span + sample.span,
            lag_max: sum.lag_max.max(sample.lag_max),
            late: sum.late + sample.late,
            cpu: sum.cpu + sample.cpu,
            memory_bytes: sample.memory_bytes,
            descriptors: sample.descriptors,
            lost_log_lines: sum.lost_log_lines + sample.lost_log_lines,
            commits: sum.commits + sample.commits,
            commit_time: sum.commit_time + sample.commit_time,
            commit_max: sum.commit_max.max(sample.commit_max),
        };
    }

    /// Adds what another runner took and missed, which ran beside this one. How memory and descriptors went
    /// is told of the one that took most: of several processes together nothing grows.
    pub fn merge(&mut self, other: &Self) {
        let most = if other.memory_max > self.memory_max {
            *other
        } else {
            *self
        };
        let (sum, added) = (self.sum, other.sum);
        *self = Self {
            samples: self.samples + other.samples,
            descriptors_max: self.descriptors_max.max(other.descriptors_max),
            sum: SelfSample {
                span: sum.span + added.span,
                lag_max: sum.lag_max.max(added.lag_max),
                late: sum.late + added.late,
                cpu: sum.cpu + added.cpu,
                lost_log_lines: sum.lost_log_lines + added.lost_log_lines,
                commits: sum.commits + added.commits,
                commit_time: sum.commit_time + added.commit_time,
                commit_max: sum.commit_max.max(added.commit_max),
                ..most.sum
            },
            ..most
        };
    }

    /// The share of one processor that the runner took, 0 before the first sample.
    #[must_use]
    pub fn cpu_share(&self) -> f64 {
        share(self.sum.cpu, self.sum.span)
    }

    /// What shows that the runner itself was the bottleneck; `None` if it was not.
    #[must_use]
    pub fn overload(&self) -> Option<Overload> {
        let share = share(self.sum.late, self.sum.span);
        (share > MAX_LATE_SHARE && self.sum.late >= MIN_LATE).then_some(Overload {
            late: self.sum.late,
            span: self.sum.span,
            lag_max: self.sum.lag_max,
        })
    }
}

fn share(part: Duration, whole: Duration) -> f64 {
    if whole.is_zero() {
        0.0
    } else {
        part.as_secs_f64() / whole.as_secs_f64()
    }
}

/// An event loop that came late for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overload {
    late: Duration,
    span: Duration,
    lag_max: Duration,
}

impl fmt::Display for Overload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "its event loop was more than {} late for {} of {} ({:.1}%, allowed: {:.0}%), at worst by {}",
            Human(LATE),
            Human(self.late),
            Human(self.span),
            share(self.late, self.span) * 100.0,
            MAX_LATE_SHARE * 100.0,
            Human(self.lag_max)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(late_ms: u64) -> SelfSample {
        SelfSample {
            span: Duration::from_secs(10),
            late: Duration::from_millis(late_ms),
            lag_max: Duration::from_millis(late_ms),
            cpu: Duration::from_secs(1),
            memory_bytes: 1000 - late_ms,
            ..SelfSample::default()
        }
    }

    #[test]
    fn a_loop_that_is_late_for_too_large_a_share_is_an_overload() {
        let mut totals = SelfTotals::default();
        assert_eq!(totals.overload(), None);
        totals.add(&sample(900));
        assert_eq!(totals.overload(), None, "one hiccup");
        totals.add(&sample(700));
        let words = totals.overload().expect("an overload").to_string();
        assert_eq!(
            words,
            "its event loop was more than 100ms late for 1.60s of 20.00s (8.0%, allowed: 5%), at worst by 900ms"
        );
    }

    #[test]
    fn sums_and_extremes_are_kept_apart() {
        let mut totals = SelfTotals::default();
        totals.add(&sample(0));
        totals.add(&sample(100));
        assert_eq!(
            (totals.memory_first, totals.memory_last, totals.memory_max),
            (1000, 900, 1000)
        );
        assert!((totals.cpu_share() - 0.1).abs() < 1e-9);
    }
}
