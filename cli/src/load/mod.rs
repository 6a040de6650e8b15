//! `gauntlet load`: drives the cases of a suite as load, many at once.

mod capacity;
mod planning;
mod recording;
mod records;
mod slice;

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

use actix::prelude::*;
use embedded_executor::Token;
use executor_protocol::error_chain;
use load::{
    LoadEnd, LoadInfo, LoadPlan, LoadResults, Watched,
    generator::{self, Generated},
};
use run_ledger::{Ledger, SHARD_KEY};
use runner_core::{actors::ConfigLoader, gates::RunGates, results::RunInfo};
use suite::Suite;

use crate::{
    args::{CommonArgs, LoadArgs, ReportTarget},
    dashboard::LoadDashboard,
    error::CliError,
    executor::{self, Executor},
    exit::Exit,
    flags, gate,
    interrupt::{self, HangUp, Interrupt},
    progress::{
        Progress,
        load::{LoadView, Summary},
    },
    report::{self, Document},
    session,
    settings::{Layers, Settings},
    shard::{self, ShardOf},
    start_at,
};

pub(crate) use self::planning::CONCURRENCY;
use self::{
    planning::Planned,
    recording::{Recording, Rest},
    records::Records,
};

/// Drives the suite of `args` as load, writes the reports, and says how it went.
pub(crate) fn load(common: &CommonArgs, args: &LoadArgs) -> Result<Exit, CliError> {
    if let Some(gate) = gate::on_drift(&args.gate).next() {
        let gate = gate.to_string();
        return Err(CliError::DriftOfRun { gate });
    }
    let layers = Layers::read(common.settings.as_deref(), flags::load(args))?;
    let mut settings = layers.merge()?;
    planning::make_room(&mut settings, args);
    let progress = Progress::new(session::detail(common, args.json));
    let logging = session::start_logging(&settings, common, &progress);
    let driver = Driver {
        args,
        settings: Arc::new(settings),
        recorded: layers.to_record(),
        token: executor::token(args.token_file.as_deref(), executor::TOKEN_VARIABLE)?,
        shard: shard::resolve(&args.shard, shard::environment)?,
        progress: progress.clone(),
        is_quiet: common.quiet,
    };
    let suites = std::slice::from_ref(&args.suite);
    if let Some(exit) = start_at::wait(&args.shard, suites, &progress)? {
        return Ok(exit);
    }
    let result = System::new().block_on(interrupt::until_forced(HangUp::Ends, |interrupt| {
        driver.drive(interrupt)
    }));
    session::warn_of_lost_lines(logging.as_ref(), &progress);
    result
}

/// One call of `gauntlet load`.
struct Driver<'a> {
    args: &'a LoadArgs,
    settings: Arc<Settings>,
    /// The settings as a ledger keeps them.
    recorded: BTreeMap<String, String>,
    token: Option<Token>,
    /// Which shard of the load this is, if it is one.
    shard: Option<ShardOf>,
    progress: Progress,
    is_quiet: bool,
}

/// Who is told once a second how it goes, besides people and standard output.
struct Followers<'a> {
    recording: Recording,
    page: Option<&'a mut LoadDashboard>,
}

impl Driver<'_> {
    async fn drive(self, interrupt: Interrupt) -> Result<Exit, CliError> {
        let suite = self.suite().await?;
        let gates = RunGates::of(&suite, gate::plain(&self.args.gate));
        if self.args.capacity.find_capacity {
            return capacity::find(&self, &suite, gates, interrupt).await;
        }
        let shard = self.shard.as_ref().map(|of| of.shard);
        let planned = Planned::of(self.args, &self.settings, &suite, gates.clone(), shard)?;
        let targets = self.reports(&suite.stem(), "load");
        for target in &targets {
            report::check(target)?;
        }
        // A ledger that cannot be used is known before anything runs.
        let ledger = self.settings.ledger.path().map(Ledger::open).transpose()?;
        let token = self.token.as_ref();
        let executor = session::open_executor(&self.settings, token, None, &self.progress).await?;
        let mut info = planned.info(self.run_info(&suite, &executor));
        let recording = Recording::begin(&self, ledger, &suite, &mut info)?;
        let mut page = self.dashboard(&info, &planned.plan)?;
        let followers = Followers {
            recording,
            page: page.as_mut(),
        };
        let results = self
            .measure(
                planned.plan,
                info,
                &gates,
                &executor,
                followers,
                interrupt.clone(),
            )
            .await;
        executor.close().await;
        let results = results?;
        let exit = self.conclude(&results, targets, &interrupt);
        if let Some(page) = page {
            page.end(&results).await;
        }
        Ok(exit)
    }

    /// What the run of `suite` that begins now is about.
    fn run_info(&self, suite: &Suite, executor: &Executor) -> RunInfo {
        let mut info = session::run_info(suite, executor);
        if let Some(of) = &self.shard {
            info.marker += &run_ledger::marker_suffix(of.shard);
            let words = of.of_load(&self.args.model);
            self.progress
                .say(&format!("{}: shard {words}", suite.path.display()));
            info.environment.push((SHARD_KEY.to_owned(), words));
        }
        info
    }

    fn dashboard(
        &self,
        info: &LoadInfo,
        plan: &LoadPlan,
    ) -> Result<Option<LoadDashboard>, CliError> {
        let (settings, progress) = (&self.settings, &self.progress);
        LoadDashboard::start(self.args, settings, info, plan, self.is_quiet, progress)
    }

    async fn suite(&self) -> Result<Suite, CliError> {
        let loader = ConfigLoader::default().start();
        let suite = session::load(&loader, &self.args.suite).await?;
        let name = suite.path.display().to_string();
        session::select(suite, &self.args.selection, &self.progress)
            .ok_or(CliError::NothingSelected { suites: name })
    }

    /// Where the reports go; `kind` is in the name of the one that nobody asked for.
    fn reports(&self, stem: &str, kind: &str) -> Vec<ReportTarget> {
        let asked: Vec<_> = self.args.report.iter().map(|it| it.0.clone()).collect();
        report::targets(
            &asked,
            &self.settings.reports.folder,
            &format!("{stem}_{kind}"),
        )
    }

    /// Asks for the executor's health and drives the load, if it is healthy.
    async fn measure(
        &self,
        plan: LoadPlan,
        info: LoadInfo,
        gates: &RunGates,
        executor: &Executor,
        mut followers: Followers<'_>,
        mut interrupt: Interrupt,
    ) -> Result<LoadResults, CliError> {
        let timeout = self.settings.executor.health_timeout;
        let (health, end) = tokio::select! {
            health = executor.transport.check_health(timeout) => match health {
                Ok(health) => (Some(health), None),
                Err(error) => {
                    let reason = error_chain(&error);
                    (None, Some(LoadEnd::ExecutorUnavailable { reason }))
                }
            },
            _ = interrupt.received() => (None, Some(LoadEnd::Interrupted)),
        };
        followers.recording.note_health(health.as_ref());
        let generated = match end {
            Some(end) => Ok(Generated::nothing(end)),
            None => {
                self.generate(plan, &info, executor, &mut followers, interrupt)
                    .await
            }
        };
        let (generated, error) = match generated {
            Ok(generated) => (generated, None),
            Err(error) => (Generated::nothing(LoadEnd::ThreadLost), Some(error)),
        };
        let Generated {
            measured,
            seconds,
            elapsed,
            end,
        } = generated;
        let mut results = LoadResults::conclude(info, health, measured, &end, gates);
        if self.shard.is_some() {
            results = results.of_shard();
        }
        let rest = Rest {
            elapsed,
            seconds,
            end,
        };
        followers.recording.finish(&mut results, rest).await;
        error.map_or(Ok(results), Err)
    }

    async fn generate(
        &self,
        mut plan: LoadPlan,
        info: &LoadInfo,
        executor: &Executor,
        followers: &mut Followers<'_>,
        mut interrupt: Interrupt,
    ) -> Result<Generated, CliError> {
        plan.marker.clone_from(&info.run.marker);
        let records = self.args.json.then(Records::default);
        let records = Rc::new(RefCell::new(records));
        if let Some(records) = &mut *records.borrow_mut() {
            records.started(info, plan.cases.len())?;
        }
        let mut view = LoadView::open(info, plan.cases.len(), &self.progress);
        let open = executor.opener(Arc::clone(&self.settings), self.token.clone());
        let progress = self.progress.clone();
        let interrupted = async move {
            interrupt.received().await;
            progress.say("interrupted: ending what is under way (again to end at once)");
        };
        let mut watch = |watched: &Watched<'_>| {
            let live = watched.live;
            view.show(live);
            if let Some(page) = &mut followers.page {
                page.second(watched);
            }
            followers.recording.note(watched);
            if let Some(records) = &mut *records.borrow_mut() {
                records.second(info, live);
            }
        };
        let plan = Arc::new(plan);
        let ended = generator::run(&plan, &open, interrupted, &mut watch).await;
        drop(view);
        Ok(ended?)
    }

    /// Tells what came of it, and writes it down.
    fn conclude(
        &self,
        results: &LoadResults,
        targets: Vec<ReportTarget>,
        interrupt: &Interrupt,
    ) -> Exit {
        let signal = interrupt.signal();
        Summary(results).tell(&self.progress);
        let problems = results.problems.iter();
        let exits = problems.map(|problem| Exit::of_problem(problem, signal));
        let mut exit = exits.min().unwrap_or(Exit::Success);
        let document = Document::of_load(results, signal);
        exit = exit.min(report::write_all(targets, &document, &self.progress));
        if self.args.json
            && let Err(error) = Records::finished(results)
        {
            exit = exit.min(Exit::ReportNotWritten);
            error.show();
        }
        let run = &results.load.run;
        tracing::info!(run = run.marker, exit = exit.code(), "load finished");
        exit
    }
}
