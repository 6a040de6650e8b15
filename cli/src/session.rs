//! What everything that runs cases has in common: settings, suites, the executor, the actors, reports.

use std::{collections::BTreeMap, path::Path, rc::Rc};

use actix::prelude::*;
use embedded_executor::Token;
use jiff::Zoned;
use run_ledger::{Ledger, NewRun, RunJournal, SHARD_KEY, ShardRun};
use runner_core::{
    actors::{
        ConfigLoader, Finish, LedgerWriter, LoadSuite, NoteSuite, ReportCollector, RunSuite,
        RunSummary, Supervisor,
    },
    attempt::{AttemptSettings, Strictness},
    beacon::Beacon,
    events::RunObserver,
    gates::RunGates,
    journal::SuiteVersion,
    plan::RunPlan,
    recorded::RunKind,
    results::RunInfo,
    run_marker,
    run_state::{RunEnd, RunPolicy},
    self_sample::Sampler,
    text::{Grouped, Many},
};
use suite::{Selection, Suite};
use tokio::time::Instant;
use transport_http::Recorder;

use crate::{
    args::{CommonArgs, FlakyAs, ReportFormat, ReportTarget, RunningArgs, SelectionArgs},
    bundles::Bundles,
    error::CliError,
    executor::Executor,
    exit::Exit,
    gate,
    live::Live,
    logging::Logging,
    progress::{Detail, Progress},
    records::Records,
    report::{self, Document},
    settings::{ProtocolSetting, Settings},
    shard::ShardOf,
    telemetry::TelemetryTarget,
};

/// What everything that runs cases is given.
pub(crate) struct Session {
    pub args: RunningArgs,
    pub settings: Settings,
    /// The settings as a ledger keeps them.
    pub recorded: BTreeMap<String, String>,
    pub token: Option<Token>,
    pub telemetry: TelemetryTarget,
    pub bundles: Bundles,
    pub progress: Progress,
    /// Which shard of its suites this is, if it is one.
    pub shard: Option<ShardOf>,
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

/// Tells what the log has lost, if it has lost anything.
pub(crate) fn warn_of_lost_lines(logging: Option<&Logging>, progress: &Progress) {
    let dropped = logging.map_or(0, Logging::dropped_lines);
    if dropped > 0 {
        progress.warn(&format!(
            "{dropped} log lines were dropped, the disk was too slow for them"
        ));
    }
    let failed = logging.map_or(0, Logging::failed_writes);
    if failed > 0 {
        progress.warn(&format!("the log could not be written {failed} times"));
    }
}

/// How much is said in the terminal.
pub(crate) fn detail(common: &CommonArgs, json: bool) -> Detail {
    // With records on standard output, progress is only for a person who watches.
    let unwatched = json && !console::Term::stderr().features().is_attended();
    if common.quiet || unwatched {
        Detail::Quiet
    } else if common.verbose > 0 {
        Detail::Verbose
    } else {
        Detail::Normal
    }
}

/// What is the same for all attempts, also those that are only judged: none sends a command of its own.
pub(crate) fn attempt_settings(settings: &Settings) -> AttemptSettings {
    AttemptSettings {
        connect_timeout: settings.executor.connect_timeout,
        head_timeout: settings.executor.head_timeout,
        keep_output_bytes: settings.reports.keep_output_bytes,
        bytes_idle_timeout: settings.executor.bytes_idle_timeout,
        events_idle_timeout: settings.executor.events_idle_timeout,
        strictness: match settings.executor.protocol {
            ProtocolSetting::Lenient => Strictness::Lenient,
            ProtocolSetting::Strict => Strictness::Strict,
        },
        check_syntax: false,
    }
}

/// What observers that were lost mean for the exit code.
pub(crate) fn warn_of_observers(summary: &RunSummary, progress: &Progress) -> Exit {
    let mut exit = Exit::Success;
    for failure in &summary.observer_failures {
        progress.warn(&format!(
            "the {} could not be written: {}",
            failure.observer, failure.error
        ));
        exit = exit.min(Exit::ReportNotWritten);
    }
    exit
}

/// The cases that were asked for.
pub(crate) fn selection(args: &SelectionArgs) -> Selection {
    Selection {
        only: args.only.clone(),
        categories: args.category.clone(),
        tags: args.tag.clone(),
        exclude: args.exclude.clone(),
    }
}

/// What a run of `suite` that begins now is about.
pub(crate) fn run_info(suite: &Suite, executor: &Executor) -> RunInfo {
    let started_at = Zoned::now();
    let stem = suite.stem();
    RunInfo {
        marker: run_marker(&stem, &started_at),
        started_at,
        suite_path: suite.path.display().to_string(),
        suite_stem: stem,
        suite_description: suite.description.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        executor: executor.address(),
        environment: executor.environment(),
    }
}

/// Keeps of a suite the cases that are selected, if there are any.
pub(crate) fn select(mut suite: Suite, args: &SelectionArgs, progress: &Progress) -> Option<Suite> {
    let kept = suite.select(&selection(args));
    for unmatched in kept.unmatched {
        progress.warn(&format!("{}: {unmatched}", suite.path.display()));
    }
    suite.cases = kept.cases;
    (!suite.cases.is_empty()).then_some(suite)
}

/// Opens the way to the executor, and warns of what the user should know about it.
pub(crate) async fn open_executor(
    settings: &Settings,
    token: Option<&Token>,
    recorder: Option<Rc<dyn Recorder>>,
    progress: &Progress,
) -> Result<Executor, CliError> {
    let executor = Executor::open(settings, token, recorder).await?;
    if let Some(warning) = executor.warning() {
        progress.warn(&warning);
    }
    if settings.executor.insecure {
        progress.warn(
            "certificates are not checked: whoever sits between can read and change everything",
        );
    }
    Ok(executor)
}

/// Reads and validates a suite.
pub(crate) async fn load(loader: &Addr<ConfigLoader>, path: &Path) -> Result<Suite, CliError> {
    let message = LoadSuite {
        path: path.to_owned(),
    };
    let loaded = loader.send(message).await;
    let suite = loaded.map_err(|_| CliError::Lost("suite loader"))??;
    Ok(suite)
}

impl Session {
    /// Keeps of a suite the selected cases, if there are any.
    pub(crate) fn select(&self, suite: Suite) -> Option<Suite> {
        select(suite, &self.args.selection, &self.progress)
    }

    /// Leaves of a suite of selected cases what falls to this shard, and says so; `None` if there are no
    /// shards.
    pub(crate) fn deal(&self, suite: &mut Suite) -> Option<ShardRun> {
        let shard = self.shard.as_ref()?;
        let all = suite.cases.len() as u64;
        let run = shard.deal(suite);
        self.progress.say(&format!(
            "{}: {} of {} in shard {shard}",
            suite.path.display(),
            Grouped(suite.cases.len() as u64),
            Many(all, "case"),
        ));
        Some(run)
    }

    /// Opens the way to the executor, and warns of what the user should know about it.
    pub(crate) async fn open_executor(&self) -> Result<Executor, CliError> {
        open_executor(
            &self.settings,
            self.token.as_ref(),
            self.bundles.recorder(),
            &self.progress,
        )
        .await
    }

    /// What a run of `suite` that begins now is about.
    pub(crate) fn run_info(&self, suite: &Suite, executor: &Executor) -> RunInfo {
        let mut info = run_info(suite, executor);
        if let Some(of) = &self.shard {
            info.marker += &run_ledger::marker_suffix(of.shard);
        }
        info.environment = self.environment(executor);
        info
    }

    /// Facts about where a run takes place.
    pub(crate) fn environment(&self, executor: &Executor) -> Vec<(String, String)> {
        let shard = self.shard.as_ref();
        let shard = shard.map(|of| (SHARD_KEY.to_owned(), of.to_string()));
        executor.environment().into_iter().chain(shard).collect()
    }

    /// The plan of a run over `suite` once.
    pub(crate) fn plan(&self, suite: Suite, run: RunInfo, executor: &Executor) -> RunPlan {
        let settings = &self.settings;
        let seed = run.started_at.timestamp().as_nanosecond() as u64;
        RunPlan {
            run,
            started: Instant::now(),
            suite: SuiteVersion::of(&suite),
            gates: RunGates::of(&suite, gate::plain(&self.args.gate)),
            cases: suite.cases,
            attempt: AttemptSettings {
                check_syntax: true,
                ..attempt_settings(settings)
            },
            health_timeout: settings.executor.health_timeout,
            policy: RunPolicy {
                require_all: self.args.require_all,
                max_outage: settings.executor.max_outage,
                cleanup_probe: executor.is_probed(settings.executor.cleanup_probe),
                // What one run waits before it tries again is not what another waits that began together with
                // it.
                seed,
                ..RunPolicy::default()
            },
            flaky_fails: self.args.flaky == FlakyAs::Fail,
            tail: None,
            shard: self.shard.as_ref().map(|of| of.shard),
            soak: None,
        }
    }

    /// Opens the ledger, if one is kept.
    pub(crate) fn open_ledger(&self) -> Result<Option<Ledger>, CliError> {
        let path = self.settings.ledger.path();
        Ok(path.map(Ledger::open).transpose()?)
    }

    /// Begins a run in the ledger, which may have to call it something else. The ledger does not look into
    /// `options`.
    pub(crate) fn begin(
        &self,
        ledger: Ledger,
        kind: RunKind,
        plan: &mut RunPlan,
        options: &str,
        shard: Option<&ShardRun>,
    ) -> Result<RunJournal, CliError> {
        let settings = serde_json::json!(self.recorded).to_string();
        let journal = ledger.begin(&NewRun {
            kind,
            info: &plan.run,
            suite: &plan.suite,
            options,
            settings: &settings,
            shard,
        })?;
        plan.run.marker = journal.marker().to_owned();
        Ok(journal.with_retention(self.settings.ledger.retention))
    }

    /// Those who follow the run besides `watching`, who is told after them: a line on standard output
    /// is not to wait for a terminal.
    pub(crate) fn observers(
        &self,
        kind: RunKind,
        live: &Live,
        watching: Box<dyn RunObserver>,
    ) -> Vec<Box<dyn RunObserver>> {
        // Whoever looks while another observer is told sees the event already.
        let mut observers: Vec<Box<dyn RunObserver>> = vec![Box::new(live.clone())];
        if self.args.json {
            observers.push(Box::new(Records::new(kind)));
        }
        observers.push(watching);
        observers
    }

    /// Where the reports of a suite go.
    pub(crate) fn reports(&self, suite_stem: &str) -> Vec<ReportTarget> {
        report::targets(&self.args.report, &self.settings.reports.folder, suite_stem)
    }

    /// Writes all reports of a suite, and shows what could not be written.
    pub(crate) fn write_reports(&self, suite_stem: &str, document: &Document<'_>) -> Exit {
        report::write_all(self.reports(suite_stem), document, &self.progress)
    }

    /// The same while it goes on: of what is appended to, there is one in the end.
    pub(crate) fn write_interim_reports(&self, suite_stem: &str, document: &Document<'_>) {
        let mut targets = self.reports(suite_stem);
        targets.retain(|target| target.format != ReportFormat::GitHub);
        report::write_all(targets, document, &self.progress);
    }
}

/// The actors of one run.
pub(crate) struct Crew {
    pub supervisor: Addr<Supervisor>,
    collector: Addr<ReportCollector>,
}

impl Crew {
    /// Wires the actors of the run of `plan`.
    pub(crate) fn start(
        plan: &RunPlan,
        executor: &Executor,
        loader: Addr<ConfigLoader>,
        journal: Option<RunJournal>,
        observers: Vec<Box<dyn RunObserver>>,
        sampler: Option<Box<dyn Sampler>>,
        beacon: Beacon,
    ) -> Self {
        let writer = journal.map(|journal| LedgerWriter::spawn(Box::new(journal)));
        let mut collector = ReportCollector::new(plan, writer, observers, beacon.clone());
        if let Some(sampler) = sampler {
            collector = collector.with_sampler(sampler);
        }
        let collector = collector.start();
        let transport = Rc::clone(&executor.transport);
        let supervisor = Supervisor::new(transport, loader, collector.clone(), beacon).start();
        tracing::info!(
            run = plan.run.marker,
            cases = plan.cases.len(),
            executor = plan.run.executor,
            "run started"
        );
        Self {
            supervisor,
            collector,
        }
    }

    /// Notes that the suite is another one than the ledger knows.
    pub(crate) fn note_suite(&self, version: SuiteVersion, gates: RunGates) {
        self.collector.do_send(NoteSuite { version, gates });
    }

    /// Runs `plan` to its end.
    ///
    /// A supervisor that is lost leaves its results to the collector, which puts them together.
    pub(crate) async fn run(&self, plan: RunPlan) -> Result<RunSummary, CliError> {
        let started = plan.started;
        match self.supervisor.send(RunSuite(plan)).await {
            Ok(Ok(summary)) => return Ok(summary),
            Ok(Err(error)) if !self.collector.connected() => return Err(error.into()),
            Ok(Err(error)) => tracing::error!(%error, "the run was lost"),
            Err(error) => tracing::error!(%error, "the supervisor was lost"),
        }
        let part = "supervisor".into();
        self.end(RunEnd::HarnessLost { part }, started).await
    }

    /// Ends a run, whatever its supervisor is doing.
    pub(crate) async fn end(&self, end: RunEnd, started: Instant) -> Result<RunSummary, CliError> {
        let finished = self.collector.send(Finish {
            end,
            health: None,
            elapsed: started.elapsed(),
        });
        let summary = finished.await.ok().flatten();
        summary.ok_or(CliError::Lost("collector of results"))
    }
}
