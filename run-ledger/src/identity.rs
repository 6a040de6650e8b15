//! What tells a file from another that stands at the same place later.

use std::{
    fs::{File, Metadata},
    io,
    os::unix::fs::MetadataExt as _,
    path::Path,
};

/// A file, whatever it is called. One that was deleted can be written for ever, and then is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    /// What `path` leads to; `None` if there is nothing.
    pub(crate) fn behind(path: &Path) -> Option<Self> {
        path.metadata().ok().map(Self::from)
    }

    /// What stands at `path` itself, be it a link; `None` if there is nothing.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        path.symlink_metadata().ok().map(Self::from)
    }

    /// The file that is open.
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        file.metadata().map(Self::from)
    }
}

impl From<Metadata> for Identity {
    fn from(metadata: Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}
