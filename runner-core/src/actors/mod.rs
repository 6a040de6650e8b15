//! The actors of a run. This is the only folder of the crate that names actix.
//!
//! | actor | message → reply |
//! | --- | --- |
//! | [`ConfigLoader`] | [`LoadSuite`] → the suite |
//! | [`HealthChecker`] | [`CheckHealth`] → the executor's health |
//! | [`Supervisor`] | [`RunSuite`] → [`RunSummary`], [`Cancel`] |
//! | [`TestExecutor`] | [`RunAttempt`] → the attempt's report, [`CancelAttempt`] |
//! | [`ReportCollector`] | [`Record`] → when it is kept, [`Finish`] → [`RunSummary`] |
//!
//! Addresses point down only: the supervisor knows the others, none of them knows it. What an actor does
//! is decided elsewhere, by plain values and functions.

mod config_loader;
mod health_checker;
mod report_collector;
mod supervisor;
mod test_executor;

pub use config_loader::{ConfigLoader, LoadSuite};
pub use health_checker::{CheckHealth, HealthChecker};
pub use report_collector::{
    Finish, NoteAttemptStart, NoteHealth, ObserverFailure, Record, ReportCollector, RunSummary,
};
pub use supervisor::{Cancel, RunError, RunSuite, Supervisor};
pub use test_executor::{CancelAttempt, RunAttempt, TestExecutor};
