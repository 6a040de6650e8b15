//! The folders that commands work in, and their removal.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tempfile::TempDir;

/// The one temporary folder of an executor, in which each command gets two of its own.
///
/// The next command's folders are made ahead of it: on a file system whose journal is busy, making
/// them can take longer than all the rest of a command's start.
#[derive(Debug)]
pub(super) struct Workspaces {
    root: TempDir,
    next: AtomicU64,
    spare: Mutex<Spare>,
}

/// The folders that wait for the next command.
#[derive(Debug, Default)]
struct Spare {
    workspace: Option<Workspace>,
    /// Whether everything was removed, so that nothing may be made any more.
    closed: bool,
}

impl Workspaces {
    pub(super) fn create_in(parent: &Path) -> io::Result<Self> {
        let root = tempfile::Builder::new()
            .prefix("gauntlet-executor-")
            .tempdir_in(parent)?;
        Ok(Self {
            root,
            next: AtomicU64::new(1),
            spare: Mutex::default(),
        })
    }

    pub(super) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Removes everything at once. No command can be started after that.
    pub(super) fn remove(&self) {
        let mut spare = self.spare();
        spare.closed = true;
        spare.workspace = None;
        if let Err(error) = remove_all(self.root()) {
            tracing::warn!(folder = %self.root().display(), %error, "the executor's folder is left over");
        }
    }

    /// The folders for one command, which nobody has used before.
    pub(super) fn take(&self) -> io::Result<Workspace> {
        let spare = self.spare().workspace.take();
        spare.map_or_else(|| self.create(), Ok)
    }

    /// Makes the folders of the next command, unless there are some already. Blocks.
    pub(super) fn prepare(&self) {
        // Held while they are made, so that a removal comes before it or after it. A command that starts
        // meanwhile waits no longer than it would take to make its own.
        let mut spare = self.spare();
        if !spare.closed && spare.workspace.is_none() {
            // A failure is left to the next command to meet, and to report.
            spare.workspace = self.create().ok();
        }
    }

    /// Only this process writes to the root, so a number suffices for a fresh name.
    fn create(&self) -> io::Result<Workspace> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let work = self.root().join(number.to_string());
        let temp = self.root().join(format!("{number}.tmp"));
        // From here on a failure removes what was made.
        let mut workspace = Workspace {
            folders: Folders { work, temp },
            handles: Vec::new(),
        };
        let mut private = DirBuilder::new();
        private.mode(0o700);
        for folder in [&workspace.folders.work, &workspace.folders.temp] {
            private.create(folder)?;
            workspace.handles.push(File::open(folder)?);
        }
        Ok(workspace)
    }

    fn spare(&self) -> MutexGuard<'_, Spare> {
        // It is whole whatever happened to the thread that held it.
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The folders of one command: where it works, and its `TMPDIR`, which lies beside the other so that
/// `ls` shows a command nothing but its own files.
#[derive(Debug, Clone)]
pub(super) struct Folders {
    pub(super) work: PathBuf,
    pub(super) temp: PathBuf,
}

/// Removes the folders of one command when it is dropped. That blocks.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) folders: Folders,
    /// Open handles to the folders. As long as something refers to it, a removed folder only vanishes
    /// from sight, which takes microseconds; to free it takes the file system up to milliseconds.
    handles: Vec<File>,
}

impl Workspace {
    /// Removes both folders if there is nothing in them, and says whether they are gone. What this
    /// leaves to do when `self` is dropped can be done when nobody waits.
    pub(super) fn remove_if_empty(&self) -> bool {
        let Folders { work, temp } = &self.folders;
        fs::remove_dir(work).is_ok() && fs::remove_dir(temp).is_ok()
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        for folder in [&self.folders.work, &self.folders.temp] {
            if let Err(error) = remove_all(folder) {
                tracing::warn!(folder = %folder.display(), %error, "a command's folder is left over");
            }
        }
    }
}

fn remove_all(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            // The command took the owner's own rights away, as package caches do.
            open_up(folder);
            fs::remove_dir_all(folder)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Gives the owner all rights to every folder in `root`. Links are not followed: they could lead
/// anywhere. What fails shows when the folder is removed.
fn open_up(root: &Path) {
    let mut pending = vec![root.to_owned()];
    while let Some(folder) = pending.pop() {
        let _ = fs::set_permissions(&folder, Permissions::from_mode(0o700));
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        let folders = entries
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        pending.extend(folders.map(|entry| entry.path()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_without_rights_are_removed_and_links_not_followed() {
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("kept"), "").unwrap();
        let workspaces = Workspaces::create_in(elsewhere.path()).unwrap();
        let workspace = workspaces.take().unwrap();
        let locked = workspace.folders.work.join("locked/deeper");
        fs::create_dir_all(&locked).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), workspace.folders.work.join("locked/link"))
            .unwrap();
        fs::set_permissions(locked.parent().unwrap(), Permissions::from_mode(0o000)).unwrap();
        drop(workspace);
        assert_eq!(fs::read_dir(workspaces.root()).unwrap().count(), 0);
        assert!(elsewhere.path().join("kept").exists());
    }
}
