//! Keeps a timer set that is earlier than all others.
//!
//! Each time a timer is set that is earlier than all that were known when the event loop last slept, tokio wakes
//! the loop by a system call, although it is awake. The HTTP client sets such a timer for each request: its codec
//! brings a clock for `Date` headers, which it never needs. While there is always a timer for the next
//! millisecond, none of them is earlier. Waking up for it takes a few microseconds of each.

use std::time::Duration;

use actix_rt::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// So many beats take turns. The loop may be away for one millisecond less without running out of them.
const BEATS: u32 = 8;

const MILLISECOND: Duration = Duration::from_millis(1);

/// Starts the beats, on the event loop of the current thread. They go on until they are aborted.
pub(super) fn start() -> impl Iterator<Item = JoinHandle<()>> {
    let now = Instant::now();
    let beat = move |number| {
        let mut ticks = interval_at(now + MILLISECOND * number, MILLISECOND * BEATS);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        actix_rt::spawn(async move {
            loop {
                ticks.tick().await;
            }
        })
    };
    (1..=BEATS).map(beat)
}
