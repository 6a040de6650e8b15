//! Feeds the page of a run from the runner's thread.

use std::io;

use dashboard::Pulse;
use runner_core::{
    events::{RunEvent, RunObserver},
    live::SharedLiveRun,
};
use tokio::time::Instant;

use crate::progress::Progress;

/// Takes note of what happens, for those who look.
pub(super) struct LiveObserver {
    live: SharedLiveRun,
    /// `None` once it was said that nobody can look any more.
    pulse: Option<Pulse>,
    progress: Progress,
}

impl LiveObserver {
    pub(super) fn new(live: SharedLiveRun, pulse: Pulse, progress: Progress) -> Self {
        Self {
            live,
            pulse: Some(pulse),
            progress,
        }
    }
}

impl RunObserver for LiveObserver {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        self.live.on_event(event, Instant::now());
        // A page that is gone is no reason to end a run, nor to call it no success.
        if self.pulse.as_ref().is_some_and(|pulse| !pulse.is_alive()) {
            self.pulse = None;
            let text = "the dashboard has ended, and the run goes on without it; the log has more";
            self.progress.warn(text);
        }
        Ok(())
    }

    fn name(&self) -> &'static str {
        "dashboard"
    }
}
