//! Runs actors on a thread of their own, and watches over them from the main thread.
//!
//! What stands still cannot end itself: an observer that waits for a reader, a disk that does not answer,
//! a loop without an end. The main thread notices, asks the runner to end, and ends the program without
//! it if that does not help. Returning from `main` is all it takes.

use std::{
    panic,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::{Duration, Instant},
};

use actix::System;
use runner_core::{
    beacon::{Beacon, Stuck},
    text::Human,
};
use tokio::sync::watch;

use crate::{block, children, error::CliError, exit::Exit};

/// How often the main thread looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a runner that was told that it stands still may take to end in good order.
const LAST_PATIENCE: Duration = Duration::from_secs(15);

/// How long the last report and the last message may take.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Streams decode, judges judge, and reports are written on this stack: as much as the main thread has.
const STACK_BYTES: usize = 8 << 20;

/// What the runner and the main thread share.
#[derive(Clone)]
pub(crate) struct Watch {
    /// What the runner waits for.
    pub beacon: Beacon,
    patience: Duration,
    stuck: watch::Sender<Option<Stuck>>,
    last_resort: Arc<Mutex<Option<LastResort>>>,
}

/// What is still done when the runner does not end, or is lost.
type LastResort = Box<dyn FnOnce(&str) -> Exit + Send>;

impl Watch {
    /// A watch that lets everything take `patience` longer than its own deadlines allow.
    pub(crate) fn new(patience: Duration) -> Self {
        Self {
            beacon: Beacon::default(),
            patience,
            stuck: watch::Sender::new(None),
            last_resort: Arc::default(),
        }
    }

    /// Whether the runner stands still.
    pub(crate) fn is_stuck(&self) -> bool {
        self.beacon.stuck(self.patience).is_some()
    }

    /// Resolves when the main thread has noticed that the runner stands still.
    pub(crate) async fn stuck(&self) -> Stuck {
        let mut told = self.stuck.subscribe();
        match told.wait_for(Option::is_some).await.map(|stuck| *stuck) {
            Ok(Some(stuck)) => stuck,
            // It lives as long as this watch does.
            _ => std::future::pending().await,
        }
    }

    /// Says what is to be done if the runner does not come to its end: with the reason, in words.
    pub(crate) fn or_else(&self, last_resort: impl FnOnce(&str) -> Exit + Send + 'static) {
        *self.lock() = Some(Box::new(last_resort));
    }

    /// Does what is still to be done, and says why the program ends, for as long as that may take: what
    /// the runner waits for, a disk or a terminal, may keep this waiting as well.
    fn last_resort(&self, reason: String, error: CliError) -> Exit {
        let last_resort = self.lock().take();
        // Commands of the embedded executor would outlive the program otherwise.
        children::kill_all();
        let (sender, done) = channel();
        let at_last = move || {
            let exit = last_resort.map_or(Exit::Success, |last_resort| last_resort(&reason));
            let _ = sender.send(exit);
            block::close();
            error.show();
            let _ = sender.send(exit);
        };
        let mut exit = Exit::Success;
        if thread::Builder::new().spawn(at_last).is_ok() {
            let deadline = Instant::now() + LAST_WORDS;
            for _ in 0..2 {
                let left = deadline.saturating_duration_since(Instant::now());
                exit = done.recv_timeout(left).unwrap_or(exit);
            }
        }
        // A runner that still lives may have started further commands.
        children::kill_all();
        exit
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<LastResort>> {
        self.last_resort
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `body` in a `System` on a thread of its own until it ends, or does not get on any more.
pub(crate) fn run<F>(watch: &Watch, body: F) -> Result<Exit, CliError>
where
    F: AsyncFnOnce() -> Result<Exit, CliError> + Send + 'static,
{
    let (sender, results) = channel();
    let runner = thread::Builder::new()
        .name("runner".into())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let ended =
                panic::catch_unwind(panic::AssertUnwindSafe(|| System::new().block_on(body())));
            // The main thread may have given up waiting.
            let _ = sender.send(ended);
        })
        .map_err(CliError::Thread)?;
    match wait(watch, &results) {
        Waited::Ended(Ok(result)) => {
            // It has nothing left to do but to end; what it holds is dropped by then.
            let _ = runner.join();
            result
        }
        Waited::Ended(Err(_)) => {
            let reason = "the runner panicked; the log has more".into();
            let exit = watch.last_resort(reason, CliError::Lost("runner"));
            Ok(exit.min(Exit::Internal))
        }
        Waited::Stuck(stuck) => {
            let reason = format!("it came to a standstill at {}", stuck.part);
            let error = CliError::Stuck {
                part: stuck.part,
                elapsed: Human(stuck.elapsed),
                allowed: Human(stuck.allowed),
            };
            let exit = error.exit();
            Ok(exit.min(watch.last_resort(reason, error)))
        }
    }
}

enum Waited {
    Ended(thread::Result<Result<Exit, CliError>>),
    Stuck(Stuck),
}

fn wait(watch: &Watch, results: &Receiver<thread::Result<Result<Exit, CliError>>>) -> Waited {
    loop {
        let looked = Instant::now();
        match results.recv_timeout(LOOK_EVERY) {
            Ok(ended) => return Waited::Ended(ended),
            Err(RecvTimeoutError::Disconnected) => {
                return Waited::Ended(Err(Box::new("the runner is gone")));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        // Where this thread did not run either, as under SIGSTOP, nothing could get on.
        let excess = looked.elapsed().saturating_sub(LOOK_EVERY);
        if excess > LOOK_EVERY {
            watch.beacon.forgive(excess);
        }
        let Some(stuck) = watch.beacon.stuck(watch.patience) else {
            continue;
        };
        tracing::error!(?stuck, "the runner stands still");
        watch.stuck.send_replace(Some(stuck));
        return match results.recv_timeout(LAST_PATIENCE) {
            Ok(ended) => Waited::Ended(ended),
            Err(_) => Waited::Stuck(stuck),
        };
    }
}
