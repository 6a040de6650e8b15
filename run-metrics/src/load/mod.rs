//! The metrics of a load, told once a second what it came to so far.
//!
//! Nothing is sampled: the sums that the generator keeps are the values. Counters are raised to them, so
//! that no counter falls, whatever is told.

mod buckets;
mod cases;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ::load::{LiveLoad, LoadInfo, LoadResults, Measured, Pace};
use prometheus::{Counter, Gauge, IntCounter, IntGauge, IntGaugeVec, Registry, TextEncoder};
use runner_core::results::RunInfo;

use crate::{
    catalogue as all, gauge_value,
    instruments::{counter, gauge, int_counter, int_gauge, int_gauges},
    label::label,
};

use self::{
    buckets::{BucketFamily, Buckets, SeriesIndex},
    cases::LoadCases,
};

/// The metrics of a load, which one thread feeds once a second and others look at. Clones are the same
/// metrics.
///
/// What it takes to feed them depends on the number of cases, not on the number of attempts.
///
/// ```
/// use load::{LiveLoad, LoadInfo, Measured, ModelInfo};
/// use run_metrics::LoadMetrics;
/// # use runner_core::results::RunInfo;
///
/// # let run = RunInfo {
/// #     marker: "M".into(),
/// #     started_at: Default::default(),
/// #     suite_path: "s.json".into(),
/// #     suite_stem: "s".into(),
/// #     suite_description: String::new(),
/// #     version: "0".into(),
/// #     executor: "http://localhost".into(),
/// #     environment: Vec::new(),
/// # };
/// let model = ModelInfo::Closed { concurrency: 4 };
/// let info = LoadInfo { run, model, warmup: Default::default(), threads: 1 };
/// let metrics = LoadMetrics::new(&info, ["a-case"]);
/// metrics.second(&LiveLoad { in_flight: 4, ..LiveLoad::default() }, &Measured::default());
/// assert!(metrics.text().contains("\ngauntlet_load_in_flight_attempts 4\n"));
/// ```
#[derive(Clone)]
pub struct LoadMetrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    /// Locked by whoever feeds and by whoever looks, so that all values are of one moment.
    instruments: Mutex<Instruments>,
}

struct Instruments {
    cases: LoadCases,
    run_problems: IntGaugeVec,
    states: [(LoadState, IntGauge); LoadState::ALL.len()],
    measured: Counter,
    warmup: IntCounter,
    stream_bytes: IntCounter,
    stream_events: IntCounter,
    in_flight: IntGauge,
    busiest_thread: Gauge,
    /// `None` in the closed model, which has no schedule to keep.
    schedule: Option<ScheduleInstruments>,
}

/// How an open schedule is kept.
struct ScheduleInstruments {
    scheduled: Gauge,
    lag: BucketFamily,
    lag_series: SeriesIndex,
    late: IntCounter,
    held: IntCounter,
    held_while_busy: IntCounter,
    never_begun: IntCounter,
}

/// What a load does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LoadState {
    Starting,
    WarmingUp,
    Running,
    Ending,
    Ended,
}

impl LoadState {
    const ALL: [Self; 5] = [
        Self::Starting,
        Self::WarmingUp,
        Self::Running,
        Self::Ending,
        Self::Ended,
    ];

    fn of(live: &LiveLoad) -> Self {
        match live {
            LiveLoad {
                is_ending: true, ..
            } => Self::Ending,
            LiveLoad {
                is_warming_up: true,
                ..
            } => Self::WarmingUp,
            _ => Self::Running,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::WarmingUp => "warming-up",
            Self::Running => "running",
            Self::Ending => "ending",
            Self::Ended => "ended",
        }
    }
}

impl LoadMetrics {
    /// Metrics of a load that is about to begin with the cases of these ids.
    #[must_use]
    pub fn new<'a>(info: &LoadInfo, case_ids: impl IntoIterator<Item = &'a str>) -> Self {
        let registry = Registry::new();
        let instruments = Instruments::new(&registry, info, case_ids);
        Self(Arc::new(Inner {
            registry,
            instruments: Mutex::new(instruments),
        }))
    }

    /// Takes in what is known a second later.
    pub fn second(&self, live: &LiveLoad, measured: &Measured) {
        let instruments = self.lock();
        instruments.enter(LoadState::of(live));
        instruments.in_flight.set(gauge_value(live.in_flight));
        if let (Some(schedule), Some(rate)) = (&instruments.schedule, live.scheduled) {
            schedule.scheduled.set(rate.per_second());
        }
        instruments.measured(measured);
    }

    /// Takes in what came of it in the end.
    pub fn ended(&self, results: &LoadResults) {
        let instruments = self.lock();
        instruments.enter(LoadState::Ended);
        instruments.in_flight.set(0);
        if let Some(schedule) = &instruments.schedule {
            schedule.scheduled.set(0.0);
        }
        instruments.measured(&results.measured);
        for problem in &results.problems {
            let problems = &instruments.run_problems;
            problems.with_label_values(&[problem.code()]).set(1);
        }
    }

    /// The metrics as they are now, in the classic text format of Prometheus:
    /// [`CONTENT_TYPE`](crate::CONTENT_TYPE).
    #[must_use]
    pub fn text(&self) -> String {
        let families = {
            let _fed = self.lock();
            self.0.registry.gather()
        };
        // It is refused for a family without values alone, and those were left out.
        let text = TextEncoder::new().encode_to_string(&families);
        text.unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Instruments> {
        let instruments = &self.0.instruments;
        // Whatever panicked, each number is one that can be shown.
        instruments.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for LoadMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadMetrics").finish_non_exhaustive()
    }
}

impl Instruments {
    fn new<'a>(r: &Registry, info: &LoadInfo, case_ids: impl IntoIterator<Item = &'a str>) -> Self {
        let ids: Vec<_> = case_ids.into_iter().collect();
        let count = gauge_value(ids.len() as u64);
        int_gauge(r, &all::RUN_CASES).set(count);
        show_run(r, &info.run);
        let states = int_gauges(r, &all::LOAD_STATE);
        let instruments = Self {
            cases: LoadCases::new(r, ids),
            run_problems: int_gauges(r, &all::RUN_PROBLEMS),
            states: LoadState::ALL
                .map(|state| (state, states.with_label_values(&[state.as_str()]))),
            measured: counter(r, &all::MEASURED),
            warmup: int_counter(r, &all::WARMUP),
            stream_bytes: int_counter(r, &all::STREAM_BYTES),
            stream_events: int_counter(r, &all::STREAM_EVENTS),
            in_flight: int_gauge(r, &all::IN_FLIGHT),
            busiest_thread: gauge(r, &all::BUSIEST_THREAD),
            schedule: info.model.is_open().then(|| ScheduleInstruments::new(r)),
        };
        instruments.enter(LoadState::Starting);
        instruments
    }

    fn enter(&self, state: LoadState) {
        for (other, gauge) in &self.states {
            gauge.set(i64::from(*other == state));
        }
    }

    fn measured(&self, measured: &Measured) {
        let seconds = measured.elapsed.as_secs_f64();
        self.measured
            .inc_by((seconds - self.measured.get()).max(0.0));
        raise(&self.warmup, measured.warmup_attempts);
        let tallies = measured.cases.iter().map(|case| &case.tally);
        raise(&self.stream_bytes, tallies.clone().map(|it| it.bytes).sum());
        raise(&self.stream_events, tallies.map(|it| it.events).sum());
        self.busiest_thread.set(measured.busy);
        self.cases.raise(&measured.cases);
        if let Some(schedule) = &self.schedule {
            schedule.raise(&measured.pace);
        }
    }
}

impl ScheduleInstruments {
    fn new(r: &Registry) -> Self {
        let lag = BucketFamily::registered(r, all::LOAD_LAG);
        Self {
            scheduled: gauge(r, &all::SCHEDULED),
            lag_series: lag.begin(&[]),
            lag,
            late: int_counter(r, &all::LATE_ATTEMPTS),
            held: int_counter(r, &all::HELD),
            held_while_busy: int_counter(r, &all::HELD_WHILE_BUSY),
            never_begun: int_counter(r, &all::NEVER_BEGUN),
        }
    }

    fn raise(&self, pace: &Pace) {
        let mut lag = Buckets::default();
        lag.add(&pace.lag);
        self.lag.raise(self.lag_series, &lag);
        raise(&self.late, pace.late);
        raise(&self.held, pace.held);
        raise(&self.held_while_busy, pace.held_while_busy);
        raise(&self.never_begun, pace.never_begun);
    }
}

fn show_run(r: &Registry, run: &RunInfo) {
    let texts = [&run.marker, &run.suite_path, &run.executor, &run.version];
    let values = texts.map(|text| label(text));
    let info = int_gauges(r, &all::RUN_INFO);
    info.with_label_values(&values).set(1);
}

/// Brings a counter to this value, unless it has passed it.
fn raise(counter: &IntCounter, to: u64) {
    counter.inc_by(to.saturating_sub(counter.get()));
}
