//! Drives the cases of a suite as load, many at once, and says what came of it.
//!
//! The crate owns schedules, the generator and the results of load. It refuses HTTP, SQL and the terminal:
//! transports come in through a trait, results go out as values. Each attempt is made and judged by
//! [`runner_core::attempt`], as in any other run.
//!
//! - *Closed model* ([`Model::Closed`]): so many attempts are under way at any time; a slow executor gets
//!   fewer of them.
//! - *Open model* ([`Model::Open`]): attempts begin by a [`Schedule`], whatever the executor does. Their
//!   times count from when they were to begin, so that a wait which the executor has caused is not left
//!   out.

mod arrival_rate;
mod backoff;
pub mod capacity;
mod failures;
pub mod generator;
mod good;
mod live;
mod measured;
mod mix;
mod plan;
mod recorded;
pub mod recording;
mod results;
mod schedule;
mod series;
mod stage;
mod tally;
mod tally_recorder;
#[cfg(test)]
mod test_support;
mod validity;
pub mod words;

pub use arrival_rate::{ArrivalRate, ArrivalRateError};
pub use failures::{FailureKind, Failures};
pub use live::{LiveLoad, Watched};
pub use measured::{CaseLoad, Measured};
pub use mix::{Mix, MixError};
pub use plan::{Limits, LoadPlan, Model};
pub use recorded::RecordedLoad;
pub use results::{LoadEnd, LoadInfo, LoadResults, ModelInfo};
pub use schedule::{Schedule, ScheduleError, Spacing};
pub use series::{Point, Second, Series};
pub use stage::{Stage, StageError};
pub use tally::Tally;
pub use validity::{Doubt, LATE, MAX_LATE_SHARE, Pace};
