//! Runs of load: how they are kept, and how they are read.
//!
//! Of single attempts nothing is kept: what is written does not grow with their rate. What happened second
//! by second is kept for as long as a series can show it, and then in longer steps.

mod cases;
mod failures;
mod journal;
mod model;
mod recorded;
mod seconds;
mod whole;

pub(crate) use cases::outcomes;
pub use journal::{LoadRunJournal, NewLoad};
pub(crate) use recorded::load;
