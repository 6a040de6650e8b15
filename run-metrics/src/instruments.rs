//! What counts and measures, registered under the names of the catalogue.

use std::sync::OnceLock;

use prometheus::{
    Counter, CounterVec, Gauge, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Registry, core::Collector,
};
use runner_core::agent::TokenUsage;

use crate::{
    cases::CaseFamilies,
    catalogue::{self as all, MetricDescription},
};

/// Everything but what is counted by case.
pub(crate) struct Instruments {
    pub registry: Registry,
    pub run_info: IntGaugeVec,
    pub run_state: IntGaugeVec,
    pub run_cases: IntGauge,
    pub run_problems: IntGaugeVec,
    pub under_test: Counter,
    pub iteration: IntGauge,
    pub iterations: IntCounter,
    /// By the verdict.
    pub verdicts: IntCounterVec,
    pub stream_bytes: IntCounter,
    pub stream_events: IntCounter,
    /// By the code, in the order of the codes.
    pub findings: IntCounterVec,
    pub finding_attempts: IntCounterVec,
    pub suite_changes: IntCounter,
    pub suite_rejections: IntCounter,
    pub observers_lost: IntCounter,
    pub agents: AgentInstruments,
    /// Registered with the first sample: a run without samples knows nothing of that.
    pub runner: OnceLock<RunnerInstruments>,
    pub executor: ExecutorInstruments,
}

/// What agents tell.
pub(crate) struct AgentInstruments {
    pub attempts: IntCounter,
    pub cost: Counter,
    pub tokens: Tokens,
    pub cost_untold: IntCounter,
    pub tokens_untold: IntCounter,
    pub rate_limits: IntCounter,
}

/// Tokens by their kind.
pub(crate) struct Tokens {
    input: IntCounter,
    output: IntCounter,
    cache_creation: IntCounter,
    cache_read: IntCounter,
}

/// What the runner measures about itself.
pub(crate) struct RunnerInstruments {
    pub lag: Gauge,
    pub late: Counter,
    pub cpu: Counter,
    pub memory: IntGauge,
    pub descriptors: IntGauge,
    pub lost_log_lines: IntCounter,
    pub commits: IntCounter,
    pub commit_seconds: Counter,
    pub commit_max: Gauge,
}

/// What is known of the executor. What its processes take has no value where nobody can see them.
pub(crate) struct ExecutorInstruments {
    pub up: IntGauge,
    pub outages: IntCounter,
    pub outage_seconds: Counter,
    pub memory: IntGaugeVec,
    pub cpu: CounterVec,
    pub descriptors: IntGaugeVec,
    pub threads: IntGaugeVec,
    pub processes: IntGaugeVec,
}

/// The catalogue is all that the constructors are given, and the first test would show that it is wrong.
pub(crate) const VALID: &str = "the catalogue has valid names, and each once";

impl Instruments {
    pub(crate) fn new() -> (Self, CaseFamilies) {
        let registry = Registry::new();
        let r = &registry;
        let cases = CaseFamilies {
            attempts: int_counters(r, &all::ATTEMPTS),
            duration: histograms(r, &all::DURATION),
            first_output: histograms(r, &all::FIRST_OUTPUT),
            longest_gap: histograms(r, &all::LONGEST_GAP),
        };
        let instruments = Self {
            run_info: int_gauges(r, &all::RUN_INFO),
            run_state: int_gauges(r, &all::RUN_STATE),
            run_cases: int_gauge(r, &all::RUN_CASES),
            run_problems: int_gauges(r, &all::RUN_PROBLEMS),
            under_test: counter(r, &all::UNDER_TEST),
            iteration: int_gauge(r, &all::ITERATION),
            iterations: int_counter(r, &all::ITERATIONS),
            verdicts: int_counters(r, &all::VERDICTS),
            stream_bytes: int_counter(r, &all::STREAM_BYTES),
            stream_events: int_counter(r, &all::STREAM_EVENTS),
            findings: int_counters(r, &all::FINDINGS),
            finding_attempts: int_counters(r, &all::FINDING_ATTEMPTS),
            suite_changes: int_counter(r, &all::SUITE_CHANGES),
            suite_rejections: int_counter(r, &all::SUITE_REJECTIONS),
            observers_lost: int_counter(r, &all::OBSERVERS_LOST),
            agents: AgentInstruments::new(r),
            runner: OnceLock::new(),
            executor: ExecutorInstruments::new(r),
            registry,
        };
        (instruments, cases)
    }
}

impl AgentInstruments {
    fn new(r: &Registry) -> Self {
        let tokens = int_counters(r, &all::AGENT_TOKENS);
        let untold = int_counters(r, &all::AGENT_UNTOLD);
        Self {
            attempts: int_counter(r, &all::AGENT_ATTEMPTS),
            cost: counter(r, &all::AGENT_COST),
            tokens: Tokens {
                input: tokens.with_label_values(&["input"]),
                output: tokens.with_label_values(&["output"]),
                cache_creation: tokens.with_label_values(&["cache-creation"]),
                cache_read: tokens.with_label_values(&["cache-read"]),
            },
            cost_untold: untold.with_label_values(&["cost"]),
            tokens_untold: untold.with_label_values(&["tokens"]),
            rate_limits: int_counter(r, &all::AGENT_RATE_LIMITS),
        }
    }
}

impl Tokens {
    pub(crate) fn add(&self, tokens: &TokenUsage) {
        self.input.inc_by(tokens.input);
        self.output.inc_by(tokens.output);
        self.cache_creation.inc_by(tokens.cache_creation);
        self.cache_read.inc_by(tokens.cache_read);
    }
}

impl RunnerInstruments {
    pub(crate) fn new(r: &Registry) -> Self {
        Self {
            lag: gauge(r, &all::LAG),
            late: counter(r, &all::LATE),
            cpu: counter(r, &all::RUNNER_CPU),
            memory: int_gauge(r, &all::RUNNER_MEMORY),
            descriptors: int_gauge(r, &all::RUNNER_DESCRIPTORS),
            lost_log_lines: int_counter(r, &all::LOST_LOG_LINES),
            commits: int_counter(r, &all::COMMITS),
            commit_seconds: counter(r, &all::COMMIT_SECONDS),
            commit_max: gauge(r, &all::COMMIT_MAX),
        }
    }
}

impl ExecutorInstruments {
    fn new(r: &Registry) -> Self {
        let cpu = CounterVec::new(all::EXECUTOR_CPU.opts(), &[]).expect(VALID);
        Self {
            up: int_gauge(r, &all::EXECUTOR_UP),
            outages: int_counter(r, &all::OUTAGES),
            outage_seconds: counter(r, &all::OUTAGE_SECONDS),
            memory: int_gauges(r, &all::EXECUTOR_MEMORY),
            cpu: registered(r, cpu),
            descriptors: int_gauges(r, &all::EXECUTOR_DESCRIPTORS),
            threads: int_gauges(r, &all::EXECUTOR_THREADS),
            processes: int_gauges(r, &all::EXECUTOR_PROCESSES),
        }
    }
}

pub(crate) fn registered<C: Collector + Clone + 'static>(registry: &Registry, collector: C) -> C {
    registry.register(Box::new(collector.clone())).expect(VALID);
    collector
}

pub(crate) fn counter(registry: &Registry, metric: &MetricDescription) -> Counter {
    registered(registry, Counter::with_opts(metric.opts()).expect(VALID))
}

pub(crate) fn int_counter(registry: &Registry, metric: &MetricDescription) -> IntCounter {
    registered(registry, IntCounter::with_opts(metric.opts()).expect(VALID))
}

pub(crate) fn int_counters(registry: &Registry, metric: &MetricDescription) -> IntCounterVec {
    let family = IntCounterVec::new(metric.opts(), metric.labels).expect(VALID);
    registered(registry, family)
}

pub(crate) fn gauge(registry: &Registry, metric: &MetricDescription) -> Gauge {
    registered(registry, Gauge::with_opts(metric.opts()).expect(VALID))
}

pub(crate) fn int_gauge(registry: &Registry, metric: &MetricDescription) -> IntGauge {
    registered(registry, IntGauge::with_opts(metric.opts()).expect(VALID))
}

pub(crate) fn int_gauges(registry: &Registry, metric: &MetricDescription) -> IntGaugeVec {
    let family = IntGaugeVec::new(metric.opts(), metric.labels).expect(VALID);
    registered(registry, family)
}

fn histograms(registry: &Registry, metric: &MetricDescription) -> HistogramVec {
    let family = HistogramVec::new(metric.histogram_opts(), metric.labels).expect(VALID);
    registered(registry, family)
}
