//! The metrics of a run for monitoring systems: counted from its events, written as Prometheus reads them.
//!
//! The crate owns which metrics there are ([`METRICS`], and [`LOAD_METRICS`] of a load, which
//! [`LoadMetrics`] is told once a second), how events change them, and their text. It refuses to serve or
//! to write that text anywhere.
//!
//! Everything is counted from the start of the process. A run that is resumed begins at zero: a *counter
//! reset*, which `rate` and `increase` of Prometheus know. Sums over the whole run are in the ledger.
//!
//! How much there is to keep and to send is bounded: the first [`MAX_CASES`] cases have a label of their
//! own, all others share [`OTHER`]; values of labels are cut at [`MAX_LABEL_BYTES`] and still told apart.
//!
//! ```
//! use run_metrics::RunMetrics;
//! use runner_core::events::RunEvent;
//!
//! let metrics = RunMetrics::new();
//! // Somebody who follows a run: `impl RunObserver for RunMetrics`.
//! let (trouble, now) = (Some("refused"), tokio::time::Instant::now());
//! metrics.on_event(&RunEvent::HealthChanged { trouble }, now);
//! // Any thread may ask for the text.
//! assert!(metrics.text().contains("\ngauntlet_executor_outages_total 1\n"));
//! ```

mod cases;
mod catalogue;
mod instruments;
mod label;
mod load;
#[cfg(feature = "otlp")]
pub mod otlp;

use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use executor_protocol::FindingCode;
use prometheus::{IntCounter, IntGauge, TextEncoder, proto::MetricFamily};
use runner_core::{
    agent::AgentReport,
    events::{RunEvent, RunObserver},
    results::{AttemptReport, Place, RunInfo, RunResults, Verdict},
    self_sample::{ExecutorSample, Samples, SelfSample},
};
use tokio::time::Instant;

use crate::{
    cases::Cases,
    instruments::{Instruments, RunnerInstruments},
    label::label,
};

pub use crate::{
    cases::MAX_CASES,
    catalogue::{BUCKETS, LOAD_METRICS, METRICS, MetricDescription, MetricKind},
    label::{MAX_LABEL_BYTES, OTHER},
    load::LoadMetrics,
};

/// What an HTTP server has to call [`RunMetrics::text`] and [`LoadMetrics::text`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The metrics of a run, which one thread feeds and others look at. Clones are the same metrics.
///
/// It is cheap to feed: once a case is known, an event allocates nothing and takes a time that does not
/// depend on how many cases there are.
#[derive(Clone)]
pub struct RunMetrics(Arc<Inner>);

struct Inner {
    instruments: Instruments,
    state: Mutex<State>,
}

/// What the instruments do not hold.
struct State {
    cases: Cases,
    phase: Phase,
    phases: [IntGauge; Phase::ALL.len()],
    /// What was found, by code.
    findings: Vec<Found>,
    iteration: u64,
    /// Up to when time was counted.
    counted_until: Option<Instant>,
}

/// How often something was found, and in how many attempts.
struct Found {
    code: FindingCode,
    times: IntCounter,
    attempts: IntCounter,
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Starting,
    Running,
    Away,
    Ended,
}

impl Phase {
    const ALL: [Self; 4] = [Self::Starting, Self::Running, Self::Away, Self::Ended];

    fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Away => "away",
            Self::Ended => "ended",
        }
    }
}

impl RunMetrics {
    /// Metrics of a run that has not begun.
    #[must_use]
    pub fn new() -> Self {
        let (instruments, families) = Instruments::new();
        let state = State::new(&instruments, Cases::new(families));
        Self(Arc::new(Inner {
            instruments,
            state: Mutex::new(state),
        }))
    }

    /// Takes note of an event that was announced at `now`.
    pub fn on_event(&self, event: &RunEvent<'_>, now: Instant) {
        let instruments = &self.0.instruments;
        let mut state = self.lock();
        state.count_time(instruments, now);
        match event {
            RunEvent::RunStarted { run, total } => state.started(instruments, run, *total, now),
            RunEvent::SuiteChanged { .. } => instruments.suite_changes.inc(),
            RunEvent::SuiteRejected { .. } => instruments.suite_rejections.inc(),
            RunEvent::AttemptStarted { place, case } => {
                state.begin(instruments, *place);
                state.cases.announce(&case.id);
            }
            RunEvent::AttemptFinished {
                case, report, end, ..
            } => {
                state.cases.count(&case.id, report);
                if let Some(end) = end {
                    let name = end.verdict.as_str();
                    instruments.verdicts.with_label_values(&[name]).inc();
                }
                state.count_findings(report);
                instruments.attempt_finished(report);
            }
            RunEvent::HealthChanged { trouble } => state.health_changed(instruments, *trouble),
            RunEvent::Sampled { samples } => instruments.sampled(samples),
            RunEvent::ObserverLost { .. } => instruments.observers_lost.inc(),
            RunEvent::RunFinished { results, .. } => {
                state.enter(Phase::Ended);
                state.counted_until = None;
                instruments.finished(results);
            }
            // What is not known has nothing to count.
            _ => {}
        }
    }

    /// The metrics as they are now, in the classic text format of Prometheus: [`CONTENT_TYPE`].
    #[must_use]
    pub fn text(&self) -> String {
        self.text_at(Instant::now())
    }

    /// The same as they are at `now`.
    #[must_use]
    pub fn text_at(&self, now: Instant) -> String {
        let families = self.families(now);
        // It is refused for a family without values alone, and those were left out.
        let text = TextEncoder::new().encode_to_string(&families);
        text.unwrap_or_default()
    }

    /// All families that have values, as they are at `now`.
    fn families(&self, now: Instant) -> Vec<MetricFamily> {
        self.lock().count_time(&self.0.instruments, now);
        self.0.instruments.registry.gather()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whatever panicked, each number is one that can be shown.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for RunMetrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RunMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunMetrics").finish_non_exhaustive()
    }
}

impl RunObserver for RunMetrics {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        Self::on_event(self, event, Instant::now());
        Ok(())
    }

    fn name(&self) -> &'static str {
        "metrics"
    }
}

impl State {
    fn new(instruments: &Instruments, cases: Cases) -> Self {
        let phase = |phase: Phase| instruments.run_state.with_label_values(&[phase.as_str()]);
        let found = |code: &FindingCode| Found {
            code: *code,
            times: instruments.findings.with_label_values(&[code.as_str()]),
            attempts: instruments
                .finding_attempts
                .with_label_values(&[code.as_str()]),
        };
        let mut state = Self {
            cases,
            phase: Phase::Starting,
            phases: Phase::ALL.map(phase),
            findings: FindingCode::ALL.iter().map(found).collect(),
            iteration: 0,
            counted_until: None,
        };
        for verdict in Verdict::ALL {
            instruments.verdicts.with_label_values(&[verdict.as_str()]);
        }
        state.enter(Phase::Starting);
        state
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        for (gauge, other) in self.phases.iter().zip(Phase::ALL) {
            gauge.set(i64::from(phase == other));
        }
    }

    /// Counts the time that has passed for what goes on all the time.
    fn count_time(&mut self, instruments: &Instruments, now: Instant) {
        let Some(until) = self.counted_until else {
            return;
        };
        // Another thread may have asked for the text since this event was announced.
        let passed = now.saturating_duration_since(until);
        self.counted_until = Some(until + passed);
        add_time(&instruments.under_test, passed);
        if self.phase == Phase::Away {
            add_time(&instruments.executor.outage_seconds, passed);
        }
    }

    fn started(&mut self, instruments: &Instruments, run: &RunInfo, total: usize, now: Instant) {
        self.counted_until = Some(now);
        if self.phase == Phase::Ended {
            // Another run in the same process: what is counted goes on.
            self.enter(Phase::Starting);
            self.iteration = 0;
            instruments.run_problems.reset();
        }
        let texts = [&run.marker, &run.suite_path, &run.executor, &run.version];
        let values = texts.map(|text| label(text));
        instruments.run_info.reset();
        instruments.run_info.with_label_values(&values).set(1);
        instruments.run_cases.set(gauge_value(total as u64));
    }

    fn begin(&mut self, instruments: &Instruments, place: Place) {
        if self.phase != Phase::Running {
            self.enter(Phase::Running);
            instruments.executor.up.set(1);
        }
        if self.iteration != place.iteration {
            self.iteration = place.iteration;
            instruments.iterations.inc();
            instruments.iteration.set(gauge_value(place.iteration));
        }
    }

    fn health_changed(&mut self, instruments: &Instruments, trouble: Option<&str>) {
        let is_away = trouble.is_some();
        if is_away && self.phase != Phase::Away {
            instruments.executor.outages.inc();
        }
        instruments.executor.up.set(i64::from(!is_away));
        self.enter(if is_away { Phase::Away } else { Phase::Running });
    }

    fn count_findings(&self, report: &AttemptReport) {
        for finding in report.findings.iter() {
            let found = self.findings.iter().find(|it| it.code == finding.code);
            if let Some(found) = found {
                found.times.inc_by(finding.count);
                found.attempts.inc();
            }
        }
    }
}

impl Instruments {
    fn attempt_finished(&self, report: &AttemptReport) {
        self.stream_bytes.inc_by(report.stats.bytes);
        self.stream_events.inc_by(report.stats.events);
        if let Some(agent) = &report.agent {
            self.agent_told(agent);
        }
    }

    fn agent_told(&self, agent: &AgentReport) {
        let result = agent.result.as_ref();
        let agents = &self.agents;
        agents.attempts.inc();
        agents.rate_limits.inc_by(agent.retries.rate_limited);
        match result.and_then(|result| result.cost) {
            Some(cost) => agents.cost.inc_by(cost.dollars()),
            None => agents.cost_untold.inc(),
        }
        match result.and_then(|result| result.tokens) {
            Some(tokens) => agents.tokens.add(&tokens),
            None => agents.tokens_untold.inc(),
        }
    }

    fn sampled(&self, samples: &Samples) {
        self.runner_sampled(&samples.runner);
        match &samples.executor {
            Some(sample) => self.executor_sampled(sample),
            None => self.executor_out_of_sight(),
        }
    }

    fn runner_sampled(&self, sample: &SelfSample) {
        let new = || RunnerInstruments::new(&self.registry);
        let runner = self.runner.get_or_init(new);
        runner.lag.set(sample.lag_max.as_secs_f64());
        add_time(&runner.late, sample.late);
        add_time(&runner.cpu, sample.cpu);
        runner.memory.set(gauge_value(sample.memory_bytes));
        runner.descriptors.set(gauge_value(sample.descriptors));
        runner.lost_log_lines.inc_by(sample.lost_log_lines);
        runner.commits.inc_by(sample.commits);
        add_time(&runner.commit_seconds, sample.commit_time);
        runner.commit_max.set(sample.commit_max.as_secs_f64());
    }

    fn executor_sampled(&self, sample: &ExecutorSample) {
        let executor = &self.executor;
        add_time(&executor.cpu.with_label_values::<&str>(&[]), sample.cpu);
        for (family, value) in [
            (&executor.memory, sample.memory_bytes),
            (&executor.descriptors, sample.descriptors),
            (&executor.threads, sample.threads),
            (&executor.processes, sample.processes),
        ] {
            let gauge = family.with_label_values::<&str>(&[]);
            gauge.set(gauge_value(value));
        }
    }

    /// Leaves out what would be as old as the last time when the executor was seen. What was counted stays.
    fn executor_out_of_sight(&self) {
        let executor = &self.executor;
        for family in [
            &executor.memory,
            &executor.descriptors,
            &executor.threads,
            &executor.processes,
        ] {
            family.reset();
        }
    }

    fn finished(&self, results: &RunResults) {
        for problem in &results.problems {
            let gauge = self.run_problems.with_label_values(&[problem.code()]);
            gauge.set(1);
        }
    }
}

fn add_time(counter: &prometheus::Counter, time: Duration) {
    counter.inc_by(time.as_secs_f64());
}

/// The largest number there is where it would be more.
fn gauge_value(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
