//! Results of runs that never were, for tests of what is made of results.
//!
//! The crate owns values: single runs and their parts, recorded runs and theirs, and both with foreign
//! texts wherever there can be any. All are at fixed times and always the same, so that documents about
//! them can be compared whole. It refuses to be part of the program: only tests depend on it.
//!
//! ```
//! use runner_core::recorded::RecordedState;
//!
//! let run = sample_results::recorded_runs::interim();
//! assert_eq!(run.state, RecordedState::Running);
//! ```

pub mod capacity;
pub mod cases;
pub mod drifting;
pub mod foreign;
pub mod load;
pub mod recorded;
pub mod recorded_runs;
pub mod runs;
pub mod tries;
