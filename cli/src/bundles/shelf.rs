//! Keeps recordings in memory until it is known what came of their attempts.

use std::{cell::RefCell, collections::VecDeque};

use cassette::Tape;
use executor_protocol::ExecuteRequest;
use transport_http::Recorder;

/// How many recordings wait at most. Results are announced as soon as they are durable, so that there is
/// hardly ever more than one.
const MAX_TAPES: usize = 32;

/// So many times the memory of one recording may be taken by all that wait.
const MAX_SHARE: usize = 8;

/// The latest recordings, in bounded memory: the oldest give way.
pub(super) struct Shelf {
    limit: usize,
    tapes: RefCell<VecDeque<Tape>>,
}

impl Shelf {
    /// A shelf for recordings of at most `limit` bytes each.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            tapes: RefCell::default(),
        }
    }

    /// The recording of this execution, if it is still there. What is older was of no attempt: the runner
    /// looks for programs and leftovers through the executor as well.
    pub(super) fn take(&self, execution_id: &str) -> Option<Tape> {
        let mut tapes = self.tapes.borrow_mut();
        let at = tapes
            .iter()
            .position(|tape| tape.head().execution_id == execution_id)?;
        tapes.drain(..=at).next_back()
    }
}

impl Recorder for Shelf {
    fn limit(&self, _: &ExecuteRequest) -> Option<usize> {
        Some(self.limit)
    }

    fn keep(&self, tape: Tape) {
        let mut tapes = self.tapes.borrow_mut();
        tapes.push_back(tape);
        let is_full = |tapes: &VecDeque<Tape>| {
            let size: usize = tapes.iter().map(Tape::size).sum();
            tapes.len() > MAX_TAPES || size > MAX_SHARE * self.limit
        };
        while tapes.len() > 1 && is_full(&tapes) {
            tapes.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cassette::{Dialect, Head};

    use super::*;

    fn tape(id: usize) -> Tape {
        let head = Head::new(Dialect::Ndjson, "true", id.to_string());
        let mut tape = Tape::new(head, 64 * 1024);
        tape.received(Duration::ZERO, &[b'x'; 8192]);
        tape
    }

    #[test]
    fn a_shelf_that_nobody_takes_from_holds_the_latest_recordings() {
        let shelf = Shelf::new(64 * 1024);
        for id in 0..1000 {
            shelf.keep(tape(id));
        }
        assert!(shelf.tapes.borrow().len() <= MAX_TAPES);
        assert!(shelf.take("0").is_none());
        assert!(shelf.take("999").is_some());
        assert!(shelf.tapes.borrow().is_empty());
    }
}
