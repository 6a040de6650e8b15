//! `gauntlet load --find-capacity`: trials at one rate after the other, until the capacity is known.

mod planning;
mod records;
mod settling;

use std::{cell::Cell, sync::Arc};

use executor_protocol::{Health, error_chain};
use load::{
    ArrivalRate, LoadEnd, Watched,
    capacity::{
        CapacityEnd, CapacityInfo, CapacityResults, CapacitySearch, Next, Prospect, Stopped,
        TrialReport, TrialVerdict, with_success,
    },
    generator::{self, Generated},
};
use runner_core::gates::RunGates;
use suite::Suite;
use tokio::sync::Notify;

use super::Driver;
use crate::{
    error::CliError,
    executor::Executor,
    exit::Exit,
    interrupt::Interrupt,
    progress::capacity::CapacityView,
    report::{self, Document},
    session,
};

use self::{
    planning::TrialPlanner,
    records::Records,
    settling::{Settling, waited},
};

/// Finds the capacity, writes the reports, and says how it went.
pub(super) async fn find(
    driver: &Driver<'_>,
    suite: &Suite,
    gates: RunGates,
    interrupt: Interrupt,
) -> Result<Exit, CliError> {
    if gates.is_empty() {
        return Err(CliError::CapacityWithoutGate);
    }
    if driver.shard.is_some() {
        return Err(CliError::CapacityOfShard);
    }
    // What was asked for by name is refused; that the settings name one is no matter of this command.
    if driver.args.ledger.ledger.is_some() && driver.settings.ledger.path().is_some() {
        return Err(CliError::CapacityInLedger);
    }
    let gates = with_success(gates);
    let planner = TrialPlanner::new(driver.args, &driver.settings, suite, gates)?;
    let search = CapacitySearch::new(planner.capacity());
    let search = search.ok_or_else(|| planner.outside_of_range())?;
    let targets = driver.reports(&suite.stem(), "capacity");
    for target in &targets {
        report::check(target)?;
    }
    let token = driver.token.as_ref();
    let executor = session::open_executor(&driver.settings, token, None, &driver.progress).await?;
    let info = planner.info(session::run_info(suite, &executor))?;
    let probe = planner.probe(&info.run.marker)?;
    let finder = Finder {
        driver,
        view: CapacityView::new(&driver.progress),
        records: driver.args.json.then(|| Records::new(&info.run.marker)),
        settling: Settling::new(info.plan.pause, &driver.settings.executor, probe),
        info,
        planner,
        executor: &executor,
        interrupt: interrupt.clone(),
    };
    let results = finder.find(search, suite.cases.len()).await;
    executor.close().await;
    let results = results?;
    let signal = interrupt.signal();
    let document = Document::of_capacity(&results, signal);
    let exit = Exit::of_capacity(&results.end, signal);
    let exit = exit.min(report::write_all(targets, &document, &driver.progress));
    tracing::info!(
        run = results.info.run.marker,
        exit = exit.code(),
        "search for the capacity finished"
    );
    Ok(exit)
}

/// What a search needs.
struct Finder<'a> {
    driver: &'a Driver<'a>,
    planner: TrialPlanner<'a>,
    info: CapacityInfo,
    executor: &'a Executor,
    settling: Settling,
    interrupt: Interrupt,
    view: CapacityView,
    records: Option<Records>,
}

impl Finder<'_> {
    async fn find(
        mut self,
        mut search: CapacitySearch,
        cases: usize,
    ) -> Result<CapacityResults, CliError> {
        self.view.started(&self.info, cases);
        if let Some(records) = &self.records {
            records.started(&self.info, cases)?;
        }
        let (health, end) = match self.health().await {
            Ok(health) => (Some(health), self.try_rates(&mut search).await?),
            Err(end) => (None, end),
        };
        let results = CapacityResults::conclude(self.info, health, search, end);
        CapacityView::finished(&results, &self.driver.progress);
        if let Some(records) = &self.records {
            records.finished(&results)?;
        }
        Ok(results)
    }

    /// The executor's health before anything is tried.
    async fn health(&mut self) -> Result<Health, CapacityEnd> {
        let timeout = self.driver.settings.executor.health_timeout;
        tokio::select! {
            health = self.executor.transport.check_health(timeout) => {
                health.map_err(|error| CapacityEnd::ExecutorUnavailable { reason: error_chain(&error) })
            }
            _ = self.interrupt.received() => Err(CapacityEnd::Interrupted),
        }
    }

    /// Tries rates until the search is over.
    async fn try_rates(&mut self, search: &mut CapacitySearch) -> Result<CapacityEnd, CliError> {
        tokio::select! {
            () = self.settling.learn(&*self.executor.transport) => {}
            _ = self.interrupt.received() => return Ok(CapacityEnd::Interrupted),
        }
        loop {
            let rate = match search.next() {
                Next::Trial(rate) => rate,
                Next::Over(end) => return Ok(end),
            };
            let number = search.trials().len() + 1;
            let (trial, end) = self.make_trial(rate, number).await?;
            self.view.trial(number, &trial);
            let is_interrupted = trial.verdict == TrialVerdict::Interrupted;
            let is_loaded = trial.verdict != TrialVerdict::Holds;
            search.add(trial);
            let known = search.known();
            self.view.known(known);
            if let (Some(records), Some(trial)) = (&self.records, search.trials().last()) {
                records.trial(number, trial, &known)?;
            }
            if end == LoadEnd::ThreadLost {
                let part = "thread that generates load".to_owned();
                return Ok(CapacityEnd::HarnessLost { part });
            }
            if is_interrupted {
                return Ok(CapacityEnd::Interrupted);
            }
            if let Some(end) = self.settle(is_loaded).await {
                return Ok(end);
            }
        }
    }

    /// Drives the load of a trial, until it is over or lost.
    async fn make_trial(
        &self,
        rate: ArrivalRate,
        number: usize,
    ) -> Result<(TrialReport, LoadEnd), CliError> {
        let Self { driver, .. } = self;
        let plan = self.planner.trial(rate, number, &self.info.run.marker)?;
        let plan = Arc::new(plan);
        let prospect = Prospect::of(&plan);
        let (is_lost, lost) = (Cell::new(false), Notify::new());
        let mut interrupt = self.interrupt.clone();
        let interrupted = async {
            tokio::select! {
                _ = interrupt.received() => {
                    driver.progress.say("interrupted: ending what is under way (again to end at once)");
                }
                () = lost.notified() => {}
            }
        };
        let block = self.view.open(number, rate, &self.info);
        let mut watch = |watched: &Watched<'_>| {
            block.show(watched.live);
            let (measured, waited) = (watched.measured, waited(watched.live));
            if !is_lost.get() && prospect.is_lost(measured, waited) {
                is_lost.set(true);
                lost.notify_one();
            }
        };
        let open = self
            .executor
            .opener(Arc::clone(&driver.settings), driver.token.clone());
        let ended = generator::run(&plan, &open, interrupted, &mut watch).await;
        drop(block);
        let Generated { measured, end, .. } = ended?;
        let stopped = match end {
            LoadEnd::Interrupted if self.interrupt.signal().is_some() => Stopped::Interrupted,
            LoadEnd::Interrupted => Stopped::AsLost,
            _ => Stopped::AtItsEnd,
        };
        let max_slip = self.info.plan.max_slip();
        let trial = TrialReport::of(rate, &measured, stopped, &plan.gates, max_slip);
        Ok((trial, end))
    }

    /// Leaves the executor alone until it is itself again; why the search ends, if it does.
    async fn settle(&mut self, is_loaded: bool) -> Option<CapacityEnd> {
        let transport = &*self.executor.transport;
        let settled = self.settling.settle(transport, is_loaded);
        tokio::select! {
            settled = settled => settled.err().map(|reason| CapacityEnd::ExecutorLost { reason }),
            _ = self.interrupt.received() => Some(CapacityEnd::Interrupted),
        }
    }
}
