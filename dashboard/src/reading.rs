//! What is read now and then from a [`RunSource`], and the latest that was read.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use runner_core::recorded::RecordedRun;
use tokio::{sync::watch, time::Instant};

use crate::{
    pace::Pace,
    source::{ListedRun, RunSource, SourceError},
};

/// So many runs are listed.
pub(crate) const LISTED: usize = 200;

/// How long a page waits for what is read the first time. After that it is shown without, and gets it
/// when it is there.
const FIRST_READING: Duration = Duration::from_secs(2);

/// How long it waits for something newer than what is known.
const FURTHER_READING: Duration = Duration::from_millis(300);

/// So many runs are kept that nobody looks at.
const KEPT: usize = 32;

/// What was read last; an error beside it if it could not be read since.
#[derive(Debug)]
pub(crate) struct Known<T> {
    pub(crate) value: Option<Arc<T>>,
    pub(crate) trouble: Option<SourceError>,
}

impl<T> Clone for Known<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            trouble: self.trouble.clone(),
        }
    }
}

impl<T> Known<T> {
    /// Whether it is still unknown whether there is anything.
    fn is_unread(&self) -> bool {
        self.value.is_none() && self.trouble.is_none()
    }
}

/// Something that is read now and then.
#[derive(Debug)]
pub(crate) struct Reading<T> {
    latest: watch::Sender<Known<T>>,
    pace: Mutex<Pace>,
}

impl<T> Default for Reading<T> {
    fn default() -> Self {
        let nothing = Known {
            value: None,
            trouble: None,
        };
        Self {
            latest: watch::Sender::new(nothing),
            pace: Mutex::default(),
        }
    }
}

impl<T: Send + Sync + 'static> Reading<T> {
    pub(crate) fn latest(&self) -> Known<T> {
        self.latest.borrow().clone()
    }

    /// Waits for what is being read just now: longer if nothing is known yet. What is not there by then
    /// comes later.
    pub(crate) async fn settle(&self) {
        let mut latest = self.latest.subscribe();
        if latest.borrow_and_update().is_unread() {
            let known = latest.wait_for(|known| !known.is_unread());
            let _ = tokio::time::timeout(FIRST_READING, known).await;
        } else if lock(&self.pace).is_reading() {
            let _ = tokio::time::timeout(FURTHER_READING, latest.changed()).await;
        }
    }

    /// Begins to read, if it is time to.
    fn want(
        self: &Arc<Self>,
        source: &Source,
        read: impl FnOnce(&mut dyn RunSource) -> Result<T, SourceError> + Send + 'static,
    ) {
        if !lock(&self.pace).begin(Instant::now()) {
            return;
        }
        let (source, reading) = (Arc::clone(source), Arc::clone(self));
        tokio::task::spawn_blocking(move || {
            let ending = Ending(&reading.pace);
            let result = read(lock(&source).as_mut());
            // Whoever sees what was read may want it to be read again.
            drop(ending);
            reading.latest.send_modify(|known| match result {
                Ok(value) => {
                    *known = Known {
                        value: Some(Arc::new(value)),
                        trouble: None,
                    }
                }
                Err(error) => known.trouble = Some(error),
            });
        });
    }
}

/// Ends a reading also where it panics.
struct Ending<'a>(&'a Mutex<Pace>);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        lock(self.0).end(Instant::now());
    }
}

type Source = Arc<Mutex<Box<dyn RunSource>>>;

/// Everything that is read from a source.
pub(crate) struct Readings {
    source: Source,
    list: Arc<Reading<Vec<ListedRun>>>,
    runs: Mutex<HashMap<u64, Arc<Reading<RecordedRun>>>>,
}

impl Readings {
    pub(crate) fn new(source: Box<dyn RunSource>) -> Self {
        Self {
            source: Arc::new(Mutex::new(source)),
            list: Arc::default(),
            runs: Mutex::default(),
        }
    }

    /// The list of runs, which is read if it is time to.
    pub(crate) fn list(&self) -> Arc<Reading<Vec<ListedRun>>> {
        self.list.want(&self.source, |source| source.runs(LISTED));
        Arc::clone(&self.list)
    }

    /// The run with this number, which is read if it is time to.
    pub(crate) fn run(&self, id: u64) -> Arc<Reading<RecordedRun>> {
        let reading = {
            let mut runs = lock(&self.runs);
            if runs.len() >= KEPT && !runs.contains_key(&id) {
                // Numbers that somebody only tried must not add up.
                runs.retain(|_, reading| Arc::strong_count(reading) > 1);
            }
            Arc::clone(runs.entry(id).or_default())
        };
        reading.want(&self.source, move |source| source.run(id));
        reading
    }

    /// Lets the run be read for the last time, without regard to when it was read before.
    pub(crate) async fn run_for_the_last_time(&self, id: u64, limit: Duration) {
        let known = lock(&self.runs).get(&id).map(Arc::clone);
        let Some(reading) = known else { return };
        let mut latest = reading.latest.subscribe();
        let read = async {
            // What is being read just now may have been read before the end.
            while lock(&reading.pace).is_reading() {
                latest.changed().await.ok()?;
            }
            lock(&reading.pace).hurry();
            self.run(id);
            latest.changed().await.ok()
        };
        let _ = tokio::time::timeout(limit, read).await;
    }
}

pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whatever panicked, each value is one that can be shown.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
