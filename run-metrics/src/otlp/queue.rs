//! Spans on their way to the thread that pushes them.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use opentelemetry_proto::tonic::trace::v1::Span;

/// So many spans wait at most; further ones are lost.
pub(super) const CAPACITY: usize = 4096;

/// So many spans go out together.
pub(super) const BATCH: usize = 512;

/// Why the thread goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    /// There are enough spans for a batch.
    Batch,
    /// The time has come.
    Time,
    /// Everything is to go out until then, and no more.
    Stop(Instant),
}

/// A queue that never blocks who puts something in.
#[derive(Default)]
pub(super) struct Queue {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    spans: VecDeque<Span>,
    /// How many are out, in a request that has no answer yet.
    out: u64,
    lost: u64,
    stop: Option<Instant>,
}

impl Queue {
    /// Puts a span in, or counts it as lost where there is no place for it.
    pub(super) fn offer(&self, span: Span) {
        let mut inner = self.lock();
        if inner.spans.len() == CAPACITY {
            inner.lost += 1;
            return;
        }
        inner.spans.push_back(span);
        if inner.spans.len() == BATCH {
            self.changed.notify_one();
        }
    }

    /// Asks for everything to be sent until `deadline`.
    pub(super) fn stop(&self, deadline: Instant) {
        self.lock().stop = Some(deadline);
        self.changed.notify_one();
    }

    /// Waits for something to do: until `time` at most, for a batch only if there `may_be` one.
    pub(super) fn wait(&self, time: Instant, may_be: bool) -> Wake {
        let mut inner = self.lock();
        loop {
            if let Some(deadline) = inner.stop {
                return Wake::Stop(deadline);
            }
            if may_be && inner.spans.len() >= BATCH {
                return Wake::Batch;
            }
            let left = time.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Wake::Time;
            }
            let waited = self.changed.wait_timeout(inner, left);
            inner = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether no span waits.
    pub(super) fn is_empty(&self) -> bool {
        self.lock().spans.is_empty()
    }

    /// The oldest spans, as many as go out together; none if there are none. They are out until it is said
    /// what came of them: [`settle`](Self::settle) or [`put_back`](Self::put_back).
    pub(super) fn take(&self) -> Vec<Span> {
        let mut inner = self.lock();
        let count = inner.spans.len().min(BATCH);
        inner.out = count as u64;
        inner.spans.drain(..count).collect()
    }

    /// Those that are out have come to an end, and so many of them are lost.
    pub(super) fn settle(&self, lost: u64) {
        let mut inner = self.lock();
        inner.lost += lost.min(inner.out);
        inner.out = 0;
    }

    /// Puts spans back that could not be sent yet. Where newer ones have taken their place, the newest of
    /// all are lost.
    pub(super) fn put_back(&self, spans: Vec<Span>) {
        let mut inner = self.lock();
        inner.out = 0;
        for span in spans.into_iter().rev() {
            inner.spans.push_front(span);
        }
        let too_many = inner.spans.len().saturating_sub(CAPACITY);
        inner.spans.truncate(CAPACITY);
        inner.lost += too_many as u64;
    }

    /// How many spans were not sent so far: those that are lost, those that wait, and those that are out.
    pub(super) fn unsent(&self) -> u64 {
        let inner = self.lock();
        inner.lost + inner.out + inner.spans.len() as u64
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing that is done under the lock leaves it half done.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn span(number: u64) -> Span {
        Span {
            start_time_unix_nano: number,
            ..Span::default()
        }
    }

    #[test]
    fn a_full_queue_loses_the_newest_and_counts_them() {
        let queue = Queue::default();
        let more = BATCH as u64 + 7;
        let capacity = CAPACITY as u64;
        (0..capacity + 7).for_each(|number| queue.offer(span(number)));
        assert_eq!(queue.unsent(), capacity + 7);
        let first = queue.take();
        assert_eq!((first.len(), first[0].start_time_unix_nano), (BATCH, 0));
        (0..more).for_each(|number| queue.offer(span(capacity + number)));
        queue.put_back(first);
        assert_eq!(queue.unsent(), capacity + 7 + more);
        assert_eq!(queue.take()[0].start_time_unix_nano, 0);
        queue.settle(2);
        let sent = BATCH as u64 - 2;
        assert_eq!(queue.unsent(), capacity + 7 + more - sent);
    }

    #[test]
    fn stopping_comes_first_and_a_batch_before_the_time() {
        let queue = Queue::default();
        let (past, future) = (Instant::now(), Instant::now() + Duration::from_secs(3600));
        assert_eq!(queue.wait(past, true), Wake::Time);
        (0..BATCH as u64).for_each(|number| queue.offer(span(number)));
        assert_eq!(queue.wait(future, true), Wake::Batch);
        assert_eq!(queue.wait(past, false), Wake::Time, "it could not be sent");
        queue.stop(future);
        assert_eq!(queue.wait(future, true), Wake::Stop(future));
    }
}
