//! One connection: a thread that reads requests and, once it is a WebSocket, messages; and one that plays
//! the answers.
//!
//! Reading never pauses, so that a client that leaves is noticed at once, whatever the answer is just
//! waiting for.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use socket2::SockRef;

use crate::{
    Log, Request, Script,
    script::Step,
    shared::Shared,
    websocket::{self, Message},
};

pub(crate) struct Connection {
    pub(crate) stream: Arc<TcpStream>,
    /// Its place in the shared state.
    pub(crate) number: usize,
    pub(crate) script: Arc<Script>,
    pub(crate) shared: Arc<Shared>,
}

/// Why no further step is played.
enum End {
    ClientLeft,
    Fin,
    Reset,
}

impl Connection {
    /// Serves the client until one of both sides ends it.
    pub(crate) fn serve(self) {
        thread::scope(|scope| {
            scope.spawn(|| self.read_requests());
            let end = self.play_answers();
            let client_left = matches!(end, End::ClientLeft);
            self.shared
                .update(|state| state.end_connection(self.number, client_left));
            // Wakes the reader without sending anything. The socket is only closed, and a reset only
            // sent, when nobody holds it any more.
            let _ = self.stream.shutdown(Shutdown::Read);
        });
    }

    fn play_answers(&self) -> End {
        while let Some(steps) = self.next_answer() {
            let played = steps.iter().try_for_each(|step| self.play(step));
            if !matches!(played, Err(End::ClientLeft)) {
                self.shared.update(|state| state.log.answered += 1);
            }
            match played {
                Ok(()) => {}
                Err(End::Fin) => {
                    // The client may still say something, but there is no answering it.
                    let _ = self.next_answer();
                    return End::Fin;
                }
                Err(end) => return end,
            }
        }
        End::ClientLeft
    }

    /// Takes note of requests and messages until the client leaves.
    fn read_requests(&self) {
        let mut received = Vec::new();
        let mut is_upgraded = false;
        let mut bytes = [0; 4096];
        // A client that aborts the connection leaves as well as one that closes it.
        while let Ok(count @ 1..) = (&*self.stream).read(&mut bytes) {
            received.extend_from_slice(&bytes[..count]);
            // Behind a request for an upgrade come no more requests, whatever its answer is.
            while !is_upgraded && let Some(request) = Request::take(&mut received, self.number) {
                is_upgraded = request.header("upgrade").is_some();
                self.shared.update(|state| {
                    let steps = self
                        .script
                        .steps(request.is_health(), state.log.executions());
                    state.connections[self.number].answers.push_back(steps);
                    state.log.requests.push(request);
                });
            }
            while is_upgraded && let Some(message) = Message::take(&mut received, self.number) {
                self.shared.update(|state| state.log.messages.push(message));
            }
        }
        self.shared
            .update(|state| state.end_connection(self.number, true));
    }

    /// Waits for the next request and tells how to answer it.
    fn next_answer(&self) -> Option<Arc<[Step]>> {
        let next = self.shared.wait(None, |state| {
            let connection = &mut state.connections[self.number];
            match connection.answers.pop_front() {
                None if !connection.over => None,
                next => Some(next),
            }
        });
        next.flatten()
    }

    fn play(&self, step: &Step) -> Result<(), End> {
        match step {
            Step::Send(bytes) => self.send(bytes),
            Step::SendInPieces { bytes, piece } => {
                bytes.chunks(*piece).try_for_each(|piece| self.send(piece))
            }
            Step::Repeat { bytes, every } => loop {
                self.send(bytes)?;
                if let Some(interval) = every {
                    self.pause(*interval)?;
                }
            },
            Step::Pause(duration) => self.pause(*duration),
            Step::AwaitRelease => self.await_release(),
            Step::Upgrade => {
                let key = self
                    .shared
                    .read(|state| websocket_key(&state.log, self.number));
                self.send(&websocket::upgrade(&key))
            }
            Step::AwaitMessage { kind, part } => self.await_log(|log| {
                let mut messages = log.messages.iter();
                messages.any(|message| {
                    message.connection == self.number
                        && message.kind == *kind
                        && message.text.contains(part)
                })
            }),
            Step::Hold => self.pause_until(None),
            Step::Fin => {
                // It fails where the client has aborted the connection, which is noticed on its own.
                let _ = self.stream.shutdown(Shutdown::Write);
                Err(End::Fin)
            }
            Step::Reset => {
                // Closing a socket that does not linger at all aborts its connection.
                let _ = SockRef::from(&*self.stream).set_linger(Some(Duration::ZERO));
                Err(End::Reset)
            }
        }
    }

    fn send(&self, bytes: &[u8]) -> Result<(), End> {
        (&*self.stream)
            .write_all(bytes)
            .map_err(|_| End::ClientLeft)
    }

    fn pause(&self, duration: Duration) -> Result<(), End> {
        self.pause_until(Some(Instant::now() + duration))
    }

    /// Is silent until `deadline`, or until the connection is over.
    fn pause_until(&self, deadline: Option<Instant>) -> Result<(), End> {
        let over = self.shared.wait(deadline, |state| {
            state.connections[self.number]
                .over
                .then_some(End::ClientLeft)
        });
        over.map_or(Ok(()), Err)
    }

    /// Is silent until the log meets `condition`, or until the connection is over.
    fn await_log(&self, condition: impl Fn(&Log) -> bool) -> Result<(), End> {
        let met = self.shared.wait(None, |state| {
            if condition(&state.log) {
                return Some(Ok(()));
            }
            let is_over = state.connections[self.number].over;
            is_over.then_some(Err(End::ClientLeft))
        });
        met.unwrap_or(Err(End::ClientLeft))
    }

    fn await_release(&self) -> Result<(), End> {
        let released = self.shared.wait(None, |state| {
            if state.connections[self.number].over {
                return Some(Err(End::ClientLeft));
            }
            state.releases = state.releases.checked_sub(1)?;
            Some(Ok(()))
        });
        released.unwrap_or(Err(End::ClientLeft))
    }
}

/// The key of the latest request for an upgrade on a connection.
fn websocket_key(log: &Log, connection: usize) -> String {
    let mut requests = log.requests.iter().rev();
    let latest = requests.find(|request| request.connection == connection);
    let key = latest.and_then(|request| request.header("sec-websocket-key"));
    key.unwrap_or_default().to_owned()
}
