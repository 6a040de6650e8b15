//! The highest rate at which gates hold: what is sought, what a trial shows, and what comes of them all.
//!
//! Everything in here is a pure value: trials come in as what was [measured](crate::Measured), levels and
//! verdicts go out. Who makes the trials is told which rate comes next, and when one of them can be ended
//! early.

mod end;
mod prospect;
mod rate_range;
mod results;
mod round_rate;
mod search;
mod trial;

pub use end::CapacityEnd;
pub use prospect::Prospect;
pub use rate_range::{RateRange, RateRangeError};
pub use results::{CapacityInfo, CapacityResults};
pub use round_rate::RoundRate;
pub use search::{CapacityPlan, CapacitySearch, Known, KnownRates, Next};
pub use trial::{Stopped, TrialReport, TrialVerdict, with_success};
