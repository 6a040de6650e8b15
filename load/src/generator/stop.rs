//! How a thread is told to end, and tells its attempts.

use std::cell::Cell;

use tokio::sync::Notify;

/// What the threads are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// To go on.
    No,
    /// To begin no attempt any more, and to end those that are under way.
    Now,
}

/// What the attempts of a thread are told. It stays in the thread.
#[derive(Debug, Default)]
pub(super) struct StopFlag {
    is_set: Cell<bool>,
    waiting: Notify,
}

impl StopFlag {
    pub(super) fn set(&self) {
        self.is_set.set(true);
        self.waiting.notify_waiters();
    }

    pub(super) fn is_set(&self) -> bool {
        self.is_set.get()
    }

    /// Resolves when it is set.
    pub(super) async fn until_set(&self) {
        if !self.is_set() {
            self.waiting.notified().await;
        }
    }
}
