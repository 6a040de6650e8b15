//! Which metrics there are: names, kinds, labels and meanings, all in one place.
//!
//! Names and units follow the conventions of Prometheus: base units, `_total` for what only grows.

use std::fmt;

use prometheus::{HistogramOpts, Opts};

/// What kind of metric it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// It only grows, from zero at the start of the process.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Counts of values up to bounds, with their sum.
    Histogram,
}

impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        })
    }
}

/// What there is to know about a metric before it has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricDescription {
    /// Its name, with its unit.
    pub name: &'static str,
    /// Its kind.
    pub kind: MetricKind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it says, in a sentence.
    pub help: &'static str,
}

/// Upper bounds of the buckets of all histograms, in seconds: from a millisecond to an hour.
///
/// Each is about three times the one before, which is fine enough to see a change that matters, and few
/// enough for hundreds of cases.
pub const BUCKETS: [f64; 14] = [
    0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0,
];

impl MetricDescription {
    pub(crate) fn opts(&self) -> Opts {
        Opts::new(self.name, self.help)
    }

    pub(crate) fn histogram_opts(&self) -> HistogramOpts {
        HistogramOpts::new(self.name, self.help).buckets(BUCKETS.to_vec())
    }
}

macro_rules! metrics {
    (
        $(#[$doc:meta])* $list:ident [$($shared:ident),*]
        $($constant:ident = $kind:ident $name:literal [$($label:literal),*] $help:literal;)+
    ) => {
        $(pub(crate) const $constant: MetricDescription = MetricDescription {
            name: $name,
            kind: MetricKind::$kind,
            labels: &[$($label),*],
            help: $help,
        };)+

        $(#[$doc])*
        pub const $list: &[MetricDescription] = &[$($shared,)* $($constant),+];
    };
}

mod of_load;

pub use of_load::LOAD_METRICS;
pub(crate) use of_load::{
    BUSIEST_THREAD, GOOD, HELD, HELD_WHILE_BUSY, IN_FLIGHT, LATE_ATTEMPTS, LOAD_LAG, LOAD_STATE,
    MEASURED, NEVER_BEGUN, RESPONSE, SCHEDULED, WARMUP,
};

metrics! {
    /// All metrics of a run or a soak, in the order of the documentation.
    METRICS []
    RUN_INFO = Gauge "gauntlet_run_info" ["run", "suite", "executor", "version"]
        "What is run and where; always 1.";
    RUN_STATE = Gauge "gauntlet_run_state" ["state"]
        "1 for what the run does now (starting, running, away: it waits for its executor, ended), 0 for the others.";
    RUN_CASES = Gauge "gauntlet_run_cases" []
        "Cases that were selected when the run began.";
    RUN_PROBLEMS = Gauge "gauntlet_run_problems" ["code"]
        "1 for each reason why the run is no success; there are none before it has ended.";
    UNDER_TEST = Counter "gauntlet_under_test_seconds_total" []
        "Time since the run began, outages included, until it ended.";
    ITERATION = Gauge "gauntlet_iteration" []
        "The iteration under way, counted from one over all parts of the run.";
    ITERATIONS = Counter "gauntlet_iterations_total" []
        "Iterations that were begun or gone on with.";
    ATTEMPTS = Counter "gauntlet_attempts_total" ["case", "outcome"]
        "Attempts that came to this outcome.";
    VERDICTS = Counter "gauntlet_verdicts_total" ["verdict"]
        "Cases that came to this verdict, each counted once in an iteration; of a retried case, after its last attempt.";
    DURATION = Histogram "gauntlet_attempt_duration_seconds" ["case"]
        "How long attempts took that were neither skipped nor cancelled.";
    FIRST_OUTPUT = Histogram "gauntlet_attempt_first_output_seconds" ["case"]
        "How long it took until their first output, where there was any.";
    LONGEST_GAP = Histogram "gauntlet_attempt_longest_gap_seconds" ["case"]
        "Their longest time between two events that followed each other.";
    STREAM_BYTES = Counter "gauntlet_stream_bytes_total" []
        "Bytes that the executor streamed.";
    STREAM_EVENTS = Counter "gauntlet_stream_events_total" []
        "Events that the executor streamed.";
    FINDINGS = Counter "gauntlet_findings_total" ["code"]
        "How often this breach of the stream protocol was found.";
    FINDING_ATTEMPTS = Counter "gauntlet_finding_attempts_total" ["code"]
        "Attempts in which this breach of the stream protocol was found.";
    SUITE_CHANGES = Counter "gauntlet_suite_changes_total" []
        "How often the suite became another one in the middle of the run.";
    SUITE_REJECTIONS = Counter "gauntlet_suite_rejections_total" []
        "How often a changed suite could not be used, so that it stayed as it was.";
    OBSERVERS_LOST = Counter "gauntlet_observers_lost_total" []
        "Observers of the run, such as its machine records, that could not be written and were left out.";
    EXECUTOR_UP = Gauge "gauntlet_executor_up" []
        "1 while the executor is there, 0 while it is away or was not yet found healthy.";
    OUTAGES = Counter "gauntlet_executor_outages_total" []
        "How often the executor went away.";
    OUTAGE_SECONDS = Counter "gauntlet_executor_outage_seconds_total" []
        "How long the executor was away, the present outage included.";
    EXECUTOR_MEMORY = Gauge "gauntlet_executor_resident_memory_bytes" []
        "Resident memory of the executor's processes; what several share counts for each.";
    EXECUTOR_CPU = Counter "gauntlet_executor_cpu_seconds_total" []
        "Processor time of the executor's processes.";
    EXECUTOR_DESCRIPTORS = Gauge "gauntlet_executor_open_descriptors" []
        "Open descriptors of the executor's processes.";
    EXECUTOR_THREADS = Gauge "gauntlet_executor_threads" []
        "Threads of the executor's processes.";
    EXECUTOR_PROCESSES = Gauge "gauntlet_executor_processes" []
        "The executor's own process and what descends from it.";
    AGENT_ATTEMPTS = Counter "gauntlet_agent_attempts_total" []
        "Attempts in which an agent began to work.";
    AGENT_COST = Counter "gauntlet_agent_cost_dollars_total" []
        "What agents cost that told it, in US dollars.";
    AGENT_TOKENS = Counter "gauntlet_agent_tokens_total" ["kind"]
        "Tokens that models read (input, cache-creation, cache-read) and wrote (output), of agents that told it.";
    AGENT_UNTOLD = Counter "gauntlet_agent_untold_total" ["what"]
        "Agents that did not tell their cost or their tokens, which the sums lack.";
    AGENT_RATE_LIMITS = Counter "gauntlet_agent_rate_limits_total" []
        "How often agents met a limit on how much may be asked of a model.";
    LAG = Gauge "gauntlet_runner_event_loop_lag_seconds" []
        "By how much the runner's event loop came late at worst, in the latest sample.";
    LATE = Counter "gauntlet_runner_event_loop_late_seconds_total" []
        "For how long the runner's event loop was later than may be.";
    RUNNER_CPU = Counter "gauntlet_runner_cpu_seconds_total" []
        "Processor time of the runner.";
    RUNNER_MEMORY = Gauge "gauntlet_runner_resident_memory_bytes" []
        "Resident memory of the runner.";
    RUNNER_DESCRIPTORS = Gauge "gauntlet_runner_open_descriptors" []
        "Open descriptors of the runner.";
    LOST_LOG_LINES = Counter "gauntlet_runner_lost_log_lines_total" []
        "Log lines that were lost.";
    COMMITS = Counter "gauntlet_ledger_commits_total" []
        "How often the ledger was written.";
    COMMIT_SECONDS = Counter "gauntlet_ledger_commit_seconds_total" []
        "How long writing the ledger took in all.";
    COMMIT_MAX = Gauge "gauntlet_ledger_commit_max_seconds" []
        "How long writing the ledger took at worst, in the latest sample.";
}
