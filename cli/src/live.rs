//! What is known of a run while it goes on, for whoever looks: made once for each run, and handed out.

use std::io;

use runner_core::{
    events::{RunEvent, RunObserver},
    live::{LiveRun, SharedLiveRun},
    plan::{RunPlan, SoakBefore},
    tail::OutputTail,
};
use tokio::time::Instant;

/// A run as it is now. Clones are about the same run; the one that observes it feeds them all.
#[derive(Clone)]
pub(crate) struct Live {
    pub run: SharedLiveRun,
    /// The last line of what the running command prints.
    pub output: OutputTail,
}

impl Live {
    /// What will be known of the run of `plan`, once it is among the run's observers.
    pub(crate) fn of(plan: &mut RunPlan) -> Self {
        let (before, time_left) = match &plan.soak {
            Some(soak) => (soak.before, soak.time_left),
            None => (SoakBefore::default(), None),
        };
        let planned = time_left.map(|left| before.elapsed + left);
        let run = LiveRun::new(plan.started, before.elapsed, before.counts, planned);
        Self {
            run: SharedLiveRun::new(run),
            output: plan.tail.get_or_insert_default().clone(),
        }
    }
}

impl RunObserver for Live {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        self.run.on_event(event, Instant::now());
        Ok(())
    }

    fn name(&self) -> &'static str {
        "live view"
    }
}
