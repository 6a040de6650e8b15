//! Statistics over the attempts of a run: pure functions on numbers.
//!
//! | question | answer |
//! | --- | --- |
//! | how many succeed? | [`Proportion`], with the interval that few trials leave |
//! | is that enough to rely on? | [`SuccessRatio`] |
//! | how long does it take? | [`DurationHistogram`], which merges, and fits into few bytes |
//! | the same of very many in little time? | [`DurationBuffer`] |
//! | do more succeed than before? | [`ProportionDifference`] |
//! | does it take longer than before? | [`RankSum`] |
//! | and if many cases are compared at once? | [`holm()`], or [`benjamini_hochberg()`] for what is read together |
//! | does it succeed often enough, and when is that clear? | [`SequentialTest`] |
//! | up to which level does it hold? | [`ThresholdSearch`] |
//! | does it grow over a long run, and how fast? | [`Trend`] |
//! | when did it change? | [`change_points()`] |
//! | and where does that lead? | [`Drift`] |
//!
//! What is computed is always the same for the same numbers: nothing is drawn at random. What cannot
//! be told (a rate without trials, a median of nothing) is `None`, and never a number that looks like
//! one.
//!
//! The crate refuses I/O, clocks and actors.

mod autoregression;
mod benjamini_hochberg;
mod bins;
mod change_point;
mod confidence;
mod drift;
mod duration_buffer;
mod duration_histogram;
mod hdr_encoding;
mod holm;
mod hypergeometric;
mod kendall;
mod normal;
mod proportion;
mod proportion_difference;
mod rank_sum;
mod sequential_test;
mod series;
mod student;
mod success_ratio;
mod threshold_search;
mod trend;

pub use benjamini_hochberg::benjamini_hochberg;
pub use change_point::{ChangePoint, change_points};
pub use confidence::Confidence;
pub use drift::Drift;
pub use duration_buffer::DurationBuffer;
pub use duration_histogram::DurationHistogram;
pub use hdr_encoding::HistogramError;
pub use holm::holm;
pub use proportion::{Interval, Proportion};
pub use proportion_difference::ProportionDifference;
pub use rank_sum::RankSum;
pub use sequential_test::{Decision, SequentialTest};
pub use success_ratio::SuccessRatio;
pub use threshold_search::{SearchPlan, SearchState, Threshold, ThresholdSearch, Trial};
pub use trend::Trend;
