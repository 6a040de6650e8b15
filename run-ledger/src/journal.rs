//! Writes what happens in one run.

mod attempt_row;
mod state;

use std::time::Duration;

use jiff::Timestamp;
use runner_core::{
    agent::AgentTotals,
    journal::{Entry, Journal, JournalError, JournalEvent},
    results::{Place, RunProblem},
    run_state::RunEnd,
    tries::Tries,
};

use state::State;

use crate::{
    clocks::{Clocks, Moment, SleepWatch},
    error::LedgerError,
    history::RunReader,
    hold::Hold,
    lock::RunLock,
    upkeep::Upkeep,
    writer::Ledger,
};

/// The record of one run, to be written by this process alone.
pub struct RunJournal {
    hold: Hold,
    upkeep: Upkeep,
    marker: String,
    run: State,
    clocks: Clocks,
    sleep: SleepWatch,
    judgement: Option<Judgement>,
}

/// Says what speaks against a run that has just ended: read it by its number, as its end leaves it.
///
/// It is asked in the transaction that makes the end durable, so that no run is ever there that has ended and is
/// not judged. Nobody else can write meanwhile.
pub type Judgement = Box<dyn FnMut(&RunReader<'_>, u64) -> Vec<RunProblem> + Send>;

/// A part of a run that has begun in its ledger.
pub(crate) struct Begun {
    pub run_id: i64,
    pub marker: String,
    /// The suite in force.
    pub suite_id: i64,
    pub part_id: i64,
    /// When the part began, by the wall clock.
    pub began: Timestamp,
}

impl RunJournal {
    pub(crate) fn new(ledger: Ledger, lock: RunLock, begun: Begun) -> Self {
        Self {
            judgement: None,
            upkeep: Upkeep::new(ledger.path.clone()),
            hold: Hold::new(ledger, lock),
            run: State::new(&begun),
            marker: begun.marker,
            clocks: Box::new(Moment::now),
            sleep: SleepWatch::new(Moment::now()),
        }
    }

    /// The run's number in the ledger.
    #[must_use]
    pub fn run_id(&self) -> u64 {
        self.run.run_id.unsigned_abs()
    }

    /// The run's name.
    #[must_use]
    pub fn marker(&self) -> &str {
        &self.marker
    }

    /// Prunes single attempts that are older than this, also those of runs that nobody writes any more.
    #[must_use]
    pub fn with_retention(mut self, retention: Duration) -> Self {
        self.upkeep.retention = Some(retention);
        self
    }

    /// Asks `judgement` at the end of a run that is complete for problems that show only once the whole of it is
    /// looked at. They follow those that its end comes with, unless there is one of the same kind.
    #[must_use]
    pub fn with_judgement(mut self, judgement: Judgement) -> Self {
        self.judgement = Some(judgement);
        self
    }

    /// Reads these clocks instead of the machine's, so that tests can put machines to sleep.
    #[doc(hidden)]
    #[must_use]
    pub fn with_clocks(mut self, mut clocks: impl FnMut() -> Moment + Send + 'static) -> Self {
        self.sleep = SleepWatch::new(clocks());
        self.clocks = Box::new(clocks);
        self
    }

    /// A journal that goes on: the latest attempt of the part before, how many cases of its iteration had
    /// their turn, what the case after those has come to, and what agents have told.
    pub(crate) fn continuing(
        mut self,
        place: Place,
        done: u64,
        tries: Tries,
        agents: AgentTotals,
    ) -> Self {
        self.run.go_on(place, done, tries, agents);
        self
    }

    /// Waits for so long at a time for another process that writes, so that tests need not.
    #[doc(hidden)]
    #[must_use]
    pub fn with_busy_timeout(self, timeout: Duration) -> Self {
        self.hold.set_busy_timeout(timeout);
        self
    }

    /// Lets the file of the ledger have so many pages at most, so that tests can fill a disk.
    #[doc(hidden)]
    pub fn limit_pages(&mut self, pages: u32) {
        self.hold.limit_pages(pages);
    }

    /// Writes `entries` as soon as no other process writes, if that is soon enough.
    fn write(&mut self, entries: &[Entry], slept: Option<Duration>) -> Result<(), LedgerError> {
        let path = self.hold.path().to_owned();
        let clocks = &mut self.clocks;
        self.hold
            .transact(&mut || clocks().measured, |transaction| {
                self.run
                    .write(transaction, entries, slept, &mut self.upkeep)?;
                if let (Some(judgement), true) = (&mut self.judgement, is_complete(entries)) {
                    let run = self.run.run_id.unsigned_abs();
                    let problems = judgement(&RunReader::within(transaction, &path), run);
                    self.run.add_problems(transaction, &problems)?;
                }
                Ok(())
            })
    }
}

impl Journal for RunJournal {
    fn commit(&mut self, entries: &[Entry]) -> Result<(), JournalError> {
        let last = entries.last().map_or(Duration::ZERO, |entry| entry.at);
        self.hold.check(last)?;
        let slept = self.sleep.slept((self.clocks)());
        self.write(entries, slept)?;
        if entries.iter().any(is_end) {
            self.hold.end();
        }
        Ok(())
    }
}

/// Whether a run ends with these entries, and is complete.
fn is_complete(entries: &[Entry]) -> bool {
    let is_complete = |entry: &Entry| {
        let end = RunEnd::Completed;
        matches!(&entry.event, JournalEvent::Ended { end: how, .. } if *how == end)
    };
    entries.iter().any(is_complete)
}

fn is_end(entry: &Entry) -> bool {
    matches!(entry.event, JournalEvent::Ended { .. })
}
