//! Makes one ledger of those of shards.
//!
//! A ledger that is merged into is a set of runs that only grows: a run is known by its `uid`, and where it
//! comes twice, it stays as it stood last. So it does not matter in which order ledgers are merged, in which
//! steps, or how often. What the shards of a group come to together is no row of its own but a view on
//! theirs: see `members` in the schema.
//!
//! The inputs are gathered in a new file beside the ledger. It takes the ledger's place where there is none;
//! otherwise it is added to it in one transaction. Whatever happens before the end leaves the ledger as it
//! was; the file that a killed merge leaves, the next one in the same folder removes.

mod absorb;
mod candidate;
mod gathering_file;
mod group;
mod merged_run;
mod source;

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use runner_core::recorded::RecordedProblem;
use rusqlite::{Connection, params};

pub use group::{MergedShards, UnfinishedShard};

use crate::{
    connection, convert::int, error::LedgerError, history::RunReader, identity::Identity, recorded,
};
use gathering_file::GatheringFile;
use group::Group;
use source::Source;

/// A merge that is complete but for its end: it can be read, judged, and kept or dropped.
pub struct Merge {
    connection: Connection,
    /// Where the rows are.
    path: PathBuf,
    target: Target,
    shards: Vec<MergedShards>,
}

/// Where the merge goes.
enum Target {
    /// Into a ledger that is new, from this file.
    New { file: GatheringFile, into: PathBuf },
    /// Into the ledger that is open, in a transaction that has begun.
    Known,
}

/// Whether a run is made of those of shards.
pub(crate) fn is_merged(connection: &Connection, run_id: i64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM merged_runs WHERE run_id = ?1")?
        .exists([run_id])
}

impl Merge {
    /// Gathers the runs of shards of the ledgers `inputs` and of the ledger `into`, if there is one. Nobody
    /// sees anything of it before [`keep`](Self::keep). The inputs are only read; `into` may be among them.
    ///
    /// # Errors
    /// When an input cannot be read or has no run of a shard, when shards do not fit together, and when
    /// `into` cannot be written.
    pub fn of(inputs: &[PathBuf], into: &Path) -> Result<Self, LedgerError> {
        let file =
            GatheringFile::create(folder_of(into)).map_err(|source| folder_error(into, source))?;
        let gathered = connection::for_making(file.path())?;
        let mut groups = Vec::new();
        let own = Identity::behind(into);
        let is_own = |input: &Path| own.is_some() && Identity::behind(input) == own;
        for input in inputs.iter().filter(|input| !is_own(input)) {
            let found = Source::open(input)?.absorb_into(&gathered)?;
            group::add(&mut groups, found);
        }
        if own.is_none() {
            gathered
                .execute_batch("BEGIN")
                .map_err(|source| LedgerError::of(file.path(), source))?;
            let path = file.path().to_owned();
            let into = into.to_owned();
            return Self::of_groups(gathered, path, Target::New { file, into }, &groups);
        }
        connection::finish(gathered, file.path())?;
        let known = connection::for_writing(into)?;
        let gathered = Source::open_whatever(file.path())?;
        if inputs.iter().any(|input| is_own(input)) {
            group::add(&mut groups, Source::open(into)?.groups()?);
        }
        gathered.absorb_and_stay(&known, into)?;
        Self::of_groups(known, into.to_owned(), Target::Known, &groups)
    }

    fn of_groups(
        connection: Connection,
        path: PathBuf,
        target: Target,
        groups: &[Group],
    ) -> Result<Self, LedgerError> {
        let mut shards = Vec::new();
        for group in groups {
            shards.push(group.merge(&connection, &path)?);
        }
        // Of what began at the same moment, the order says nothing, and is always the same.
        shards.sort_by(|one, other| {
            let key = |it: &MergedShards| (it.latest, it.group.clone(), it.suite_stem.clone());
            key(other).cmp(&key(one))
        });
        Ok(Self {
            connection,
            path,
            target,
            shards,
        })
    }

    /// What was started together, as far as the inputs have anything of it: the latest first.
    #[must_use]
    pub fn shards(&self) -> &[MergedShards] {
        &self.shards
    }

    /// Reads what the merge has come to.
    #[must_use]
    pub fn reader(&self) -> RunReader<'_> {
        RunReader::within(&self.connection, &self.path)
    }

    /// Keeps with a merged run why it is no success, gravest first.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn judge(&self, run_id: u64, problems: &[RecordedProblem]) -> Result<(), LedgerError> {
        let sql = "UPDATE runs SET problems = ?2 WHERE id = ?1";
        self.connection
            .execute(sql, params![int(run_id), recorded::problems_text(problems)])
            .map_err(|source| LedgerError::of(&self.path, source))?;
        Ok(())
    }

    /// Keeps the merge: all of it is on the disk afterwards.
    ///
    /// # Errors
    /// When it cannot be written, or another process has made the ledger in the meantime. Then it is as it
    /// was.
    pub fn keep(self) -> Result<(), LedgerError> {
        let Self {
            connection,
            path,
            target,
            ..
        } = self;
        connection
            .execute_batch("COMMIT")
            .map_err(|source| LedgerError::of(&path, source))?;
        let Target::New { file, into } = target else {
            return Ok(());
        };
        connection::finish(connection, file.path())?;
        file.persist_noclobber(&into)
            .map_err(|error| match error.error.kind() {
                std::io::ErrorKind::AlreadyExists => LedgerError::Appeared { path: into.clone() },
                _ => folder_error(&into, error.error),
            })?;
        File::open(folder_of(&into))
            .and_then(|folder| folder.sync_all())
            .map_err(|source| folder_error(&into, source))
    }
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn folder_error(ledger: &Path, source: std::io::Error) -> LedgerError {
    LedgerError::Folder {
        path: ledger.to_owned(),
        source,
    }
}
