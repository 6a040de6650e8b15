//! Writes what happens in a run to its journal, on a thread of its own.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use actix::prelude::*;

use crate::journal::{Entry, Journal, JournalError};

/// Writes entries to one journal.
///
/// It runs on a thread of its own, because a disk may take its time while streams go on.
pub struct LedgerWriter {
    /// `None` in a writer that has been started again: whatever the first one left is not trusted.
    journal: Option<Box<dyn Journal>>,
}

impl LedgerWriter {
    /// Starts the writer of `journal`.
    #[must_use]
    pub fn spawn(journal: Box<dyn Journal>) -> Addr<Self> {
        let journal = Mutex::new(Some(journal));
        SyncArbiter::start(1, move || Self {
            journal: journal
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        })
    }

    fn commit(&mut self, entries: &[Entry]) -> Result<Committed, JournalError> {
        let journal = self.journal.as_mut().ok_or("its writer was lost")?;
        let started = Instant::now();
        journal.commit(entries)?;
        Ok(Committed {
            took: started.elapsed(),
        })
    }
}

impl Actor for LedgerWriter {
    type Context = SyncContext<Self>;
}

/// Makes these entries durable.
#[derive(Debug, Message)]
#[rtype(result = "Result<Committed, JournalError>")]
pub struct Commit(pub Arc<[Entry]>);

/// What it took to make entries durable.
#[derive(Debug)]
pub struct Committed {
    /// How long it took to write them.
    pub took: Duration,
}

impl Handler<Commit> for LedgerWriter {
    type Result = Result<Committed, JournalError>;

    fn handle(&mut self, Commit(entries): Commit, _: &mut SyncContext<Self>) -> Self::Result {
        self.commit(&entries)
    }
}
