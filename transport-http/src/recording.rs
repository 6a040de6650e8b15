//! Records executions as they are on the wire, for whoever asked for it.
//!
//! What is recorded is read off the connection itself: behind the encryption, and before the framing and
//! everything that is made of it. Without a recorder a read costs one comparison more.

use std::{cell::RefCell, error::Error as _, io, rc::Rc};

use cassette::{Dialect, End, Head, Tape};
use executor_protocol::{ExecuteRequest, TransportError, error_chain};
use tokio::time::Instant;

use crate::connection::TlsFailure;

/// Takes recordings of executions.
///
/// Questions for health are not recorded.
pub trait Recorder {
    /// How many bytes a recording of this execution may take; `None` if there is to be none.
    fn limit(&self, request: &ExecuteRequest) -> Option<usize>;

    /// Takes the recording. It comes when the execution's stream is dropped, or when there was none, on the
    /// thread of the transport, which waits for it.
    fn keep(&self, tape: Tape);
}

/// The recording of one execution. Whoever follows the execution holds it, connections know it weakly: a
/// kept-alive one lives longer.
pub(crate) struct Tap {
    started: Instant,
    recorder: Rc<dyn Recorder>,
    /// `None` once it was handed over.
    tape: RefCell<Option<Tape>>,
}

/// What is the same for all executions over one transport.
pub(crate) struct Recording {
    pub(crate) recorder: Option<Rc<dyn Recorder>>,
    pub(crate) dialect: Dialect,
    pub(crate) max_line_bytes: usize,
}

impl Recording {
    /// Begins to record an execution that began at `started`, if anybody asked for it.
    pub(crate) fn begin(
        &self,
        request: &ExecuteRequest,
        executor: &str,
        started: Instant,
    ) -> Option<Rc<Tap>> {
        let recorder = Rc::clone(self.recorder.as_ref()?);
        let limit = recorder.limit(request)?;
        let head = Head {
            executor: executor.to_owned(),
            timeout: request.timeout,
            max_line_bytes: self.max_line_bytes,
            ..Head::new(self.dialect, &*request.command, &*request.execution_id)
        };
        Some(Rc::new(Tap {
            started,
            recorder,
            tape: RefCell::new(Some(Tape::new(head, limit))),
        }))
    }
}

impl Tap {
    fn with(&self, note: impl FnOnce(&mut Tape, std::time::Duration)) {
        let at = self.started.elapsed();
        if let Some(tape) = &mut *self.tape.borrow_mut() {
            note(tape, at);
        }
    }

    pub(crate) fn connected(&self) {
        self.with(|tape, at| tape.connected(at));
    }

    pub(crate) fn reused(&self) {
        self.with(|tape, at| tape.reused(at));
    }

    pub(crate) fn received(&self, bytes: &[u8]) {
        self.with(|tape, at| tape.received(at, bytes));
    }

    pub(crate) fn sent(&self, text: &str) {
        self.with(|tape, at| tape.sent(at, text));
    }

    pub(crate) fn websocket_key(&self, key: &str) {
        self.with(|tape, _| tape.set_websocket_key(key));
    }

    pub(crate) fn ended(&self, end: End) {
        self.with(|tape, at| tape.ended(at, end));
    }

    /// Notes that a read failed.
    pub(crate) fn read_failed(&self, error: &io::Error) {
        self.ended(match error.kind() {
            _ if TlsFailure::is_in(error) => End::TlsFailed(error_chain(error)),
            io::ErrorKind::UnexpectedEof => End::Cut,
            io::ErrorKind::ConnectionReset => End::Reset,
            _ => End::Broken(error_chain(error)),
        });
    }

    /// Notes that the request could not be sent to its end.
    pub(crate) fn write_failed(&self) {
        self.ended(End::Reset);
    }

    /// Notes why an execution has no stream, as far as no read tells it.
    pub(crate) fn failed(&self, error: &TransportError) {
        let detail = || error.source().map_or_else(String::new, error_chain);
        match error {
            TransportError::Connect { .. } => self.ended(End::ConnectFailed(detail())),
            TransportError::Tls { .. } => self.ended(End::TlsFailed(detail())),
            _ => {}
        }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        if let Some(mut tape) = self.tape.borrow_mut().take() {
            tape.ended(self.started.elapsed(), End::Left);
            self.recorder.keep(tape);
        }
    }
}
