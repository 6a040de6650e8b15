//! What each commit does for the size of its ledger.

use std::{path::PathBuf, time::Duration};

use jiff::Timestamp;
use rusqlite::Connection;

use crate::compact::{self, Age, Sweep};

/// So often it is looked whether other runs have something old.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// Prunes what is old, a bounded piece at a time.
pub(crate) struct Upkeep {
    path: PathBuf,
    /// How long single attempts are kept; `None` keeps them.
    pub(crate) retention: Option<Duration>,
    sweep: Sweep,
    /// When the other runs had nothing to do the last time.
    swept: Option<Duration>,
}

impl Upkeep {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            retention: None,
            sweep: Sweep::default(),
            swept: None,
        }
    }

    /// Does what is due `at` so much after the beginning of this part of the run, which is `now` by the
    /// wall clock.
    pub(crate) fn work(
        &mut self,
        connection: &Connection,
        run_id: i64,
        now: Timestamp,
        at: Duration,
    ) -> rusqlite::Result<()> {
        let Some(age) = self.retention.and_then(|it| Age::of(now, it)) else {
            return Ok(());
        };
        compact::step(connection, run_id, age)?;
        let is_due = |swept| at.saturating_sub(swept) >= SWEEP_EVERY;
        if self.swept.is_none_or(is_due) {
            let had_work = self.sweep.step(connection, &self.path, run_id, age)?;
            self.swept = (!had_work).then_some(at);
        }
        Ok(())
    }
}
