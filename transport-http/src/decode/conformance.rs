//! What the protocol demands of the events together: exactly one terminal event, nothing after it, and no
//! success that the executor itself has called a timeout.

use executor_protocol::{ExitStatus, FindingCode, Findings, StreamEvent};

/// Watches a stream's events.
#[derive(Debug, Default)]
pub(crate) struct Conformance {
    terminal_came: bool,
    /// Whether the latest output is what executors print when their own timeout ends a command.
    timeout_was_printed: bool,
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
            (false, terminal) => {
                self.terminal_came = terminal;
                self.judge_timeout(event, offset, findings);
            }
        }
    }

    fn judge_timeout(&mut self, event: StreamEvent<'_>, offset: u64, findings: &mut Findings) {
        match event {
            StreamEvent::Output { data, .. } => self.timeout_was_printed = is_stream_timeout(data),
            StreamEvent::Complete {
                exit: ExitStatus::Code(0),
            } if self.timeout_was_printed => {
                findings.record(FindingCode::ServerTimeoutMasked, offset, || {
                    "\"[Stream timed out after …]\", then exit code 0".into()
                });
            }
            _ => {}
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

/// Whether `data` is exactly what an executor prints on both streams when its own timeout ends a command,
/// before it reports success. The line end before it tells it from what a command prints.
fn is_stream_timeout(data: &str) -> bool {
    let Some(text) = data.strip_prefix("\n[Stream timed out after ") else {
        return false;
    };
    let seconds = text.strip_suffix('\n').unwrap_or(text).strip_suffix("s]");
    seconds.is_some_and(|seconds| {
        !seconds.is_empty()
            && seconds
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    })
}
