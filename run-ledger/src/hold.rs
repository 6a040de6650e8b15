//! The right and the means to write one run.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::{error::LedgerError, identity::Identity, lock::RunLock, writer::Ledger};

/// So often it is looked whether the files are still there.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// So long a commit waits for another process that writes, all in all: a soak is worth that, and whoever
/// watches over it allows for more.
const PATIENCE: Duration = Duration::from_secs(60);

/// A ledger, and the right to write one run to it, until the run ends.
pub(crate) struct Hold {
    path: PathBuf,
    /// What it is written with; `None` after the end.
    open: Option<Open>,
    /// What tells the file from another at its place, and when it was looked at.
    file: Option<Identity>,
    looked: Duration,
}

/// The last one who closes a ledger tidies up beside it.
struct Open {
    connection: Connection,
    lock: RunLock,
}

impl Hold {
    pub(crate) fn new(ledger: Ledger, lock: RunLock) -> Self {
        let Ledger { connection, path } = ledger;
        Self {
            file: Identity::behind(&path),
            looked: Duration::ZERO,
            path,
            open: Some(Open { connection, lock }),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Lets go of the ledger: the run has ended.
    pub(crate) fn end(&mut self) {
        self.open = None;
    }

    /// Makes sure, so long after the beginning, that what is written is where whoever reads it looks, and
    /// written by this process alone.
    pub(crate) fn check(&mut self, at: Duration) -> Result<(), LedgerError> {
        if at.saturating_sub(self.looked) < LOOK_EVERY {
            return Ok(());
        }
        self.looked = at;
        if Identity::behind(&self.path) != self.file {
            let path = self.path.clone();
            return Err(LedgerError::Removed { path });
        }
        self.open.as_ref().map_or(Ok(()), |open| open.lock.check())
    }

    /// Writes in one transaction as soon as no other process writes, if that is soon enough by the clock `now`.
    pub(crate) fn transact(
        &mut self,
        now: &mut dyn FnMut() -> Instant,
        mut write: impl FnMut(&Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), LedgerError> {
        let path = &self.path;
        let Some(open) = &mut self.open else {
            let path = path.clone();
            return Err(LedgerError::Ended { path });
        };
        let asked = now();
        loop {
            let begun = open
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate);
            let written = begun.and_then(|transaction| {
                write(&transaction)?;
                transaction.commit()
            });
            let written = written.map_err(|source| LedgerError::of(path, source));
            // Where it is, nothing has been written: once begun, a commit has the ledger for itself.
            if !matches!(written, Err(LedgerError::Locked { .. })) {
                return written;
            }
            let waited = now().saturating_duration_since(asked);
            if waited >= PATIENCE {
                return written;
            }
            tracing::warn!(
                ledger = %path.display(),
                waited_s = waited.as_secs(),
                "another process writes to the ledger and does not let go of it; trying again"
            );
        }
    }

    /// Waits for so long at a time for another process that writes.
    pub(crate) fn set_busy_timeout(&self, timeout: Duration) {
        let open = self.open.as_ref();
        let set = open.map(|open| open.connection.busy_timeout(timeout));
        debug_assert!(matches!(set, Some(Ok(()))), "{set:?}");
    }

    /// Lets the file have so many pages at most.
    pub(crate) fn limit_pages(&self, pages: u32) {
        let open = self.open.as_ref();
        let limited =
            open.map(|open| (open.connection).pragma_update(None, "max_page_count", pages));
        debug_assert!(matches!(limited, Some(Ok(()))), "{limited:?}");
    }
}
