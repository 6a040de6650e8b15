//! A timer that is exact to some microseconds: that of tokio has a millisecond.

use std::{io, os::fd::OwnedFd, time::Duration};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::{
    io::{Interest, unix::AsyncFd},
    time::{Instant, sleep_until},
};

use super::stop::StopFlag;

/// A timer of the kernel that wakes the event loop.
#[derive(Debug)]
pub(super) struct PreciseTimer(AsyncFd<OwnedFd>);

/// How long the end of a run may go unheard.
const LONGEST: Duration = Duration::from_millis(100);

impl PreciseTimer {
    #[expect(
        unsafe_code,
        reason = "tokio asks for a promise about the file that its owner can make"
    )]
    pub(super) fn new() -> io::Result<Self> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        // SAFETY: an `OwnedFd` is an open file, and `AsyncFd` owns it from here on: nothing closes or replaces it
        // while it is registered.
        let registered = unsafe { AsyncFd::register_with_interest(timer, Interest::READABLE) };
        Ok(Self(registered?))
    }

    /// Waits until `due`; `false` if `stop` was set before.
    ///
    /// It sleeps also where that takes longer than what is left. A thread that turns round instead makes the
    /// processors look so busy that Linux no longer seeks an idle one for who is woken up: an executor on the same
    /// machine then stays on the processor of the generator, and each of them waits for the other.
    pub(super) async fn until(&self, due: Instant, stop: &StopFlag) -> bool {
        loop {
            if stop.is_set() {
                return false;
            }
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            if let Err(error) = self.wait(left.min(LONGEST)).await {
                tracing::warn!(%error, "a timer failed, one that is less exact takes its place");
                sleep_until(due).await;
            }
        }
    }

    async fn wait(&self, time: Duration) -> io::Result<()> {
        let at = Itimerspec {
            it_interval: Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            },
            it_value: Timespec::try_from(time).map_err(|_| io::ErrorKind::InvalidInput)?,
        };
        timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &at)?;
        // It is not read: setting it anew forgets that it has fired, and each time it fires is told.
        self.0.readable().await?.clear_ready();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_rt::test]
    async fn it_never_comes_too_early_and_can_be_used_again() {
        let timer = PreciseTimer::new().expect("a timer");
        let stop = StopFlag::default();
        for micros in [0, 5, 50, 700, 3_000] {
            let due = Instant::now() + Duration::from_micros(micros);
            assert!(timer.until(due, &stop).await);
            assert!(Instant::now() >= due);
        }
        stop.set();
        let far = Instant::now() + Duration::from_secs(3600);
        assert!(!timer.until(far, &stop).await);
    }
}
