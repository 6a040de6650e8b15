//! The quantities whose drift is looked for.

use std::fmt;

use crate::{
    recorded::Totals,
    self_sample::{ExecutorSample, SelfSample},
};

/// A quantity that is followed over a long run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quantity {
    /// The share of attempts that passed.
    SuccessRate,
    /// The median duration of attempts that passed.
    DurationP50,
    /// What 99 of 100 attempts that passed did not exceed.
    DurationP99,
    /// The median time to their first output.
    FirstOutput,
    /// The median of the longest gaps between two events in them.
    LongestGap,
    /// Resident memory of the executor's processes.
    ExecutorMemory,
    /// Processors that the executor's processes kept busy.
    ExecutorCpu,
    /// Descriptors that the executor's processes have open.
    ExecutorDescriptors,
    /// Threads of the executor's processes.
    ExecutorThreads,
    /// The executor's process and what descends from it.
    ExecutorProcesses,
    /// Resident memory of the runner itself.
    RunnerMemory,
    /// Descriptors that the runner itself has open.
    RunnerDescriptors,
}

/// What a quantity is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// A share between 0 and 1.
    Share,
    /// Seconds.
    Time,
    /// Bytes.
    Bytes,
    /// Processors.
    Processors,
    /// A number of things.
    Count,
}

impl Quantity {
    /// Those of the attempts of a run, or of one of its cases.
    pub const OF_ATTEMPTS: [Self; 5] = [
        Self::SuccessRate,
        Self::DurationP50,
        Self::DurationP99,
        Self::FirstOutput,
        Self::LongestGap,
    ];

    /// Those of the executor's processes.
    pub const OF_EXECUTOR: [Self; 5] = [
        Self::ExecutorMemory,
        Self::ExecutorCpu,
        Self::ExecutorDescriptors,
        Self::ExecutorThreads,
        Self::ExecutorProcesses,
    ];

    /// Those of the runner itself.
    pub const OF_RUNNER: [Self; 2] = [Self::RunnerMemory, Self::RunnerDescriptors];

    /// All of them, in the order in which they are told.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_attempts = Self::OF_ATTEMPTS.into_iter();
        of_attempts.chain(Self::OF_EXECUTOR).chain(Self::OF_RUNNER)
    }

    /// The quantity with this stable name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|quantity| quantity.as_str() == name)
    }

    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SuccessRate => "success_rate",
            Self::DurationP50 => "duration_p50",
            Self::DurationP99 => "duration_p99",
            Self::FirstOutput => "first_output",
            Self::LongestGap => "longest_gap",
            Self::ExecutorMemory => "executor_rss",
            Self::ExecutorCpu => "executor_cpu",
            Self::ExecutorDescriptors => "executor_descriptors",
            Self::ExecutorThreads => "executor_threads",
            Self::ExecutorProcesses => "executor_processes",
            Self::RunnerMemory => "runner_rss",
            Self::RunnerDescriptors => "runner_descriptors",
        }
    }

    /// What it is measured in.
    #[must_use]
    pub fn dimension(self) -> Dimension {
        match self {
            Self::SuccessRate => Dimension::Share,
            Self::DurationP50 | Self::DurationP99 | Self::FirstOutput | Self::LongestGap => {
                Dimension::Time
            }
            Self::ExecutorMemory | Self::RunnerMemory => Dimension::Bytes,
            Self::ExecutorCpu => Dimension::Processors,
            Self::ExecutorDescriptors
            | Self::ExecutorThreads
            | Self::ExecutorProcesses
            | Self::RunnerDescriptors => Dimension::Count,
        }
    }

    /// Its value over attempts; `None` if there were none that count, or if it is not about attempts.
    #[must_use]
    pub fn of_attempts(self, totals: &Totals) -> Option<f64> {
        let quantile = |durations: &run_stats::DurationHistogram, q| {
            durations.quantile(q).map(|found| found.as_secs_f64())
        };
        match self {
            Self::SuccessRate => totals.outcomes.success().rate(),
            Self::DurationP50 => quantile(&totals.durations, 0.5),
            Self::DurationP99 => quantile(&totals.durations, 0.99),
            Self::FirstOutput => quantile(&totals.first_outputs, 0.5),
            Self::LongestGap => quantile(&totals.gaps, 0.5),
            _ => None,
        }
    }

    /// Its value in a sample of the executor's processes; `None` if it is not about them.
    #[must_use]
    pub fn of_executor(self, sample: &ExecutorSample) -> Option<f64> {
        match self {
            Self::ExecutorMemory => Some(sample.memory_bytes as f64),
            Self::ExecutorCpu => sample.cpu_share(),
            Self::ExecutorDescriptors => Some(sample.descriptors as f64),
            Self::ExecutorThreads => Some(sample.threads as f64),
            Self::ExecutorProcesses => Some(sample.processes as f64),
            _ => None,
        }
    }

    /// Its value in a sample of the runner itself; `None` if it is not about it.
    #[must_use]
    pub fn of_runner(self, sample: &SelfSample) -> Option<f64> {
        match self {
            Self::RunnerMemory => Some(sample.memory_bytes as f64),
            Self::RunnerDescriptors => Some(sample.descriptors as f64),
            _ => None,
        }
    }
}

impl fmt::Display for Quantity {
    /// The quantity in words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SuccessRate => "success rate",
            Self::DurationP50 => "median duration",
            Self::DurationP99 => "99th percentile of durations",
            Self::FirstOutput => "median time to first output",
            Self::LongestGap => "median longest gap",
            Self::ExecutorMemory => "memory of the executor",
            Self::ExecutorCpu => "processor use of the executor",
            Self::ExecutorDescriptors => "open descriptors of the executor",
            Self::ExecutorThreads => "threads of the executor",
            Self::ExecutorProcesses => "processes of the executor",
            Self::RunnerMemory => "memory of the runner",
            Self::RunnerDescriptors => "open descriptors of the runner",
        })
    }
}
