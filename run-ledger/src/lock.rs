//! Who writes a run: one process at a time.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use nix::{
    errno::Errno,
    fcntl::{FcntlArg, fcntl},
    libc,
};

use crate::error::LedgerError;

/// The right to write one run. The kernel takes it back when the process ends.
#[derive(Debug)]
pub(crate) struct RunLock {
    _file: File,
}

impl RunLock {
    /// Takes the right to write the run with this number; `None` if another process has it.
    ///
    /// The lock is on one byte of a file beside the ledger: nothing has to be cleaned up after a crash.
    pub(crate) fn take(ledger: &Path, run: i64) -> Result<Option<Self>, LedgerError> {
        let path = path(ledger);
        let failed = |source| LedgerError::LockFile {
            path: path.clone(),
            source,
        };
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match fcntl(&file, FcntlArg::F_OFD_SETLK(&byte(run))) {
            Ok(_) => Ok(Some(Self { _file: file })),
            Err(Errno::EAGAIN | Errno::EACCES) => Ok(None),
            Err(error) => Err(failed(error.into())),
        }
    }

    /// Whether some process has the right to write the run with this number.
    pub(crate) fn is_taken(ledger: &Path, run: i64) -> Result<bool, LedgerError> {
        let path = path(ledger);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(source) => return Err(LedgerError::LockFile { path, source }),
        };
        let mut wanted = byte(run);
        // A question about a write lock may be asked without the right to write.
        fcntl(&file, FcntlArg::F_OFD_GETLK(&mut wanted)).map_err(|error| {
            LedgerError::LockFile {
                path,
                source: error.into(),
            }
        })?;
        Ok(wanted.l_type != libc::F_UNLCK as libc::c_short)
    }
}

fn path(ledger: &Path) -> PathBuf {
    // Beside the file itself, whatever links lead to it.
    let ledger = fs::canonicalize(ledger).unwrap_or_else(|_| ledger.to_owned());
    let mut name = OsString::from(ledger);
    name.push("-locks");
    name.into()
}

fn byte(run: i64) -> libc::flock {
    libc::flock {
        l_type: libc::F_WRLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: run,
        l_len: 1,
        l_pid: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_one_writer_until_it_lets_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let ledger = folder.path().join("ledger.db");
        assert!(!RunLock::is_taken(&ledger, 1).expect("no file yet"));
        let lock = RunLock::take(&ledger, 1).expect("a lock").expect("free");
        assert!(RunLock::take(&ledger, 1).expect("asked").is_none());
        assert!(RunLock::is_taken(&ledger, 1).expect("asked"));
        assert!(!RunLock::is_taken(&ledger, 2).expect("asked"));
        assert!(RunLock::take(&ledger, 2).expect("asked").is_some());
        drop(lock);
        assert!(!RunLock::is_taken(&ledger, 1).expect("asked"));
    }
}
