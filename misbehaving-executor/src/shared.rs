//! The state that a server's threads and its test share, and waiting for it to change.

use std::{
    collections::VecDeque,
    net::TcpStream,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll, Waker},
    time::Instant,
};

use crate::{Log, script::Step};

/// One lock around everything: a test server has no use for finer ones.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) log: Log,
    pub(crate) connections: Vec<ConnectionState>,
    /// How many steps may still be released.
    pub(crate) releases: usize,
    pub(crate) stopping: bool,
    wakers: Vec<Waker>,
}

#[derive(Debug)]
pub(crate) struct ConnectionState {
    pub(crate) stream: Weak<TcpStream>,
    /// What is to be played for the requests that came and were not answered yet.
    pub(crate) answers: VecDeque<Arc<[Step]>>,
    /// Whether nothing more is to be said: the client has left, or the server has ended it or stops.
    pub(crate) over: bool,
}

impl State {
    /// Notes that a connection is over; whoever ends it first counts as the one who did.
    pub(crate) fn end_connection(&mut self, number: usize, client_left: bool) {
        let connection = &mut self.connections[number];
        self.log.closed_by_client += usize::from(client_left && !connection.over);
        connection.over = true;
    }
}

impl Shared {
    /// Changes the state and tells everyone who waits for a change.
    pub(crate) fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state);
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        self.changed.notify_all();
        wakers.into_iter().for_each(Waker::wake);
        result
    }

    /// Looks at the state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    /// Blocks until `ready` gives a value, or until `deadline`.
    pub(crate) fn wait<T>(
        &self,
        deadline: Option<Instant>,
        mut ready: impl FnMut(&mut State) -> Option<T>,
    ) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(value) = ready(&mut state) {
                return Some(value);
            }
            let wait = match deadline {
                None => self.changed.wait(state),
                Some(deadline) => {
                    let left = deadline.checked_duration_since(Instant::now())?;
                    let waited = self.changed.wait_timeout(state, left);
                    waited
                        .map(|(state, _)| state)
                        .map_err(|error| PoisonError::new(error.into_inner().0))
                }
            };
            state = wait.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ready when the log meets `condition`; otherwise the task is woken at the next change.
    pub(crate) fn poll(
        &self,
        cx: &mut Context<'_>,
        condition: impl FnOnce(&Log) -> bool,
    ) -> Poll<()> {
        let mut state = self.lock();
        if condition(&state.log) {
            return Poll::Ready(());
        }
        state.wakers.push(cx.waker().clone());
        Poll::Pending
    }

    /// A thread that panicked has failed its test already; the state is as good as before.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
