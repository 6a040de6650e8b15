//! Wakes a stream that waits when its next deadline passes.

use std::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll, ready},
};

use executor_protocol::TransportError;
use tokio::time::{Instant, Sleep};

use crate::clocks::Clocks;

/// Fires at the next deadline or before; what it means is the clocks' affair.
pub(crate) struct DeadlineTimer(Pin<Box<Sleep>>);

impl DeadlineTimer {
    /// Goes on with a timer that was used before, wherever it stands.
    pub(crate) fn new(timer: Pin<Box<Sleep>>) -> Self {
        Self(timer)
    }

    /// Waits for the deadline that passes first, and tells which one it was.
    pub(crate) fn poll(&mut self, clocks: &Clocks, cx: &mut Context<'_>) -> Poll<TransportError> {
        loop {
            // Idle deadlines move with every event. The timer is only moved when it fires too early,
            // or when it would fire too late.
            let deadline = clocks.next_deadline();
            if deadline < self.0.deadline() {
                self.0.as_mut().reset(deadline);
            }
            ready!(self.0.as_mut().poll(cx));
            if let Some(error) = clocks.overdue(Instant::now()) {
                return Poll::Ready(error);
            }
            self.0.as_mut().reset(deadline);
        }
    }
}
