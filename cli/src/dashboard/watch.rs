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

    /// Says that the page is gone, once.
    pub(super) fn look(&mut self) {
        // A page that is gone is no reason to end a run, nor to call it no success.
        if self.pulse.as_ref().is_some_and(|pulse| !pulse.is_alive()) {
            self.pulse = None;
            let text = "the dashboard has ended, and the run goes on without it; the log has more";
            self.progress.warn(text);
        }
    }
}

impl RunObserver for DashboardWatch {
    fn on_event(&mut self, _: &RunEvent<'_>) -> io::Result<()> {
        self.look();
        Ok(())
    }

    fn name(&self) -> &'static str {
        "dashboard"
    }
}

#[cfg(test)]
mod tests {
    use dashboard::{Content, Dashboard, DashboardConfig};

    use super::*;
    use crate::progress::Detail;

    #[actix_rt::test]
    async fn a_page_that_is_gone_is_warned_of_once_and_ends_no_run() {
        let dashboard = Dashboard::start(DashboardConfig::default(), Content::default());
        let dashboard = dashboard.expect("it starts");
        let progress = Progress::new(Detail::Quiet);
        let mut watch = DashboardWatch::new(dashboard.pulse(), progress);
        let event = RunEvent::HealthChanged { trouble: Some("x") };
        watch.on_event(&event).expect("it goes on");
        assert!(watch.pulse.is_some());
        dashboard.stop().await;
        watch.on_event(&event).expect("it goes on");
        assert!(watch.pulse.is_none(), "it was said");
        watch.on_event(&event).expect("it goes on");
    }
}
