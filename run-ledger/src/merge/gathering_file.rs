//! The file in which a merge gathers its inputs, and what became of those of merges that were killed.
//!
//! A merge holds a lock on its file for as long as it works. A file of that name that nobody holds was left by
//! one that was killed: the next merge in the same folder removes it.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, Permissions},
    io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile, PathPersistError, TempPath};

/// What the file's name begins and ends with. Nobody calls a ledger that, as all such files are removed.
const PREFIX: &str = ".gauntlet-merge-";
const SUFFIX: &str = ".tmp";

/// What SQLite leaves beside a file, after its name.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// An empty file beside a ledger, which goes away unless it is kept.
pub(super) struct GatheringFile {
    path: TempPath,
    _beside: Beside,
    /// Holds the lock. Closed last: closing any other handle of the file would take SQLite's own locks away.
    _lock: File,
}

impl GatheringFile {
    /// A new one in `folder`, which is made if it is missing. What killed merges left there is removed.
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        remove_left_ones(folder);
        loop {
            let (lock, path) = new_file(folder)?.into_parts();
            // Where a file system knows no locks, nobody takes this file for one that was left either.
            let is_taken = matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock));
            // Between the two lines above, another merge may have removed it.
            if !is_taken && lock.metadata()?.nlink() > 0 {
                return Ok(Self {
                    _beside: Beside(path.to_path_buf()),
                    path,
                    _lock: lock,
                });
            }
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it this name, unless there is such a file.
    pub(super) fn persist_noclobber(self, into: &Path) -> Result<(), PathPersistError> {
        self.path.persist_noclobber(into)
    }
}

fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    Builder::new()
        .prefix(PREFIX)
        .suffix(SUFFIX)
        // As any other ledger: for others to read, as far as the umask lets them.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)
}

/// Removes the files of merges that do not go on any more. What cannot be removed is no reason not to merge.
fn remove_left_ones(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|it| it.is_file());
        if is_file && is_ours(&entry.file_name()) {
            let path = entry.path();
            if let Err(error) = remove_if_left(&path) {
                tracing::warn!(%error, path = %path.display(), "what a merge left could not be removed");
            }
        }
    }
}

fn is_ours(name: &OsStr) -> bool {
    let name = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    name.is_some_and(|name| name.ends_with(SUFFIX))
}

fn remove_if_left(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    if file.try_lock().is_err() {
        return Ok(());
    }
    remove_beside(path)?;
    // Last, so that a removal that is broken off is taken up again.
    fs::remove_file(path)
}

/// Removes what SQLite left beside a file.
fn remove_beside(path: &Path) -> io::Result<()> {
    for ending in BESIDE {
        let mut name = OsString::from(path);
        name.push(ending);
        match fs::remove_file(name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Removes what is beside this file when it is dropped: a connection that only reads a file leaves that there.
struct Beside(PathBuf);

impl Drop for Beside {
    fn drop(&mut self) {
        if let Err(error) = remove_beside(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "what a merge left could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("readable").flatten();
        let mut names: Vec<_> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_left_is_removed_and_what_is_held_or_called_otherwise_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let held = GatheringFile::create(folder.path()).expect("a file");
        for name in [
            ".gauntlet-merge-abc123.tmp",
            ".gauntlet-merge-abc123.tmp-wal",
            ".gauntlet-merge-abc123.tmp-shm",
            ".gauntlet-merge.db",
            "ledger.db",
        ] {
            fs::write(folder.path().join(name), name).expect("written");
        }
        let other = GatheringFile::create(folder.path()).expect("a file");
        assert!(held.path().exists() && other.path().exists());
        drop((held, other));
        assert_eq!(names(folder.path()), [".gauntlet-merge.db", "ledger.db"]);
    }
}
