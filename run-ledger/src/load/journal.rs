//! Writes what comes of one run of load.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use load::{
    LoadInfo, Measured,
    recording::{LoadConclusion, LoadEntry, LoadJournal},
};
use runner_core::{journal::JournalError, recorded::PartEnd};
use rusqlite::{Connection, Transaction, params};
use suite::Case;

use super::{cases, failures, seconds, whole};
use crate::{
    convert::{int, us},
    hold::Hold,
    journal::Begun,
    lock::RunLock,
    recorded,
    upkeep::Upkeep,
    writer::{self, Ledger},
};

/// What is special about a run of load that is about to begin.
#[derive(Debug, Clone, Copy)]
pub struct NewLoad<'a> {
    /// What is driven, and how.
    pub info: &'a LoadInfo,
    /// The cases, in the order in which they are [measured](load::Measured::cases).
    pub cases: &'a [Arc<Case>],
}

impl NewLoad<'_> {
    /// Keeps it, and says which numbers the cases have.
    pub(crate) fn insert(
        &self,
        transaction: &Transaction<'_>,
        begun: &Begun,
    ) -> rusqlite::Result<Vec<i64>> {
        whole::insert(transaction, begun.run_id, self.info)?;
        let keys = self
            .cases
            .iter()
            .map(|case| writer::case_key(transaction, begun.suite_id, case));
        keys.collect()
    }
}

/// The record of one run of load, to be written by this process alone.
pub struct LoadRunJournal {
    hold: Hold,
    upkeep: Upkeep,
    marker: String,
    run: State,
}

/// Where the run stands.
struct State {
    run_id: i64,
    part_id: i64,
    warmup: Duration,
    /// The numbers of the cases.
    cases: Vec<i64>,
    /// How many attempts of each case were kept so far; `None` before the first entry.
    kept: Vec<Option<u64>>,
}

impl LoadRunJournal {
    pub(crate) fn new(
        ledger: Ledger,
        lock: RunLock,
        begun: Begun,
        warmup: Duration,
        cases: Vec<i64>,
    ) -> Self {
        Self {
            upkeep: Upkeep::new(ledger.path.clone()),
            hold: Hold::new(ledger, lock),
            marker: begun.marker,
            run: State {
                run_id: begun.run_id,
                part_id: begun.part_id,
                warmup,
                kept: vec![None; cases.len()],
                cases,
            },
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

    /// Prunes single attempts of other runs that are older than this and that nobody writes any more.
    #[must_use]
    pub fn with_retention(mut self, retention: Duration) -> Self {
        self.upkeep.retention = Some(retention);
        self
    }

    /// Lets the file of the ledger have so many pages at most, so that tests can fill a disk.
    #[doc(hidden)]
    pub fn limit_pages(&mut self, pages: u32) {
        self.hold.limit_pages(pages);
    }
}

impl LoadJournal for LoadRunJournal {
    fn commit(&mut self, entry: &LoadEntry) -> Result<(), JournalError> {
        self.hold.check(entry.at)?;
        let (run, upkeep) = (&mut self.run, &mut self.upkeep);
        self.hold.transact(&mut Instant::now, |transaction| {
            run.write(transaction, entry)?;
            upkeep.work(transaction, run.run_id, Timestamp::now(), entry.at)
        })?;
        if entry.conclusion.is_some() {
            self.hold.end();
        }
        Ok(())
    }
}

impl State {
    fn write(&mut self, transaction: &Transaction<'_>, entry: &LoadEntry) -> rusqlite::Result<()> {
        let (run_id, measured) = (self.run_id, &entry.measured);
        let began = Timestamp::now().checked_sub(entry.at);
        let counts_from = began.and_then(|began| began.checked_add(self.warmup));
        let counts_from = counts_from.unwrap_or(Timestamp::UNIX_EPOCH);
        let health = entry.health.as_ref();
        whole::update(transaction, run_id, counts_from, health, measured)?;
        self.write_cases(transaction, measured)?;
        failures::write(transaction, run_id, &measured.failures)?;
        seconds::add(transaction, run_id, &entry.seconds)?;
        self.write_progress(transaction, entry)?;
        match &entry.conclusion {
            Some(conclusion) => self.end(transaction, conclusion),
            None => Ok(()),
        }
    }

    /// Writes what came of those cases that had attempts since the entry before.
    fn write_cases(
        &mut self,
        connection: &Connection,
        measured: &Measured,
    ) -> rusqlite::Result<()> {
        let known = self.cases.iter().zip(&mut self.kept).enumerate();
        for (case, (place, (key, kept))) in measured.cases.iter().zip(known) {
            let attempts = Some(case.tally.outcomes.counts().total);
            if *kept != attempts {
                cases::write(connection, self.run_id, place, *key, case)?;
                *kept = attempts;
            }
        }
        Ok(())
    }

    fn write_progress(&self, connection: &Connection, entry: &LoadEntry) -> rusqlite::Result<()> {
        let attempts = entry.measured.cases.iter();
        let attempts: u64 = attempts
            .map(|case| case.tally.outcomes.counts().total)
            .sum();
        connection
            .prepare_cached("UPDATE progress SET last_number = ?2 WHERE run_id = ?1")?
            .execute(params![self.run_id, int(attempts)])?;
        connection
            .prepare_cached("UPDATE parts SET elapsed_us = max(elapsed_us, ?2) WHERE id = ?1")?
            .execute(params![self.part_id, us(entry.at)])?;
        Ok(())
    }

    fn end(
        &self,
        connection: &Connection,
        LoadConclusion { end, problems }: &LoadConclusion,
    ) -> rusqlite::Result<()> {
        connection.execute(
            "UPDATE runs SET ended = ?2, problems = ?3 WHERE id = ?1",
            params![self.run_id, end.code(), recorded::told_problems(problems)],
        )?;
        connection.execute(
            "UPDATE parts SET ended = ?2 WHERE id = ?1",
            params![self.part_id, PartEnd::InGoodOrder.as_str()],
        )?;
        Ok(())
    }
}
