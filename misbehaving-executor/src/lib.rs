//! A command-execution server that misbehaves on purpose, for tests of everything that talks to one.
//!
//! It owns sockets, threads and the bytes of faults; it refuses runtimes, HTTP libraries and opinions
//! about clients. It writes every byte itself, because a proper HTTP server cannot be made to close
//! inside a chunk.
//!
//! - A [`Script`] says what a server does with each request, step by step ([`Answer`]).
//! - A [`Server`] plays it on a port of the loopback interface, and notes what the client does
//!   ([`Log`]): how many connections it opens, what it asks, when it closes. Tests wait for such an
//!   event ([`Server::until`], [`Server::wait_until`]) and never sleep. Dropping a server ends all its
//!   threads.
//! - [`faults`] is the catalogue: one named [`Fault`] for each known way to answer badly, and a few
//!   unusual ways to answer well, which a client must not take for faults. Each streams NDJSON or
//!   server-sent events, as it is asked ([`Fault::script_in`]); [`sse_faults`] are those that only the
//!   latter can have. [`websocket_faults`] are those
//!   of servers that speak JSON-RPC over WebSockets.
//!
//! ```
//! use std::{io::{Read as _, Write as _}, net::TcpStream};
//!
//! let server = misbehaving_executor::fault("fin-inside-chunk").start()?;
//! let mut client = TcpStream::connect(server.address())?;
//! client.write_all(b"POST /execute HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
//! assert!(!answer.ends_with("0\r\n\r\n"), "the last chunk never comes");
//! # Ok::<(), std::io::Error>(())
//! ```

mod catalogue;
mod connection;
mod log;
mod request;
mod script;
mod server;
mod shared;
pub mod websocket;
pub mod wire;

pub use catalogue::{Fault, fault, faults, sse_faults, websocket_faults};
pub use log::{Log, Until};
pub use request::Request;
pub use script::{Answer, Script};
pub use server::Server;
