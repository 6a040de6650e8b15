//! Opens the file of a ledger.

use std::{
    fmt::Write as _,
    fs,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{error::LedgerError, schema};

/// How long to wait for another process that writes, at a time. Each holds the ledger for milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// The file of what was written latest is cut to so many bytes when it has grown beyond them, because a
/// reader took its time.
const WAL_BYTES: i64 = 16 << 20;

/// Statements that are kept ready: more than there are in the crate.
const STATEMENTS: usize = 64;

/// Opens the ledger at `path` to write to it, and creates it if there is none.
pub(crate) fn for_writing(path: &Path) -> Result<Connection, LedgerError> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::create_dir_all(folder).map_err(|source| LedgerError::Folder {
            path: path.to_owned(),
            source,
        })?;
    }
    let failed = |source| LedgerError::of(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    prepare(&connection).map_err(failed)?;
    // Looked at before anything is written: somebody's file that is no ledger stays as it is.
    schema::version(&connection, path)?;
    switch_to_wal(&connection)
        // Every commit is on the disk when it returns, also if the power goes in the next moment.
        .and_then(|()| connection.pragma_update(None, "synchronous", "full"))
        .and_then(|()| connection.pragma_update(None, "journal_size_limit", WAL_BYTES))
        .map_err(failed)?;
    schema::migrate(&mut connection, path)?;
    Ok(connection)
}

/// Lets readers and a writer work beside each other. A ledger stays that way; only where several processes
/// begin one at the same moment, one of them does it and the others wait, which SQLite does not do for them.
#[expect(
    clippy::disallowed_methods,
    reason = "it happens once in the life of a ledger, before anything runs, and for milliseconds"
)]
fn switch_to_wal(connection: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let switched = connection.pragma_update(None, "journal_mode", "wal");
        let is_busy = matches!(&switched, Err(error)
            if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy));
        if !is_busy || Instant::now() > deadline {
            return switched;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Opens the ledger at `path` to read it, also while others write.
pub(crate) fn for_reading(path: &Path) -> Result<Connection, LedgerError> {
    if !path.exists() {
        let path = path.to_owned();
        return Err(LedgerError::Missing { path });
    }
    let connection = open_to_read(path).map_err(|source| LedgerError::of_reading(path, source))?;
    match schema::version(&connection, path)? {
        schema::VERSION => Ok(connection),
        // An older one is brought up to date once, by a connection that may write.
        _ => {
            drop(connection);
            for_writing(path)
        }
    }
}

/// Opens the file with the right to write where there is one, and without using it: whoever closes it
/// last tidies up beside it, which takes that right.
fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let is_for_us = |opened: &rusqlite::Result<Connection>| match opened {
        Ok(_) => true,
        Err(error) => error.sqlite_error_code() == Some(ErrorCode::NotADatabase),
    };
    let opened = query_only(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
    if is_for_us(&opened) {
        return opened;
    }
    let opened = query_only(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    if is_for_us(&opened) || has_log(path) {
        return opened;
    }
    // In a folder that may not be written SQLite cannot even look whether others write. As there is no log
    // beside the ledger, nobody does.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    query_only(&immutable(path), flags)
}

fn query_only(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    prepare(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    // The file is not looked at before it is asked for something.
    connection.pragma_query_value(None, "schema_version", |_| Ok(()))?;
    Ok(connection)
}

/// Whether something stands beside the ledger that belongs to it and is not in it yet.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// The ledger's address as a file that nobody changes.
fn immutable(path: &Path) -> PathBuf {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut address = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                address.push(char::from(*byte));
            }
            // Writing to a string does not fail.
            other => drop(write!(address, "%{other:02X}")),
        }
    }
    address.push_str("?immutable=1");
    address.into()
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(PATIENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_its_file_however_that_is_called() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a b?c#d%41\u{e9}.db");
        drop(for_writing(&path).expect("a ledger"));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let connection = query_only(&immutable(&path), flags).expect("the same file");
        assert_eq!(
            schema::version(&connection, &path).ok(),
            Some(schema::VERSION)
        );
    }
}
