//! Answering requests: who is let in ([`guard`]), what is there ([`routes`]), how events leave
//! ([`body`]) and how requests are turned down ([`refusal`]).
//!
//! The module owns HTTP and the NDJSON form of events. It starts commands through
//! [`Launcher`](crate::process::Launcher) and knows nothing of processes beyond that.

mod body;
mod guard;
mod refusal;
mod routes;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

use self::guard::GuardRules;
pub(crate) use self::routes::configure;
use crate::{ExecutorConfig, process::Launcher};

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
    max_command_bytes: usize,
    default_timeout: Duration,
    max_timeout: Duration,
    started: Instant,
    closing: AtomicBool,
}

impl Service {
    pub(crate) fn new(config: &ExecutorConfig, address: SocketAddr, launcher: Launcher) -> Self {
        let max_answers = launcher.max_commands().saturating_mul(ANSWERS_PER_COMMAND);
        let max_answers = max_answers.min(Semaphore::MAX_PERMITS);
        Self {
            launcher,
            guard: GuardRules::new(config, address),
            answers: Arc::new(Semaphore::new(max_answers)),
            max_answers: u32::try_from(max_answers).unwrap_or(u32::MAX),
            max_command_bytes: config.max_command_bytes,
            default_timeout: config.default_timeout,
            max_timeout: config.max_timeout,
            started: Instant::now(),
            closing: AtomicBool::new(false),
        }
    }

    /// Turns commands down from now on.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    /// Waits until every answer that is under way has been sent or given up.
    pub(crate) async fn answered(&self) {
        // The semaphore is never closed.
        let _ = self.answers.acquire_many(self.max_answers).await;
    }
}
