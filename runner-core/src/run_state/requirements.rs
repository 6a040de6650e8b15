//! Cases whose required programs are missing, or of which nobody can tell.

use super::{CaseEnd, Effect, RunState};
use crate::outcome::{Failure, Fault, Outcome, SkipReason};

impl RunState {
    pub(super) fn cannot_tell(&mut self, program: &str, fault: &Fault) -> Vec<Effect> {
        let outcome = Outcome::InfrastructureError(Fault {
            kind: fault.kind,
            message: format!(
                "cannot tell whether `{program}` is available: {}",
                fault.message
            ),
        });
        self.suspicious = true;
        self.record(CaseEnd::Decided(outcome))
    }

    pub(super) fn missing(&self, program: String) -> Outcome {
        if self.policy.require_all {
            Outcome::Failed(vec![Failure::MissingRequirement { program }])
        } else {
            Outcome::Skipped {
                reason: SkipReason::MissingRequirement { program },
            }
        }
    }
}
