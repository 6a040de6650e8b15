//! The folder of all bundles: never more of them than were asked for.

use std::{
    collections::VecDeque,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// So many bundles of one run.
    pub(super) bundles: usize,
    /// So many bytes of bundles of all runs.
    pub(super) bytes: u64,
}

/// The bundles that there are, oldest first.
pub(super) struct Inventory {
    /// The folder of the run that goes on.
    run: PathBuf,
    limits: Limits,
    kept: VecDeque<Kept>,
}

struct Kept {
    path: PathBuf,
    bytes: u64,
    at: SystemTime,
}

impl Inventory {
    /// Looks at what is there: beside `run`, the folder of the run that goes on, are those of others.
    pub(super) fn of(run: &Path, limits: Limits) -> Self {
        let mut kept = Vec::new();
        for folder in folders(run.parent().unwrap_or(run)) {
            kept.extend(folders(&folder).filter_map(look_at));
        }
        kept.sort_by(|a, b| (a.at, &a.path).cmp(&(b.at, &b.path)));
        Self {
            run: run.to_owned(),
            limits,
            kept: kept.into(),
        }
    }

    /// Counts a new bundle, and deletes old ones until the limits hold again.
    pub(super) fn add(&mut self, path: PathBuf) -> io::Result<()> {
        self.kept.retain(|it| it.path != path);
        let bytes = size(&path);
        let at = SystemTime::now();
        self.kept.push_back(Kept { path, bytes, at });
        let mut total: u64 = self.kept.iter().map(|it| it.bytes).sum();
        let is_ours = |it: &Kept| it.path.parent() == Some(&*self.run);
        let mut of_run = self.kept.iter().filter(|it| is_ours(it)).count();
        // The one that was just written stays, however large it is.
        let mut at = 0;
        while at + 1 < self.kept.len()
            && (total > self.limits.bytes || of_run > self.limits.bundles)
        {
            let kept = &self.kept[at];
            let is_ours = kept.path.parent() == Some(&*self.run);
            if total <= self.limits.bytes && !is_ours {
                at += 1;
                continue;
            }
            fs::remove_dir_all(&kept.path)?;
            total -= kept.bytes;
            of_run -= usize::from(is_ours);
            if let Some(folder) = kept.path.parent() {
                // It only works where nothing else is left, as it should.
                let _ = fs::remove_dir(folder);
            }
            self.kept.remove(at);
        }
        Ok(())
    }
}

/// A folder, if it is a bundle: others are none of our business.
fn look_at(path: PathBuf) -> Option<Kept> {
    let at = fs::metadata(path.join("request.json"))
        .ok()?
        .modified()
        .ok()?;
    Some(Kept {
        bytes: size(&path),
        path,
        at,
    })
}

/// The folders in a folder. Links are not followed: what they lead to is not ours to delete.
fn folders(path: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let entries = entries.filter(|entry| entry.file_type().is_ok_and(|it| it.is_dir()));
    entries.map(|entry| entry.path())
}

fn size(path: &Path) -> u64 {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.metadata().ok())
        .map(|it| it.len())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(run: &Path, name: &str, bytes: usize) -> PathBuf {
        let path = run.join(name);
        fs::create_dir_all(&path).expect("a folder");
        fs::write(path.join("request.json"), vec![b'x'; bytes]).expect("a file");
        path
    }

    fn names(run: &Path) -> Vec<String> {
        let mut names: Vec<_> = folders(run)
            .map(|it| {
                it.file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_newest_bundles_of_a_run_are_kept_and_those_of_other_runs_stay() {
        let top = tempfile::tempdir().expect("a folder");
        let (run, other) = (top.path().join("run"), top.path().join("other"));
        bundle(&other, "old", 10);
        let limits = Limits {
            bundles: 2,
            bytes: 1000,
        };
        let mut inventory = Inventory::of(&run, limits);
        for name in ["1", "2", "3"] {
            inventory.add(bundle(&run, name, 10)).expect("it is ours");
        }
        assert_eq!(names(&run), ["2", "3"]);
        assert_eq!(names(&other), ["old"]);
    }

    #[test]
    fn beyond_the_size_the_oldest_of_all_runs_go_and_nothing_else() {
        let top = tempfile::tempdir().expect("a folder");
        let (run, other) = (top.path().join("run"), top.path().join("other"));
        bundle(&other, "old", 500);
        let foreign = other.join("notes");
        fs::create_dir_all(&foreign).expect("a folder");
        let limits = Limits {
            bundles: 100,
            bytes: 1000,
        };
        let mut inventory = Inventory::of(&run, limits);
        inventory.add(bundle(&run, "1", 400)).expect("it is ours");
        inventory.add(bundle(&run, "2", 400)).expect("it is ours");
        assert_eq!(names(&run), ["1", "2"]);
        assert_eq!(names(&other), ["notes"]);
        inventory.add(bundle(&run, "3", 5000)).expect("it is ours");
        assert_eq!(names(&run), ["3"]);
    }
}
