//! When the next iteration begins, and over which cases it goes.

use actix::prelude::*;
use tokio::time::Instant;

use super::{SHORT_STEP, Supervisor};
use crate::{
    actors::{NoteRejectedSuite, NoteSuite, Reload, ReloadSuite},
    gates::RunGates,
    journal::SuiteVersion,
    plan::SoakPlan,
    run_state::Input,
};

impl Supervisor {
    /// Tells what a run waits for that has nothing to do: whatever it did before is over.
    pub(super) fn tell_of_rest(&self) {
        if let Some(run) = self.run.as_ref().filter(|run| run.state.is_resting()) {
            let rest = run.iteration_due.saturating_duration_since(Instant::now());
            self.beacon
                .wait_for("the next iteration", rest + SHORT_STEP);
        }
    }

    /// Waits until the next iteration is due, and looks whether the suite has changed by then.
    pub(super) fn prepare_iteration(&mut self, ctx: &mut Context<Self>) {
        let Some(run) = &mut self.run else { return };
        let Some(SoakPlan {
            interval,
            suite_path,
            ..
        }) = &run.plan.soak
        else {
            return;
        };
        let due = run.iteration_began + *interval;
        run.iteration_due = due;
        let rest = due.saturating_duration_since(Instant::now());
        let (loader, path) = (self.loader.clone(), suite_path.clone());
        let reloaded = async move {
            // A timer takes a millisecond also for what is due, which is long for a short iteration.
            if !rest.is_zero() {
                tokio::time::sleep_until(due).await;
            }
            loader.send(ReloadSuite { path }).await
        };
        ctx.spawn(reloaded.into_actor(self).map(|reloaded, actor, ctx| {
            let lost = |error| Reload::Rejected(format!("the suite loader was lost: {error}"));
            actor.iteration_is_due(reloaded.unwrap_or_else(lost), ctx);
        }));
    }

    fn iteration_is_due(&mut self, reload: Reload, ctx: &mut Context<Self>) {
        let Some(run) = &mut self.run else { return };
        let cases = match reload {
            Reload::Unchanged => None,
            Reload::Changed(suite) => {
                run.plan.cases.clone_from(&suite.cases);
                run.plan.gates = RunGates::of(&suite, run.plan.gates.further.clone());
                self.collector.do_send(NoteSuite {
                    version: SuiteVersion::of(&suite),
                    gates: run.plan.gates.clone(),
                });
                Some(suite.cases)
            }
            Reload::Rejected(reason) => {
                self.collector.do_send(NoteRejectedSuite { reason });
                None
            }
        };
        self.feed(Input::IterationDue { cases }, ctx);
    }
}
