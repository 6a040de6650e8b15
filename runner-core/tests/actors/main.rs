//! The actors together, over a transport that does what its commands say.

mod gated;
mod journals;
mod observers;
mod puppet;
mod queue;
mod retries;
mod runs;
mod soaks;
mod support;
