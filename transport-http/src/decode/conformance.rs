//! The order of events that the protocol demands: exactly one terminal event, nothing after it.

use executor_protocol::{FindingCode, Findings, StreamEvent};

/// Watches the order of a stream's events.
#[derive(Debug, Default)]
pub(crate) struct Conformance {
    terminal_came: bool,
}

impl Conformance {
    /// Judges one more event, which began at `offset`.
    pub(crate) fn judge(&mut self, event: StreamEvent<'_>, offset: u64, findings: &mut Findings) {
        match (self.terminal_came, event.is_terminal()) {
            (true, true) => {
                findings.record(FindingCode::DuplicateTerminal, offset, || {
                    format!("{event:?}")
                });
            }
            (true, false) => {
                findings.record(FindingCode::EventAfterTerminal, offset, || {
                    format!("{event:?}")
                });
            }
            (false, terminal) => self.terminal_came = terminal,
        }
    }

    /// Whether a terminal event has come.
    pub(crate) fn terminal_came(&self) -> bool {
        self.terminal_came
    }

    /// Judges the end of the stream at `offset`.
    pub(crate) fn judge_end(&self, offset: u64, findings: &mut Findings) {
        if !self.terminal_came {
            findings.record(FindingCode::MissingTerminal, offset, String::new);
        }
    }
}
