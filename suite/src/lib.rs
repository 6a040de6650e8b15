//! Suites of cases: what a person writes, checked and turned into what a runner runs.
//!
//! The crate owns suite files: parsing with exact positions, validation, selection. It refuses to run
//! anything, and to know about executors, transports or reports.

mod model;

pub use model::{Case, Gates, Ratio, Suite};
