//! How far a suite is from its graduation, over everything that a ledger holds of it.

use jiff::Timestamp;
use run_stats::SuccessRatio;

/// How far a suite is from its graduation, or how it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graduation {
    /// The suite's file: absolute, however it was named.
    pub suite_path: String,
    /// The ratio over everything that the ledger holds of the suite.
    pub overall: SuccessRatio,
    /// Each version of the suite, latest first. Never empty.
    pub versions: Vec<SuiteHistory>,
}

/// What came of one version of a suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteHistory {
    /// The SHA-256 of its file, in hexadecimal.
    pub hash: String,
    /// When the first run began that used it.
    pub since: Timestamp,
    /// In how many runs.
    pub runs: u64,
    /// How many of its attempts passed and failed, for whatever reason.
    pub ratio: SuccessRatio,
}

/// How many successes to a failure a suite needs to graduate.
pub const GRADUATION_RATIO: f64 = 10.0;

impl Graduation {
    /// The ratio since the suite has changed last, which decides.
    #[must_use]
    pub fn current(&self) -> SuccessRatio {
        let latest = self.versions.first();
        latest.map_or(self.overall, |version| version.ratio)
    }

    /// Whether the suite has graduated.
    #[must_use]
    pub fn has_graduated(&self) -> bool {
        self.current().reaches(GRADUATION_RATIO)
    }
}
