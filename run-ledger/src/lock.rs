//! Who writes a run: one process at a time.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use nix::{
    errno::Errno,
    fcntl::{FcntlArg, fcntl},
    libc,
};

use crate::{error::LedgerError, identity::Identity};

/// The right to write one run. The kernel takes it back when the process ends.
#[derive(Debug)]
pub(crate) struct RunLock {
    path: PathBuf,
    identity: Identity,
    _file: File,
}

impl RunLock {
    /// Takes the right to write the run with this number; `None` if another process has it.
    ///
    /// The lock is on one byte of a file beside the ledger: nothing has to be cleaned up after a crash. A
    /// link in its place is refused, because it may lead each process somewhere else.
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
            .custom_flags(libc::O_NOFOLLOW)
            .open(&path)
            .map_err(failed)?;
        match fcntl(&file, FcntlArg::F_OFD_SETLK(&byte(run))) {
            Ok(_) => {}
            Err(Errno::EAGAIN | Errno::EACCES) => return Ok(None),
            Err(error) => return Err(failed(error.into())),
        }
        let identity = Identity::of(&file).map_err(failed)?;
        let lock = Self {
            path,
            identity,
            _file: file,
        };
        // Others may have got hold of another file between the opening of this one and its lock.
        lock.check()?;
        Ok(Some(lock))
    }

    /// Makes sure that whoever wants to write the run still meets this lock.
    pub(crate) fn check(&self) -> Result<(), LedgerError> {
        if Identity::at(&self.path) == Some(self.identity) {
            return Ok(());
        }
        let path = self.path.clone();
        Err(LedgerError::LocksRemoved { path })
    }

    /// Whether some process has the right to write the run with this number.
    pub(crate) fn is_taken(ledger: &Path, run: i64) -> Result<bool, LedgerError> {
        let path = path(ledger);
        let opened = File::options()
            .read(true)
            .custom_flags(libc::O_NOFOLLOW)
            .open(&path);
        let file = match opened {
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

    #[test]
    fn a_file_of_locks_that_was_replaced_locks_nothing_any_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let ledger = folder.path().join("ledger.db");
        let lock = RunLock::take(&ledger, 1).expect("a lock").expect("free");
        assert!(lock.check().is_ok());
        fs::remove_file(path(&ledger)).expect("removed");
        assert!(matches!(
            lock.check(),
            Err(LedgerError::LocksRemoved { .. })
        ));
        let other = RunLock::take(&ledger, 1).expect("a lock").expect("free");
        assert!(other.check().is_ok());
        assert!(matches!(
            lock.check(),
            Err(LedgerError::LocksRemoved { .. })
        ));
    }

    #[test]
    fn a_link_is_no_file_of_locks() {
        let folder = tempfile::tempdir().expect("a folder");
        let ledger = folder.path().join("ledger.db");
        let elsewhere = folder.path().join("elsewhere");
        fs::write(&elsewhere, "").expect("a file");
        std::os::unix::fs::symlink(&elsewhere, path(&ledger)).expect("a link");
        for refused in [
            RunLock::take(&ledger, 1).map(drop),
            RunLock::is_taken(&ledger, 1).map(drop),
        ] {
            assert!(matches!(refused, Err(LedgerError::LockFile { .. })));
        }
    }
}
