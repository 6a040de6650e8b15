//! The executor that ships with the program: a streaming command-execution server on loopback.
//!
//! It is a server like any other: it speaks the protocol of `executor-protocol` over HTTP, and no part
//! of the runner depends on it being in the same process. The crate is four parts:
//!
//! - `process` runs commands: process groups, deadlines, the sandbox, output as batches of lines. It
//!   knows no HTTP.
//! - `framing` writes what a command says in the words of each dialect: NDJSON, server-sent events,
//!   JSON-RPC in WebSocket frames.
//! - `fault` spoils what is said where that was asked for: see [`Fault`].
//! - `http` answers requests: the guard against foreign callers, the routes, the bodies, the sessions
//!   of WebSockets. It knows no processes beyond what `process` hands out.
//!
//! # What a command gets
//!
//! `sh -c <command>` in a process group of its own, a fresh folder to work in, a fresh `TMPDIR`
//! beside it (both are removed afterwards), null as standard input, and the environment of
//! [`ExecutorConfig::environment`] without secrets. The terminal event is sent when the group is
//! killed and reaped and the folders are gone.
//!
//! | what happened | events after the output | exit code |
//! | --- | --- | --- |
//! | the command exited | `complete` | its own |
//! | a signal ended it | `complete` | 128 + signal |
//! | its time was up | `error`, `complete` | 124 |
//! | the executor stops | `error`, `complete` | 143 |
//! | it could not be started | `error`, `complete` | 126, or 127 if there is no such shell |
//!
//! # Output
//!
//! Standard output and standard error are read as they come and sent line by line, each line with its
//! channel. The order of lines within a channel is exact, between the channels it is that of reading.
//! Only the line feed is taken off: `printf 'a\r\n'` arrives as `a\r`. Bytes that are no UTF-8 become
//! U+FFFD. A line longer than 8 MiB comes as several events, cut between characters, which a client
//! that joins events with line feeds cannot tell from several lines; it is logged.
//!
//! # Dialects
//!
//! `POST /execute` answers in NDJSON, or in server-sent events if those weigh more in `Accept`. `/ws` and
//! `/ws/mcp` speak JSON-RPC over WebSockets: one command at a time, which can be paused, resumed and
//! canceled. There, output keeps its line feeds and a line over 64 KiB comes in pieces; an end with a
//! problem is one `process.completed` with an `error`, a canceled command ends with `process.canceled`
//! alone, and one that could not be started is an error answer. In all of them a client that does not
//! read holds its command back, and one that goes away ends it.
//!
//! # What the sandbox does and does not
//!
//! Where the kernel has Landlock, commands read and execute everything but create, write, truncate,
//! rename and remove only beneath their own two folders, the paths of [`SandboxConfig::allow`] and the
//! state of coding agents ([`SandboxConfig::agent_state`]); the usual devices can be written to.
//! Landlock implies `no_new_privs`: `sudo` and other set-user-id programs do not gain privileges.
//! It does not cover metadata (`chmod`, `chown`, `touch`, extended attributes), device ioctls, or the
//! network. It guards against commands that change files by accident, not against an attacker with
//! the user's rights.
//!
//! # Limits worth knowing
//!
//! - A descendant that leaves its process group (`setsid`) is found by its `TMPDIR`: after a timeout
//!   or a cancellation, when it still holds the output open, and when the executor stops. One that
//!   also closed its output and whose command ended by itself runs until the stop; one that changed
//!   its environment is not found.
//! - Linux 5.3 or later is needed, because processes are watched through pidfds.

mod config;
mod error;
mod fault;
mod framing;
mod http;
mod process;
mod server;

pub use config::{Environment, ExecutorConfig, SandboxConfig, SandboxMode};
pub use error::StartError;
pub use fault::{Fault, FaultError};
/// The secret that clients send, and why one cannot be used.
pub use http_guard::{ExposureError, Token, TokenError};
pub use process::Sandbox;
pub use server::{RunningExecutor, start};
