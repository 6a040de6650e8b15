//! Those who follow a run: told one after the other, and left out when they fail.

use std::{io, panic::AssertUnwindSafe, time::Duration};

use super::ObserverFailure;
use crate::{
    beacon::Beacon,
    events::{RunEvent, RunObserver},
    journal::JournalEvent,
};

/// How long an observer may take with one event. They write to pipes and terminals, which take a line at
/// once unless nobody reads.
const TELLING: Duration = Duration::from_secs(10);

/// The observers of one run, and what became of those that could not write.
pub(super) struct Audience {
    observers: Vec<Box<dyn RunObserver>>,
    beacon: Beacon,
    failures: Vec<ObserverFailure>,
}

impl Audience {
    pub(super) fn new(observers: Vec<Box<dyn RunObserver>>, beacon: Beacon) -> Self {
        Self {
            observers,
            beacon,
            failures: Vec::new(),
        }
    }

    /// Tells what happened, as far as it is for others to know.
    pub(super) fn announce(&mut self, event: &JournalEvent) {
        match event {
            JournalEvent::SuiteChanged(version) => {
                tracing::info!(hash = &*version.hash, "the suite has changed");
                self.tell(&RunEvent::SuiteChanged { version });
            }
            JournalEvent::SuiteRejected { reason } => {
                tracing::warn!(reason, "the suite's file has changed, but cannot be used");
                self.tell(&RunEvent::SuiteRejected { reason });
            }
            JournalEvent::AttemptStarted { place, case } => {
                let (place, case) = (*place, &**case);
                self.tell(&RunEvent::AttemptStarted { place, case });
            }
            JournalEvent::AttemptFinished {
                place,
                case,
                report,
                end,
            } => {
                let (place, case) = (*place, &**case);
                self.tell(&RunEvent::AttemptFinished {
                    place,
                    case,
                    report,
                    end: *end,
                });
            }
            JournalEvent::HealthChanged { trouble } => {
                let trouble = trouble.as_deref();
                match trouble {
                    Some(reason) => tracing::warn!(reason, "the executor is away"),
                    None => tracing::info!("the executor is back"),
                }
                self.tell(&RunEvent::HealthChanged { trouble });
            }
            JournalEvent::Sampled(samples) => self.tell(&RunEvent::Sampled { samples }),
            JournalEvent::Ended { .. } => {}
        }
    }

    /// Tells all observers, and leaves out those that fail.
    pub(super) fn tell(&mut self, event: &RunEvent<'_>) {
        let known = self.failures.len();
        self.tell_all(event);
        // Those that are left may have somebody to tell it to: a soak may go on for weeks.
        for index in known..self.failures.len() {
            let ObserverFailure { observer, error } = &self.failures[index];
            let (observer, reason) = (*observer, error.to_string());
            let reason = &*reason;
            self.tell_all(&RunEvent::ObserverLost { observer, reason });
        }
    }

    fn tell_all(&mut self, event: &RunEvent<'_>) {
        let (failures, beacon) = (&mut self.failures, &self.beacon);
        self.observers.retain_mut(|observer| {
            let name = observer.name();
            // An observer is left in whatever state it panicked in, and never called again.
            let tell = AssertUnwindSafe(|| observer.on_event(event));
            let told = beacon.during(name, TELLING, || std::panic::catch_unwind(tell));
            let error = match told {
                Ok(Ok(())) => return true,
                Ok(Err(error)) => error,
                Err(_) => io::Error::other("it panicked; the log has more"),
            };
            tracing::warn!(observer = name, %error, "an observer could not write");
            failures.push(ObserverFailure {
                observer: name,
                error,
            });
            false
        });
    }

    /// Takes note of a failure of somebody else who was to write.
    pub(super) fn note_failure(&mut self, failure: ObserverFailure) {
        self.failures.push(failure);
    }

    /// Those that could not write, once.
    pub(super) fn take_failures(&mut self) -> Vec<ObserverFailure> {
        std::mem::take(&mut self.failures)
    }
}
