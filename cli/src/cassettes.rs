//! Cassettes in files and folders.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use cassette::Cassette;

use crate::{bundles::EXTENSION, error::CliError};

/// So deep folders are looked into: a folder of runs, a run, a bundle, and one more.
const MAX_DEPTH: usize = 4;

/// Reads the cassettes at `paths`, each a file or a folder that holds some, in the order of their names.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Vec<(PathBuf, Cassette)>, CliError> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        if path.is_dir() {
            collect(path, MAX_DEPTH, &mut files).map_err(|source| CliError::Cassettes {
                path: path.clone(),
                source,
            })?;
            if files.len() == before {
                return Err(CliError::NoCassette { path: path.clone() });
            }
        } else {
            files.push(path.clone());
        }
    }
    files.into_iter().map(read).collect()
}

/// Fails for one that cannot be played.
pub(crate) fn check((path, cassette): &(PathBuf, Cassette)) -> Result<(), CliError> {
    let checked = cassette.check_playable();
    checked.map_err(|source| CliError::Unplayable {
        path: path.clone(),
        source,
    })
}

fn read(path: PathBuf) -> Result<(PathBuf, Cassette), CliError> {
    let file = File::open(&path).map_err(cassette::ReadError::from);
    let cassette = file.and_then(Cassette::read);
    let cassette = cassette.map_err(|source| CliError::Cassette {
        path: path.clone(),
        source,
    })?;
    Ok((path, cassette))
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries: io::Result<Vec<_>> = fs::read_dir(folder)?.collect();
    let mut entries = entries?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if depth > 1 {
                collect(&path, depth - 1, files)?;
            }
        } else if path.extension().is_some_and(|it| it == EXTENSION) {
            files.push(path);
        }
    }
    Ok(())
}
