//! What a ledger holds of a run of load.

use executor_protocol::Health;
use runner_core::{
    gates::RunGates,
    recorded::{RecordedProblem, RecordedState, Standing},
    results::RunProblem,
};

use crate::{
    measured::Measured,
    results::{LoadEnd, LoadInfo, LoadResults},
};

/// Everything that a ledger holds of one run of load.
#[derive(Debug, Clone)]
pub struct RecordedLoad {
    /// The run's number in its ledger.
    pub id: u64,
    /// What was driven, and how.
    pub load: LoadInfo,
    /// Whether it goes on, and how it ended.
    pub state: RecordedState,
    /// Why it is no success, gravest first; empty if it is one, or goes on.
    pub problems: Vec<RecordedProblem>,
    /// The executor's answer to the question for its health, if it was healthy.
    pub health: Option<Health>,
    /// What was measured; so far, while it goes on.
    pub measured: Measured,
}

impl RecordedLoad {
    /// How it stands; `None` if it has ended, however.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        match &self.state {
            RecordedState::Running => Some(Standing::GoesOn),
            RecordedState::Broken => Some(Standing::BrokenOff),
            RecordedState::Ended(_) => None,
        }
    }

    /// The results that its process put together or, if it has not ended, those so far. `gates` are those
    /// that it is held against: none where it is not.
    #[must_use]
    pub fn into_results(self, gates: &RunGates) -> LoadResults {
        let standing = self.standing();
        let evaluated = match &self.state {
            // Nothing is held against it: nothing was tried.
            RecordedState::Ended(end) if end == LoadEnd::UNAVAILABLE => Vec::new(),
            _ => gates.evaluate(|scope| self.measured.evidence(scope)),
        };
        let problems = match standing {
            Some(_) => self.measured.problems_so_far(&evaluated),
            None => self.problems.iter().map(RunProblem::from).collect(),
        };
        LoadResults {
            load: self.load,
            health: self.health,
            measured: self.measured,
            gates: evaluated,
            problems,
            standing,
        }
    }
}
