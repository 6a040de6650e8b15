//! Why there is no suite.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{InvalidSuite, MAX_FILE_BYTES};

/// Why a suite file could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// There is nothing at the path.
    #[error("{}: no such file", .path.display())]
    NotFound {
        /// The path, as the user named it.
        path: PathBuf,
    },
    /// The path is a folder.
    #[error("{}: a folder, not a suite file", .path.display())]
    IsFolder {
        /// The path, as the user named it.
        path: PathBuf,
    },
    /// The path is a device, a pipe or a socket. None of them is read, because none need ever end.
    #[error("{}: a device, pipe or socket, not a suite file", .path.display())]
    NotRegular {
        /// The path, as the user named it.
        path: PathBuf,
    },
    /// The operating system would not let us read it.
    #[error("{}: cannot be read", .path.display())]
    Unreadable {
        /// The path, as the user named it.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is larger than [`MAX_FILE_BYTES`].
    #[error("{}: larger than the {} MiB a suite may have", .path.display(), MAX_FILE_BYTES >> 20)]
    TooLarge {
        /// The path, as the user named it.
        path: PathBuf,
    },
    /// The file is not UTF-8.
    #[error("{}:{line}: not valid UTF-8 (at byte {offset} of the file)", .path.display())]
    NotUtf8 {
        /// The path, as the user named it.
        path: PathBuf,
        /// How many bytes of the file are valid before the first that is not.
        offset: usize,
        /// The line of that byte, counted from 1.
        line: usize,
    },
    /// The file was read, but it means no valid suite.
    #[error(transparent)]
    Invalid(#[from] InvalidSuite),
}

impl SuiteError {
    /// The file concerned, as the user named it.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::NotFound { path }
            | Self::IsFolder { path }
            | Self::NotRegular { path }
            | Self::Unreadable { path, .. }
            | Self::TooLarge { path }
            | Self::NotUtf8 { path, .. } => path,
            Self::Invalid(invalid) => invalid.path(),
        }
    }
}
