//! Statistics over the attempts of a run: pure functions on numbers.
//!
//! | question | answer |
//! | --- | --- |
//! | how many succeed? | [`Proportion`], with the interval that few trials leave |
//! | is that enough to rely on? | [`SuccessRatio`] |
//! | how long does it take? | [`DurationHistogram`], which merges, and fits into few bytes |
//! | do more succeed than before? | [`ProportionDifference`] |
//! | does it take longer than before? | [`RankSum`] |
//! | and if many cases are compared at once? | [`holm()`] |
//!
//! What is computed is always the same for the same numbers: nothing is drawn at random. What cannot
//! be told (a rate without trials, a median of nothing) is `None`, and never a number that looks like
//! one.
//!
//! The crate refuses I/O, clocks and actors.

mod bins;
mod duration_histogram;
mod hdr_encoding;
mod holm;
mod hypergeometric;
mod normal;
mod proportion;
mod proportion_difference;
mod rank_sum;
mod success_ratio;

pub use duration_histogram::DurationHistogram;
pub use hdr_encoding::HistogramError;
pub use holm::holm;
pub use proportion::{Interval, Proportion};
pub use proportion_difference::ProportionDifference;
pub use rank_sum::RankSum;
pub use success_ratio::SuccessRatio;
