//! How a run is told to end, and what it still does then.

use super::{Effect, Phase, RunEnd, RunState, finish};

impl RunState {
    /// How the run ends if nothing new may begin; `None` if it goes on.
    pub(super) fn end_between(&self) -> Option<RunEnd> {
        if self.ending {
            Some(RunEnd::Interrupted)
        } else if self.time_up {
            Some(RunEnd::Completed)
        } else {
            None
        }
    }

    pub(super) fn cancel(&mut self, phase: Phase) -> Vec<Effect> {
        self.ending = true;
        self.is_cancelled = true;
        match phase {
            // What is under way has still a result to give.
            Phase::Attempting | Phase::Probing { .. } | Phase::CleaningUp { .. } => {
                self.phase = phase;
                let was_aborted = std::mem::replace(&mut self.is_aborted, true);
                (!was_aborted)
                    .then_some(Effect::Abort)
                    .into_iter()
                    .collect()
            }
            _ => self.end_unless_working(phase),
        }
    }

    pub(super) fn stop(&mut self, phase: Phase) -> Vec<Effect> {
        self.ending = true;
        self.end_unless_working(phase)
    }

    pub(super) fn time_up(&mut self, phase: Phase) -> Vec<Effect> {
        self.time_up = true;
        match (&phase, &self.away) {
            // A soak that ends without its executor has not come to its end in good order.
            (Phase::Waiting(_) | Phase::CheckingAgain(_), Some(reason)) if !self.ending => {
                let reason = reason.clone();
                finish(RunEnd::ExecutorLost { reason })
            }
            _ => self.end_unless_working(phase),
        }
    }

    /// What runs comes to its end, whose result cannot be kept: that ends the run.
    pub(super) fn ledger_found_lost(&mut self, phase: Phase, reason: String) -> Vec<Effect> {
        if phase.is_working() {
            self.stay(phase)
        } else {
            finish(RunEnd::LedgerLost { reason })
        }
    }

    /// Ends the run now, unless there is still a result to come or to keep.
    fn end_unless_working(&mut self, phase: Phase) -> Vec<Effect> {
        match self.end_between() {
            Some(end) if !phase.is_working() => finish(end),
            _ => self.stay(phase),
        }
    }
}

impl Phase {
    /// Whether there is still a result to come or to keep.
    fn is_working(&self) -> bool {
        matches!(
            self,
            Self::Attempting | Self::Probing { .. } | Self::CleaningUp { .. } | Self::Recording
        )
    }
}
