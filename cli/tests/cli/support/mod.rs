//! What the tests are written in: a folder of their own, the program, and those it talks to.

mod ledger;
mod program;
mod records;
mod scratch;
pub(crate) mod terminal;
mod tools;
mod witness;

use std::time::Duration;

use misbehaving_executor::{Script, Server};
use serde_json::{Value, json};

pub(crate) use ledger::LedgerFile;
pub(crate) use program::{Ended, Program, Running};
pub(crate) use records::Records;
pub(crate) use scratch::Scratch;
pub(crate) use tools::tool;
pub(crate) use witness::{Barrier, Witness};

/// How long anything may take before a test gives up. A machine that is busy with other things must not
/// fail a test, so it is much longer than anything does take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A case without expectations.
pub(crate) fn case(id: &str, command: &str) -> Value {
    json!({ "id": id, "command": command })
}

/// A server that plays `script`.
pub(crate) fn serving(script: impl Into<Script>) -> Server {
    Server::start(script).expect("the server starts")
}
