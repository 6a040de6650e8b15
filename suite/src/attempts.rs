//! How many attempts a case gets, and what they have to come to together.

use std::time::Duration;

use crate::Ratio;

/// When a case is tried again after an attempt that did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retries {
    /// How often at most; 0 never tries again.
    pub max: u32,
    /// After which attempts.
    pub on: Vec<RetryOn>,
    /// How long the first retry waits. Each further one waits twice as long as the one before, up to
    /// [`MAX_PAUSE`](Self::MAX_PAUSE), and each a random part less, so that many clients do not come back at
    /// the same moment.
    pub pause: Duration,
}

/// After which attempts a case is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryOn {
    /// Those in which the executor or the network was at fault.
    Infrastructure,
    /// Those whose command or whose output was not as expected.
    Failed,
    /// Those that took too long, or stalled.
    Timeout,
    /// Those that were told that there were too many requests.
    RateLimit,
}

impl Retries {
    /// No retry waits longer than this, whatever it is told.
    pub const MAX_PAUSE: Duration = Duration::from_secs(5 * 60);
}

impl Default for Retries {
    /// None; if there are any, only after infrastructure errors and rate limits, a second later.
    fn default() -> Self {
        Self {
            max: 0,
            on: vec![RetryOn::Infrastructure, RetryOn::RateLimit],
            pause: Duration::from_secs(1),
        }
    }
}

impl RetryOn {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 4] = [
        Self::Infrastructure,
        Self::Failed,
        Self::Timeout,
        Self::RateLimit,
    ];

    /// The one with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|on| on.as_str() == name)
    }

    /// The name used in suite files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Infrastructure => "infrastructure",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
            Self::RateLimit => "rate_limit",
        }
    }
}

/// A case that is tried until it is clear whether it passes often enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Repeat {
    /// At least so many attempts are made; never 0.
    pub min: u64,
    /// At most so many; never less than `min`. If nothing is clear by then, the case is inconclusive.
    pub max: u64,
    /// The share of attempts that have to pass.
    pub success_rate: Ratio,
    /// How sure the verdict has to be, between 0.5 and 1.
    pub confidence: Ratio,
}
