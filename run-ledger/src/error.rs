//! What keeps a ledger from being used.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::ErrorCode;

/// Why a ledger, or a run in it, cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The folder that it would stand in cannot be made.
    #[error("cannot create the folder of the ledger {}", .path.display())]
    Folder {
        /// The ledger.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is none.
    #[error("there is no ledger {}", .path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{} is no ledger of gauntlet", .path.display())]
    NotALedger {
        /// The file.
        path: PathBuf,
    },
    /// It was written by a newer version of the program.
    #[error("the ledger {} has schema {found}, but this version of gauntlet knows them up to {known}", .path.display())]
    Newer {
        /// The ledger.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The latest schema that is known.
        known: i64,
    },
    /// Its contents make no sense.
    #[error("the ledger {} is damaged", .path.display())]
    Damaged {
        /// The ledger.
        path: PathBuf,
        /// Where it shows.
        source: rusqlite::Error,
    },
    /// It may not be written.
    #[error("the ledger {} cannot be written", .path.display())]
    ReadOnly {
        /// The ledger.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// It may not be read, or not without the right to write beside it.
    #[error("the ledger {} cannot be read", .path.display())]
    Unreadable {
        /// The ledger.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// There is no room for it.
    #[error("there is no room for the ledger {}", .path.display())]
    Full {
        /// The ledger.
        path: PathBuf,
        /// Where it shows.
        source: rusqlite::Error,
    },
    /// Another process has been writing to it for too long.
    #[error("the ledger {} is locked by another process", .path.display())]
    Locked {
        /// The ledger.
        path: PathBuf,
        /// Where it shows.
        source: rusqlite::Error,
    },
    /// Something else is wrong with it.
    #[error("the ledger {} cannot be used", .path.display())]
    Other {
        /// The ledger.
        path: PathBuf,
        /// What.
        source: rusqlite::Error,
    },
    /// It was deleted, or replaced, while a run was written to it.
    #[error("the ledger {} was deleted or replaced", .path.display())]
    Removed {
        /// The ledger.
        path: PathBuf,
    },
    /// The file of locks beside it was deleted, or replaced: another process may write the same run.
    #[error("the file of locks {} was deleted or replaced", .path.display())]
    LocksRemoved {
        /// The file of locks.
        path: PathBuf,
    },
    /// The run that was written to it has ended.
    #[error("a run in the ledger {} has ended, and cannot be written any more", .path.display())]
    Ended {
        /// The ledger.
        path: PathBuf,
    },
    /// The file of locks beside it cannot be used.
    #[error("cannot lock the run in {}", .path.display())]
    LockFile {
        /// The file of locks.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No run in it is the one that was asked for.
    #[error("the ledger {} has no run {selector}", .path.display())]
    NoSuchRun {
        /// The ledger.
        path: PathBuf,
        /// What was asked for.
        selector: String,
    },
    /// Another process writes the run.
    #[error("run {id} ({marker}) goes on in another process (id {process})")]
    InUse {
        /// The run's number.
        id: u64,
        /// Its name.
        marker: String,
        /// The process that began its latest part.
        process: u32,
    },
    /// No run in it is that of a shard.
    #[error("the ledger {} has no run of a shard", .path.display())]
    NoShards {
        /// The ledger.
        path: PathBuf,
    },
    /// Shards that were started together do not fit together.
    #[error("{one} and {other} do not fit together: {difference}")]
    Misfit {
        /// A shard, with its run: `shard 1/4 (SUITE_20261125_080000_1OF4)`.
        one: String,
        /// Another one.
        other: String,
        /// What is different, in words.
        difference: &'static str,
    },
    /// Another process made the ledger that was to be made.
    #[error("the ledger {} was made by another process meanwhile", .path.display())]
    Appeared {
        /// The ledger.
        path: PathBuf,
    },
    /// The run is made of those of shards.
    #[error("run {id} is merged of those of shards, and cannot be resumed")]
    Merged {
        /// The run's number.
        id: u64,
    },
    /// The run is one of load, and has no attempts that are told apart.
    #[error("run {id} ({marker}) is one of load: many attempts at once, which are not told apart")]
    OfLoad {
        /// The run's number.
        id: u64,
        /// Its name.
        marker: String,
    },
    /// The run is no soak, or it is complete.
    #[error("run {id} ({marker}) cannot be resumed: {reason}")]
    NotResumable {
        /// The run's number.
        id: u64,
        /// Its name.
        marker: String,
        /// Why not, in words.
        reason: &'static str,
    },
}

impl LedgerError {
    /// What `source` means for the ledger at `path`.
    pub(crate) fn of(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotALedger { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, source },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::ReadOnly { path, source }
            }
            Some(ErrorCode::DiskFull) => Self::Full { path, source },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Locked { path, source }
            }
            // A value of another type than its column's: nobody but us writes these tables.
            None if is_misread(&source) => Self::Damaged { path, source },
            _ => Self::Other { path, source },
        }
    }

    /// What `source` means for a ledger that was only to be read.
    pub(crate) fn of_reading(path: &Path, source: rusqlite::Error) -> Self {
        match Self::of(path, source) {
            Self::ReadOnly { path, source } => Self::Unreadable { path, source },
            other => other,
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Missing { .. } => {
                "runs, soaks and loads write one; name another with --ledger FILE"
            }
            Self::NotALedger { .. } => "name another file with --ledger FILE",
            Self::Newer { .. } => "use the newer version, or begin a new ledger with --ledger FILE",
            Self::Damaged { .. } => {
                "keep a copy; `sqlite3 FILE .recover` may save what is in it; begin a new one with --ledger FILE"
            }
            Self::ReadOnly { .. } | Self::Folder { .. } | Self::LockFile { .. } => {
                "name a file in a folder that can be written with --ledger FILE, or keep none with --ledger none"
            }
            Self::Unreadable { .. } => {
                "it takes the right to read it; where a run was broken off, also that to write beside it, until the run goes on"
            }
            Self::Full { .. } => {
                "make room, or name a file elsewhere with --ledger FILE; a soak goes on with `gauntlet soak --resume`"
            }
            Self::Locked { .. } => {
                "wait for the other process, or give this one a ledger of its own with --ledger FILE"
            }
            Self::NoSuchRun { .. } => "`gauntlet history` lists the runs",
            Self::InUse { .. } => "one process at a time writes a run; stop that one first",
            Self::OfLoad { .. } => {
                "`gauntlet show RUN` and `gauntlet report RUN` tell what came of it"
            }
            Self::NotResumable { .. } => "begin a new soak with `gauntlet soak SUITE`",
            Self::NoShards { .. } => {
                "merge ledgers of runs that were started with --shard K/N or --shard auto"
            }
            Self::Misfit { .. } => {
                "give what belongs together a name of its own with --shard-group, or merge into another ledger"
            }
            Self::Appeared { .. } => "merge again: what is there by then is merged with",
            Self::Merged { .. } => "resume the shards, each in its own ledger, and merge again",
            Self::Ended { .. }
            | Self::Removed { .. }
            | Self::LocksRemoved { .. }
            | Self::Other { .. } => return None,
        })
    }
}

fn is_misread(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
    )
}
