//! The trait through which a runner drives an executor, whatever it speaks.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use crate::{ExecuteRequest, Findings, Health, StreamEvent, TransportError};

/// A boxed future that stays on its thread.
pub type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A way to reach one executor.
///
/// Transports live on one thread: neither they nor their streams are `Send`.
pub trait Transport {
    /// The executor's address for people: never with credentials.
    fn endpoint(&self) -> &str;

    /// Asks whether the executor is ready.
    ///
    /// Fails when it cannot be reached, does not answer before `deadline`, or says that it is not
    /// ready.
    fn check_health(
        &self,
        deadline: Duration,
    ) -> LocalBoxFuture<'_, Result<Health, TransportError>>;

    /// Starts a command and resolves when the answer has begun.
    ///
    /// The request is sent at most once: a command must not run twice because a connection broke.
    fn execute(
        &self,
        request: ExecuteRequest,
        deadlines: Deadlines,
    ) -> LocalBoxFuture<'_, Result<Box<dyn EventStream>, TransportError>>;
}

/// The stream of one execution.
///
/// Reading is two steps, so that events can borrow from the stream: advance, then look.
/// [`next_event`] puts them together for async code.
pub trait EventStream {
    /// Moves on to the next event: `true` if there is one, `false` when the stream has ended as its
    /// framing says.
    ///
    /// # Errors
    /// When the stream broke or a deadline passed. The stream has then ended, too.
    fn poll_advance(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, TransportError>>;

    /// The event that [`poll_advance`](Self::poll_advance) moved to; `None` before the first, after
    /// the last, and for a line that was nothing but a breach.
    fn event(&self) -> Option<StreamEvent<'_>>;

    /// Whether the next event can be had without waiting for the network. A consumer that batches
    /// work flushes its batch when this is `false`.
    fn has_buffered(&self) -> bool;

    /// How pieces of output belong together.
    fn output_join(&self) -> OutputJoin;

    /// The breaches found so far. Those that only the end shows are in it once
    /// [`poll_advance`](Self::poll_advance) has returned `false` or an error.
    fn findings(&self) -> &Findings;

    /// What was measured so far.
    fn stats(&self) -> &StreamStats;

    /// Ends the execution early, so that the executor notices. Dropping the stream does the same
    /// where the connection is all there is to end.
    fn cancel(self: Box<Self>) -> LocalBoxFuture<'static, ()>;
}

/// Waits for the next event of a stream; `None` when it has ended cleanly.
///
/// # Errors
/// As [`EventStream::poll_advance`].
pub async fn next_event<'a>(
    stream: &'a mut (dyn EventStream + 'static),
) -> Result<Option<StreamEvent<'a>>, TransportError> {
    loop {
        if !poll_fn(|cx| stream.poll_advance(cx)).await? {
            return Ok(None);
        }
        // A plain `if let Some(event) = stream.event() { return … }` would borrow for all of `'a`
        // on every turn of the loop, which the borrow checker does not accept yet.
        if stream.event().is_some() {
            return Ok(stream.event());
        }
    }
}

/// How the pieces of output in a stream's events make up the whole output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutputJoin {
    /// Each piece is a line without its end; the whole joins them with `"\n"`.
    Lines,
    /// Pieces are arbitrary slices; the whole is their plain concatenation.
    Concat,
}

/// How long each step of an execution may take. All of them end: no default is infinite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// From the start to a connection, name resolution included.
    pub connect: Duration,
    /// From the connection to the head of the answer.
    pub head: Duration,
    /// From the start to the end of the stream.
    pub total: Duration,
    /// From the terminal event to the end of the body: an executor that has said everything closes.
    pub end: Duration,
    /// How long the stream may be silent.
    pub idle: IdleLimits,
}

impl Default for Deadlines {
    /// 5 s to connect, 30 s to the head, 121 s in all, 5 s to end after the terminal event, and silence
    /// allowed until then.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            head: Duration::from_secs(30),
            total: Duration::from_secs(121),
            end: Duration::from_secs(5),
            idle: IdleLimits::default(),
        }
    }
}

/// How long a stream may be silent, by three clocks; `None` leaves it to the total deadline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IdleLimits {
    /// Without any byte.
    pub bytes: Option<Duration>,
    /// Without a complete event.
    pub events: Option<Duration>,
    /// Without a meaningful event ([`StreamEvent::is_meaningful`]).
    pub meaningful: Option<Duration>,
}

/// What was measured on one stream. Times are counted from the start of the execution and taken
/// when the bytes concerned arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamStats {
    /// Until the connection stood; `None` if one was reused.
    pub connect: Option<Duration>,
    /// Until the head of the answer.
    pub head: Option<Duration>,
    /// Until the first event of any kind.
    pub first_event: Option<Duration>,
    /// Until the first output.
    pub first_output: Option<Duration>,
    /// Until the latest output.
    pub last_output: Option<Duration>,
    /// Until the terminal event.
    pub terminal: Option<Duration>,
    /// The longest time between two events that followed each other.
    pub longest_gap: Duration,
    /// Bytes of the body, with the transfer coding removed.
    pub bytes: u64,
    /// Events of every kind.
    pub events: u64,
    /// Output events.
    pub output_events: u64,
}
