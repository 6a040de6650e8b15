//! What an executor says about itself.

use std::time::Duration;

/// A ready executor's answer to the question for its health.
///
/// An executor that is not ready is a [`TransportError`](crate::TransportError), not a value of this
/// type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The answer's body as it came (free form, JSON by custom), cut after a few KiB.
    pub body: String,
    /// How long the answer took.
    pub latency: Duration,
}
