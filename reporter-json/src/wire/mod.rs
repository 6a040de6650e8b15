//! The parts that both documents have in common.
//!
//! Each type is written and read. What of it is computed from the rest is written for others, and not
//! looked at when it is read.

mod counts;
mod gate;
mod graduation;
mod list;
mod names;
mod run_info;
mod share;
mod time;

pub(crate) use counts::{CountsWire, MAX_COUNT, TokensWire, usd};
pub(crate) use gate::GateWire;
pub(crate) use graduation::GraduationWire;
pub(crate) use list::{List, convert};
pub(crate) use names::named;
pub(crate) use run_info::{MomentWire, RunInfoWire};
pub(crate) use share::ShareWire;
pub(crate) use time::{At, Ms, ms};
