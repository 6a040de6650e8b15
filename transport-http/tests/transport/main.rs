//! The transport against servers that misbehave on purpose, over real sockets.

mod connections;
mod faults;
mod health;
mod memory;
mod replay;
mod request;
mod silence;
mod sse;
mod support;
mod tls;
mod tls_server;
mod websocket;
mod websocket_dialogue;
mod websocket_memory;
mod websocket_silence;
