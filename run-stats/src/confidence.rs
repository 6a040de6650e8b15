//! How sure one wants to be before something counts as found.

/// The share of samples without a finding in which a test is to find nothing, and of intervals that are
/// to hold what they estimate: more than 0 and less than 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// Nine times out of ten.
    pub const PERCENT_90: Self = Self(0.9);

    /// Nineteen times out of twenty.
    pub const PERCENT_95: Self = Self(0.95);

    /// Ninety-nine times out of a hundred.
    pub const PERCENT_99: Self = Self(0.99);

    /// `share` must lie between 0 and 1, both excluded: nothing is found with complete confidence.
    ///
    /// ```
    /// use run_stats::Confidence;
    ///
    /// assert_eq!(Confidence::new(0.95), Some(Confidence::PERCENT_95));
    /// assert_eq!(Confidence::new(95.0), None);
    /// ```
    #[must_use]
    pub fn new(share: f64) -> Option<Self> {
        (0.0 < share && share < 1.0).then_some(Self(share))
    }

    /// Between 0 and 1, both excluded.
    #[must_use]
    pub fn share(self) -> f64 {
        self.0
    }

    /// Whether a p-value is so small that what it belongs to counts as found.
    #[must_use]
    pub fn is_met_by(self, p_value: f64) -> bool {
        // Written so that rounding loses nothing at the bound: 1 − 0.95 is a little more than 0.05.
        1.0 - p_value >= self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_that_is_none_is_no_confidence() {
        for share in [0.0, 1.0, -0.5, 1.5, f64::NAN, f64::INFINITY] {
            assert_eq!(Confidence::new(share), None);
        }
        assert_eq!(Confidence::new(0.9).map(Confidence::share), Some(0.9));
    }

    #[test]
    fn a_p_value_at_the_bound_is_small_enough() {
        assert!(Confidence::PERCENT_95.is_met_by(0.05));
        assert!(!Confidence::PERCENT_95.is_met_by(0.0501));
        assert!(Confidence::PERCENT_99.is_met_by(0.01));
        assert!(!Confidence::PERCENT_95.is_met_by(f64::NAN));
    }
}
