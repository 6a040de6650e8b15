//! The actors of a run. This is the only folder of the crate that names actix.
//!
//! | actor | message → reply |
//! | --- | --- |
//! | [`ConfigLoader`] | [`LoadSuite`] → the suite, [`ReloadSuite`] → what became of it |
//! | [`HealthChecker`] | [`CheckHealth`] → the executor's health |
//! | [`Supervisor`] | [`RunSuite`] → [`RunSummary`], [`Stop`], [`Cancel`] |
//! | [`TestExecutor`] | [`RunAttempt`] → the attempt's report, [`CancelAttempt`] |
//! | [`ReportCollector`] | [`NoteAttemptStart`] → whether it may begin, [`Record`] → when it is taken in, [`CheckLedger`] → whether it is there, [`Finish`] → [`RunSummary`] |
//! | [`LedgerWriter`] | [`Commit`] → when it is durable; on a thread of its own |
//!
//! Addresses point down only: the supervisor knows the others, none of them knows it. What an actor does
//! is decided elsewhere, by plain values and functions.

mod config_loader;
mod health_checker;
mod ledger_writer;
mod notes;
mod report_collector;
mod supervisor;
mod test_executor;

pub use config_loader::{ConfigLoader, LoadSuite, Reload, ReloadSuite};
pub use health_checker::{CheckHealth, HealthChecker};
pub use ledger_writer::{Commit, Committed, LedgerWriter};
pub use notes::{CheckLedger, NoteAttemptStart, NoteHealth, NoteRejectedSuite, NoteSuite};
pub use report_collector::{Finish, ObserverFailure, Record, ReportCollector, RunSummary};
pub use supervisor::{Cancel, RunError, RunSuite, Stop, Supervisor};
pub use test_executor::{CancelAttempt, RunAttempt, TestExecutor};

pub use crate::ledger_queue::Kept;
