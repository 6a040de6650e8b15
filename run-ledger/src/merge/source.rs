//! A ledger that is merged into another one.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;

use super::{
    absorb,
    group::{self, Group},
};
use crate::{
    connection::{self, AsItIs},
    error::LedgerError,
    schema,
};

/// A ledger that is read, and stays as it is.
pub(super) struct Source {
    path: PathBuf,
    opened: AsItIs,
    /// Where a copy of an older ledger stands, which was brought up to date in its place.
    _copy: Option<TempDir>,
}

impl Source {
    /// Opens a ledger in which there are runs of shards.
    pub(super) fn open(path: &Path) -> Result<Self, LedgerError> {
        let source = Self::open_whatever(path)?;
        if source.groups()?.is_empty() {
            let path = path.to_owned();
            return Err(LedgerError::NoShards { path });
        }
        Ok(source)
    }

    /// Opens a ledger, whatever is in it.
    pub(super) fn open_whatever(path: &Path) -> Result<Self, LedgerError> {
        let opened = connection::as_it_is(path)?;
        if opened.version == schema::VERSION {
            return Ok(Self {
                path: path.to_owned(),
                opened,
                _copy: None,
            });
        }
        let folder = tempfile::tempdir().map_err(|source| LedgerError::Folder {
            path: path.to_owned(),
            source,
        })?;
        let copy = folder.path().join("copy.db");
        let name = copy.to_string_lossy();
        // What is written is the copy: SQLite does not tell that from writing the ledger.
        (opened.connection)
            .pragma_update(None, "query_only", false)
            .and_then(|()| opened.connection.execute("VACUUM INTO ?1", [&*name]))
            .map_err(|source| LedgerError::of_reading(path, source))?;
        drop(connection::for_writing(&copy)?);
        Ok(Self {
            path: path.to_owned(),
            opened: connection::as_it_is(&copy)?,
            _copy: Some(folder),
        })
    }

    /// The groups of which there are runs of shards in it.
    pub(super) fn groups(&self) -> Result<Vec<Group>, LedgerError> {
        let groups = group::all(&self.opened.connection);
        groups.map_err(|source| LedgerError::of_reading(&self.path, source))
    }

    /// Adds what it has of shards to the ledger that `into` writes, and says of which groups that is.
    pub(super) fn absorb_into(&self, into: &Connection) -> Result<Vec<Group>, LedgerError> {
        let groups = self.groups()?;
        let failed = |source| LedgerError::of_reading(&self.path, source);
        self.attach(into).map_err(failed)?;
        let transaction = into.unchecked_transaction().map_err(failed)?;
        absorb::absorb(&transaction).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        into.execute_batch("DETACH source").map_err(failed)?;
        Ok(groups)
    }

    /// The same in a transaction that goes on, in the ledger `path`.
    pub(super) fn absorb_and_stay(
        &self,
        into: &Connection,
        path: &Path,
    ) -> Result<(), LedgerError> {
        self.attach(into)
            .and_then(|()| into.execute_batch("BEGIN IMMEDIATE"))
            .and_then(|()| absorb::absorb(into))
            .map_err(|source| LedgerError::of(path, source))
    }

    fn attach(&self, to: &Connection) -> rusqlite::Result<()> {
        let address = self.opened.address.to_string_lossy();
        // Nothing that a foreign file brings along is run.
        to.pragma_update(None, "trusted_schema", false)?;
        to.execute("ATTACH ?1 AS source", [&*address])?;
        Ok(())
    }
}
