//! The thread that writes bundles, off the way of the run.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::Duration,
};

use cassette::Cassette;

use super::{
    content::{self, Bundle},
    folder::{Inventory, Limits},
};

/// So many bundles wait to be written; where a disk is slower than failures come, further ones are lost.
const MAX_WAITING: usize = 16;

/// How long the last bundles may take when the run is over.
const FINISH_WAIT: Duration = Duration::from_secs(5);

/// Something to write.
pub(super) enum Job {
    /// A bundle, into a folder that does not exist yet.
    Bundle { path: PathBuf, bundle: Box<Bundle> },
    /// The cassette of an attempt.
    Recording {
        path: PathBuf,
        cassette: Box<Cassette>,
    },
}

/// Hands over what is to be written. What it says of trouble it says once.
pub(super) struct Writer {
    /// `None` once it was told to finish.
    jobs: Option<SyncSender<Job>>,
    finished: Receiver<()>,
    trouble: Arc<Mutex<Option<String>>>,
    has_told: bool,
}

impl Writer {
    /// Starts the thread. Bundles go into the folder `run`, if there are any.
    pub(super) fn start(run: Option<PathBuf>, limits: Limits) -> Self {
        let (sender, jobs) = sync_channel(MAX_WAITING);
        let (done, finished) = sync_channel(1);
        let trouble = Arc::new(Mutex::new(None));
        let told = Arc::clone(&trouble);
        let write = move || {
            let mut inventory = None;
            for job in jobs {
                if let Err(error) = perform(&job, run.as_deref(), limits, &mut inventory) {
                    let path = match &job {
                        Job::Bundle { path, .. } | Job::Recording { path, .. } => path.display(),
                    };
                    note(&told, format!("{path} could not be written: {error}"));
                }
            }
            // Nobody may be left who waits.
            let _ = done.send(());
        };
        let spawned = thread::Builder::new().name("bundles".into()).spawn(write);
        let jobs = match spawned {
            Ok(_) => Some(sender),
            Err(error) => {
                note(&trouble, format!("no failure bundle is written: {error}"));
                None
            }
        };
        Self {
            jobs,
            finished,
            trouble,
            has_told: false,
        }
    }

    /// Has it written at some time; `false` if it will not be.
    pub(super) fn write(&self, job: Job) -> bool {
        let Some(jobs) = &self.jobs else {
            return false;
        };
        match jobs.try_send(job) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                let why = "the disk is too slow for the failure bundles: some are missing";
                note(&self.trouble, why.into());
                false
            }
        }
    }

    /// Waits until all is written, as long as that is worth it.
    pub(super) fn finish(&mut self) {
        if self.jobs.take().is_some() && self.finished.recv_timeout(FINISH_WAIT).is_err() {
            let why = "the disk is too slow for the failure bundles: the last ones may be missing";
            note(&self.trouble, why.into());
        }
    }

    /// What went wrong, the first time that anything did.
    pub(super) fn trouble(&mut self) -> Option<String> {
        if self.has_told {
            return None;
        }
        let trouble = self.trouble.lock().ok()?.take()?;
        self.has_told = true;
        Some(trouble)
    }
}

fn note(trouble: &Mutex<Option<String>>, why: String) {
    tracing::warn!(why, "failure bundles");
    if let Ok(mut trouble) = trouble.lock() {
        trouble.get_or_insert(why);
    }
}

fn perform(
    job: &Job,
    run: Option<&Path>,
    limits: Limits,
    inventory: &mut Option<Inventory>,
) -> io::Result<()> {
    match job {
        Job::Recording { path, cassette } => {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            content::write_cassette(path, cassette)
        }
        Job::Bundle { path, bundle } => {
            let folder = run.unwrap_or(path);
            fs::create_dir_all(folder)?;
            // Readers see it whole or not at all.
            let unfinished = tempfile::Builder::new()
                .prefix(".bundle")
                .tempdir_in(folder)?;
            bundle.write(unfinished.path())?;
            open_to_others(unfinished.path())?;
            fs::rename(unfinished.path(), path)?;
            // It is where it belongs, and nothing is left to clean up.
            let _ = unfinished.keep();
            let inventory = inventory.get_or_insert_with(|| Inventory::of(folder, limits));
            inventory.add(path.clone())
        }
    }
}

/// Temporary folders are private; a bundle is for others to read, as a report is.
fn open_to_others(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}
