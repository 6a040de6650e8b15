//! Tells a service manager how a soak gets on.

use std::{io, rc::Rc, time::Duration};

use runner_core::{
    events::{RunEvent, RunObserver},
    plan::SoakBefore,
    results::Counts,
    text::{Grouped, Share},
};
use tokio::time::Instant;

use crate::{host::Watch, service::Service};

/// The status is told this often at most.
const STATUS_EVERY: Duration = Duration::from_secs(10);

/// Tells a service manager what happens.
pub(super) struct ServiceObserver {
    service: Rc<Service>,
    counts: Counts,
    latest: Option<Instant>,
}

impl ServiceObserver {
    /// Tells `service` about a soak, after what came of it before.
    pub(super) fn new(service: Rc<Service>, before: &SoakBefore) -> Self {
        Self {
            service,
            counts: before.counts,
            latest: None,
        }
    }

    fn tell(&mut self, status: &str) {
        self.service.status(status);
        self.latest = Some(Instant::now());
    }
}

impl RunObserver for ServiceObserver {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        match event {
            RunEvent::AttemptStarted { place, .. } => {
                let is_due = self
                    .latest
                    .is_none_or(|latest| latest.elapsed() >= STATUS_EVERY);
                if is_due {
                    let status = format!(
                        "iteration {}, {} attempts; success rate: {}",
                        Grouped(place.iteration),
                        Grouped(self.counts.total),
                        Share(self.counts.success())
                    );
                    self.tell(&status);
                }
            }
            RunEvent::AttemptFinished { report, end, .. } => self.counts.add(report, end.as_ref()),
            RunEvent::HealthChanged {
                trouble: Some(reason),
            } => self.tell(&format!("the executor is away: {reason}")),
            RunEvent::HealthChanged { trouble: None } => self.tell("the executor is back"),
            _ => {}
        }
        Ok(())
    }

    fn name(&self) -> &'static str {
        "service manager"
    }
}

/// Tells the service manager that the soak lives, as often as it wants to know, for as long as it gets
/// on.
pub(super) async fn keep_alive(service: Rc<Service>, watch: Watch) {
    let Some(interval) = service.watchdog_interval() else {
        return;
    };
    loop {
        if !watch.is_stuck() {
            service.keep_alive();
        }
        tokio::time::sleep(interval).await;
    }
}
