//! Who hands entries to a journal that may block.

use std::{
    io,
    mem::take,
    thread,
    time::{Duration, Instant},
};

use executor_protocol::{Health, error_chain};
use runner_core::text::Human;
use tokio::{
    sync::mpsc::{self, error::TryRecvError},
    time::timeout,
};

use super::{LoadConclusion, LoadEntry, LoadJournal};
use crate::{
    live::Watched,
    results::{LoadEnd, LoadResults},
    series::Second,
};

/// Hands what comes of a run to its journal, which is written by a thread of its own.
///
/// One entry at a time is under way. What comes meanwhile is gathered, as long as the journal may take and
/// no longer: a disk that hangs holds nothing up and takes no memory.
pub struct Recorder {
    entries: mpsc::Sender<LoadEntry>,
    kept: mpsc::Receiver<Kept>,
    health: Option<Health>,
    every: Duration,
    /// When the next entry is due.
    due: Instant,
    /// Since when an entry has been under way, if one is.
    under_way: Option<Instant>,
    /// What has become known since the latest entry.
    seconds: Vec<Second>,
    lost: Option<String>,
}

/// How long it took to keep an entry, or why it could not be kept.
type Kept = Result<Duration, String>;

/// So often something is handed over: what is lost when the process is killed is no more than that.
const EVERY: Duration = Duration::from_secs(5);

/// So many times as long as an entry took to keep it takes at least until the next one: keeping a run is not
/// to keep a processor from it.
const REST: u32 = 20;

/// A journal that takes longer is taken for lost. One that waits for another process gives up before.
const PATIENCE: Duration = Duration::from_secs(120);

impl Recorder {
    /// Starts the thread that writes `journal`.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn start(journal: Box<dyn LoadJournal>) -> io::Result<Self> {
        let (entries, theirs) = mpsc::channel(1);
        let (told, kept) = mpsc::channel(1);
        let write = move || keep(journal, theirs, told);
        thread::Builder::new()
            .name("load ledger".into())
            .spawn(write)?;
        Ok(Self {
            entries,
            kept,
            health: None,
            every: EVERY,
            due: Instant::now() + EVERY,
            under_way: None,
            seconds: Vec::new(),
            lost: None,
        })
    }

    /// Hands something over as often as this, so that tests need not wait.
    #[doc(hidden)]
    #[must_use]
    pub fn with_interval(mut self, every: Duration) -> Self {
        self.every = every;
        self.due = Instant::now() + every;
        self
    }

    /// Notes what the executor said about its health.
    pub fn note_health(&mut self, health: Option<&Health>) {
        self.health = health.cloned();
    }

    /// Notes how it goes, and hands it over if that is due. It does not wait.
    pub fn note(&mut self, watched: &Watched<'_>) {
        self.look();
        if self.lost.is_some() {
            return;
        }
        self.seconds.extend_from_slice(watched.seconds);
        if self.under_way.is_none() && Instant::now() >= self.due {
            let entry = LoadEntry {
                at: watched.live.elapsed,
                health: self.health.clone(),
                measured: watched.measured.without_series(),
                seconds: take(&mut self.seconds),
                conclusion: None,
            };
            self.hand_over(entry);
        }
    }

    /// Why the journal is lost, in words, if it is.
    #[must_use]
    pub fn trouble(&self) -> Option<&str> {
        self.lost.as_deref()
    }

    /// Hands over what the run came to, which ended so after `at`, and waits until that is kept. `seconds`
    /// are those that nobody was told of while it went on.
    ///
    /// # Errors
    /// Why the journal is lost, in words.
    pub async fn finish(
        mut self,
        at: Duration,
        results: &LoadResults,
        seconds: Vec<Second>,
        end: LoadEnd,
    ) -> Result<(), String> {
        self.settle().await?;
        let mut all = take(&mut self.seconds);
        all.extend(seconds);
        self.hand_over(LoadEntry {
            at,
            health: results.health.clone(),
            measured: results.measured.without_series(),
            seconds: all,
            conclusion: Some(LoadConclusion {
                end,
                problems: results.problems.clone(),
            }),
        });
        self.settle().await
    }

    /// Takes notice of what has been kept.
    fn look(&mut self) {
        match self.kept.try_recv() {
            Ok(kept) => self.take_notice(kept),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => self.lose(gone()),
        }
        let since = self.under_way.map(|since| since.elapsed());
        if since.is_some_and(|since| since > PATIENCE) {
            self.lose(hangs());
        }
    }

    fn take_notice(&mut self, kept: Kept) {
        self.under_way = None;
        match kept {
            Ok(took) => self.due = Instant::now() + self.every.max(took * REST),
            Err(reason) => self.lose(reason),
        }
    }

    /// Waits until nothing is under way.
    async fn settle(&mut self) -> Result<(), String> {
        if self.under_way.is_some() && self.lost.is_none() {
            match timeout(PATIENCE, self.kept.recv()).await {
                Ok(Some(kept)) => self.take_notice(kept),
                Ok(None) => self.lose(gone()),
                Err(_) => self.lose(hangs()),
            }
        }
        self.lost.clone().map_or(Ok(()), Err)
    }

    fn hand_over(&mut self, entry: LoadEntry) {
        // There is room: nothing is under way.
        match self.entries.try_send(entry) {
            Ok(()) => self.under_way = Some(Instant::now()),
            Err(_) => self.lose(gone()),
        }
    }

    fn lose(&mut self, reason: String) {
        if self.lost.is_none() {
            tracing::error!(reason, "the ledger cannot be written");
        }
        self.seconds = Vec::new();
        self.lost.get_or_insert(reason);
    }
}

fn gone() -> String {
    "its writer was lost".to_owned()
}

fn hangs() -> String {
    format!("it has not answered for {}", Human(PATIENCE))
}

/// Keeps entries as they come, until one cannot be kept or nobody has any more.
fn keep(
    mut journal: Box<dyn LoadJournal>,
    mut entries: mpsc::Receiver<LoadEntry>,
    told: mpsc::Sender<Kept>,
) {
    while let Some(entry) = entries.blocking_recv() {
        let began = Instant::now();
        let kept = journal.commit(&entry).map(|()| began.elapsed());
        let kept = kept.map_err(|error| error_chain(&*error));
        let is_lost = kept.is_err();
        if told.blocking_send(kept).is_err() || is_lost {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
