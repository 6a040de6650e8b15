//! Ledgers in real files.

mod breaking_off;
mod clocks;
mod pruning;
mod resuming;
mod sharing;
mod support;
mod unusable;
mod windows;
mod writing;
