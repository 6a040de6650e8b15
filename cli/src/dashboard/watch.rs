//! Tells when the live page has ended although its run goes on.

use std::io;

use dashboard::Pulse;
use runner_core::events::{RunEvent, RunObserver};

use crate::progress::Progress;

/// Looks whether the page is still served whenever something happens.
pub(super) struct DashboardWatch {
    /// `None` once it was said that nobody can look any more.
    pulse: Option<Pulse>,
    progress: Progress,
}

impl DashboardWatch {
    pub(super) fn new(pulse: Pulse, progress: Progress) -> Self {
        Self {
            pulse: Some(pulse),
            progress,
        }
    }
}

impl RunObserver for DashboardWatch {
    fn on_event(&mut self, _: &RunEvent<'_>) -> io::Result<()> {
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
