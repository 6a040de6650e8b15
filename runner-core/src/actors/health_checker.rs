//! Asks the executor for its health.

use std::{rc::Rc, time::Duration};

use actix::prelude::*;
use executor_protocol::{Transport, error_chain};

use crate::health::{HealthReport, Unhealthy};

/// Asks one executor for its health.
pub struct HealthChecker {
    transport: Rc<dyn Transport>,
    deadline: Duration,
}

impl HealthChecker {
    /// A checker that waits at most `deadline` for an answer.
    #[must_use]
    pub fn new(transport: Rc<dyn Transport>, deadline: Duration) -> Self {
        Self {
            transport,
            deadline,
        }
    }
}

impl Actor for HealthChecker {
    type Context = Context<Self>;
}

/// Asks for the executor's health now.
#[derive(Debug, Message)]
#[rtype(result = "HealthReport")]
pub struct CheckHealth;

impl Handler<CheckHealth> for HealthChecker {
    type Result = ResponseFuture<HealthReport>;

    fn handle(&mut self, _: CheckHealth, _: &mut Context<Self>) -> Self::Result {
        let transport = Rc::clone(&self.transport);
        let deadline = self.deadline;
        Box::pin(async move {
            transport
                .check_health(deadline)
                .await
                .map_err(|error| Unhealthy {
                    reason: error_chain(&error),
                })
        })
    }
}
