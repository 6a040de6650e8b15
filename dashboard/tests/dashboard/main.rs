//! The server as browsers meet it: over sockets.

mod bounds;
mod client;
mod dom;
mod events;
mod guard;
mod hostile_text;
mod load;
mod pages;
mod samples;
