//! The tables, and how older ledgers become newer ones.
//!
//! Times are microseconds. Those of the wall clock are counted from the Unix epoch, and only label; all
//! others are measured.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::LedgerError;

/// Tells a ledger from other SQLite files: `GNTL`.
const APPLICATION_ID: i64 = 0x474e_544c;

/// Each brings a ledger from the version that is its index to the next. What has been released stays as
/// it is: a change of the schema is one more entry.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
];

/// The version of the schema that this program writes.
pub(crate) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Brings the ledger up to date.
///
/// # Errors
/// When it is no ledger, or newer than this program.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), LedgerError> {
    let failed = |source| LedgerError::of(path, source);
    if version(connection, path)? == VERSION {
        return Ok(());
    }
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    // Another process may have been faster.
    let found = version(&transaction, path)?;
    for migration in &MIGRATIONS[found as usize..] {
        transaction.execute_batch(migration).map_err(failed)?;
    }
    transaction
        .pragma_update(None, "user_version", VERSION)
        .and_then(|()| transaction.pragma_update(None, "application_id", APPLICATION_ID))
        .and_then(|()| transaction.commit())
        .map_err(failed)
}

/// The version of the ledger's schema, 0 for an empty file.
///
/// # Errors
/// When it is no ledger, or newer than this program.
pub(crate) fn version(connection: &Connection, path: &Path) -> Result<i64, LedgerError> {
    if !connection.is_autocommit() {
        return version_now(connection, path);
    }
    // All of it of one moment: another process may be making a ledger of the file.
    let transaction = connection
        .unchecked_transaction()
        .map_err(|source| LedgerError::of(path, source))?;
    version_now(&transaction, path)
}

fn version_now(connection: &Connection, path: &Path) -> Result<i64, LedgerError> {
    let pragma = |name| {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(|source| LedgerError::of(path, source))
    };
    let (id, found) = (pragma("application_id")?, pragma("user_version")?);
    let is_empty = id == 0 && found == 0 && pragma("schema_version")? == 0;
    if is_empty {
        return Ok(0);
    }
    if id != APPLICATION_ID {
        let path = path.to_owned();
        return Err(LedgerError::NotALedger { path });
    }
    if !(0..=VERSION).contains(&found) {
        return Err(LedgerError::Newer {
            path: path.to_owned(),
            found,
            known: VERSION,
        });
    }
    Ok(found)
}
