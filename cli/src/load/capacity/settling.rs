//! Between two trials: the executor gets rid of what the one before left to it.

use std::time::Duration;

use executor_protocol::{Transport, error_chain};
use load::LiveLoad;
use runner_core::{
    attempt::{self, AttemptPlan},
    outcome::OutcomeClass,
    text::Human,
};
use tokio::time::{Instant, sleep, timeout};

use crate::settings::ExecutorSettings;

/// How an executor is left alone after a trial.
///
/// By then none of our attempts is under way, as a trial waits for its attempts or ends them. But an executor may
/// still be busy with those that were ended, and the next trial would pay for them. So after one that did not
/// hold, single attempts are made until one comes to the same as before the first trial, in about that time.
pub(super) struct Settling {
    pause: Duration,
    health_timeout: Duration,
    max_outage: Duration,
    probe: AttemptPlan,
    /// What the probe comes to where the executor does nothing else, and how long it takes.
    at_rest: (OutcomeClass, Duration),
}

/// How long to wait for the next question for the health of an executor that is not healthy.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// An executor that has not come to rest by then may have become slower for good.
const LONGEST: Duration = Duration::from_secs(30);

/// So much longer an attempt may take on any machine.
const JITTER: Duration = Duration::from_millis(20);

impl Settling {
    pub(super) fn new(pause: Duration, executor: &ExecutorSettings, probe: AttemptPlan) -> Self {
        Self {
            pause,
            health_timeout: executor.health_timeout,
            max_outage: executor.max_outage,
            probe,
            at_rest: (OutcomeClass::Passed, Duration::ZERO),
        }
    }

    /// Learns what an attempt comes to as long as nothing else is under way.
    pub(super) async fn learn(&mut self, transport: &dyn Transport) {
        // The first one opens a connection.
        self.probe(transport).await;
        self.at_rest = self.probe(transport).await;
    }

    async fn probe(&self, transport: &dyn Transport) -> (OutcomeClass, Duration) {
        let report = attempt::run(&self.probe, transport, std::future::pending()).await;
        (report.outcome.class(), report.elapsed)
    }

    /// Waits until it is healthy and, if the trial was more than it bears, at rest.
    ///
    /// # Errors
    /// When it is not healthy for as long as an outage may last: why, in words.
    pub(super) async fn settle(
        &self,
        transport: &dyn Transport,
        is_loaded: bool,
    ) -> Result<(), String> {
        sleep(self.pause).await;
        self.until_healthy(transport).await?;
        if is_loaded
            && timeout(LONGEST, self.until_at_rest(transport))
                .await
                .is_err()
        {
            tracing::warn!("the executor is slower than before the first trial");
        }
        Ok(())
    }

    async fn until_at_rest(&self, transport: &dyn Transport) {
        let (class, usual) = self.at_rest;
        loop {
            let (came_to, took) = self.probe(transport).await;
            if came_to == class && took <= usual * 2 + JITTER {
                return;
            }
            // It may have been turned away at once.
            sleep(JITTER).await;
        }
    }

    async fn until_healthy(&self, transport: &dyn Transport) -> Result<(), String> {
        let began = Instant::now();
        loop {
            let Err(error) = transport.check_health(self.health_timeout).await else {
                return Ok(());
            };
            let away = began.elapsed();
            if away >= self.max_outage {
                let reason = error_chain(&error);
                return Err(format!(
                    "it was not healthy for {} after a trial: {reason}",
                    Human(away)
                ));
            }
            sleep(ASK_AGAIN.min(self.max_outage - away)).await;
        }
    }
}

/// Threads hand over what they counted once a second: what ended since then may not be known yet.
const UNKNOWN: Duration = Duration::from_secs(2);

/// How long each attempt that has not ended yet has lasted at least: those that began last were to begin
/// before the schedule was over.
pub(super) fn waited(live: &LiveLoad) -> Duration {
    let over_for = live
        .planned
        .map(|planned| live.elapsed.saturating_sub(planned));
    over_for.unwrap_or_default().saturating_sub(UNKNOWN)
}
