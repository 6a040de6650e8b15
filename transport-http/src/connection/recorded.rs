//! A connection that was recorded: it says again what it said, when it said it.
//!
//! Times are those of the recording, to the microsecond. That takes a clock that stands still while nobody
//! waits for it, which is tokio's when it is paused: on it, hours pass at once.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use cassette::{Cassette, End, What};
use tokio::{
    io::ReadBuf,
    time::{Instant, advance, sleep_until},
};

use super::tls::TlsFailure;

/// Timers of the runtime tick by the millisecond, and may be one late. From here on the clock is moved by
/// hand.
const BY_HAND: Duration = Duration::from_millis(3);

/// A recorded connection that was dialled.
pub(crate) struct RecordedSocket {
    cassette: Arc<Cassette>,
    started: Instant,
    /// The record that comes next.
    next: usize,
    /// How much of it was read.
    taken: usize,
    wait: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl std::fmt::Debug for RecordedSocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordedSocket")
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

/// How a recorded connection came about.
pub(super) enum Dialled {
    /// It was dialled, and stands now.
    New(RecordedSocket),
    /// It stood before.
    Reused(RecordedSocket),
}

impl RecordedSocket {
    /// Dials as long as it took.
    pub(super) async fn dial(cassette: Arc<Cassette>) -> io::Result<Dialled> {
        let started = Instant::now();
        let first = cassette.records.first().map(|it| (it.at, it.what.clone()));
        let socket = Self {
            cassette,
            started,
            next: 0,
            taken: 0,
            wait: None,
        };
        match first {
            Some((at, What::Connected)) => {
                until(started + at).await;
                Ok(Dialled::New(socket))
            }
            Some((_, What::Reused)) => Ok(Dialled::Reused(socket)),
            Some((at, What::End(end))) => match failure(&end) {
                Some(error) => {
                    until(started + at).await;
                    Err(error)
                }
                // Nobody answered as long as anybody waited.
                None => std::future::pending().await,
            },
            _ => Ok(Dialled::Reused(socket)),
        }
    }

    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let Some(record) = self.cassette.records.get(self.next) else {
                return Poll::Pending;
            };
            let at = self.started + record.at;
            if Instant::now() < at {
                let wait = self.wait.get_or_insert_with(|| Box::pin(until(at)));
                ready!(wait.as_mut().poll(cx));
            }
            self.wait = None;
            match &record.what {
                What::Received(bytes) => {
                    let rest = &bytes[self.taken.min(bytes.len())..];
                    let taken = rest.len().min(buf.remaining());
                    buf.put_slice(&rest[..taken]);
                    if taken == rest.len() {
                        self.next += 1;
                        self.taken = 0;
                    } else {
                        self.taken += taken;
                    }
                    if taken > 0 {
                        return Poll::Ready(Ok(()));
                    }
                    if buf.remaining() == 0 {
                        return Poll::Ready(Ok(()));
                    }
                }
                What::End(End::Closed) => return Poll::Ready(Ok(())),
                What::End(end) => {
                    return match failure(end) {
                        Some(error) => Poll::Ready(Err(error)),
                        // Only deadlines end a connection on which nothing more comes.
                        None => Poll::Pending,
                    };
                }
                _ => self.next += 1,
            }
        }
    }
}

/// The error that a connection ended with; `None` if it did not end with any.
fn failure(end: &End) -> Option<io::Error> {
    let told = |detail: &String| io::Error::other(detail.clone());
    match end {
        End::Complete | End::Closed | End::Left => None,
        End::Cut => Some(io::ErrorKind::UnexpectedEof.into()),
        End::Reset => Some(io::Error::from_raw_os_error(RESET_BY_PEER)),
        End::Broken(detail) | End::ConnectFailed(detail) => Some(told(detail)),
        End::TlsFailed(detail) => {
            let failure = TlsFailure::recorded(detail.clone());
            Some(io::Error::other(failure))
        }
    }
}

/// What Linux calls `ECONNRESET`, so that it is told in the same words.
const RESET_BY_PEER: i32 = 104;

/// Waits until exactly `at`.
async fn until(at: Instant) {
    let early = at.checked_sub(BY_HAND).unwrap_or(at);
    if Instant::now() < early {
        sleep_until(early).await;
    }
    let rest = at.saturating_duration_since(Instant::now());
    if !rest.is_zero() {
        advance(rest).await;
    }
}
