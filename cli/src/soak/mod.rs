//! `gauntlet soak`: runs a suite again and again, for hours or weeks, and goes on after anything.

pub(crate) mod executor_measure;
mod options;
mod progress;
mod requests;
mod self_measure;
mod service;
mod target;

use std::{collections::BTreeMap, path::PathBuf, pin::pin, rc::Rc, time::SystemTime};

use actix::prelude::*;
use jiff::Timestamp;
use run_ledger::{Ledger, Resumed, RunJournal, RunReader, RunSelector};
use runner_core::{
    actors::{Cancel, ConfigLoader, RunSummary, Stop},
    journal::SuiteVersion,
    plan::{RunPlan, SoakBefore, SoakPlan},
    recorded::{RecordedState, RunKind},
    results::RunProblem,
    run_state::{RunEnd, Start},
    text::{Grouped, Human},
};
use suite::Suite;
use tokio::time::Instant;

use crate::{
    args::{CommonArgs, SoakArgs},
    dashboard::LiveDashboard,
    error::CliError,
    executor::{self, Executor},
    exit::Exit,
    flags,
    host::{self, Watch},
    interrupt::{self, HangUp, Interrupt},
    ledger,
    progress::{Detail, Progress},
    report::{self, Document},
    service::Service,
    session::{self, Crew, Session},
    settings::{HAD_CREDENTIALS, Layers, bare_url},
    telemetry::{Telemetry, TelemetryTarget},
};

use self::{
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
    let mut layers = Layers::read(common.settings.as_deref(), flags::soak(args))?;
    let ledger_path = layers.merge()?.ledger.path().map(PathBuf::from);
    let ledger_path = ledger_path.ok_or(CliError::NoLedger)?;
    let telemetry = TelemetryTarget::of(&args.running)?;
    let ledger = Ledger::open(&ledger_path)?;
    // The moment from which everything of this part is counted, by both clocks.
    let (now, started) = (Timestamp::now(), Instant::now());
    let mut ignored = Vec::new();
    // Where it cannot listen, nothing has begun yet that would have to be resumed.
    let dashboard = LiveDashboard::start(&args.running, &layers.merge()?, common.quiet)?;
    if let Some(target) = &args.watch_pid {
        target.check()?;
    }
    let (options, beginning) = match target(args, &ledger)? {
        Target::New { suite } => {
            // Nobody has to know it, only to be able to use it again.
            let seed = now.as_nanosecond().unsigned_abs() as u64;
            (Options::of(args, suite, seed), Beginning::New(ledger))
        }
        Target::Resumed(run) => {
            let resumed = ledger.resume(&run, now, env!("CARGO_PKG_VERSION"))?;
            let id = resumed.journal.run_id();
            let unreadable = |source| CliError::Options { id, source };
            let recorded = serde_json::from_str(&resumed.settings).map_err(unreadable)?;
            layers.resume(settings_to_resume(recorded, &layers)?);
            let mut options = Options::from_json(&resumed.options).map_err(unreadable)?;
            options.watch = args.watch_pid.clone().or(options.watch);
            if !args.running.report.is_empty() {
                options.report.clone_from(&args.running.report);
            }
            ignored = options.differences(args);
            (options, Beginning::Resumed(Box::new(resumed)))
        }
    };
    let settings = layers.merge()?;
    let mut running = args.running.clone();
    running.selection = options.selection.clone();
    running.require_all = options.require_all;
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
                args: running,
                settings,
                recorded,
                token,
                telemetry,
                progress: Progress::new(detail),
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

/// Where a soak begins.
enum Beginning {
    /// At its beginning.
    New(Ledger),
    /// Where the ledger ends.
    Resumed(Box<Resumed>),
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

/// A soak that is ready to begin or to go on.
struct Ready {
    plan: RunPlan,
    journal: RunJournal,
    /// The suite, if it is another one than when the soak was interrupted.
    changed: Option<Suite>,
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
        let loader = ConfigLoader::new(session::selection(&self.session.args.selection)).start();
        let loaded = session::load(&loader, &self.options.suite).await;
        // After a week it would be late to find out.
        let suite = self.options.suite.file_stem().unwrap_or_default();
        for target in self.session.reports(&suite.to_string_lossy()) {
            report::check(&target)?;
        }
        let (ready, executor) = match beginning {
            Beginning::New(ledger) => self.begin(loaded?, ledger).await?,
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

    /// Begins a new soak.
    async fn begin(&self, suite: Suite, ledger: Ledger) -> Result<(Ready, Executor), CliError> {
        let path = suite.path.display().to_string();
        let suite = self.session.select(suite);
        let suite = suite.ok_or(CliError::NothingSelected { suites: path })?;
        let executor = self.session.open_executor().await?;
        let info = self.session.run_info(&suite, &executor);
        let mut plan = self.session.plan(suite, info, &executor);
        plan.soak = Some(self.plan(1, Start::default(), SoakBefore::default()));
        self.set_policy(&mut plan);
        let options = self.options.to_json();
        let journal = self.session.begin(ledger, RunKind::Soak, &plan, &options)?;
        self.session.progress.say(&format!(
            "soak {} ({}): {}",
            journal.run_id(),
            plan.run.marker,
            self.goal()
        ));
        let ready = Ready {
            plan,
            journal,
            changed: None,
        };
        Ok((ready, executor))
    }

    /// Goes on where the ledger ends. A suite that cannot be used any more stays as it was.
    async fn go_on(
        &self,
        loaded: Result<Suite, CliError>,
        resumed: Resumed,
    ) -> Result<(Ready, Executor), CliError> {
        let usable = loaded.and_then(|suite| {
            let suites = suite.path.display().to_string();
            let selected = self.session.select(suite);
            selected.ok_or(CliError::NothingSelected { suites })
        });
        let suite = match usable {
            Ok(suite) => suite,
            Err(error) => {
                self.session
                    .progress
                    .warn("the suite's file cannot be used any more; the suite stays as it was:");
                error.show();
                let kept = suite::parse(&self.options.suite, &resumed.suite.text)?;
                let suites = kept.path.display().to_string();
                let selected = self.session.select(kept);
                selected.ok_or(CliError::NothingSelected { suites })?
            }
        };
        let executor = self.session.open_executor().await?;
        let mut start = resumed.start;
        let changed = (suite.hash != resumed.suite.hash).then(|| suite.clone());
        if changed.is_some() && start.done > 0 {
            // Cases that had their turn may be others now.
            start.iteration += 1;
            start.done = 0;
        }
        let mut info = resumed.info.clone();
        info.executor = executor.address();
        info.environment = executor.environment();
        let mut plan = self.session.plan(suite, info, &executor);
        plan.started = self.started;
        plan.soak = Some(self.plan(resumed.part, start, resumed.before));
        plan.policy.waits_at_start = true;
        self.set_policy(&mut plan);
        self.tell_of_resumption(&resumed);
        let mut journal = resumed
            .journal
            .with_retention(self.session.settings.ledger.retention);
        journal.set_environment(&plan.run.executor, &plan.run.environment)?;
        let ready = Ready {
            plan,
            journal,
            changed,
        };
        Ok((ready, executor))
    }

    /// What looks at the executor's processes, if they can be seen from here.
    fn watch_executor(&self, executor: &Executor) -> Option<ExecutorMeasure> {
        let embedded = executor.is_embedded().then_some(WatchTarget::Own);
        let target = self.options.watch.clone().or(embedded);
        target.map(ExecutorMeasure::start)
    }

    fn tell_of_resumption(&self, resumed: &Resumed) {
        let before = &resumed.before;
        let mut text = format!(
            "going on with soak {} ({}): {} attempts in {} so far, {}",
            resumed.journal.run_id(),
            resumed.info.marker,
            Grouped(before.counts.total),
            Human(before.elapsed),
            self.goal()
        );
        tracing::info!(
            run = resumed.journal.run_id(),
            part = resumed.part,
            "going on with a soak"
        );
        if let Some(number) = resumed.interrupted {
            text.push_str(&format!(
                "; attempt {} was under way and counts as interrupted",
                Grouped(number)
            ));
        }
        self.session.progress.say(&text);
    }

    /// How the soak is to end, in words.
    fn goal(&self) -> String {
        let Options {
            duration,
            until,
            iterations,
            ..
        } = &self.options;
        let goals: Vec<String> = [
            duration.map(|duration| format!("for {}", Human(duration))),
            until.map(|until| format!("until {until}")),
            iterations.map(|count| match count.get() {
                1 => "1 iteration".into(),
                count => format!("{} iterations", Grouped(count)),
            }),
        ]
        .into_iter()
        .flatten()
        .collect();
        match goals.is_empty() {
            true => "until it is stopped".into(),
            false => goals.join(", at most "),
        }
    }

    fn plan(&self, part: u64, start: Start, before: SoakBefore) -> SoakPlan {
        SoakPlan {
            part,
            start,
            before,
            interval: self.options.interval,
            time_left: self.options.time_left(before.elapsed, self.now),
            until: self.options.until.map(SystemTime::from),
            health_interval: self.session.settings.soak.health_interval,
            suite_path: self.options.suite.clone(),
        }
    }

    fn set_policy(&self, plan: &mut RunPlan) {
        plan.policy.iterations = self.options.iterations;
        plan.policy.shuffle = self.options.shuffle;
        plan.policy.max_outage = self.session.settings.soak.max_outage;
    }

    /// Says what is still done if the runner does not come to its end: the ledger has everything that a
    /// report needs.
    fn prepare_for_the_worst(&self, run: u64, plan: &RunPlan) {
        let path = self.ledger_path.clone();
        let targets = self.session.reports(&plan.run.suite_stem);
        self.watch.or_else(move |reason| {
            let report = || -> Result<(), CliError> {
                let reader = RunReader::open(&path)?;
                let mut recorded = ledger::recorded_run(&reader, &RunSelector::Id(run))?;
                // This process still has it, and will not say so in the ledger any more.
                let part = String::new();
                recorded.state = RecordedState::Ended(RunEnd::Stuck { part }.code().into());
                let problem = RunProblem::RunnerTooSlow {
                    evidence: reason.to_owned(),
                };
                recorded
                    .problems
                    .insert(0, ledger::recorded_problem(&problem));
                for target in &targets {
                    report::write(target, &Document::Recorded(&recorded))?;
                }
                Ok(())
            };
            match report() {
                Ok(()) => Exit::Success,
                Err(error) => {
                    let exit = error.exit();
                    error.show();
                    exit
                }
            }
        });
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
        let (before, time_left) = match &plan.soak {
            Some(soak) => (soak.before, soak.time_left),
            None => (SoakBefore::default(), None),
        };
        let progress = SoakProgress::new(self.session.progress.clone(), &before, time_left);
        let mut observers = self.session.observers(RunKind::Soak, Box::new(progress));
        observers.push(Box::new(ServiceObserver::new(Rc::clone(&service), &before)));
        if let Some(dashboard) = dashboard {
            let id = Some(journal.run_id());
            observers.extend(dashboard.follow(&mut plan, id, &self.session.progress));
        }
        let telemetry = Telemetry::start(&self.session, &plan, &mut observers)?;
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
            crew.note_suite(SuiteVersion::of(&suite), suite.gates);
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

    /// Writes the reports, and says how to go on where the soak is not complete.
    fn conclude(&self, run: u64, stem: &str, summary: RunSummary) -> Exit {
        let problems = summary.results.problems.iter();
        let mut exit = problems.map(exit_of).min().unwrap_or(Exit::Success);
        exit = exit.min(self.session.warn_of_observers(&summary));
        let recorded = RunReader::open(&self.ledger_path)
            .map_err(CliError::from)
            .and_then(|reader| ledger::recorded_run(&reader, &RunSelector::Id(run)));
        match recorded {
            Ok(mut recorded) => {
                // What could not be kept is known here alone.
                let problems = summary.results.problems.iter();
                recorded.problems = problems.map(ledger::recorded_problem).collect();
                let document = Document::Recorded(&recorded);
                exit = exit.min(self.session.write_reports(stem, &document));
            }
            Err(error) => {
                // What cannot be read any more could be a while ago.
                exit = exit.min(Exit::ReportNotWritten);
                error.show();
                return exit;
            }
        }
        if is_resumable(&summary) {
            // Said also where only what went wrong is said: it did, or somebody ended it.
            let line = format!("to go on: gauntlet soak --resume {run}");
            self.session.progress.line(Detail::Quiet, &line);
        }
        exit
    }
}

/// A soak is resumed after whatever has ended it early, if it has begun at all.
fn is_resumable(summary: &RunSummary) -> bool {
    summary.end != RunEnd::Completed && summary.counts.total > 0
}

/// The exit that a problem of a soak asks for. An interrupted soak is a checkpoint.
fn exit_of(problem: &RunProblem) -> Exit {
    match problem {
        RunProblem::Interrupted => Exit::Checkpointed,
        other => Exit::of_problem(other, None),
    }
}
