//! Statistics over the attempts of a run: pure functions on numbers.
//!
//! The crate refuses I/O, clocks and actors.

mod proportion;

pub use proportion::{Interval, Proportion};
