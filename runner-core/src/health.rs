//! Whether an executor is fit to be given commands.

use executor_protocol::Health;

/// What came of asking an executor for its health.
pub type HealthReport = Result<Health, Unhealthy>;

/// An executor that cannot be reached, does not answer in time, or says that it is not ready.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unhealthy {
    /// Why, in words. They may quote what the executor sent.
    pub reason: String,
}
