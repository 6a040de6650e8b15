//! `gauntlet run`: runs suites once, one case at a time.

use std::{collections::HashSet, path::PathBuf, pin::pin};

use actix::prelude::*;
use embedded_executor::Token;
use jiff::Zoned;
use runner_core::{
    actors::{
        Cancel, ConfigLoader, HealthChecker, LoadSuite, ReportCollector, RunSuite, RunSummary,
        Supervisor,
    },
    attempt::{AttemptSettings, Strictness},
    events::RunObserver,
    plan::{self, RunPlan},
    results::{CaseResult, RunInfo, RunResults},
    run_marker,
    run_state::{RunEnd, RunPolicy},
};
use suite::{Selection, Suite};
use tokio::time::Instant;

use crate::{
    args::{CommonArgs, ReportTarget, RunArgs, SelectionArgs},
    error::CliError,
    executor::{self, Executor},
    exit::Exit,
    flags,
    interrupt::{self, Interrupt},
    logging::Logging,
    progress::{Detail, Progress},
    records::Records,
    report,
    settings::{Layers, ProtocolSetting, Settings},
};

/// Runs the suites of `args`, writes their reports, and says how it went.
pub(crate) fn run(common: &CommonArgs, args: &RunArgs) -> Result<Exit, CliError> {
    let settings =
        Layers::read(common.settings.as_deref(), flags::executor(&args.executor))?.merge()?;
    let token = executor::token(args.token_file.as_deref())?;
    let progress = Progress::new(detail(common, args));
    let logging = start_logging(&settings, common, &progress);
    let runner = Runner {
        args,
        settings,
        token,
        progress: progress.clone(),
    };
    let result = System::new().block_on(interrupt::until_forced(|interrupt| runner.run(interrupt)));
    warn_of_dropped_lines(logging.as_ref(), &progress);
    result
}

/// A log that cannot be written must not keep a run from its report.
pub(crate) fn start_logging(
    settings: &Settings,
    common: &CommonArgs,
    progress: &Progress,
) -> Option<Logging> {
    Logging::start(&settings.logs, common.verbose)
        .map_err(|error| {
            let folder = settings.logs.folder.display();
            progress.warn(&format!("there is no log in {folder}: {error}"));
        })
        .ok()
}

fn warn_of_dropped_lines(logging: Option<&Logging>, progress: &Progress) {
    let dropped = logging.map_or(0, Logging::dropped_lines);
    if dropped > 0 {
        progress.warn(&format!(
            "{dropped} log lines were dropped, the disk was too slow for them"
        ));
    }
}

fn detail(common: &CommonArgs, args: &RunArgs) -> Detail {
    // With records on standard output, progress is only for a person who watches.
    let unwatched = args.json && !console::Term::stderr().features().is_attended();
    if common.quiet || unwatched {
        Detail::Quiet
    } else if common.verbose > 0 {
        Detail::Verbose
    } else {
        Detail::Normal
    }
}

/// One call of `gauntlet run`.
struct Runner<'a> {
    args: &'a RunArgs,
    settings: Settings,
    token: Option<Token>,
    progress: Progress,
}

impl Runner<'_> {
    async fn run(self, interrupt: Interrupt) -> Result<Exit, CliError> {
        let suites = self.load().await?;
        let suites = self.select(suites)?;
        self.check_reports(&suites)?;
        let executor = Executor::open(&self.settings, self.token.as_ref()).await?;
        if let Some(warning) = executor.warning() {
            self.progress.warn(&warning);
        }
        if self.settings.executor.insecure {
            self.progress.warn(
                "certificates are not checked: whoever sits between can read and change everything",
            );
        }
        let mut exit = Exit::Success;
        for suite in suites {
            if interrupt.signal().is_some() {
                exit = exit.min(self.leave_out(suite, &executor));
                continue;
            }
            match self.run_suite(suite, &executor, interrupt.clone()).await {
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
        Ok(exit)
    }

    /// Loads all suites before anything runs; every invalid one is shown.
    async fn load(&self) -> Result<Vec<Suite>, CliError> {
        let loader = ConfigLoader.start();
        let mut suites = Vec::new();
        let mut first_error = None;
        for path in &self.args.suites {
            let message = LoadSuite { path: path.clone() };
            match loader
                .send(message)
                .await
                .map_err(|_| CliError::Lost("suite loader"))?
            {
                Ok(suite) => suites.push(suite),
                Err(error) => match first_error {
                    None => first_error = Some(error.into()),
                    Some(_) => CliError::from(error).show(),
                },
            }
        }
        first_error.map_or(Ok(suites), Err)
    }

    /// Keeps of every suite the selected cases, and only suites that have any.
    fn select(&self, suites: Vec<Suite>) -> Result<Vec<Suite>, CliError> {
        let selection = selection(&self.args.selection);
        let names: Vec<_> = suites
            .iter()
            .map(|suite| suite.path.display().to_string())
            .collect();
        let mut selected = Vec::new();
        for mut suite in suites {
            let kept = suite.select(&selection);
            for unmatched in kept.unmatched {
                self.progress
                    .warn(&format!("{}: {unmatched}", suite.path.display()));
            }
            suite.cases = kept.cases;
            if !suite.cases.is_empty() {
                selected.push(suite);
            }
        }
        if selected.is_empty() {
            return Err(CliError::NothingSelected {
                suites: names.join(", "),
            });
        }
        Ok(selected)
    }

    /// Two suites must not write over each other's report.
    fn check_reports(&self, suites: &[Suite]) -> Result<(), CliError> {
        if suites.len() > 1 && !self.args.report.is_empty() {
            return Err(CliError::ReportForSeveral);
        }
        let mut paths: HashSet<PathBuf> = HashSet::new();
        for target in suites.iter().flat_map(|suite| self.reports(&suite.stem())) {
            if let Some(path) = paths.replace(target.path) {
                return Err(CliError::ReportClash { path });
            }
        }
        Ok(())
    }

    fn reports(&self, suite_stem: &str) -> Vec<ReportTarget> {
        report::targets(&self.args.report, &self.settings.reports.folder, suite_stem)
    }

    async fn run_suite(
        &self,
        suite: Suite,
        executor: &Executor,
        interrupt: Interrupt,
    ) -> Result<Exit, CliError> {
        let plan = self.plan(suite, executor);
        let summary = self.perform(plan, executor, interrupt.clone()).await?;
        let problems = summary.results.problems.iter();
        let exits = problems.map(|problem| Exit::of_problem(problem, interrupt.signal()));
        let mut exit = exits.min().unwrap_or(Exit::Success);
        for failure in &summary.observer_failures {
            self.progress.warn(&format!(
                "the {} could not be written: {}",
                failure.observer, failure.error
            ));
            exit = exit.min(Exit::ReportNotWritten);
        }
        exit = exit.min(self.write_reports(&summary.results));
        tracing::info!(
            run = summary.results.run.marker,
            exit = exit.code(),
            "run finished"
        );
        Ok(exit)
    }

    /// Reports a suite that had no turn any more, so that an older report of it is not taken for this
    /// run's.
    fn leave_out(&self, suite: Suite, executor: &Executor) -> Exit {
        self.progress
            .say(&format!("{}: not run", suite.path.display()));
        let plan = self.plan(suite, executor);
        let cases = plan.cases.into_iter().map(CaseResult::not_run).collect();
        let end = RunEnd::Interrupted;
        let results = plan::conclude(
            plan.run,
            cases,
            &plan.gates,
            &end,
            None,
            plan.started.elapsed(),
        );
        self.write_reports(&results)
    }

    /// Writes all reports of a suite, and shows what could not be written.
    fn write_reports(&self, results: &RunResults) -> Exit {
        let mut exit = Exit::Success;
        for target in self.reports(&results.run.suite_stem) {
            match report::write(&target, results) {
                Ok(()) => self
                    .progress
                    .say(&format!("report: {}", target.path.display())),
                Err(error) => {
                    exit = exit.min(error.exit());
                    error.show();
                }
            }
        }
        exit
    }

    fn plan(&self, suite: Suite, executor: &Executor) -> RunPlan {
        let (started_at, started) = (Zoned::now(), Instant::now());
        let stem = suite.stem();
        let settings = &self.settings;
        RunPlan {
            run: RunInfo {
                marker: run_marker(&stem, &started_at),
                started_at,
                suite_path: suite.path.display().to_string(),
                suite_stem: stem,
                suite_description: suite.description,
                version: env!("CARGO_PKG_VERSION").into(),
                executor: executor.address(),
                environment: executor.environment(),
            },
            started,
            cases: suite.cases,
            gates: suite.gates,
            attempt: AttemptSettings {
                connect_timeout: settings.executor.connect_timeout,
                head_timeout: settings.executor.head_timeout,
                keep_output_bytes: settings.reports.keep_output_bytes,
                bytes_idle_timeout: settings.executor.bytes_idle_timeout,
                events_idle_timeout: settings.executor.events_idle_timeout,
                strictness: match settings.executor.protocol {
                    ProtocolSetting::Lenient => Strictness::Lenient,
                    ProtocolSetting::Strict => Strictness::Strict,
                },
            },
            policy: RunPolicy {
                require_all: self.args.require_all,
                max_outage: settings.executor.max_outage,
                cleanup_probe: executor.is_probed(settings.executor.cleanup_probe),
            },
        }
    }

    /// Wires the actors of one run and waits for its end.
    async fn perform(
        &self,
        plan: RunPlan,
        executor: &Executor,
        mut interrupt: Interrupt,
    ) -> Result<RunSummary, CliError> {
        let mut observers: Vec<Box<dyn RunObserver>> = vec![Box::new(self.progress.clone())];
        if self.args.json {
            observers.push(Box::new(Records::new()));
        }
        let transport = &executor.transport;
        let health_timeout = self.settings.executor.health_timeout;
        let health_checker = HealthChecker::new(transport.clone(), health_timeout).start();
        let collector = ReportCollector::new(&plan, observers).start();
        let supervisor = Supervisor::new(transport.clone(), health_checker, collector).start();
        tracing::info!(
            run = plan.run.marker,
            cases = plan.cases.len(),
            executor = plan.run.executor,
            "run started"
        );
        let mut running = pin!(supervisor.send(RunSuite(plan)));
        let summary = tokio::select! {
            biased;
            summary = &mut running => summary,
            _ = interrupt.received() => {
                self.progress.say("interrupted: ending the running case (again to end at once)");
                supervisor.do_send(Cancel);
                running.await
            }
        };
        Ok(summary.map_err(|_| CliError::Lost("supervisor"))??)
    }
}

fn selection(args: &SelectionArgs) -> Selection {
    Selection {
        only: args.only.clone(),
        categories: args.category.clone(),
        tags: args.tag.clone(),
        exclude: args.exclude.clone(),
    }
}
