//! What a server has seen, and waiting until it has seen something.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{Request, shared::Shared, websocket::Message};

/// What a server has seen so far.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Log {
    /// How many connections were accepted.
    pub connections: usize,
    /// The requests in the order in which they were complete.
    pub requests: Vec<Request>,
    /// What was sent over WebSockets, in the order in which it was complete.
    pub messages: Vec<Message>,
    /// How many answers were played to their last step.
    pub answered: usize,
    /// How many connections the client has closed or aborted.
    pub closed_by_client: usize,
}

impl Log {
    /// How many commands were asked for.
    #[must_use]
    pub fn executions(&self) -> usize {
        self.requests
            .iter()
            .filter(|request| !request.is_health())
            .count()
    }
}

/// Resolves when a server's log meets a condition; see [`Server::until`](crate::Server::until).
#[derive(Debug)]
#[must_use = "futures do nothing unless they are awaited"]
pub struct Until<'a, C> {
    pub(crate) shared: &'a Shared,
    pub(crate) condition: C,
}

impl<C: Fn(&Log) -> bool + Unpin> Future for Until<'_, C> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        this.shared.poll(cx, |log| (this.condition)(log))
    }
}
