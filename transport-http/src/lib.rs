//! Runs commands on a streaming command-execution server and reads what it streams back.
//!
//! The crate owns HTTP clients, incremental decoders, deadlines and the findings that say where an
//! executor breaches the protocol. It refuses actors, suites and verdicts: it serves any program that
//! wants to run a command on an executor and to know whether it was told the truth about it.
//!
//! Two things it does that a plain HTTP client does not:
//! - A body that ends before its framing says so is an error
//!   ([`TransportError::Truncated`](executor_protocol::TransportError::Truncated)), never an end.
//! - Every wait has a deadline ([`Deadlines`](executor_protocol::Deadlines)), also the one for progress
//!   in a stream that still sends heartbeats.

mod access;
mod answer;
mod client;
mod clocks;
mod connection;
mod deadline_timer;
pub mod decode;
mod dialect;
mod endpoint;
mod exchange;
mod health;
mod recording;
mod replay;
mod stream;
mod websocket;

pub use access::Access;
pub use client::{HttpTransport, HttpTransportBuilder};
pub use dialect::Dialect;
pub use endpoint::EndpointError;
pub use recording::Recorder;
pub use replay::ReplayTransport;
pub use websocket::{WebSocketTransport, WebSocketTransportBuilder};

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
