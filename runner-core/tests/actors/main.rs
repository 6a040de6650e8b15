//! The actors together, over a transport that does what its commands say.

mod journals;
mod observers;
mod puppet;
mod runs;
mod support;
