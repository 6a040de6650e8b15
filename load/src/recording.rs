//! Hands what comes of a run of load to whoever keeps it, without waiting for them.
//!
//! The module owns what is kept, the trait of its keeper, and how often something is handed over. It
//! refuses to know how it is kept: see the crate `run-ledger`.

mod entry;
mod recorder;

pub use entry::{LoadConclusion, LoadEntry, LoadJournal};
pub use recorder::Recorder;
