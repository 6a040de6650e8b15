//! Tells whether a run still gets on, for a watchdog on another thread.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// What a run waits for at this moment, and how long that may take. Clones tell the same.
#[derive(Clone, Default)]
pub struct Beacon(Arc<Mutex<State>>);

#[derive(Debug, Clone, Copy, Default)]
struct State {
    /// What the run waits for, while its event loop goes on.
    waiting: Option<Waiting>,
    /// What the event loop itself is busy with.
    busy: Option<Waiting>,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    part: &'static str,
    since: Instant,
    allowed: Duration,
}

/// A part of a run that took longer than its deadlines allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stuck {
    /// The part, in words.
    pub part: &'static str,
    /// For how long it has been going on.
    pub elapsed: Duration,
    /// How long it might have taken.
    pub allowed: Duration,
}

impl Beacon {
    /// The run waits for `part` from now on, which comes to an end within `allowed` whatever happens.
    pub fn wait_for(&self, part: &'static str, allowed: Duration) {
        self.lock().waiting = Some(Waiting::from_now(part, allowed));
    }

    /// Does `work`, which keeps everything else waiting and comes to an end within `allowed`.
    pub fn during<T>(&self, part: &'static str, allowed: Duration, work: impl FnOnce() -> T) -> T {
        self.lock().busy = Some(Waiting::from_now(part, allowed));
        let done = work();
        self.lock().busy = None;
        done
    }

    /// The run waits for nothing: it has not begun, or it is over.
    pub fn rest(&self) {
        *self.lock() = State::default();
    }

    /// Everything may take this much longer: the process did not run meanwhile.
    pub fn forgive(&self, pause: Duration) {
        let mut state = self.lock();
        let State { waiting, busy } = &mut *state;
        for waiting in [waiting, busy].into_iter().flatten() {
            waiting.allowed = waiting.allowed.saturating_add(pause);
        }
    }

    /// What has been going on for longer than it may, and `patience` more.
    #[must_use]
    pub fn stuck(&self, patience: Duration) -> Option<Stuck> {
        self.stuck_at(Instant::now(), patience)
    }

    /// What will be stuck at `now`, if nothing has come to an end by then.
    #[must_use]
    pub fn stuck_at(&self, now: Instant, patience: Duration) -> Option<Stuck> {
        let State { waiting, busy } = *self.lock();
        // What keeps everything else waiting is the cause.
        let stuck = [busy, waiting].into_iter().flatten();
        stuck
            .filter_map(|waiting| waiting.stuck_at(now, patience))
            .next()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever panicked while holding it has left a whole value.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn from_now(part: &'static str, allowed: Duration) -> Self {
        Self {
            part,
            since: Instant::now(),
            allowed,
        }
    }

    fn stuck_at(&self, now: Instant, patience: Duration) -> Option<Stuck> {
        let elapsed = now.saturating_duration_since(self.since);
        (elapsed > self.allowed.saturating_add(patience)).then_some(Stuck {
            part: self.part,
            elapsed,
            allowed: self.allowed,
        })
    }
}

impl fmt::Debug for Beacon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Beacon").field(&*self.lock()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether something is stuck an hour from now.
    fn in_an_hour(beacon: &Beacon) -> Option<Stuck> {
        beacon.stuck_at(Instant::now() + HOUR, Duration::ZERO)
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn only_what_takes_longer_than_it_may_is_stuck() {
        let beacon = Beacon::default();
        assert_eq!(in_an_hour(&beacon), None);
        beacon.wait_for("an attempt", 2 * HOUR);
        assert_eq!(in_an_hour(&beacon), None);
        beacon.wait_for("the ledger", Duration::ZERO);
        assert_eq!(beacon.stuck_at(Instant::now() + HOUR, 2 * HOUR), None);
        let stuck = in_an_hour(&beacon).expect("stuck");
        assert_eq!((stuck.part, stuck.allowed), ("the ledger", Duration::ZERO));
        beacon.rest();
        assert_eq!(in_an_hour(&beacon), None);
    }

    #[test]
    fn the_time_for_which_a_process_was_stopped_is_forgiven() {
        let beacon = Beacon::default();
        beacon.wait_for("an attempt", Duration::ZERO);
        assert!(in_an_hour(&beacon).is_some());
        beacon.forgive(2 * HOUR);
        assert_eq!(in_an_hour(&beacon), None);
    }

    #[test]
    fn what_keeps_everything_else_waiting_is_the_cause() {
        let beacon = Beacon::default();
        beacon.wait_for("an attempt", Duration::ZERO);
        let stuck = beacon.during("the records", Duration::ZERO, || in_an_hour(&beacon));
        assert_eq!(stuck.map(|stuck| stuck.part), Some("the records"));
        let stuck = in_an_hour(&beacon);
        assert_eq!(stuck.map(|stuck| stuck.part), Some("an attempt"));
    }
}
