//! How gauntlet itself fared.

use runner_core::self_sample::{SelfSample, SelfTotals};
use serde::{Deserialize, Serialize};

use crate::wire::Ms;

/// What gauntlet itself took and missed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Runner"))]
pub(super) struct RunnerWire {
    /// How many samples there are.
    samples: u64,
    /// The time that they are about.
    span_ms: Ms,
    /// Processor time of all threads.
    cpu_ms: Ms,
    /// By how much the event loop came late at worst.
    lag_max_ms: Ms,
    /// For how long the event loop was later than may be.
    late_ms: Ms,
    /// The first sample's resident memory.
    memory_first_bytes: u64,
    /// The latest sample's.
    memory_last_bytes: u64,
    /// The most in any sample.
    memory_max_bytes: u64,
    /// Open descriptors in the latest sample.
    descriptors_last: u64,
    /// The most in any sample.
    descriptors_max: u64,
    /// Log lines that were lost.
    lost_log_lines: u64,
    /// How often the ledger was written.
    commits: u64,
    /// How long that took in all.
    commit_time_ms: Ms,
    /// How long it took at worst.
    commit_max_ms: Ms,
}

impl From<&SelfTotals> for RunnerWire {
    fn from(totals: &SelfTotals) -> Self {
        let sum = &totals.sum;
        Self {
            samples: totals.samples,
            span_ms: Ms(sum.span),
            cpu_ms: Ms(sum.cpu),
            lag_max_ms: Ms(sum.lag_max),
            late_ms: Ms(sum.late),
            memory_first_bytes: totals.memory_first,
            memory_last_bytes: totals.memory_last,
            memory_max_bytes: totals.memory_max,
            descriptors_last: sum.descriptors,
            descriptors_max: totals.descriptors_max,
            lost_log_lines: sum.lost_log_lines,
            commits: sum.commits,
            commit_time_ms: Ms(sum.commit_time),
            commit_max_ms: Ms(sum.commit_max),
        }
    }
}

impl From<RunnerWire> for SelfTotals {
    fn from(wire: RunnerWire) -> Self {
        Self {
            samples: wire.samples,
            memory_first: wire.memory_first_bytes,
            memory_last: wire.memory_last_bytes,
            memory_max: wire.memory_max_bytes,
            descriptors_max: wire.descriptors_max,
            sum: SelfSample {
                span: wire.span_ms.0,
                lag_max: wire.lag_max_ms.0,
                late: wire.late_ms.0,
                cpu: wire.cpu_ms.0,
                memory_bytes: wire.memory_last_bytes,
                descriptors: wire.descriptors_last,
                lost_log_lines: wire.lost_log_lines,
                commits: wire.commits,
                commit_time: wire.commit_time_ms.0,
                commit_max: wire.commit_max_ms.0,
            },
        }
    }
}
