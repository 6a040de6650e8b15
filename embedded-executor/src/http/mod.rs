//! Answering requests: who is let in ([`guard`]), what is there ([`routes`]), how events leave
//! ([`body`], [`accept`], [`websocket`]) and how requests are turned down ([`refusal`]).
//!
//! The module owns HTTP and the sessions of WebSockets. It starts commands through
//! [`Launcher`](crate::process::Launcher) and knows nothing of processes beyond that.

mod accept;
mod body;
mod faults;
mod guard;
mod refusal;
mod routes;
mod websocket;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{Semaphore, watch};

use self::guard::GuardRules;
pub(crate) use self::{faults::keep_socket, routes::configure};
use crate::{
    ExecutorConfig, Fault,
    fault::{FaultPlan, Occasion},
    process::Launcher,
};

/// How many answers may be under way for each command that may run. An answer outlives its command
/// only while a slow client reads the rest of it, which must not add up without bound either.
const ANSWERS_PER_COMMAND: usize = 4;

/// What all workers share.
#[derive(Debug)]
pub(crate) struct Service {
    launcher: Launcher,
    guard: GuardRules,
    answers: Arc<Semaphore>,
    max_answers: u32,
    sessions: Arc<Semaphore>,
    max_sessions: u32,
    ping_interval: Duration,
    sse_heartbeat: Option<Duration>,
    ndjson_heartbeat: Option<Duration>,
    max_command_bytes: usize,
    default_timeout: Duration,
    max_timeout: Duration,
    started: Instant,
    closing: watch::Sender<bool>,
    faults: Option<Mutex<FaultPlan>>,
}

impl Service {
    pub(crate) fn new(config: &ExecutorConfig, address: SocketAddr, launcher: Launcher) -> Self {
        let max_answers = launcher.max_commands().saturating_mul(ANSWERS_PER_COMMAND);
        let max_answers = max_answers.min(Semaphore::MAX_PERMITS);
        let max_sessions = config.max_sessions.get().min(Semaphore::MAX_PERMITS);
        Self {
            launcher,
            guard: GuardRules::new(config, address),
            answers: Arc::new(Semaphore::new(max_answers)),
            max_answers: u32::try_from(max_answers).unwrap_or(u32::MAX),
            sessions: Arc::new(Semaphore::new(max_sessions)),
            max_sessions: u32::try_from(max_sessions).unwrap_or(u32::MAX),
            // No interval can be zero.
            ping_interval: config.ping_interval.max(Duration::from_millis(1)),
            sse_heartbeat: config.sse_heartbeat,
            ndjson_heartbeat: config.ndjson_heartbeat,
            max_command_bytes: config.max_command_bytes,
            default_timeout: config.default_timeout,
            max_timeout: config.max_timeout,
            started: Instant::now(),
            closing: watch::Sender::new(false),
            faults: (!config.faults.is_empty()).then(|| Mutex::new(FaultPlan::new(&config.faults))),
        }
    }

    /// The fault that strikes on this occasion.
    fn strike(&self, occasion: Occasion<'_>) -> Option<Fault> {
        let plan = self.faults.as_ref()?;
        let mut plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = plan.strike(occasion)?;
        tracing::info!(fault = fault.kind(), "a fault strikes");
        Some(fault)
    }

    /// Turns commands down from now on.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Waits until every answer that is under way has been sent or given up, and every session closed.
    pub(crate) async fn answered(&self) {
        // The semaphores are never closed.
        let _ = self.answers.acquire_many(self.max_answers).await;
        let _ = self.sessions.acquire_many(self.max_sessions).await;
    }
}
