//! What a command says, written in the words of each dialect.
//!
//! The module owns the bytes of events: NDJSON and server-sent events ([`http`]) and JSON-RPC messages
//! in WebSocket frames ([`json_rpc`], [`frame`]). It knows no sockets and no processes: it is given
//! events and appends bytes.

pub(crate) mod frame;
mod http;
pub(crate) mod json_rpc;

use crate::process::{Batch, End, OutputLine, Problem};

pub(crate) use json_rpc::Process;

/// The dialect in which the events of one execution are written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Framing {
    /// One JSON object per line.
    Ndjson,
    /// One JSON object per server-sent event.
    Sse,
    /// JSON-RPC notifications about this process, one per WebSocket frame.
    JsonRpc(Process),
}

/// One thing to be said about a command.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event<'a> {
    Output(OutputLine<'a>),
    /// A complaint of the executor that does not end the command, where the dialect has such a thing.
    Error(&'a str),
    Ended(Ending<'a>),
    /// A sign of life.
    Heartbeat,
}

/// A command's end, as it is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending<'a> {
    pub(crate) exit_code: ExitCode,
    /// What went wrong beyond the command itself.
    pub(crate) problem: Option<&'a str>,
    /// Whether the client asked for the end.
    pub(crate) is_canceled: bool,
}

/// An exit code, in the form in which it is told. Only faults choose another than the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitCode {
    Number(i32),
    Text(i32),
    Null,
    Missing,
}

impl Framing {
    /// Appends one event.
    pub(crate) fn write(&self, out: &mut Vec<u8>, event: &Event<'_>) {
        match self {
            Self::Ndjson => http::write_lines(out, event),
            Self::Sse => http::write_server_sent(out, event),
            Self::JsonRpc(process) => json_rpc::write_event(out, process, event),
        }
    }

    /// Changes the text of one written event as a fault wants it. Of an event in several frames only
    /// the first is kept.
    pub(crate) fn rewrite(&self, event: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        match self {
            Self::Ndjson | Self::Sse => {
                let mut bytes = event.to_vec();
                change(&mut bytes);
                bytes
            }
            Self::JsonRpc(_) => {
                let mut payload = frame::payload(event).to_vec();
                change(&mut payload);
                let mut bytes = Vec::new();
                frame::write_text(&mut bytes, |out| out.extend_from_slice(&payload));
                bytes
            }
        }
    }

    /// The beginning of an output line, and `bytes` of it that can be repeated for ever.
    pub(crate) fn endless_line(&self, bytes: usize) -> (Vec<u8>, Vec<u8>) {
        let more = vec![b'x'; bytes];
        match self {
            Self::Ndjson => (br#"{"type":"output","data":""#.to_vec(), more),
            Self::Sse => (
                b"event: output\ndata: {\"type\":\"output\",\"data\":\"".to_vec(),
                more,
            ),
            Self::JsonRpc(_) => {
                let begin = br#"{"jsonrpc":"2.0","method":"process.output","params":{"type":"stdout","data":""#;
                (frame::fragment(true, begin), frame::fragment(false, &more))
            }
        }
    }

    /// The events of a batch.
    pub(crate) fn batch(&self, batch: &Batch) -> Vec<u8> {
        let mut out = Vec::with_capacity(batch.wire_bytes());
        for line in batch.lines() {
            self.write(&mut out, &Event::Output(line));
        }
        out
    }

    /// The events that end an execution.
    pub(crate) fn end(&self, end: &End) -> Vec<u8> {
        let problem = end.problem.as_ref().map(Problem::to_string);
        let ending = Ending {
            exit_code: ExitCode::Number(end.exit_code),
            problem: problem.as_deref(),
            is_canceled: matches!(end.problem, Some(Problem::Canceled)),
        };
        let mut out = Vec::new();
        self.write(&mut out, &Event::Ended(ending));
        out
    }
}

/// The last place no later than `at` where `text` can be cut.
fn cut_before(text: &str, at: usize) -> usize {
    let mut cut = at.min(text.len());
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    cut
}

/// Appends a JSON string.
fn write_string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a string always serializes into memory");
}
