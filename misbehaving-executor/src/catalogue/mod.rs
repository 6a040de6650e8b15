//! The catalogue: one named fault for each known way to answer badly.

mod answers;
mod events;
mod framing;
mod silence;
mod sse;
mod websocket_ends;
mod websocket_framing;
mod websocket_messages;
mod websocket_silence;
mod websocket_well_formed;
mod well_formed;

use std::io;

use crate::{Script, Server, wire::Encoding};

/// A named way to answer.
///
/// A few are unusual and right nevertheless: a client that takes those for faults is wrong, too.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Fault {
    /// The stable name, in words joined by hyphens.
    pub name: &'static str,
    /// What the server does, in one sentence.
    pub about: &'static str,
    /// Whether a client that checks everything may believe that the command succeeded.
    pub may_pass: bool,
    script: fn(Encoding) -> Script,
}

impl Fault {
    /// What a server does that has this fault and streams NDJSON. It answers the question for health
    /// properly.
    #[must_use]
    pub fn script(&self) -> Script {
        self.script_in(Encoding::Ndjson)
    }

    /// The same with events in the given encoding. Where no events come it makes no difference.
    #[must_use]
    pub fn script_in(&self, encoding: Encoding) -> Script {
        (self.script)(encoding)
    }

    /// Starts a server that has this fault.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start(&self) -> io::Result<Server> {
        Server::start(self.script())
    }
}

/// All faults, in groups: answers that are right, framing, events, heads and statuses, silence.
pub fn faults() -> impl Iterator<Item = &'static Fault> {
    [
        well_formed::FAULTS,
        framing::FAULTS,
        events::FAULTS,
        answers::FAULTS,
        silence::FAULTS,
    ]
    .into_iter()
    .flatten()
}

/// All faults of servers that speak JSON-RPC over WebSockets, in groups: answers that are right, messages,
/// framing, refusals and other ends, silence. Their names begin with `ws-`.
pub fn websocket_faults() -> impl Iterator<Item = &'static Fault> {
    [
        websocket_well_formed::FAULTS,
        websocket_messages::FAULTS,
        websocket_framing::FAULTS,
        websocket_ends::FAULTS,
        websocket_silence::FAULTS,
    ]
    .into_iter()
    .flatten()
}

/// The faults that only server-sent events can have, and what only they have and is right. They send
/// those in any encoding. Their names begin with `sse-`.
pub fn sse_faults() -> impl Iterator<Item = &'static Fault> {
    sse::FAULTS.iter()
}

/// The fault called `name`, whatever is spoken.
///
/// # Panics
/// When there is none: a test names a fault that does not exist.
#[must_use]
pub fn fault(name: &str) -> &'static Fault {
    let found = faults()
        .chain(sse_faults())
        .chain(websocket_faults())
        .find(|fault| fault.name == name);
    found.unwrap_or_else(|| panic!("no fault is called {name:?}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_every_fault_is_described() {
        let all = || faults().chain(sse_faults()).chain(websocket_faults());
        let names: BTreeSet<_> = all().map(|fault| fault.name).collect();
        assert_eq!(names.len(), all().count());
        for fault in all() {
            let is_name_character =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(fault.name.chars().all(is_name_character), "{}", fault.name);
            assert!(fault.about.ends_with('.'), "{}", fault.name);
            let speaks_websocket = websocket_faults().any(|other| other.name == fault.name);
            assert_eq!(fault.name.starts_with("ws-"), speaks_websocket);
        }
    }
}
