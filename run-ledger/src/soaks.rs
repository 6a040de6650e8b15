//! The soaks of a ledger, for whoever goes on with one.

use std::path::Path;

use crate::{
    convert::{Columns as _, int},
    error::LedgerError,
    lock::RunLock,
    shards::{self, ShardRun},
    suite_file,
    writer::Ledger,
};

/// A soak in a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Soak {
    /// Its number.
    pub id: u64,
    /// The suite's file: absolute, without links.
    pub suite_file: String,
    /// Which shard's it is, if it is one's.
    pub shard: Option<ShardRun>,
    /// Whether there is nothing left to go on with.
    pub is_complete: bool,
    /// Whether a process is at it.
    pub is_running: bool,
}

impl Soak {
    /// Whether it is one of the suite at this path, however that is written.
    #[must_use]
    pub fn is_of(&self, suite: &Path) -> bool {
        suite_file::absolute(suite) == self.suite_file
    }
}

impl Ledger {
    /// The latest soaks in the ledger, latest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn soaks(&self) -> Result<Vec<Soak>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<Soak>> {
            let mut select = self.connection.prepare(
                "SELECT id, suite_file, ended IS 'completed' AS is_complete FROM runs \
                 WHERE kind = 'soak' AND id NOT IN (SELECT run_id FROM merged_runs) \
                 ORDER BY id DESC LIMIT 1000",
            )?;
            let soaks = select.query_map([], |row| {
                Ok(Soak {
                    shard: shards::of(&self.connection, row.get("id")?)?,
                    id: row.count("id")?,
                    suite_file: row.get("suite_file")?,
                    is_complete: row.get("is_complete")?,
                    is_running: false,
                })
            })?;
            soaks.collect()
        };
        let mut soaks = read().map_err(|source| LedgerError::of(&self.path, source))?;
        for soak in &mut soaks {
            soak.is_running = RunLock::is_taken(&self.path, int(soak.id))?;
        }
        Ok(soaks)
    }
}
