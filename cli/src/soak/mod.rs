//! `gauntlet soak`: runs a suite again and again, for hours or weeks, and goes on after anything.

mod beginning;
mod conclusion;
pub(crate) mod executor_measure;
pub(crate) mod options;
mod progress;
mod requests;
mod self_measure;
mod service;
mod target;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    pin::pin,
    rc::Rc,
    time::Duration,
};

use actix::prelude::*;
use jiff::Timestamp;
use run_ledger::{Ledger, LedgerError, RunReader};
use runner_core::{
    actors::{Cancel, ConfigLoader, RunSummary, Stop},
    gates::RunGates,
    journal::SuiteVersion,
    plan::SoakBefore,
    recorded::RunKind,
    run_state::RunEnd,
    text::Human,
};
use tokio::time::Instant;

use crate::{
    args::{CommonArgs, SoakArgs},
    bundles::Bundles,
    dashboard::LiveDashboard,
    error::CliError,
    executor::{self, Executor},
    exit::Exit,
    flags, gate,
    host::{self, Watch},
    interrupt::{self, HangUp, Interrupt},
    live::Live,
    progress::{Progress, Subject},
    report,
    service::Service,
    session::{self, Crew, Session},
    settings::{HAD_CREDENTIALS, Layers, bare_url},
    shard, start_at,
    telemetry::{Telemetry, TelemetryTarget},
};

use self::{
    beginning::{Beginning, Ready},
    executor_measure::{ExecutorMeasure, WatchTarget},
    options::Options,
    progress::SoakProgress,
    requests::Requests,
    self_measure::SelfMeasure,
    service::ServiceObserver,
    target::{Target, target},
};

/// Soaks the suite of `args`, or goes on with a soak, and says how it went.
pub(crate) fn soak(common: &CommonArgs, args: &SoakArgs) -> Result<Exit, CliError> {
    if let Some(target) = &args.watch_pid {
        target.check()?;
    }
    let mut layers = Layers::read(common.settings.as_deref(), flags::soak(args))?;
    let ledger_path = layers.merge()?.ledger.path().map(PathBuf::from);
    let ledger_path = ledger_path.ok_or(CliError::NoLedger)?;
    let telemetry = TelemetryTarget::of(&args.running)?;
    let ledger = Ledger::open(&ledger_path)?;
    let asked = shard::resolve(&args.shard, shard::environment)?;
    let progress = Progress::new(session::detail(common, args.running.json));
    if let Some(exit) = start_at::wait(&args.shard, args.suite.as_slice(), &progress)? {
        return Ok(exit);
    }
    // The moment from which everything of this part is counted, by both clocks.
    let (now, started) = (Timestamp::now(), Instant::now());
    let mut ignored = Vec::new();
    // Where it cannot listen, nothing has begun yet that would have to be resumed.
    let dashboard = LiveDashboard::start(&args.running, &layers.merge()?, common.quiet)?;
    let (options, beginning) = match target(args, asked.as_ref(), &ledger)? {
        Target::New { suite } => {
            if let Some(until) = args.until.filter(|until| *until <= now) {
                return Err(CliError::Past { until });
            }
            // Nobody has to know it, only to be able to use it again.
            let seed = now.as_nanosecond().unsigned_abs() as u64;
            let mut options = Options::of(args, suite, seed);
            options.baseline = baseline(args, &ledger_path)?;
            options.shard = asked;
            (options, Beginning::New(ledger))
        }
        Target::Resumed(run) => {
            let resumed = ledger.resume(&run)?;
            let id = resumed.run_id();
            let unreadable = |source| CliError::Options { id, source };
            let recorded = serde_json::from_str(&resumed.settings).map_err(unreadable)?;
            layers.resume(settings_to_resume(recorded, &layers)?);
            let mut options = Options::from_json(&resumed.options).map_err(unreadable)?;
            options.watch = args.watch_pid.clone().or(options.watch);
            if !args.running.report.is_empty() {
                options.report.clone_from(&args.running.report);
            }
            ignored = options.differences(args);
            options.suite = suite_to_go_on_with(options.suite, &resumed.suite_file);
            (options, Beginning::Resumed(Box::new(resumed)))
        }
    };
    let settings = layers.merge()?;
    let mut running = args.running.clone();
    running.selection = options.selection.clone();
    running.require_all = options.require_all;
    running.gate.clone_from(&options.gates);
    running.flaky = options.flaky;
    running.report.clone_from(&options.report);
    let token = executor::token(running.token_file.as_deref(), executor::TOKEN_VARIABLE)?;
    let detail = session::detail(common, running.json);
    let logging = session::start_logging(&settings, common, &Progress::new(detail));
    if !ignored.is_empty() {
        Progress::new(detail).warn(&format!(
            "the soak goes on as it began, without what was given now: {}",
            ignored.join(", ")
        ));
    }
    let losses = logging.as_ref().map(|logging| logging.losses());
    let watch = Watch::new(settings.soak.stuck_after);
    let recorded = layers.to_record();
    let watched = watch.clone();
    let result = host::run(&watch, async move || {
        let soaker = Soaker {
            session: Session {
                bundles: Bundles::of(&running, &settings),
                args: running,
                settings,
                recorded,
                token,
                telemetry,
                progress: Progress::new(detail),
                shard: options.shard.clone(),
            },
            options,
            ledger_path,
            dashboard,
            now,
            started,
            watch: watched,
        };
        interrupt::until_forced(HangUp::GoesOn, |interrupt| {
            soaker.run(beginning, interrupt, move || {
                losses.as_ref().map_or(0, |it| it())
            })
        })
        .await
    });
    // Where nothing gets on, the terminal may be what hangs.
    if !watch.is_stuck() {
        session::warn_of_lost_lines(logging.as_ref(), &Progress::new(detail));
    }
    result
}

/// The suite's file as it was named, if that leads to it from here as well; otherwise its absolute path.
fn suite_to_go_on_with(named: PathBuf, file: &Path) -> PathBuf {
    match fs::canonicalize(&named) {
        Ok(found) if found == file => named,
        _ => file.to_owned(),
    }
}

/// The number of the run that the soak is to be held against.
fn baseline(args: &SoakArgs, ledger: &Path) -> Result<Option<u64>, CliError> {
    // Read and not only looked for: there are runs that nothing is held against.
    let find = |run| Ok::<_, LedgerError>(RunReader::open(ledger)?.run(run)?.id);
    Ok(args.against.as_ref().map(find).transpose()?)
}

/// The recorded settings to resume with. A URL was recorded without its user and password: where there were
/// any, the same URL has to come from somewhere with them.
fn settings_to_resume(
    mut recorded: BTreeMap<String, String>,
    layers: &Layers,
) -> Result<BTreeMap<String, String>, CliError> {
    if recorded.remove(HAD_CREDENTIALS).is_some() {
        let url = recorded.remove("executor.url").unwrap_or_default();
        let now = layers.merge()?.executor.url;
        if now == url || bare_url(&now) != url {
            return Err(CliError::Credentials { recorded: url });
        }
    }
    Ok(recorded)
}

/// One call of `gauntlet soak`.
struct Soaker {
    session: Session,
    options: Options,
    ledger_path: PathBuf,
    dashboard: Option<LiveDashboard>,
    /// When this part of the soak began, by the wall clock.
    now: Timestamp,
    /// The same moment by the clock that measures.
    started: Instant,
    watch: Watch,
}

/// What a soak is made with.
struct Parts<'a> {
    executor: &'a Executor,
    loader: Addr<ConfigLoader>,
    sampler: SelfMeasure,
    service: Rc<Service>,
    dashboard: Option<&'a LiveDashboard>,
}

impl Soaker {
    async fn run(
        mut self,
        beginning: Beginning,
        interrupt: Interrupt,
        losses: impl Fn() -> u64 + 'static,
    ) -> Result<Exit, CliError> {
        // Before anything else: by default both signals end a program.
        let requests = Requests::listen()?;
        let dashboard = self.dashboard.take();
        let loader = ConfigLoader::new(session::selection(&self.session.args.selection))
            .for_shard(self.session.shard.as_ref().map(|of| of.shard))
            .start();
        let loaded = session::load(&loader, &self.options.suite).await;
        // After a week it would be late to find out.
        let suite = self.options.suite.file_stem().unwrap_or_default();
        for target in self.session.reports(&suite.to_string_lossy()) {
            report::check(&target)?;
        }
        let (ready, executor) = match beginning {
            Beginning::New(ledger) => self.begin(loaded?, ledger).await?,
            Beginning::Resumed(resumed) if self.is_over(&resumed) => {
                return self.leave(resumed.run_id());
            }
            Beginning::Resumed(resumed) => self.go_on(loaded, *resumed).await?,
        };
        let run = ready.journal.run_id();
        self.prepare_for_the_worst(run, &ready.plan);
        let sampler = SelfMeasure::start(Box::new(losses), self.watch_executor(&executor));
        let stem = ready.plan.run.suite_stem.clone();
        let service = Rc::new(Service::from_environment());
        let Requests { reports, checks } = requests;
        let mut reports = pin!(self.report_on_request(reports, run, &stem));
        let mut checks = pin!(self.check_on_request(checks, &service));
        let parts = Parts {
            executor: &executor,
            loader,
            sampler,
            service: Rc::clone(&service),
            dashboard: dashboard.as_ref(),
        };
        let soaked = self.perform(ready, parts, interrupt.clone());
        let summary = tokio::select! {
            summary = soaked => summary,
            never = &mut reports => never,
            never = &mut checks => never,
        };
        executor.close().await;
        let exit = self.conclude(run, &stem, summary?);
        tracing::info!(run, exit = exit.code(), "soak ended");
        if let Some(dashboard) = dashboard {
            dashboard.stop().await;
        }
        Ok(exit)
    }

    /// What looks at the executor's processes, if they can be seen from here.
    fn watch_executor(&self, executor: &Executor) -> Option<ExecutorMeasure> {
        let embedded = executor.is_embedded().then_some(WatchTarget::Own);
        let target = self.options.watch.clone().or(embedded);
        target.map(ExecutorMeasure::start)
    }

    /// Wires the actors and waits for the end of the soak.
    async fn perform(
        &self,
        ready: Ready,
        parts: Parts<'_>,
        mut interrupt: Interrupt,
    ) -> Result<RunSummary, CliError> {
        let Parts {
            executor,
            loader,
            sampler,
            service,
            dashboard,
        } = parts;
        let Ready {
            mut plan,
            journal,
            changed,
        } = ready;
        let before = plan
            .soak
            .as_ref()
            .map_or_else(SoakBefore::default, |soak| soak.before);
        let live = Live::of(&mut plan);
        let soak = Subject::Soak(journal.run_id());
        let _followed = self.session.progress.follow(soak, &live);
        let goes_on = before.elapsed > Duration::ZERO;
        let progress = SoakProgress::new(self.session.progress.clone(), goes_on);
        let mut observers = self
            .session
            .observers(RunKind::Soak, &live, Box::new(progress));
        observers.push(Box::new(ServiceObserver::new(Rc::clone(&service), &before)));
        let telemetry = Telemetry::start(&self.session, &plan, &mut observers)?;
        if let Some(dashboard) = dashboard {
            let id = Some(journal.run_id());
            observers.extend(dashboard.follow(&live, id, &self.session.progress));
        }
        if let Some(kept) = self.session.bundles.follow(&plan, &self.session.progress) {
            observers.push(kept.split().0);
        }
        let crew = Crew::start(
            &plan,
            executor,
            loader,
            Some(journal),
            observers,
            Some(Box::new(sampler)),
            self.watch.beacon.clone(),
        );
        if let Some(suite) = changed {
            let further = gate::plain(&self.options.gates);
            crew.note_suite(SuiteVersion::of(&suite), RunGates::of(&suite, further));
        }
        service.ready("beginning");
        let alive = actix_rt::spawn(service::keep_alive(Rc::clone(&service), self.watch.clone()));
        let started = plan.started;
        let mut running = pin!(crew.run(plan));
        let grace = self.session.settings.soak.grace;
        let summary = tokio::select! {
            biased;
            summary = &mut running => summary,
            stuck = self.watch.stuck() => {
                let part = stuck.part.into();
                let ended = crew.end(RunEnd::Stuck { part }, started);
                // Whatever it still comes to does not count any more.
                crew.supervisor.do_send(Cancel);
                ended.await
            }
            _ = interrupt.received() => {
                service.stopping();
                tracing::info!("told to end");
                self.session.progress.say(&format!(
                    "stopping: a running case may go on for {} (again to end at once)",
                    Human(grace)
                ));
                crew.supervisor.do_send(Stop { grace });
                running.await
            }
        };
        alive.abort();
        telemetry.finish(&self.session.progress).await;
        summary
    }
}
