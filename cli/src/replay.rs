//! `gauntlet replay`: judges recorded streams again, without an executor.
//!
//! It is a run like any other, over a transport that plays cassettes, on a clock that stands still while
//! nobody waits for it: what took an hour is judged by the same deadlines at once.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use actix::prelude::*;
use cassette::Cassette;
use jiff::Zoned;
use runner_core::{
    actors::ConfigLoader, beacon::Beacon, events::RunObserver, gates::RunGates,
    journal::SuiteVersion, plan::RunPlan, recorded::RunKind, results::RunInfo, run_marker,
    run_state::RunPolicy,
};
use suite::{Case, Retries, Suite};
use tokio::time::Instant;
use transport_http::ReplayTransport;

use crate::{
    args::{CommonArgs, ReplayArgs},
    cassettes,
    error::CliError,
    executor::Executor,
    exit::Exit,
    flags,
    interrupt::{self, HangUp},
    progress::Progress,
    records::Records,
    session::{self, Crew},
    settings::{Layers, Settings},
};

/// A command that is not said how long it may take may take as long as an executor lets it by default.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);

/// What stands for the suite of a cassette that belongs to none.
const NO_SUITE: &str = "recorded";

/// A suite whose only case expects nothing but success.
const BARE: &str = r#"{"tests": [{"id": "recorded", "command": "true"}]}"#;

/// Judges the cassettes of `args`, and says how it went.
pub(crate) fn replay(common: &CommonArgs, args: &ReplayArgs) -> Result<Exit, CliError> {
    let layers = Layers::read(common.settings.as_deref(), flags::replay(args))?;
    let replayer = Replayer {
        settings: layers.merge()?,
        progress: Progress::new(session::detail(common, args.json)),
        args,
    };
    let cassettes = cassettes::load(&args.cassettes)?;
    // A verdict without some of them would look like one over all.
    cassettes.iter().try_for_each(cassettes::check)?;
    let _logging = session::start_logging(&replayer.settings, common, &replayer.progress);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(CliError::Thread)?;
    // It is made only once.
    let mut runtime = Some(runtime);
    let system = System::with_tokio_rt(move || runtime.take().expect("asked for once"));
    system.block_on(interrupt::until_forced(HangUp::Ends, |_| {
        replayer.run(cassettes)
    }))
}

/// One call of `gauntlet replay`.
struct Replayer<'a> {
    settings: Settings,
    progress: Progress,
    args: &'a ReplayArgs,
}

/// A cassette, with the file that it was read from.
type Member = (PathBuf, Cassette);

/// Cassettes that are judged together, each with its case.
struct Group {
    suite: Suite,
    cassettes: Vec<Cassette>,
}

impl Replayer<'_> {
    async fn run(self, cassettes: Vec<Member>) -> Result<Exit, CliError> {
        let loader = ConfigLoader::default().start();
        let mut exit = Exit::Success;
        for group in self.groups(cassettes, &loader).await? {
            exit = exit.min(self.judge(group, &loader).await?);
        }
        Ok(exit)
    }

    /// Finds the suite of each cassette, in the order in which suites are named first.
    async fn groups(
        &self,
        cassettes: Vec<Member>,
        loader: &Addr<ConfigLoader>,
    ) -> Result<Vec<Group>, CliError> {
        let mut by_suite: Vec<(Option<PathBuf>, Vec<Member>)> = Vec::new();
        for (path, cassette) in cassettes {
            let suite = self.suite_of(&cassette);
            match by_suite.iter_mut().find(|(known, _)| *known == suite) {
                Some((_, members)) => members.push((path, cassette)),
                None => by_suite.push((suite, vec![(path, cassette)])),
            }
        }
        let mut groups = Vec::new();
        for (suite, members) in by_suite {
            groups.push(match suite {
                Some(path) => self.of_suite(session::load(loader, &path).await?, members)?,
                None => bare(members)?,
            });
        }
        Ok(groups)
    }

    /// The file of the suite that a cassette is judged by: the one that was asked for, or the one it was
    /// recorded under, if that is still there.
    fn suite_of(&self, cassette: &Cassette) -> Option<PathBuf> {
        if let Some(path) = &self.args.suite {
            return Some(path.clone());
        }
        let name = &cassette.head.case.as_ref()?.suite;
        let path = Path::new(name);
        if path.is_file() {
            return Some(path.to_owned());
        }
        self.progress.warn(&format!(
            "the suite {name} is not here; the exit code alone is judged (or give --suite)"
        ));
        None
    }

    fn of_suite(&self, mut suite: Suite, members: Vec<Member>) -> Result<Group, CliError> {
        let mut cases = Vec::new();
        let mut cassettes = Vec::new();
        for (path, cassette) in members {
            let case = self.case_of(&suite, &cassette);
            let case = case.ok_or_else(|| CliError::NoCase {
                path,
                suite: suite.path.display().to_string(),
            })?;
            cases.push(Arc::new(once(&case)));
            cassettes.push(cassette);
        }
        suite.cases = cases;
        Ok(Group { suite, cassettes })
    }

    /// The case whose expectations a cassette is held against.
    fn case_of(&self, suite: &Suite, cassette: &Cassette) -> Option<Arc<Case>> {
        let by = |is_it: &dyn Fn(&Case) -> bool| suite.cases.iter().find(|it| is_it(it)).cloned();
        if let Some(id) = &self.args.only {
            return by(&|case| case.id == *id);
        }
        let name = cassette.head.case.as_ref();
        name.and_then(|name| by(&|case| case.id == name.id))
            .or_else(|| {
                let command = runner_core::cleanup::unmarked(&cassette.head.command);
                by(&|case| case.command == command)
            })
    }

    async fn judge(&self, group: Group, loader: &Addr<ConfigLoader>) -> Result<Exit, CliError> {
        let executor = Executor::of(ReplayTransport::new(group.cassettes));
        let plan = self.plan(group.suite, &executor);
        let mut observers: Vec<Box<dyn RunObserver>> = Vec::new();
        if self.args.json {
            observers.push(Box::new(Records::new(RunKind::Run)));
        }
        observers.push(Box::new(self.progress.clone()));
        let beacon = Beacon::default();
        let crew = Crew::start(
            &plan,
            &executor,
            loader.clone(),
            None,
            observers,
            None,
            beacon,
        );
        let summary = crew.run(plan).await?;
        let problems = summary.results.problems.iter();
        let exits = problems.map(|problem| Exit::of_problem(problem, None));
        let exit = exits.min().unwrap_or(Exit::Success);
        Ok(exit.min(session::warn_of_observers(&summary, &self.progress)))
    }

    fn plan(&self, suite: Suite, executor: &Executor) -> RunPlan {
        let started_at = Zoned::now();
        let stem = suite.stem();
        RunPlan {
            run: RunInfo {
                marker: run_marker(&stem, &started_at),
                started_at,
                suite_path: suite.path.display().to_string(),
                suite_stem: stem,
                suite_description: suite.description.clone(),
                version: env!("CARGO_PKG_VERSION").into(),
                executor: format!("{} (recorded)", executor.transport.endpoint()),
                environment: Vec::new(),
            },
            started: Instant::now(),
            suite: SuiteVersion::of(&suite),
            gates: RunGates::of(&suite, Vec::new()),
            cases: suite.cases,
            flaky_fails: false,
            attempt: session::attempt_settings(&self.settings),
            health_timeout: self.settings.executor.health_timeout,
            policy: RunPolicy::default(),
            tail: None,
            shard: None,
            soak: None,
        }
    }
}

/// A case that is tried exactly once, whatever its executor lacks: there is one recording of it, and none of
/// a look for programs.
fn once(case: &Case) -> Case {
    Case {
        requires: Vec::new(),
        retries: Retries::default(),
        repeat: None,
        ..case.clone()
    }
}

/// Cassettes that belong to no suite: their commands shall succeed.
fn bare(members: Vec<Member>) -> Result<Group, CliError> {
    // What a suite leaves out has its defaults, which are those of suites alone.
    let mut suite = suite::parse(Path::new(NO_SUITE), BARE)?;
    let template = Arc::clone(&suite.cases[0]);
    let case = |(path, cassette): &Member| {
        let name = path.display().to_string();
        let id = cassette.head.case.as_ref().map(|case| case.id.clone());
        Arc::new(Case {
            id: id.unwrap_or_else(|| name.clone()),
            name,
            command: runner_core::cleanup::unmarked(&cassette.head.command).to_owned(),
            timeout: cassette.head.timeout.unwrap_or(DEFAULT_TIMEOUT),
            ..(*template).clone()
        })
    };
    suite.cases = members.iter().map(case).collect();
    Ok(Group {
        suite,
        cassettes: members.into_iter().map(|(_, cassette)| cassette).collect(),
    })
}
