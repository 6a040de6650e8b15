//! Pushes the metrics of a run, and a span for each of its attempts, to a collector of OpenTelemetry: OTLP
//! over HTTP, in its binary form.
//!
//! The module owns what is sent, when, and what is lost. It refuses to hold up a run: what happens is put
//! into a bounded queue and sent by a thread of its own, every request has a deadline, and so has the end.
//! What could not be sent is counted and told.
//!
//! The metrics are those of [`RunMetrics`] and are measured there alone. Of the crates of OpenTelemetry only
//! the messages are used: the SDK takes no sums that somebody else has made, and its queue does not tell
//! what it lost.

mod client;
mod encode;
mod queue;
mod target;
mod worker;

use std::{
    hash::{BuildHasher as _, RandomState},
    io,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime},
};

use runner_core::events::{RunEvent, RunObserver};
use tokio::sync::oneshot;

use self::{client::Client, encode::Spans, queue::Queue, worker::Worker};
use crate::RunMetrics;

pub use self::{
    target::{OtlpTarget, TargetError},
    worker::Losses,
};

/// How often is pushed, and how long that may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// From one push to the next.
    pub interval: Duration,
    /// How long a request may take, from the resolution of the name to the last byte of the answer.
    pub request: Duration,
    /// How long the last push may take, and how long the end of a run is held up at most.
    pub flush: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(10),
            request: Duration::from_secs(5),
            flush: Duration::from_secs(3),
        }
    }
}

/// What is pushed.
#[derive(Debug, Clone)]
pub struct Telemetry {
    /// The name of the run.
    pub run: String,
    /// The program's version.
    pub version: String,
    /// The wall clock at the moment from which [`started_after`] of the attempts is counted.
    ///
    /// [`started_after`]: runner_core::results::AttemptReport::started_after
    pub began: SystemTime,
    /// The metrics of the run.
    pub metrics: RunMetrics,
}

/// Pushes the telemetry of one run, for as long as it goes on.
pub struct OtlpPush {
    queue: Arc<Queue>,
    telemetry: Telemetry,
    pace: Pace,
    /// Comes when the thread has come to its end.
    done: oneshot::Receiver<Losses>,
}

impl OtlpPush {
    /// Begins to push `telemetry` to `target`. Nothing is sent before the first interval has passed.
    ///
    /// # Errors
    /// When there can be no thread for it.
    pub fn start(target: OtlpTarget, telemetry: Telemetry, pace: Pace) -> io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let (end, done) = oneshot::channel();
        let (theirs, source) = (Arc::clone(&queue), telemetry.clone());
        let thread = thread::Builder::new().name("otlp".into());
        thread.spawn(move || {
            let worker = Worker::new(Client::new(target), theirs, source, pace);
            // Where nobody waits any more, nobody wants to know.
            let _ = end.send(worker.work());
        })?;
        Ok(Self {
            queue,
            telemetry,
            pace,
            done,
        })
    }

    /// Who makes spans of attempts. The metrics have to be told of events as well: they are an observer of
    /// their own.
    #[must_use]
    pub fn observer(&self) -> SpanObserver {
        let Telemetry { run, began, .. } = &self.telemetry;
        let seed = RandomState::new().hash_one(());
        SpanObserver {
            spans: Spans::new(run, *began, seed),
            queue: Arc::clone(&self.queue),
        }
    }

    /// Sends what is left, for as long as that may take, and says what was lost.
    pub async fn finish(self) -> Losses {
        let flush = self.pace.flush;
        self.queue.stop(Instant::now() + flush);
        match tokio::time::timeout(flush, self.done).await {
            Ok(Ok(losses)) => losses,
            // The thread is still in a request, and ends by itself.
            _ => Losses::of_no_end(self.queue.unsent()),
        }
    }
}

/// Makes spans of the attempts of a run.
pub struct SpanObserver {
    spans: Spans,
    queue: Arc<Queue>,
}

impl RunObserver for SpanObserver {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        if let RunEvent::AttemptFinished {
            place,
            case,
            report,
            ..
        } = event
        {
            self.queue.offer(self.spans.of(*place, &case.id, report));
        }
        Ok(())
    }

    fn name(&self) -> &'static str {
        "spans"
    }
}
