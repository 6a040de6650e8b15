//! Ledgers in real files.

mod breaking_off;
mod clocks;
mod load;
mod load_merging;
mod merge_order;
mod merging;
mod pruning;
mod resuming;
mod sharing;
mod support;
mod unusable;
mod windows;
mod writing;
