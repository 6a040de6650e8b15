//! `gauntlet run`: runs suites once, one case at a time.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
};

use actix::prelude::*;
use run_ledger::{Ledger, RunJournal, RunReader, ShardRun};
use runner_core::{
    actors::{Cancel, ConfigLoader, RunSummary},
    beacon::Beacon,
    plan::{Conclusion, RunPlan},
    recorded::{Graduation, RunKind},
    results::{CaseResult, Counts},
    run_state::RunEnd,
};
use suite::{Ratio, Repeat, Suite};

use crate::{
    args::{CommonArgs, RunArgs},
    bundles::Bundles,
    dashboard::LiveDashboard,
    error::CliError,
    executor::{self, Executor},
    exit::Exit,
    flags, gate,
    interrupt::{self, HangUp, Interrupt},
    live::Live,
    progress::{Progress, Subject},
    report::Document,
    session::{self, Crew, Session},
    settings::Layers,
    shard, start_at,
    telemetry::{Telemetry, TelemetryTarget},
};

/// How a case is tried until it is decided where the suite does not say it.
const UNTIL_DECIDED: Repeat = Repeat {
    min: 5,
    max: 50,
    success_rate: Ratio::new(0.9).expect("between 0 and 1"),
    confidence: Ratio::new(0.95).expect("between 0 and 1"),
};

/// Runs the suites of `args`, writes their reports, and says how it went.
pub(crate) fn run(common: &CommonArgs, args: &RunArgs) -> Result<Exit, CliError> {
    let running = &args.running;
    if let Some(gate) = gate::on_drift(&running.gate).next() {
        let gate = gate.to_string();
        return Err(CliError::DriftOfRun { gate });
    }
    let layers = Layers::read(common.settings.as_deref(), flags::running(running))?;
    let settings = layers.merge()?;
    let session = Session {
        bundles: Bundles::of(running, &settings),
        args: running.clone(),
        settings,
        recorded: layers.to_record(),
        token: executor::token(running.token_file.as_deref(), executor::TOKEN_VARIABLE)?,
        telemetry: TelemetryTarget::of(running)?,
        progress: Progress::new(session::detail(common, running.json)),
        shard: shard::resolve(&args.shard, shard::environment)?,
    };
    let progress = session.progress.clone();
    let logging = session::start_logging(&session.settings, common, &progress);
    if let Some(exit) = start_at::wait(&args.shard, &args.suites, &progress)? {
        return Ok(exit);
    }
    let dashboard = LiveDashboard::start(running, &session.settings, common.quiet)?;
    let runner = Runner {
        args,
        session,
        dashboard,
    };
    let result = System::new().block_on(interrupt::until_forced(HangUp::Ends, |interrupt| {
        runner.run(interrupt)
    }));
    session::warn_of_lost_lines(logging.as_ref(), &progress);
    result
}

/// One call of `gauntlet run`.
struct Runner<'a> {
    args: &'a RunArgs,
    session: Session,
    dashboard: Option<LiveDashboard>,
}

impl Runner<'_> {
    async fn run(self, interrupt: Interrupt) -> Result<Exit, CliError> {
        let loader = ConfigLoader::default().start();
        let suites = self.load(&loader).await?;
        let mut suites = self.select(suites)?;
        if self.args.until_decided {
            suites.iter_mut().for_each(decide);
        }
        self.check_reports(&suites)?;
        // A ledger that cannot be used is known before anything runs.
        self.session.open_ledger()?;
        let executor = self.session.open_executor().await?;
        let mut exit = Exit::Success;
        for mut suite in suites {
            let shard = self.session.deal(&mut suite);
            let plan = self.plan(suite, &executor);
            if interrupt.signal().is_some() {
                exit = exit.min(self.leave_out(plan));
                continue;
            }
            let ran = self.run_suite(plan, shard, &executor, &loader, interrupt.clone());
            match ran.await {
                Ok(one) => exit = exit.min(one),
                Err(error) => {
                    exit = exit.min(error.exit());
                    error.show();
                }
            }
        }
        if let Some(signal) = interrupt.signal() {
            exit = exit.min(Exit::Interrupted(signal));
        }
        executor.close().await;
        if let Some(dashboard) = self.dashboard {
            dashboard.stop().await;
        }
        Ok(exit)
    }

    /// Loads all suites before anything runs; every invalid one is shown.
    async fn load(&self, loader: &Addr<ConfigLoader>) -> Result<Vec<Suite>, CliError> {
        let mut suites = Vec::new();
        let mut first_error = None;
        for path in &self.args.suites {
            match session::load(loader, path).await {
                Ok(suite) => suites.push(suite),
                Err(error) => match first_error {
                    None => first_error = Some(error),
                    Some(_) => error.show(),
                },
            }
        }
        first_error.map_or(Ok(suites), Err)
    }

    /// Keeps of every suite the selected cases, and only suites that have any.
    fn select(&self, suites: Vec<Suite>) -> Result<Vec<Suite>, CliError> {
        let names: Vec<_> = suites
            .iter()
            .map(|suite| suite.path.display().to_string())
            .collect();
        let selected: Vec<_> = suites
            .into_iter()
            .filter_map(|suite| self.session.select(suite))
            .collect();
        if selected.is_empty() {
            return Err(CliError::NothingSelected {
                suites: names.join(", "),
            });
        }
        Ok(selected)
    }

    /// Two suites must not write over each other's report.
    fn check_reports(&self, suites: &[Suite]) -> Result<(), CliError> {
        if suites.len() > 1 && !self.args.running.report.is_empty() {
            return Err(CliError::ReportForSeveral);
        }
        let mut paths: HashSet<PathBuf> = HashSet::new();
        let targets = suites
            .iter()
            .flat_map(|suite| self.session.reports(&suite.stem()));
        for target in targets {
            if let Some(path) = paths.replace(target.path) {
                return Err(CliError::ReportClash { path });
            }
        }
        Ok(())
    }

    fn plan(&self, suite: Suite, executor: &Executor) -> RunPlan {
        let info = self.session.run_info(&suite, executor);
        self.session.plan(suite, info, executor)
    }

    async fn run_suite(
        &self,
        plan: RunPlan,
        shard: Option<ShardRun>,
        executor: &Executor,
        loader: &Addr<ConfigLoader>,
        interrupt: Interrupt,
    ) -> Result<Exit, CliError> {
        let session = &self.session;
        let summary = self
            .perform(plan, shard, executor, loader, interrupt.clone())
            .await?;
        let problems = summary.results.problems.iter();
        let exits = problems.map(|problem| Exit::of_problem(problem, interrupt.signal()));
        let mut exit = exits.min().unwrap_or(Exit::Success);
        exit = exit.min(session::warn_of_observers(&summary, &session.progress));
        let run = &summary.results.run;
        let graduation = self.graduation(&run.suite_path);
        let document = Document::of_run(&summary.results, graduation.as_ref(), interrupt.signal());
        exit = exit.min(session.write_reports(&run.suite_stem, &document));
        tracing::info!(run = run.marker, exit = exit.code(), "run finished");
        Ok(exit)
    }

    /// How far the suite is from its graduation by now. It is a line of the report: what keeps it from
    /// being known has been told where the ledger was written.
    fn graduation(&self, suite_path: &str) -> Option<Graduation> {
        let reader = RunReader::open(self.session.settings.ledger.path()?).ok()?;
        reader.graduation(Path::new(suite_path)).ok()?
    }

    /// Reports a suite that had no turn any more, so that an older report of it is not taken for this
    /// run's.
    fn leave_out(&self, plan: RunPlan) -> Exit {
        self.session
            .progress
            .say(&format!("{}: not run", plan.run.suite_path));
        let cases: Vec<_> = plan.cases.into_iter().map(CaseResult::not_run).collect();
        let counts = Counts::of(&cases);
        let conclusion = Conclusion {
            end: &RunEnd::Interrupted,
            counts: &counts,
            gates: Vec::new(),
            is_gated: !plan.gates.is_empty(),
            flaky_fails: plan.flaky_fails,
            is_empty_shard: false,
            overload: None,
        };
        let elapsed = plan.started.elapsed();
        let results = conclusion.results(plan.run, cases, None, elapsed);
        let stem = &results.run.suite_stem;
        self.session
            .write_reports(stem, &Document::of_run(&results, None, None))
    }

    /// Wires the actors of one run and waits for its end.
    async fn perform(
        &self,
        mut plan: RunPlan,
        shard: Option<ShardRun>,
        executor: &Executor,
        loader: &Addr<ConfigLoader>,
        mut interrupt: Interrupt,
    ) -> Result<RunSummary, CliError> {
        let session = &self.session;
        let journal = session
            .open_ledger()?
            .map(|ledger: Ledger| {
                session.begin(
                    ledger,
                    RunKind::Run,
                    &mut plan,
                    &gate::to_json(&session.args.gate),
                    shard.as_ref(),
                )
            })
            .transpose()?;
        let live = Live::of(&mut plan);
        let _followed = session.progress.follow(Subject::Suite, &live);
        let mut observers =
            session.observers(RunKind::Run, &live, Box::new(session.progress.clone()));
        let telemetry = Telemetry::start(session, &plan, &mut observers)?;
        if let Some(dashboard) = &self.dashboard {
            let id = journal.as_ref().map(RunJournal::run_id);
            observers.extend(dashboard.follow(&live, id, &session.progress));
        }
        let kept = session.bundles.follow(&plan, &session.progress);
        let told = kept.map(|kept| {
            let (observer, told) = kept.split();
            observers.push(observer);
            told
        });
        let crew = Crew::start(
            &plan,
            executor,
            loader.clone(),
            journal,
            observers,
            None,
            Beacon::default(),
        );
        let mut running = pin!(crew.run(plan));
        let summary = tokio::select! {
            biased;
            summary = &mut running => summary,
            _ = interrupt.received() => {
                session.progress.say("interrupted: ending the running case (again to end at once)");
                crew.supervisor.do_send(Cancel);
                running.await
            }
        };
        telemetry.finish(&session.progress).await;
        let mut summary = summary?;
        if let Some(told) = told {
            summary.results.bundles = std::mem::take(&mut told.borrow_mut().paths);
        }
        Ok(summary)
    }
}

/// Has every case of `suite` tried until it is clear how often it passes, unless it says how.
fn decide(suite: &mut Suite) {
    for case in suite.cases.iter_mut().filter(|case| case.repeat.is_none()) {
        Arc::make_mut(case).repeat = Some(UNTIL_DECIDED);
    }
}
