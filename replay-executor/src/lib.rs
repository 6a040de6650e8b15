//! An executor that runs nothing: it answers commands from cassettes.
//!
//! It owns the choice of the cassette, its timing, and how a connection ends. It writes recorded bytes to
//! the socket as they are, which is why it rests on no HTTP server: none would let it end inside a chunk.
//! It refuses commands that no cassette is about, and everything that the executor which ships refuses:
//! foreign hosts, web pages, and clients without the token.

mod answer;
mod config;
mod guard;
mod library;
mod peer;
mod play;
mod request;
mod server;
mod websocket;

pub use config::{ReplayConfig, Speed, SpeedError, StartError};
pub use server::{RunningReplay, start};
