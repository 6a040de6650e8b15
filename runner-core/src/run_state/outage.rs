//! Executors that are away, or may be: when they are asked for their health, and how long they are waited
//! for.

use std::time::Duration;

use super::{Effect, Phase, RunEnd, RunState, finish};
use crate::health::HealthReport;

/// How long to wait before an executor that went away is asked for the first time whether it is back;
/// then twice as long each time.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause between two such questions. An executor that is back is to notice soon, also after
/// a night.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What an executor that may be away has cost so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outage {
    /// How long it was waited for.
    waited: Duration,
    /// How long to wait before it is asked again.
    pause: Duration,
}

impl Outage {
    /// The executor has not been found away yet.
    pub(super) const SUSPECTED: Self = Self {
        waited: Duration::ZERO,
        pause: FIRST_PAUSE,
    };
}

impl RunState {
    pub(super) fn suspect(&mut self, phase: Phase) -> Vec<Effect> {
        match phase {
            Phase::Resting => self.check_again(),
            // An executor may be too busy with the attempt to answer; afterwards it has to.
            Phase::Attempting
            | Phase::Probing { .. }
            | Phase::CleaningUp { .. }
            | Phase::Recording
            | Phase::BackingOff => {
                self.suspicious = true;
                self.stay(phase)
            }
            // It is being asked anyway, or nothing has begun.
            _ => self.stay(phase),
        }
    }

    /// Goes on with an executor that is there, after a pause if attempts do not get through to it, or if one
    /// is to be made again and was told to wait.
    pub(super) fn pause_or_go_on(&mut self, waited: Duration) -> Vec<Effect> {
        let backoff = self.backoff.take_pause(waited);
        let backoff = backoff
            .filter(|_| self.policy.backs_off)
            .unwrap_or_default();
        let owed = std::mem::take(&mut self.owed).saturating_sub(waited);
        match backoff.max(owed) {
            Duration::ZERO => self.go_on(),
            pause if pause == owed => self.go(Phase::BackingOff, Effect::WaitToRetry(pause)),
            pause => self.go(Phase::BackingOff, Effect::BackOff(pause)),
        }
    }

    pub(super) fn check_again(&mut self) -> Vec<Effect> {
        self.suspicious = false;
        self.go(Phase::CheckingAgain(Outage::SUSPECTED), Effect::CheckHealth)
    }

    pub(super) fn first_health(&mut self, report: HealthReport, took: Duration) -> Vec<Effect> {
        match report {
            Ok(health) => {
                self.health = Some(health);
                self.go_on()
            }
            Err(_) if self.policy.waits_at_start => {
                self.checked_again(Outage::SUSPECTED, report, took)
            }
            Err(unhealthy) => finish(RunEnd::ExecutorUnavailable {
                reason: unhealthy.reason,
            }),
        }
    }

    pub(super) fn checked_again(
        &mut self,
        outage: Outage,
        report: HealthReport,
        took: Duration,
    ) -> Vec<Effect> {
        if let Some(end) = self.end_between() {
            return finish(end);
        }
        self.away = report.as_ref().err().map(|it| it.reason.clone());
        match report {
            Ok(health) => {
                if outage.waited > Duration::ZERO {
                    // What came back may be another one, with other programs.
                    self.requirements.clear();
                }
                self.health.get_or_insert(health);
                self.pause_or_go_on(outage.waited)
            }
            Err(unhealthy) => {
                let waited = outage.waited + took;
                if waited >= self.policy.max_outage {
                    let reason = unhealthy.reason;
                    return finish(RunEnd::ExecutorLost { reason });
                }
                // The last question comes when the time is over, and not a pause later.
                let pause = outage.pause.min(self.policy.max_outage - waited);
                let outage = Outage {
                    waited: waited + pause,
                    pause: (outage.pause * 2).min(LONGEST_PAUSE),
                };
                self.go(Phase::Waiting(outage), Effect::Wait(pause))
            }
        }
    }
}
