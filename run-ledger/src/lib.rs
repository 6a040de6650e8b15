//! The ledger: a durable record of runs, in one SQLite file.
//!
//! The crate owns the schema, writing while a run goes on, going on after an interruption, and what can
//! be read afterwards. It refuses to decide verdicts, and to know actors, executors and documents.
//!
//! # What is durable, and when
//!
//! [`RunJournal::commit`](runner_core::journal::Journal::commit) writes entries in one transaction of a
//! write-ahead log that is synced before it returns: after a crash of the process or a loss of power all
//! of them are there, or none. Any number of processes can read while one writes, and several can write
//! runs of their own in turn.
//!
//! # What it costs
//!
//! Single attempts are kept for as long as the *retention* says. Beside them stand *rollups*: what
//! came of each case in each minute, with histograms of how long it took. When single attempts are
//! pruned, their minutes become hours. Sums are made of rollups alone and do not change by that, so that
//! a year fits into a file of megabytes.
//!
//! # Who writes a run
//!
//! One process at a time: it holds a lock on the byte of the run in a file beside the ledger. The kernel
//! lets go of it when the process ends, however it ends.

mod clocks;
mod compact;
mod connection;
mod convert;
mod error;
mod executor_samples;
mod graduation;
mod history;
mod hold;
mod identity;
mod journal;
mod lists;
mod load;
mod lock;
mod members;
mod merge;
mod parts;
mod recorded;
mod resume;
mod rollup;
mod runner;
mod schema;
mod selector;
mod shards;
mod soaks;
mod suite_file;
mod upkeep;
mod windows;
mod writer;

pub use clocks::Moment;
pub use error::LedgerError;
pub use history::{Record, RunLine, RunReader};
pub use journal::{Judgement, RunJournal};
pub use load::{LoadRunJournal, NewLoad};
pub use merge::{Merge, MergedShards, UnfinishedShard};
pub use resume::{NewPart, Resumed};
pub use selector::RunSelector;
pub use shards::{SHARD_KEY, ShardRun, concurrency_of_shards, marker_suffix};
pub use soaks::Soak;
pub use writer::{Ledger, NewRun};
