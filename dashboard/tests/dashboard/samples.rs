//! Runs to look at: one that is made, and recorded ones.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use dashboard::{
    Content, Dashboard, DashboardConfig, Followed, ListedRun, RunSource, SourceError, Token,
};
use jiff::{Timestamp, Zoned};
use runner_core::{
    drift::{Quantity, Series, Windows},
    events::RunEvent,
    live::{LiveRun, SharedLiveRun},
    outcome::{Failure, Outcome, OutcomeClass},
    recorded::{
        FindingTotal, Outage, OutcomeCounts, RecordedAttempt, RecordedRun, RecordedState, RunPart,
        Totals,
    },
    results::{AttemptReport, Counts, Place, RunInfo, RunProblem, RunResults},
    self_sample::{Samples, SelfSample},
    tail::OutputTail,
    tries::{Tried, Tries},
};
use suite::Case;
use tokio::time::Instant;

/// A run that is made, as the tests feed it.
pub(crate) struct Made {
    live: SharedLiveRun,
    text: String,
    number: u64,
}

impl Made {
    /// A run in which `text` is the name of everything that has a name.
    pub(crate) fn new(text: &str) -> Self {
        let live = LiveRun::new(Instant::now(), Duration::ZERO, Counts::default(), None);
        let made = Self {
            live: SharedLiveRun::new(live),
            text: text.into(),
            number: 0,
        };
        let run = &run_info(text);
        made.tell(&RunEvent::RunStarted { run, total: 1 });
        made
    }

    /// Makes it what `dashboard` follows.
    pub(crate) fn follow(&self, dashboard: &Dashboard, id: Option<u64>) {
        dashboard.follow(Followed {
            live: self.live.clone(),
            tail: OutputTail::default(),
            id,
        });
    }

    fn tell(&self, event: &RunEvent<'_>) {
        self.live.on_event(event, Instant::now());
    }

    pub(crate) fn begin(&mut self) {
        self.number += 1;
        let (place, case) = (self.place(), &case(&self.text));
        self.tell(&RunEvent::AttemptStarted { place, case });
    }

    fn attempt(&mut self, outcome: Outcome) {
        self.begin();
        let report = &AttemptReport {
            elapsed: Duration::from_millis(20),
            ..AttemptReport::bare("x".into(), Duration::ZERO, outcome)
        };
        let (place, case) = (self.place(), &case(&self.text));
        self.tell(&RunEvent::AttemptFinished {
            place,
            case,
            report,
            end: Some(Tries::judge(case, [Tried::from(report)])),
        });
    }

    pub(crate) fn pass(&mut self) {
        self.attempt(Outcome::Passed);
    }

    pub(crate) fn fail(&mut self) {
        self.attempt(Outcome::Failed(vec![Failure::ExitCode {
            expected: 0,
            actual: 1,
        }]));
    }

    /// An attempt that was lost, which is told with the name of everything.
    pub(crate) fn lose(&mut self) {
        let message = self.text.clone();
        self.attempt(Outcome::HarnessError { message });
    }

    pub(crate) fn away(&self) {
        let trouble = Some(&*self.text);
        self.tell(&RunEvent::HealthChanged { trouble });
        let reason = &self.text;
        self.tell(&RunEvent::SuiteRejected { reason });
    }

    pub(crate) fn sample(&self, memory_bytes: u64) {
        let samples = &Samples {
            runner: SelfSample {
                memory_bytes,
                ..SelfSample::default()
            },
            executor: None,
        };
        self.tell(&RunEvent::Sampled { samples });
    }

    pub(crate) fn end(&self, problems: Vec<RunProblem>) {
        let results = &RunResults {
            run: run_info(&self.text),
            health: None,
            cases: Vec::new(),
            gates: Vec::new(),
            elapsed: Duration::from_secs(7),
            problems,
            bundles: BTreeMap::new(),
        };
        let counts = &self.live.snapshot().counts;
        self.tell(&RunEvent::RunFinished { results, counts });
    }

    fn place(&self) -> Place {
        Place {
            number: self.number,
            iteration: self.number,
            index: 0,
            try_number: 1,
        }
    }
}

fn case(text: &str) -> Case {
    Case::new(text, "true")
}

fn run_info(text: &str) -> RunInfo {
    RunInfo {
        marker: format!("RUN {text}"),
        started_at: "2025-06-30T21:45:05-04:00[-04:00]".parse().expect("a time"),
        suite_path: format!("{text}.json"),
        suite_stem: text.into(),
        suite_description: text.into(),
        version: text.into(),
        executor: format!("http://{text}:1"),
        environment: vec![(text.into(), text.into())],
    }
}

/// So many minutes after the start of the recorded run.
fn minute(later: i64) -> Timestamp {
    let start: Timestamp = "2025-07-01T01:45:05Z".parse().expect("a time");
    start + Duration::from_secs(60) * u32::try_from(later).expect("not before")
}

/// A soak of an hour that goes on, with something of everything; `text` is in all that is foreign.
pub(crate) fn recorded(id: u64, text: &str) -> RecordedRun {
    let windows = windows(text);
    let mut outcomes = OutcomeCounts::default();
    for totals in &windows.totals {
        outcomes.merge(&totals.outcomes);
    }
    RecordedRun {
        id,
        run: run_info(text),
        state: RecordedState::Running,
        counts: outcomes.counts(),
        iteration: 40,
        elapsed: Duration::from_secs(3600),
        parts: vec![RunPart {
            began: minute(0),
            elapsed: Duration::from_secs(3600),
            version: text.into(),
            end: None,
        }],
        outages: vec![Outage {
            began: minute(7),
            lasted: Some(Duration::from_secs(90)),
            is_over: true,
            reason: text.into(),
        }],
        cases: Vec::new(),
        windows,
        findings: vec![FindingTotal {
            code: text.into(),
            count: 3,
            attempts: 2,
            first_attempt: 5,
            detail: text.into(),
        }],
        failed: vec![RecordedAttempt {
            number: 12,
            iteration: 12,
            try_number: 1,
            case_id: text.into(),
            began: minute(3),
            elapsed: Duration::from_millis(70),
            outcome: OutcomeClass::TimedOut,
            explanation: Some(text.into()),
            exit_code: Some(1),
            findings: vec![text.into()],
            output: Some(text.into()),
            suite_hash: String::new(),
        }],
        outage_count: 1,
        ..sample_results::recorded::soak(&[])
    }
}

/// Sixty minutes in which durations and memory grow.
fn windows(text: &str) -> Windows {
    let totals = (0..60_u64).map(|minute| {
        let mut totals = Totals::default();
        totals.outcomes.add(OutcomeClass::Passed, 20);
        totals
            .outcomes
            .add(OutcomeClass::Failed, u64::from(minute == 9));
        for _ in 0..20 {
            totals.durations.record(Duration::from_millis(20 + minute));
        }
        totals
    });
    let growing = |case_id: Option<&str>, quantity, unit: f64| {
        let values = (0..60).map(|minute| Some((100.0 + f64::from(minute)) * unit));
        Series::new(quantity, case_id.map(Into::into), values.collect())
    };
    let mut windows = Windows {
        totals: totals.collect(),
        series: vec![
            growing(None, Quantity::ExecutorMemory, 1024.0 * 1024.0),
            growing(None, Quantity::ExecutorCpu, 0.001),
            growing(Some(text), Quantity::DurationP50, 0.001),
        ],
        ..Windows::none(minute(0))
    };
    windows.look_for_drift();
    windows
}

/// Recorded runs by their numbers, which tests may change.
#[derive(Clone, Default)]
pub(crate) struct Records(pub(crate) Arc<Mutex<BTreeMap<u64, RecordedRun>>>);

impl Records {
    pub(crate) fn of(runs: impl IntoIterator<Item = RecordedRun>) -> Self {
        let runs = runs.into_iter().map(|run| (run.id, run)).collect();
        Self(Arc::new(Mutex::new(runs)))
    }

    pub(crate) fn content(&self) -> Content {
        Content {
            source: Some(Box::new(self.clone())),
            metrics: None,
        }
    }
}

impl RunSource for Records {
    fn run(&mut self, id: u64) -> Result<RecordedRun, SourceError> {
        let runs = self.0.lock().expect("runs");
        runs.get(&id).cloned().ok_or(SourceError::NoSuchRun)
    }

    fn runs(&mut self, at_most: usize) -> Result<Vec<ListedRun>, SourceError> {
        let runs = self.0.lock().expect("runs");
        let lines = runs.values().rev().take(at_most).map(|run| ListedRun {
            id: run.id,
            marker: run.run.marker.clone(),
            kind: run.kind,
            suite_path: run.run.suite_path.clone(),
            started_at: Zoned::clone(&run.run.started_at),
            elapsed: run.elapsed,
            state: run.state.clone(),
            outcomes: run.windows.totals[0].outcomes,
            problems: run.problems.iter().map(|it| it.code.clone()).collect(),
        });
        Ok(lines.collect())
    }
}

/// A dashboard on loopback that follows a run.
pub(crate) fn following(content: Content) -> Dashboard {
    Dashboard::start(DashboardConfig::default(), content).expect("it starts")
}

/// A dashboard on loopback of records alone.
pub(crate) fn of_records(records: &Records) -> Dashboard {
    Dashboard::of_records(DashboardConfig::default(), records.content()).expect("it starts")
}

/// A dashboard on loopback that asks for a token.
pub(crate) fn guarded(token: &str) -> Dashboard {
    let config = DashboardConfig {
        token: Some(Token::new(token).expect("a token")),
        ..DashboardConfig::default()
    };
    let records = Records::of([recorded(3, "suite")]);
    Dashboard::start(config, records.content()).expect("it starts")
}
