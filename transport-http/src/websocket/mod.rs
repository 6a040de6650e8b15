//! JSON-RPC 2.0 over WebSockets, as cc_executor speaks it.
//!
//! From the outside to the inside: [`transport`] starts commands, [`stream`] follows one with clocks,
//! [`session`] moves from frame to frame, [`socket`] and [`handshake`] hold the connection. [`frames`]
//! and [`json_rpc`] are pure: bytes into messages, messages into events.

mod chunks;
mod frame_head;
mod frames;
mod handshake;
mod json_rpc;
mod outgoing;
mod session;
mod socket;
mod stream;
mod transport;
mod wire;

pub use transport::{WebSocketTransport, WebSocketTransportBuilder};
