//! One request on its way: from the connection to the head of the answer, each step with its deadline.

use std::{cell::Cell, pin::Pin, rc::Rc, time::Duration};

use actix_http::error::ParseError;
use awc::{
    ClientResponse, SendClientRequest,
    error::{ConnectError, SendRequestError},
};
use executor_protocol::{Deadlines, IdleLimits, TransportError};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::{
    connection::{Dial, EarlyEnd, SENDING, Sending, TlsFailure},
    recording::Tap,
};

/// Longer than any wait: deadlines inside the HTTP client come on top of ours and must never be the
/// first to pass, and ours beyond it could not be told from each other, but would overflow the clock.
pub(crate) const NEVER_FIRST: Duration = Duration::from_secs(366 * 24 * 3600);

/// One request on its way, up to the head of its answer.
pub(crate) struct Exchange {
    pub(crate) started: Instant,
    /// Deadlines that can be added to a time.
    pub(crate) deadlines: Deadlines,
    sending: Rc<Sending>,
}

/// The beginning of an answer, with what the stream behind it goes on with.
pub(crate) struct Head<A = ClientResponse> {
    pub(crate) answer: A,
    pub(crate) connected: Option<Instant>,
    pub(crate) timer: Pin<Box<Sleep>>,
}

impl Exchange {
    pub(crate) fn begin(deadlines: Deadlines) -> Self {
        Self {
            started: Instant::now(),
            deadlines: bounded(deadlines),
            sending: sending(None),
        }
    }

    /// The same exchange, recorded if there is a `tap`.
    pub(crate) fn recorded(mut self, tap: Option<&Rc<Tap>>) -> Self {
        if tap.is_some() {
            self.sending = sending(tap.cloned());
        }
        self
    }

    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(
        self,
        request: SendClientRequest,
        address: &str,
    ) -> Result<Head, TransportError> {
        self.watch(async { request.await.map_err(|error| send_error(error, address)) })
            .await
    }

    /// Waits until `steps`, from dialling to the beginning of an answer, are done, each in time.
    pub(crate) async fn watch<A>(
        self,
        steps: impl Future<Output = Result<A, TransportError>>,
    ) -> Result<Head<A>, TransportError> {
        let Deadlines {
            connect,
            head,
            total,
            ..
        } = self.deadlines;
        let mut timer = Box::pin(sleep_until(self.started + connect.min(head).min(total)));
        let mut steps = std::pin::pin!(SENDING.scope(Rc::clone(&self.sending), steps));
        loop {
            tokio::select! {
                biased;
                result = &mut steps => {
                    let answer = result?;
                    let connected = match self.sending.dial.get() {
                        Dial::Connected(at) => Some(at),
                        Dial::Dialing | Dial::NotNeeded => None,
                    };
                    return Ok(Head { answer, connected, timer });
                }
                () = timer.as_mut() => match self.overdue() {
                    Err(error) => return Err(error),
                    Ok(next) => timer.as_mut().reset(next),
                },
            }
        }
    }

    /// The deadline that passes next, or the error of the one that has passed.
    fn overdue(&self) -> Result<Instant, TransportError> {
        let Deadlines {
            connect,
            head,
            total,
            ..
        } = self.deadlines;
        let (step, error) = match self.sending.dial.get() {
            Dial::Dialing => (
                self.started + connect,
                TransportError::ConnectTimeout { limit: connect },
            ),
            Dial::NotNeeded => (
                self.started + head,
                TransportError::HeadTimeout { limit: head },
            ),
            Dial::Connected(at) => (at + head, TransportError::HeadTimeout { limit: head }),
        };
        let now = Instant::now();
        if now >= step {
            return Err(error);
        }
        if now >= self.started + total {
            return Err(TransportError::TotalTimeout {
                limit: total,
                silent_for: now - self.started,
            });
        }
        Ok(step.min(self.started + total))
    }
}

fn sending(tap: Option<Rc<Tap>>) -> Rc<Sending> {
    Rc::new(Sending {
        dial: Cell::new(Dial::NotNeeded),
        tap,
    })
}

/// Deadlines that can be added to a time.
fn bounded(deadlines: Deadlines) -> Deadlines {
    let bound = |limit: Duration| limit.min(NEVER_FIRST);
    let Deadlines {
        connect,
        head,
        total,
        end,
        idle,
    } = deadlines;
    Deadlines {
        connect: bound(connect),
        head: bound(head),
        total: bound(total),
        end: bound(end),
        idle: IdleLimits {
            bytes: idle.bytes.map(bound),
            events: idle.events.map(bound),
            meaningful: idle.meaningful.map(bound),
        },
    }
}

/// What a failure before the head of the answer means.
pub(crate) fn send_error(error: SendRequestError, address: &str) -> TransportError {
    let address = || address.to_owned();
    let io_error = match error {
        SendRequestError::Connect(ConnectError::Disconnected) => {
            return TransportError::NoAnswer { reused: false };
        }
        SendRequestError::Connect(ConnectError::Io(error)) => {
            return match TlsFailure::take(error) {
                Ok(failure) => TransportError::Tls {
                    address: address(),
                    source: Box::new(failure),
                },
                Err(source) => TransportError::Connect {
                    address: address(),
                    source: Box::new(source),
                },
            };
        }
        SendRequestError::Connect(ConnectError::Resolver(source)) => {
            return TransportError::Connect {
                address: address(),
                source,
            };
        }
        SendRequestError::Connect(source) => {
            return TransportError::Connect {
                address: address(),
                source: Box::new(source),
            };
        }
        SendRequestError::Send(error) => error,
        SendRequestError::Response(ParseError::Io(error)) => error,
        SendRequestError::Response(source) => {
            return TransportError::InvalidAnswer {
                source: Box::new(source),
            };
        }
        other => {
            return TransportError::InvalidAnswer {
                source: Box::new(other),
            };
        }
    };
    if let Some(&EarlyEnd::BeforeAnswer { reused }) = EarlyEnd::of(&io_error) {
        return TransportError::NoAnswer { reused };
    }
    match TlsFailure::take(io_error) {
        Ok(failure) => TransportError::Tls {
            address: address(),
            source: Box::new(failure),
        },
        Err(source) => TransportError::Broken {
            source: Box::new(source),
        },
    }
}
