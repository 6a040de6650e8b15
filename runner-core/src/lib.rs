//! Runs suites of cases through an executor and judges what comes back.
//!
//! The crate owns attempts, expectations, outcomes, verdicts, gates, the state of a run, its results and
//! what they are called, and the actors that perform it. It refuses HTTP, SQL, Markdown and the terminal: transports come in
//! through a trait, results go out as values.

pub mod actors;
pub mod agent;
pub mod attempt;
pub mod beacon;
pub mod cleanup;
pub mod comparison;
pub mod drift;
pub mod events;
pub mod excerpt;
pub mod gates;
pub mod health;
pub mod journal;
mod ledger_queue;
pub mod live;
mod marker;
pub mod notices;
pub mod outcome;
pub mod plain;
pub mod plan;
mod probes;
pub mod recorded;
pub mod results;
pub mod run_state;
pub mod self_sample;
pub mod tail;
#[cfg(test)]
mod test_support;
pub mod text;
pub mod tries;
pub mod words;

pub use marker::run_marker;
