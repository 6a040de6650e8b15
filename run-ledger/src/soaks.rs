//! The soaks of a ledger, for whoever goes on with one.

use crate::{
    convert::{Columns as _, int},
    error::LedgerError,
    lock::RunLock,
    writer::Ledger,
};

/// A soak in a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Soak {
    /// Its number.
    pub id: u64,
    /// The suite file as the user named it.
    pub suite_path: String,
    /// Whether there is nothing left to go on with.
    pub is_complete: bool,
    /// Whether a process is at it.
    pub is_running: bool,
}

impl Ledger {
    /// The latest soaks in the ledger, latest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn soaks(&self) -> Result<Vec<Soak>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<Soak>> {
            let mut select = self.connection.prepare(
                "SELECT id, suite_path, ended IS 'completed' AS is_complete FROM runs \
                 WHERE kind = 'soak' ORDER BY id DESC LIMIT 1000",
            )?;
            let soaks = select.query_map([], |row| {
                Ok(Soak {
                    id: row.count("id")?,
                    suite_path: row.get("suite_path")?,
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
