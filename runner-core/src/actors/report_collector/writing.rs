//! Gets what happened out of the queue: into the ledger, and from there to the observers.

use std::{io, sync::Arc, time::Duration};

use actix::prelude::*;
use executor_protocol::error_chain;
use tokio::time::Instant;

use super::{ObserverFailure, ReportCollector};
use crate::{
    actors::{Commit, Committed},
    journal::{Entry, JournalError},
    ledger_queue::Step,
};

impl ReportCollector {
    /// Gets the queue on: to the ledger, or to the observers.
    pub(super) fn work(&mut self, ctx: &mut Context<Self>) {
        loop {
            match self.queue.step(Instant::now(), self.ending.is_some()) {
                Step::Nothing => break,
                Step::Later(pause) => {
                    self.look_again_after(pause, ctx);
                    break;
                }
                Step::Commit(entries) => self.commit(entries, ctx),
                Step::Announce(entries) => self.announce(&entries),
            }
        }
        self.let_go_on();
        if self.queue.is_drained() {
            self.end(ctx);
        }
    }

    fn look_again_after(&mut self, pause: Duration, ctx: &mut Context<Self>) {
        if !std::mem::replace(&mut self.is_timed, true) {
            ctx.run_later(pause, |actor, ctx| {
                actor.is_timed = false;
                actor.work(ctx);
            });
        }
    }

    fn commit(&mut self, entries: Arc<[Entry]>, ctx: &mut Context<Self>) {
        let Some(writer) = &self.writer else { return };
        let committed = writer.send(Commit(entries)).into_actor(self);
        ctx.spawn(committed.map(|committed, actor, ctx| {
            let lost = |error: MailboxError| Err(format!("its writer was lost: {error}").into());
            actor.committed(committed.unwrap_or_else(lost), ctx);
        }));
    }

    fn committed(&mut self, committed: Result<Committed, JournalError>, ctx: &mut Context<Self>) {
        match committed {
            Ok(Committed { took }) => {
                let entries = self.queue.committed();
                self.self_watch.committed(took);
                self.announce(&entries);
            }
            Err(error) => {
                let reason = error_chain(&*error);
                tracing::error!(reason, "the ledger cannot be written");
                // A soak ends with that as its problem.
                if !self.is_soak {
                    self.audience.note_failure(ObserverFailure {
                        observer: "ledger",
                        error: io::Error::other(reason.clone()),
                    });
                }
                self.queue.lost(reason);
            }
        }
        self.work(ctx);
    }

    /// Lets those go on that waited for room in the queue.
    fn let_go_on(&mut self) {
        if self.queue.is_full() {
            return;
        }
        let kept = self.queue.kept();
        for waiting in self.waiting.drain(..) {
            // Whoever waited may be gone.
            let _ = waiting.send(kept.clone());
        }
    }
}
