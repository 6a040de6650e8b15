//! What waits to be made durable, and when it is written: a pure state machine, without actors, clocks
//! or I/O.
//!
//! While one commit is under way the next one gathers, and none begins too soon after the latest: each
//! syncs a disk, whatever is in it.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::journal::Entry;

/// The ledger is written at most this often: what comes faster is written together, because each time
/// costs about a millisecond, and a synced disk. A person sees no delay in it.
const COMMIT_INTERVAL: Duration = Duration::from_millis(10);

/// The queue is full with this many entries: what is lost if the process dies, and what is held in memory,
/// is bounded.
const MAX_ENTRIES: usize = 512;

/// Whether what happens can still be kept, as far as is known by now; if not, why.
pub type Kept = Result<(), String>;

/// The entries of one run on their way into its ledger.
#[derive(Debug)]
pub(crate) struct LedgerQueue {
    entries: Vec<Entry>,
    /// What is being written, which nobody has been told of yet.
    in_flight: Arc<[Entry]>,
    ledger: Ledger,
    /// Whether the run is worth nothing without its ledger. A run that goes over its suite once has its
    /// results in memory as well.
    is_required: bool,
    latest_commit: Option<Instant>,
}

/// Where entries are made durable.
#[derive(Debug, PartialEq, Eq)]
enum Ledger {
    /// Nowhere.
    None,
    /// There, and nothing is being written.
    Idle,
    /// There, and entries are being written.
    Busy,
    /// Nowhere any more, for this reason.
    Lost(String),
}

/// What to do about the queue.
#[derive(Debug, PartialEq)]
pub(crate) enum Step {
    /// Nothing, until something happens.
    Nothing,
    /// Look again after this time.
    Later(Duration),
    /// Make these entries durable, and say what came of it.
    Commit(Arc<[Entry]>),
    /// Announce these entries: nobody keeps them.
    Announce(Vec<Entry>),
}

impl LedgerQueue {
    pub(crate) fn new(has_ledger: bool, is_required: bool) -> Self {
        Self {
            entries: Vec::new(),
            in_flight: Arc::default(),
            ledger: if has_ledger {
                Ledger::Idle
            } else {
                Ledger::None
            },
            is_required,
            latest_commit: None,
        }
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Decides what to do now. At the end of a run nothing is worth waiting for.
    pub(crate) fn step(&mut self, now: Instant, is_ending: bool) -> Step {
        if self.entries.is_empty() {
            return Step::Nothing;
        }
        match &self.ledger {
            Ledger::Busy => Step::Nothing,
            Ledger::Idle => {
                let due = self.latest_commit.map(|latest| latest + COMMIT_INTERVAL);
                if let Some(due) = due.filter(|due| *due > now && !is_ending && !self.is_full()) {
                    return Step::Later(due - now);
                }
                self.ledger = Ledger::Busy;
                self.latest_commit = Some(now);
                self.in_flight = std::mem::take(&mut self.entries).into();
                Step::Commit(Arc::clone(&self.in_flight))
            }
            // What cannot be kept is not announced, where it has to be.
            Ledger::Lost(_) if self.is_required => {
                self.entries.clear();
                Step::Nothing
            }
            Ledger::None | Ledger::Lost(_) => Step::Announce(std::mem::take(&mut self.entries)),
        }
    }

    /// What was to be made durable is, and can be announced.
    pub(crate) fn committed(&mut self) -> Arc<[Entry]> {
        self.ledger = Ledger::Idle;
        std::mem::take(&mut self.in_flight)
    }

    /// What was to be made durable is not, and nothing will be any more. It is still the first to be
    /// announced, where it is worth anything without a ledger.
    pub(crate) fn lost(&mut self, reason: String) {
        self.ledger = Ledger::Lost(reason);
        let lost = std::mem::take(&mut self.in_flight);
        self.entries.splice(0..0, lost.iter().cloned());
    }

    /// Whether whoever adds to it has to wait.
    pub(crate) fn is_full(&self) -> bool {
        self.entries.len() >= MAX_ENTRIES
    }

    /// Whether everything has been dealt with.
    pub(crate) fn is_drained(&self) -> bool {
        self.entries.is_empty() && self.ledger != Ledger::Busy
    }

    /// Whether what happens is kept, as far as it has to be.
    pub(crate) fn kept(&self) -> Kept {
        match &self.ledger {
            Ledger::Lost(reason) if self.is_required => Err(reason.clone()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::journal::JournalEvent;

    /// An entry that can be told from others.
    fn entry(number: u64) -> Entry {
        Entry {
            at: Duration::from_millis(number),
            event: JournalEvent::HealthChanged { trouble: None },
        }
    }

    fn numbers(entries: &[Entry]) -> Vec<u128> {
        entries.iter().map(|entry| entry.at.as_millis()).collect()
    }

    #[test]
    fn without_a_ledger_everything_is_announced_at_once() {
        let mut queue = LedgerQueue::new(false, false);
        queue.push(entry(1));
        let now = Instant::now();
        assert_eq!(queue.step(now, false), Step::Announce(vec![entry(1)]));
        assert_eq!(queue.step(now, false), Step::Nothing);
        assert!(queue.is_drained());
    }

    #[test]
    fn what_comes_while_the_ledger_is_written_is_written_together_and_not_too_soon() {
        let mut queue = LedgerQueue::new(true, true);
        let now = Instant::now();
        queue.push(entry(1));
        assert_eq!(queue.step(now, false), Step::Commit([entry(1)].into()));
        queue.push(entry(2));
        queue.push(entry(3));
        assert_eq!(queue.step(now, false), Step::Nothing);
        assert_eq!(*queue.committed(), [entry(1)]);
        assert_eq!(queue.step(now, false), Step::Later(COMMIT_INTERVAL));
        let due = now + COMMIT_INTERVAL;
        assert_eq!(
            queue.step(due, false),
            Step::Commit([entry(2), entry(3)].into())
        );
    }

    #[test]
    fn neither_the_end_of_a_run_nor_a_full_queue_waits() {
        let now = Instant::now();
        let written = || {
            let mut queue = LedgerQueue::new(true, true);
            queue.push(entry(0));
            queue.step(now, false);
            queue.committed();
            queue
        };
        let mut ending = written();
        ending.push(entry(1));
        assert_eq!(ending.step(now, true), Step::Commit([entry(1)].into()));
        let mut full = written();
        (0..512).for_each(|number| full.push(entry(number)));
        assert!(full.is_full());
        assert!(matches!(full.step(now, false), Step::Commit(entries) if entries.len() == 512));
    }

    #[test]
    fn a_soak_announces_nothing_that_its_ledger_has_lost_and_a_run_does() {
        let now = Instant::now();
        for is_required in [true, false] {
            let mut queue = LedgerQueue::new(true, is_required);
            queue.push(entry(1));
            queue.step(now, false);
            queue.push(entry(2));
            queue.lost("disk full".into());
            let step = queue.step(now, false);
            if is_required {
                assert_eq!(step, Step::Nothing);
                assert_eq!(queue.kept(), Err("disk full".into()));
            } else {
                assert_eq!(step, Step::Announce(vec![entry(1), entry(2)]));
                assert_eq!(queue.kept(), Ok(()));
            }
            assert!(queue.is_drained());
        }
    }

    proptest! {
        /// Whatever happens in whatever order, and whenever the ledger is lost: entries are announced
        /// once and in order, all of them in a run and those that are durable in a soak, and never two
        /// commits are under way.
        #[test]
        fn entries_are_announced_in_order_and_once(
            actions in prop::collection::vec(0..4u8, 1..300),
            lost_at in 0..600usize,
            is_required in any::<bool>(),
        ) {
            let mut queue = LedgerQueue::new(true, is_required);
            let mut now = Instant::now();
            let (mut pushed, mut busy, mut is_lost) = (0, false, false);
            let (mut announced, mut kept) = (Vec::new(), Vec::new());
            // In the end whatever is left gets its turns.
            let settling = [1; 6];
            let count = actions.len();
            for (turn, action) in actions.into_iter().chain(settling).enumerate() {
                match action {
                    0 => {
                        queue.push(entry(pushed));
                        pushed += 1;
                    }
                    1 if busy => {
                        busy = false;
                        if turn >= lost_at {
                            is_lost = true;
                            queue.lost("disk full".into());
                        } else {
                            let entries = queue.committed();
                            kept.extend(numbers(&entries));
                            announced.extend(numbers(&entries));
                        }
                    }
                    2 => now += Duration::from_millis(3),
                    _ => {}
                }
                match queue.step(now, turn >= count) {
                    Step::Commit(_) => {
                        prop_assert!(!busy && !is_lost);
                        busy = true;
                    }
                    Step::Announce(entries) => {
                        prop_assert!(is_lost && !is_required);
                        announced.extend(numbers(&entries));
                    }
                    Step::Nothing | Step::Later(_) => {}
                }
            }
            prop_assert!(queue.is_drained());
            if is_required {
                prop_assert_eq!(&announced, &kept);
            }
            let count = if is_lost && is_required { announced.len() } else { pushed as usize };
            prop_assert_eq!(announced, (0..count as u128).collect::<Vec<_>>());
        }
    }
}
