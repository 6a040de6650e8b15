//! Runs one attempt.

use std::rc::Rc;

use actix::prelude::*;
use executor_protocol::Transport;
use tokio::sync::watch;

use crate::{
    attempt::{self, AttemptPlan},
    results::AttemptReport,
};

/// Runs one attempt and ends. If it panics, only this attempt is lost.
pub struct TestExecutor {
    transport: Rc<dyn Transport>,
    cancel: watch::Sender<bool>,
}

impl TestExecutor {
    /// An executor for one attempt over `transport`.
    #[must_use]
    pub fn new(transport: Rc<dyn Transport>) -> Self {
        Self {
            transport,
            cancel: watch::Sender::new(false),
        }
    }
}

impl Actor for TestExecutor {
    type Context = Context<Self>;
}

/// Runs this attempt to its end.
#[derive(Debug, Message)]
#[rtype(result = "AttemptReport")]
pub struct RunAttempt(pub AttemptPlan);

impl Handler<RunAttempt> for TestExecutor {
    // The attempt runs beside the mailbox, so that a `CancelAttempt` is heard at any moment.
    type Result = ResponseFuture<AttemptReport>;

    fn handle(&mut self, RunAttempt(plan): RunAttempt, _: &mut Context<Self>) -> Self::Result {
        let transport = Rc::clone(&self.transport);
        let mut cancelled = self.cancel.subscribe();
        Box::pin(async move {
            let cancel = async {
                if cancelled.wait_for(|cancelled| *cancelled).await.is_err() {
                    // Nobody is left who could cancel.
                    std::future::pending().await
                }
            };
            attempt::run(&plan, &*transport, cancel).await
        })
    }
}

/// Ends the running attempt early, or the one that has not begun as soon as it does. Its report still comes.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct CancelAttempt;

impl Handler<CancelAttempt> for TestExecutor {
    type Result = ();

    fn handle(&mut self, _: CancelAttempt, _: &mut Context<Self>) {
        self.cancel.send_replace(true);
    }
}
