//! Signs of life of a client: when to ask for one, and when to give up waiting.

use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// Asks at intervals, and knows for how long nobody has answered.
#[derive(Debug)]
pub(super) struct KeepAlive {
    interval: Interval,
    /// When the first question was asked that has no answer yet.
    unanswered_since: Option<Instant>,
}

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    Ping,
    /// The client has not answered for twice the interval.
    GiveUp,
}

impl KeepAlive {
    pub(super) fn every(interval: Duration) -> Self {
        let mut interval = interval_at(Instant::now() + interval, interval);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            interval,
            unanswered_since: None,
        }
    }

    /// Notes an answer.
    pub(super) fn answered(&mut self) {
        self.unanswered_since = None;
    }

    /// Waits until something is to be done. Can be dropped and called again.
    pub(super) async fn due(&mut self) -> Due {
        let now = self.interval.tick().await;
        let since = *self.unanswered_since.get_or_insert(now);
        if now.duration_since(since) >= 2 * self.interval.period() {
            Due::GiveUp
        } else {
            Due::Ping
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn a_client_that_answers_is_asked_forever() {
        let mut keep_alive = KeepAlive::every(INTERVAL);
        for _ in 0..100 {
            assert_eq!(keep_alive.due().await, Due::Ping);
            keep_alive.answered();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_does_not_is_given_up_after_twice_the_interval() {
        let mut keep_alive = KeepAlive::every(INTERVAL);
        assert_eq!(keep_alive.due().await, Due::Ping);
        let asked = Instant::now();
        while keep_alive.due().await == Due::Ping {}
        assert_eq!(asked.elapsed(), 2 * INTERVAL);
    }
}
