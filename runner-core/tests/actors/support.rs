//! What several tests of the actors need.

use std::{cell::RefCell, future::Future, io, rc::Rc, sync::Arc, time::Duration};

use actix::prelude::*;
use executor_protocol::Transport;
use runner_core::{
    actors::{ConfigLoader, ReportCollector, RunSuite, RunSummary, Supervisor},
    attempt::AttemptSettings,
    beacon::Beacon,
    events::{RunEvent, RunObserver},
    gates::RunGates,
    journal::SuiteVersion,
    plan::{RunPlan, SoakBefore, SoakPlan},
    results::RunInfo,
    run_state::{RunPolicy, Start},
};
use suite::Case;
use tokio::{sync::Notify, time::Instant};

use crate::puppet::Puppet;

pub(crate) fn case(command: &str) -> Arc<Case> {
    let mut case = Case {
        name: command.into(),
        expectations: suite::Expectations::literals(["HELLO"]),
        ..Case::new(command.replace(' ', "_"), command)
    };
    if command.contains("claude") {
        case.requires.push("claude".into());
    }
    Arc::new(case)
}

pub(crate) fn plan(commands: &[&str]) -> RunPlan {
    RunPlan {
        run: RunInfo {
            marker: "TEST_20260101_000000".into(),
            started_at: jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC),
            suite_path: "test.json".into(),
            suite_stem: "test".into(),
            suite_description: String::new(),
            version: "0".into(),
            executor: "puppet".into(),
            environment: Vec::new(),
        },
        started: Instant::now(),
        cases: commands.iter().map(|command| case(command)).collect(),
        gates: RunGates::default(),
        attempt: AttemptSettings::default(),
        health_timeout: Duration::from_secs(1),
        policy: RunPolicy::default(),
        suite: SuiteVersion {
            hash: "0".into(),
            text: "{}".into(),
        },
        tail: None,
        flaky_fails: false,
        shard: None,
        soak: None,
    }
}

/// The plan of a soak.
pub(crate) fn soak(commands: &[&str]) -> RunPlan {
    let soak = SoakPlan {
        part: 1,
        start: Start::default(),
        before: SoakBefore::default(),
        interval: Duration::ZERO,
        time_left: None,
        until: None,
        health_interval: Duration::from_secs(10),
        suite_path: "test.json".into(),
    };
    RunPlan {
        soak: Some(soak),
        ..plan(commands)
    }
}

/// The plan of a soak, or of a run that goes over its cases once.
pub(crate) fn plan_of(commands: &[&str], is_soak: bool) -> RunPlan {
    if is_soak {
        soak(commands)
    } else {
        plan(commands)
    }
}

pub(crate) fn healthy() -> Puppet {
    Puppet {
        healthy: true,
        ..Puppet::default()
    }
}

pub(crate) fn start(
    puppet: Puppet,
    plan: &RunPlan,
    observers: Vec<Box<dyn RunObserver>>,
) -> Addr<Supervisor> {
    let beacon = Beacon::default();
    let collector = ReportCollector::new(plan, None, observers, beacon.clone()).start();
    supervise(puppet, collector, beacon)
}

/// A supervisor whose results go to this collector.
pub(crate) fn supervise(
    puppet: Puppet,
    collector: Addr<ReportCollector>,
    beacon: Beacon,
) -> Addr<Supervisor> {
    let transport: Rc<dyn Transport> = Rc::new(puppet);
    let loader = ConfigLoader::default().start();
    Supervisor::new(transport, loader, collector, beacon).start()
}

/// What comes of `future`, which comes to an end in a moment.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    let bounded = tokio::time::timeout(Duration::from_secs(60), future).await;
    bounded.expect("an end")
}

pub(crate) async fn run(puppet: Puppet, commands: &[&str]) -> RunSummary {
    let plan = plan(commands);
    let supervisor = start(puppet, &plan, Vec::new());
    supervisor
        .send(RunSuite(plan))
        .await
        .expect("a supervisor")
        .expect("a summary")
}

/// An observer that rings when the end of an attempt is announced.
#[derive(Clone, Default)]
pub(crate) struct Bell(pub(crate) Rc<Notify>);

impl RunObserver for Bell {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        if matches!(event, RunEvent::AttemptFinished { .. }) {
            self.0.notify_one();
        }
        Ok(())
    }

    fn name(&self) -> &'static str {
        "bell"
    }
}

/// An observer that writes down what it is told.
#[derive(Clone, Default)]
pub(crate) struct Diary(pub(crate) Rc<RefCell<Vec<String>>>);

impl RunObserver for Diary {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        self.0.borrow_mut().push(match event {
            RunEvent::RunStarted { total, .. } => format!("run of {total}"),
            RunEvent::AttemptStarted { place, .. } => format!("start {}", place.number),
            RunEvent::AttemptFinished { place, report, .. } => {
                format!("end {} {}", place.number, report.verdict().as_str())
            }
            RunEvent::RunFinished { .. } => "finished".into(),
            other => format!("{other:?}"),
        });
        Ok(())
    }

    fn name(&self) -> &'static str {
        "diary"
    }
}
