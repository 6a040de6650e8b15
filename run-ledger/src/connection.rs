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

/// Pages that are kept in memory while a ledger is made: 32 MiB.
const MAKING_PAGES: i64 = 8192;

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

/// Begins a ledger in an empty file that nobody else knows, and that is thrown away if anything goes wrong
/// with it: nothing of it has to be durable before [`finish`].
pub(crate) fn for_making(path: &Path) -> Result<Connection, LedgerError> {
    let failed = |source| LedgerError::of(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    prepare(&connection)
        .and_then(|()| connection.pragma_update(None, "journal_mode", "off"))
        .and_then(|()| connection.pragma_update(None, "synchronous", "off"))
        .and_then(|()| connection.pragma_update(None, "cache_size", MAKING_PAGES))
        .map_err(failed)?;
    schema::migrate(&mut connection, path)?;
    Ok(connection)
}

/// Makes a ledger that was begun with [`for_making`] one like others, and closes it.
pub(crate) fn finish(connection: Connection, path: &Path) -> Result<(), LedgerError> {
    connection
        .pragma_update(None, "journal_mode", "wal")
        .and_then(|()| connection.close().map_err(|(_, error)| error))
        .map_err(|source| LedgerError::of(path, source))?;
    let synced = fs::File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|source| LedgerError::Folder {
        path: path.to_owned(),
        source,
    })
}

/// Opens the ledger at `path` to read it, also while others write.
pub(crate) fn for_reading(path: &Path) -> Result<Connection, LedgerError> {
    let opened = as_it_is(path)?;
    match opened.version {
        schema::VERSION => Ok(opened.connection),
        // An older one is brought up to date once, by a connection that may write.
        _ => {
            drop(opened);
            for_writing(path)
        }
    }
}

/// A ledger that is open to be read as it is: also an older one stays what it is.
pub(crate) struct AsItIs {
    /// Reads it. While this is open, what stands beside the ledger stays there.
    pub connection: Connection,
    /// The version of its schema.
    pub version: i64,
    /// The name under which it can be attached to another connection, to be read and nothing else.
    pub address: PathBuf,
}

/// Opens the ledger at `path` to read it and nothing else, whatever its version.
pub(crate) fn as_it_is(path: &Path) -> Result<AsItIs, LedgerError> {
    if !path.exists() {
        let path = path.to_owned();
        return Err(LedgerError::Missing { path });
    }
    let opened = open_to_read(path).map_err(|source| LedgerError::of_reading(path, source))?;
    let (connection, query) = opened;
    Ok(AsItIs {
        version: schema::version(&connection, path)?,
        address: address(path, query),
        connection,
    })
}

/// Opens the file with the right to write where there is one, and without using it: whoever closes it
/// last tidies up beside it, which takes that right. With it comes how others are to open it, who only read.
fn open_to_read(path: &Path) -> rusqlite::Result<(Connection, &'static str)> {
    let is_for_us = |opened: &rusqlite::Result<Connection>| match opened {
        Ok(_) => true,
        Err(error) => error.sqlite_error_code() == Some(ErrorCode::NotADatabase),
    };
    let read_only = |connection| (connection, "mode=ro");
    let opened = query_only(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
    if is_for_us(&opened) {
        return opened.map(read_only);
    }
    let opened = query_only(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    if is_for_us(&opened) || has_log(path) {
        return opened.map(read_only);
    }
    // In a folder that may not be written SQLite cannot even look whether others write. As there is no log
    // beside the ledger, nobody does.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let opened = query_only(&address(path, IMMUTABLE), flags)?;
    Ok((opened, IMMUTABLE))
}

/// Says of a file that nobody changes it.
const IMMUTABLE: &str = "immutable=1";

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

/// The ledger's address as a file that is opened in a special way.
fn address(path: &Path, query: &str) -> PathBuf {
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
    address.push('?');
    address.push_str(query);
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
        let connection = query_only(&address(&path, IMMUTABLE), flags).expect("the same file");
        assert_eq!(
            schema::version(&connection, &path).ok(),
            Some(schema::VERSION)
        );
    }
}
