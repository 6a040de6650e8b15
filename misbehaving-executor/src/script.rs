//! What a server does, step by step.

use std::{sync::Arc, time::Duration};

use crate::{websocket::MessageKind, wire};

/// What a server does with connections and requests.
#[derive(Debug, Clone)]
pub struct Script {
    pub(crate) door: Door,
    health: Arc<[Step]>,
    executions: Vec<Arc<[Step]>>,
}

/// What becomes of a client that connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// It is served.
    Open,
    /// It is refused.
    Refusing,
    /// It is never answered: the queue of connections is full.
    Full,
}

/// How one request is answered: steps that are played in their order.
///
/// When all steps are played, the connection stays open for the next request; [`fin`](Self::fin) and
/// [`reset`](Self::reset) end it. When the client leaves, the remaining steps are dropped.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    SendInPieces {
        bytes: Vec<u8>,
        piece: usize,
    },
    Repeat {
        bytes: Vec<u8>,
        every: Option<Duration>,
    },
    Pause(Duration),
    AwaitRelease,
    Upgrade,
    AwaitMessage {
        kind: MessageKind,
        part: String,
    },
    Hold,
    Fin,
    Reset,
}

impl Script {
    /// A server that says it is healthy and gives every command the same answer.
    #[must_use]
    pub fn answering(answer: Answer) -> Self {
        Self::answering_in_turn([answer])
    }

    /// A server that gives the first command the first answer, and so on; the last answer is given to
    /// all that follow.
    #[must_use]
    pub fn answering_in_turn(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            door: Door::Open,
            health: Answer::new().send(wire::healthy()).steps.into(),
            executions: answers
                .into_iter()
                .map(|answer| answer.steps.into())
                .collect(),
        }
    }

    /// A server at whose port nobody listens.
    #[must_use]
    pub fn refusing() -> Self {
        Self {
            door: Door::Refusing,
            ..Self::answering(Answer::new())
        }
    }

    /// A server that neither accepts nor refuses connections.
    #[must_use]
    pub fn ignoring() -> Self {
        Self {
            door: Door::Full,
            ..Self::answering(Answer::new())
        }
    }

    /// Changes how the question for health (`GET /health`, `/healthz`) is answered.
    #[must_use]
    pub fn health(mut self, answer: Answer) -> Self {
        self.health = answer.steps.into();
        self
    }

    /// The steps for a request: for health, or for the `nth` command, counted from zero.
    pub(crate) fn steps(&self, is_health: bool, nth: usize) -> Arc<[Step]> {
        if is_health {
            return Arc::clone(&self.health);
        }
        let last = self.executions.len().saturating_sub(1);
        let steps = self.executions.get(nth.min(last));
        steps.map(Arc::clone).unwrap_or_default()
    }
}

impl Answer {
    /// An answer that is nothing yet. Left like this, the request is ignored.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends bytes in one write.
    #[must_use]
    pub fn send(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Step::Send(bytes.into()))
    }

    /// Sends bytes in writes of `piece` bytes.
    #[must_use]
    pub fn send_in_pieces(self, bytes: impl Into<Vec<u8>>, piece: usize) -> Self {
        self.then(Step::SendInPieces {
            bytes: bytes.into(),
            piece: piece.max(1),
        })
    }

    /// Sends the same bytes again and again, as fast as the client takes them, until it leaves.
    #[must_use]
    pub fn repeat(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Step::Repeat {
            bytes: bytes.into(),
            every: None,
        })
    }

    /// Sends the same bytes once per `interval` until the client leaves.
    #[must_use]
    pub fn repeat_every(self, interval: Duration, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Step::Repeat {
            bytes: bytes.into(),
            every: Some(interval),
        })
    }

    /// Is silent for a while.
    #[must_use]
    pub fn pause(self, duration: Duration) -> Self {
        self.then(Step::Pause(duration))
    }

    /// Is silent until the test calls [`Server::release`](crate::Server::release). Each call releases
    /// one such step.
    #[must_use]
    pub fn await_release(self) -> Self {
        self.then(Step::AwaitRelease)
    }

    /// Agrees to make the connection a WebSocket, as it should be done.
    #[must_use]
    pub fn upgrade(self) -> Self {
        self.then(Step::Upgrade)
    }

    /// Is silent until the client has sent a text message with `part` in it over this WebSocket.
    #[must_use]
    pub fn await_text(self, part: impl Into<String>) -> Self {
        self.await_message(MessageKind::Text, part)
    }

    /// Is silent until the client has sent a message of this kind, with `part` in its text, over this
    /// WebSocket.
    #[must_use]
    pub fn await_message(self, kind: MessageKind, part: impl Into<String>) -> Self {
        let part = part.into();
        self.then(Step::AwaitMessage { kind, part })
    }

    /// Is silent until the client leaves.
    #[must_use]
    pub fn hold(self) -> Self {
        self.then(Step::Hold)
    }

    /// Closes its side of the connection in good order (FIN). No further step is played.
    #[must_use]
    pub fn fin(self) -> Self {
        self.then(Step::Fin)
    }

    /// Aborts the connection (RST). No further step is played.
    #[must_use]
    pub fn reset(self) -> Self {
        self.then(Step::Reset)
    }

    fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

impl From<Answer> for Script {
    fn from(answer: Answer) -> Self {
        Self::answering(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_answer_is_given_to_all_that_follow() {
        let script =
            Script::answering_in_turn([Answer::new().fin(), Answer::new().hold(), Answer::new()]);
        let lengths = [0, 1, 2, 3, 9].map(|nth| script.steps(false, nth).len());
        assert_eq!(lengths, [1, 1, 0, 0, 0]);
        assert!(matches!(*script.steps(false, 1), [Step::Hold]));
        assert!(matches!(*script.steps(true, 0), [Step::Send(_)]));
    }
}
