//! The stream of one execution over HTTP: body chunks in, events out, every wait with a deadline.

use std::{
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use awc::{ClientResponse, error::PayloadError};
use executor_protocol::{
    EventStream, FindingCode, Findings, LocalBoxFuture, OutputJoin, StreamEvent, StreamStats,
    TransportError,
};
use futures_core::Stream as _;
use tokio::time::{Instant, Sleep};

use crate::{
    clocks::Clocks,
    connection::{EarlyEnd, TlsFailure},
    deadline_timer::DeadlineTimer,
    decode::Decoder,
    recording::Tap,
};

/// An answer whose body is being read.
pub(crate) struct HttpEventStream {
    body: ClientResponse,
    decoder: Decoder,
    clocks: Clocks,
    timer: DeadlineTimer,
    state: State,
    /// Ends the recording when it is dropped, which is after the connection.
    _tap: Option<Rc<Tap>>,
}

enum State {
    Open,
    /// Nothing more comes from the network; the error, if that was no clean end.
    Ended(Option<TransportError>),
}

impl HttpEventStream {
    pub(crate) fn new(
        body: ClientResponse,
        decoder: Decoder,
        clocks: Clocks,
        timer: Pin<Box<Sleep>>,
        tap: Option<Rc<Tap>>,
    ) -> Self {
        Self {
            body,
            decoder,
            clocks,
            timer: DeadlineTimer::new(timer),
            state: State::Open,
            _tap: tap,
        }
    }

    /// Waits for the next chunk of the body, for its end, or for a deadline.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let end = match Pin::new(&mut self.body).poll_next(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                let now = Instant::now();
                self.clocks.on_bytes(chunk.len(), now);
                self.decoder.push(&chunk);
                // A stream that never pauses never waits for the timer.
                match self.clocks.overdue(now) {
                    None => return Poll::Ready(()),
                    overdue => overdue,
                }
            }
            Poll::Ready(Some(Err(error))) => Some(body_error(error)),
            Poll::Ready(None) => None,
            Poll::Pending => Some(ready!(self.timer.poll(&self.clocks, cx))),
        };
        self.end(end);
        Poll::Ready(())
    }

    fn end(&mut self, error: Option<TransportError>) {
        match &error {
            // Half a line is only worth reading where the body is whole.
            None => self.decoder.finish(),
            Some(TransportError::Truncated { detail }) => {
                self.decoder
                    .record(FindingCode::TruncatedBody, detail.clone());
            }
            Some(TransportError::EndTimeout { .. }) => {
                self.decoder
                    .record(FindingCode::BodyNotEnded, String::new());
            }
            Some(_) => {}
        }
        self.state = State::Ended(error);
    }
}

impl EventStream for HttpEventStream {
    fn poll_advance(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, TransportError>> {
        loop {
            if self.decoder.advance() {
                if let Some(event) = self.decoder.event() {
                    self.clocks.on_event(event);
                }
                return Poll::Ready(Ok(true));
            }
            if let State::Ended(error) = &mut self.state {
                return Poll::Ready(error.take().map_or(Ok(false), Err));
            }
            ready!(self.poll_chunk(cx));
        }
    }

    fn event(&self) -> Option<StreamEvent<'_>> {
        self.decoder.event()
    }

    fn has_buffered(&self) -> bool {
        self.decoder.has_buffered()
    }

    fn output_join(&self) -> OutputJoin {
        OutputJoin::Lines
    }

    fn findings(&self) -> &Findings {
        self.decoder.findings()
    }

    fn stats(&self) -> &StreamStats {
        &self.clocks.stats
    }

    fn cancel(self: Box<Self>) -> LocalBoxFuture<'static, ()> {
        // A response that is dropped before its end closes its connection, which is how an HTTP
        // executor learns that nobody listens any more.
        drop(self);
        Box::pin(std::future::ready(()))
    }
}

/// What a failure to read the body means.
pub(crate) fn body_error(error: PayloadError) -> TransportError {
    let error = match error {
        PayloadError::Io(error) | PayloadError::Incomplete(Some(error)) => error,
        other => {
            return TransportError::InvalidAnswer {
                source: Box::new(other),
            };
        }
    };
    if let Some(early) = EarlyEnd::of(&error) {
        return TransportError::Truncated {
            detail: early.to_string(),
        };
    }
    match error.kind() {
        // These come from the coding of the body, not from the socket.
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData if !TlsFailure::is_in(&error) => {
            TransportError::InvalidAnswer {
                source: Box::new(error),
            }
        }
        _ => TransportError::Broken {
            source: Box::new(error),
        },
    }
}
