//! The stream of one execution over a WebSocket: every wait with a deadline, and a goodbye at the end.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use executor_protocol::{
    EventStream, FindingCode, Findings, LocalBoxFuture, OutputJoin, StreamEvent, StreamStats,
    TransportError,
};
use tokio::time::{Instant, Sleep, timeout};

use super::{
    outgoing,
    session::{End, Session, Step},
};
use crate::{clocks::Clocks, deadline_timer::DeadlineTimer};

/// How long a cancelled command is waited for. Whoever cancels wants to go on.
const CANCEL_WAIT: Duration = Duration::from_millis(1500);

/// How long a server has to hear our goodbye after that.
const GOODBYE_WAIT: Duration = Duration::from_millis(250);

/// A WebSocket on which an executor answers.
pub(super) struct WebSocketStream {
    session: Session,
    clocks: Clocks,
    timer: DeadlineTimer,
    state: State,
    /// Whether there is still somebody to talk to.
    is_connected: bool,
}

enum State {
    Open,
    /// Nothing more is read; the error, if that was no clean end.
    Ended(Option<TransportError>),
}

impl WebSocketStream {
    pub(super) fn new(session: Session, clocks: Clocks, timer: Pin<Box<Sleep>>) -> Self {
        Self {
            session,
            clocks,
            timer: DeadlineTimer::new(timer),
            state: State::Open,
            is_connected: true,
        }
    }

    /// Waits for the next frame, for more bytes, for the end, or for a deadline.
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let overdue = match self.session.poll_step(cx) {
            Poll::Ready(Step::Frame) => return self.poll_refusal(),
            Poll::Ready(Step::Bytes(count)) => {
                let now = Instant::now();
                self.clocks.on_bytes(count, now);
                // A stream that never pauses never waits for the timer.
                match self.clocks.overdue(now) {
                    None => return Poll::Ready(()),
                    Some(overdue) => overdue,
                }
            }
            Poll::Ready(Step::End(end)) => {
                self.connection_ended(end);
                return Poll::Ready(());
            }
            Poll::Pending => ready!(self.timer.poll(&self.clocks, cx)),
        };
        self.deadline_passed(overdue);
        Poll::Ready(())
    }

    fn poll_refusal(&mut self) -> Poll<()> {
        if let Some(refusal) = self.session.dialect.take_refusal() {
            self.state = State::Ended(Some(refusal.into()));
        }
        Poll::Ready(())
    }

    fn connection_ended(&mut self, end: End) {
        self.is_connected = false;
        let (error, breach) = if self.session.dialect.terminal_came() {
            end.after_terminal()
        } else {
            let (error, breach) = end.before_terminal();
            (Some(error), breach)
        };
        if let Some(code) = breach {
            let detail = error.as_ref().map_or_else(String::new, ToString::to_string);
            self.session.dialect.record(code, || detail);
        }
        self.state = State::Ended(error);
    }

    /// A deadline has passed. After the terminal event that is only a fault of a server that goes on
    /// talking: one that just does not close has said everything, and the dialect asks for no more.
    fn deadline_passed(&mut self, error: TransportError) {
        let dialect = &mut self.session.dialect;
        let findings = dialect.findings();
        let is_over = dialect.terminal_came()
            && findings.get(FindingCode::EventAfterTerminal).is_none()
            && findings.get(FindingCode::DuplicateTerminal).is_none();
        if let TransportError::EndTimeout { .. } = error
            && !is_over
        {
            dialect.record(FindingCode::BodyNotEnded, String::new);
        }
        self.state = State::Ended((!is_over).then_some(error));
    }

    /// Asks for the end of the command and waits until it came or nothing more will.
    async fn cancel_command(&mut self) {
        self.session.dialect.cancel_requested();
        self.session.socket.send_text(outgoing::cancel());
        while !self.session.dialect.terminal_came() {
            while self.session.dialect.advance() {}
            if let Step::End(_) = poll_fn(|cx| self.session.poll_step(cx)).await {
                self.is_connected = false;
                return;
            }
        }
    }

    /// Says goodbye and waits until the server has heard it. What it still says is dropped.
    async fn say_goodbye(&mut self) {
        self.session.socket.close();
        loop {
            while self.session.dialect.advance() {}
            if let Step::End(_) = poll_fn(|cx| self.session.poll_step(cx)).await {
                return;
            }
        }
    }
}

impl EventStream for WebSocketStream {
    fn poll_advance(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, TransportError>> {
        loop {
            if self.session.dialect.advance() {
                if let Some(event) = self.session.dialect.event() {
                    self.clocks.on_event(event);
                    if event.is_terminal() {
                        // At once: whoever reads on only to the terminal event may drop the stream.
                        self.session.socket.close();
                        let _ = self.session.socket.poll_flush(cx);
                    }
                }
                return Poll::Ready(Ok(true));
            }
            if let State::Ended(error) = &mut self.state {
                return Poll::Ready(error.take().map_or(Ok(false), Err));
            }
            ready!(self.poll_step(cx));
        }
    }

    fn event(&self) -> Option<StreamEvent<'_>> {
        self.session.dialect.event()
    }

    fn has_buffered(&self) -> bool {
        self.session.dialect.has_buffered() || self.session.socket.has_buffered()
    }

    fn output_join(&self) -> OutputJoin {
        OutputJoin::Concat
    }

    fn findings(&self) -> &Findings {
        self.session.dialect.findings()
    }

    fn stats(&self) -> &StreamStats {
        &self.clocks.stats
    }

    fn cancel(mut self: Box<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            // However far it gets in time: the connection is dropped in the end, which an executor has
            // to take for the same.
            if self.is_connected && !self.session.dialect.terminal_came() {
                let _ = timeout(CANCEL_WAIT, self.cancel_command()).await;
            }
            if self.is_connected {
                let _ = timeout(GOODBYE_WAIT, self.say_goodbye()).await;
            }
        })
    }
}
