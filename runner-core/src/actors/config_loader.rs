//! Loads suites, and loads them again when their files have changed.

use std::{
    collections::HashMap,
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use actix::prelude::*;
use suite::{Selection, Shard, Suite, SuiteError};

/// Loads suite files for whoever runs them.
#[derive(Debug, Default)]
pub struct ConfigLoader {
    selection: Selection,
    shard: Option<Shard>,
    /// What was loaded, by its path.
    known: HashMap<PathBuf, Known>,
}

/// A file as it was when it was looked at last.
#[derive(Debug)]
struct Known {
    fingerprint: Option<Fingerprint>,
    /// The hash of the suite that is in force; `None` before there was a valid one.
    hash: Option<Arc<str>>,
}

/// What changes when a file does. Reading it again only then keeps iterations of milliseconds cheap.
#[derive(Debug, PartialEq, Eq)]
struct Fingerprint {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Fingerprint {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }
}

/// What became of a suite file since it was loaded.
#[derive(Debug)]
pub enum Reload {
    /// Nothing that matters.
    Unchanged,
    /// It is another suite.
    Changed(Box<Suite>),
    /// It cannot be used any more, for this reason. It is told once.
    Rejected(String),
}

impl ConfigLoader {
    /// A loader of suites of which only the selected cases count when they are loaded again.
    #[must_use]
    pub fn new(selection: Selection) -> Self {
        Self {
            selection,
            shard: None,
            known: HashMap::new(),
        }
    }

    /// Of what is selected when suites are loaded again, only what falls to this shard counts.
    #[must_use]
    pub fn for_shard(mut self, shard: Option<Shard>) -> Self {
        self.shard = shard;
        self
    }

    fn load(&mut self, path: &Path) -> Result<Suite, SuiteError> {
        // Taken before the file is read: what changes in between is noticed later.
        let fingerprint = Fingerprint::of(path).ok();
        let suite = suite::load(path);
        let known = self.known.entry(path.to_owned()).or_insert(Known {
            fingerprint: None,
            hash: None,
        });
        known.fingerprint = fingerprint;
        if let Ok(suite) = &suite {
            known.hash = Some(Arc::clone(&suite.hash));
        }
        suite
    }

    fn reload(&mut self, path: &Path) -> Reload {
        let known = self.known.get(path);
        if known.is_some_and(|known| known.fingerprint == Fingerprint::of(path).ok()) {
            return Reload::Unchanged;
        }
        let in_force = known.and_then(|known| known.hash.clone());
        match self.load(path) {
            Ok(suite) if Some(&suite.hash) == in_force.as_ref() => Reload::Unchanged,
            Ok(mut suite) => {
                suite.cases = suite.select(&self.selection).cases;
                if suite.cases.is_empty() {
                    // What stays in force is what was in force before.
                    if let Some(known) = self.known.get_mut(path) {
                        known.hash = in_force;
                    }
                    return Reload::Rejected("no case of it is selected any more".into());
                }
                if let Some(shard) = self.shard {
                    suite.cases = shard.deal(&suite.hash, &suite.cases);
                }
                Reload::Changed(Box::new(suite))
            }
            Err(error) => Reload::Rejected(error.to_string()),
        }
    }
}

impl Actor for ConfigLoader {
    type Context = Context<Self>;
}

/// Reads and validates the suite at this path.
#[derive(Debug, Message)]
#[rtype(result = "Result<Suite, SuiteError>")]
pub struct LoadSuite {
    /// The suite file.
    pub path: PathBuf,
}

impl Handler<LoadSuite> for ConfigLoader {
    type Result = Result<Suite, SuiteError>;

    fn handle(&mut self, message: LoadSuite, _: &mut Context<Self>) -> Self::Result {
        self.load(&message.path)
    }
}

/// Reads the suite at this path again, if its file has changed since it was read last.
#[derive(Debug, Message)]
#[rtype(result = "Reload")]
pub struct ReloadSuite {
    /// The suite file.
    pub path: PathBuf,
}

impl Handler<ReloadSuite> for ConfigLoader {
    type Result = MessageResult<ReloadSuite>;

    fn handle(&mut self, message: ReloadSuite, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.reload(&message.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A suite file in a folder of its own, and a loader that has loaded it.
    fn loaded() -> (tempfile::TempDir, PathBuf, ConfigLoader) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("suite.json");
        write(&path, r#"{"tests": [{"id": "a", "command": "true"}]}"#);
        let selection = Selection {
            exclude: vec!["left_out".into()],
            ..Selection::default()
        };
        let mut loader = ConfigLoader::new(selection);
        loader.load(&path).expect("a suite");
        (folder, path, loader)
    }

    /// Replaces the file, as editors do: the clock alone may be too coarse to tell two writes apart.
    fn write(path: &Path, text: &str) {
        let new = path.with_extension("new");
        fs::write(&new, text).expect("written");
        fs::rename(&new, path).expect("renamed");
    }

    #[test]
    fn a_file_that_says_the_same_has_not_changed() {
        let (_folder, path, mut loader) = loaded();
        assert!(matches!(loader.reload(&path), Reload::Unchanged));
        write(&path, r#"{"tests": [{"id": "a", "command": "true"}]}"#);
        assert!(matches!(loader.reload(&path), Reload::Unchanged));
    }

    #[test]
    fn a_changed_file_brings_its_selected_cases() {
        let (_folder, path, mut loader) = loaded();
        write(
            &path,
            r#"{"tests": [{"id": "b", "command": "true"}, {"id": "left_out", "command": "true"}]}"#,
        );
        let Reload::Changed(suite) = loader.reload(&path) else {
            panic!("it has changed");
        };
        let ids: Vec<_> = suite.cases.iter().map(|case| &*case.id).collect();
        assert_eq!(ids, ["b"]);
        assert!(matches!(loader.reload(&path), Reload::Unchanged));
    }

    #[test]
    fn a_broken_edit_is_told_once_and_taking_it_back_changes_nothing() {
        let (_folder, path, mut loader) = loaded();
        for broken in ["{", r#"{"tests": [{"id": "left_out", "command": "true"}]}"#] {
            write(&path, broken);
            assert!(matches!(loader.reload(&path), Reload::Rejected(_)));
            assert!(matches!(loader.reload(&path), Reload::Unchanged));
            write(&path, r#"{"tests": [{"id": "a", "command": "true"}]}"#);
            assert!(matches!(loader.reload(&path), Reload::Unchanged));
        }
        fs::remove_file(&path).expect("removed");
        assert!(matches!(loader.reload(&path), Reload::Rejected(_)));
        assert!(matches!(loader.reload(&path), Reload::Unchanged));
    }
}
