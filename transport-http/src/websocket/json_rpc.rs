//! Messages of a WebSocket into events and answers. It knows no sockets and no clocks.

mod process;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, collections::VecDeque};

use executor_protocol::{
    Channel, ExitStatus, FindingCode, Findings, NoticeKind, StreamEvent, wire::RawString,
};
use serde_json::value::RawValue;

use self::process::Ending;
use super::{
    chunks::ChunkOrder,
    frames::{Message, MessageKind},
    outgoing::{CANCEL_ID, EXECUTE_ID},
    wire::{self, MessageWire, ProcessWire, Refusal},
};
use crate::decode::Conformance;

/// So many things an executor may say before it answers, and all of them are kept. More than that is an
/// answer, too.
const MOST_EARLY: usize = 32;

/// A cut can leave less than this of an escape sequence at the end of a message.
const LONGEST_ESCAPE: usize = "\\ud83d\\ude00".len();

/// Decodes the messages of one connection that runs one command.
///
/// What an executor says before its answer begins (a warning of a hook, for example) is kept, and comes
/// first when it has.
#[derive(Debug, Default)]
pub(super) struct JsonRpc {
    /// Whether the answer to `execute` has begun.
    has_begun: bool,
    refusal: Option<Refusal>,
    pong_is_due: bool,
    cancel_requested: bool,
    /// The current event, or the next one if `is_pending`. Its text is not for all shapes.
    shape: Shape,
    text: String,
    is_pending: bool,
    has_event: bool,
    /// The events after that one.
    queue: VecDeque<(Shape, String)>,
    stdout: ChunkOrder,
    stderr: ChunkOrder,
    conformance: Conformance,
    findings: Findings,
    /// Bytes of all messages before the current one.
    offset: u64,
    bytes: u64,
}

/// What is known of an event besides its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Shape {
    Output(Option<Channel>),
    Error,
    Complete(ExitStatus),
    #[default]
    Heartbeat,
    Notice(NoticeKind),
    Unknown,
}

impl JsonRpc {
    /// Takes a message. Once the answer has begun, call [`advance`](Self::advance) until it returns
    /// `false` before the next.
    pub(super) fn push(&mut self, message: Message<'_>) {
        self.offset = self.bytes;
        self.bytes += message.bytes.len() as u64;
        self.text.clear();
        if message.is_cut {
            self.record(FindingCode::OversizedLine, String::new);
        }
        if message.kind == MessageKind::Binary {
            self.record(FindingCode::UnknownEvent, || "a binary message".into());
            self.text.push_str("binary");
            self.emit(Shape::Unknown);
            return;
        }
        let text = self.utf8(message);
        if let Some((channel, string)) = wire::common_output(&text)
            && self.read_string(string)
        {
            self.has_begun = true;
            self.output(Some(channel), None);
        } else if let Some(wire) = MessageWire::parse(&text) {
            self.read(&wire);
        } else if !message.is_cut {
            self.record(FindingCode::NotJson, || text.to_string());
            self.text.push_str(&text);
            self.emit(Shape::Output(None));
        } else {
            self.read_cut(&text);
        }
    }

    /// Moves on to the next event; `false` when another message is needed.
    pub(super) fn advance(&mut self) -> bool {
        self.has_event = std::mem::take(&mut self.is_pending);
        if !self.has_event
            && self.has_begun
            && let Some((shape, text)) = self.queue.pop_front()
        {
            (self.shape, self.text) = (shape, text);
            self.has_event = true;
        }
        self.has_event
    }

    /// The current event.
    pub(super) fn event(&self) -> Option<StreamEvent<'_>> {
        self.has_event.then(|| self.shape.with(&self.text))
    }

    /// Whether a further event can be had without another message.
    pub(super) fn has_buffered(&self) -> bool {
        self.is_pending || !self.queue.is_empty()
    }

    /// Whether the answer to `execute` has begun: it was accepted, or its command has a fate already.
    pub(super) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Whether a terminal event has come.
    pub(super) fn terminal_came(&self) -> bool {
        self.conformance.terminal_came()
    }

    /// The refusal of the command, if it was refused.
    pub(super) fn take_refusal(&mut self) -> Option<Refusal> {
        self.refusal.take()
    }

    /// Whether the executor waits for a pong.
    pub(super) fn take_pong(&mut self) -> bool {
        std::mem::take(&mut self.pong_is_due)
    }

    /// Notes that we have asked for the end, so that it is no fault when it comes.
    pub(super) fn cancel_requested(&mut self) {
        self.cancel_requested = true;
    }

    /// The breaches so far.
    pub(super) fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Records a breach at the latest message, or one that the connection commits.
    pub(super) fn record(&mut self, code: FindingCode, detail: impl FnOnce() -> String) {
        self.findings.record(code, self.offset, detail);
    }

    /// The message as text. What a cut has left of a last character is no breach.
    fn utf8<'a>(&mut self, message: Message<'a>) -> Cow<'a, str> {
        match str::from_utf8(message.bytes) {
            Ok(text) => text.into(),
            Err(error) if message.is_cut && error.error_len().is_none() => {
                String::from_utf8_lossy(&message.bytes[..error.valid_up_to()])
            }
            Err(_) => {
                self.record(FindingCode::BadUtf8, String::new);
                String::from_utf8_lossy(message.bytes)
            }
        }
    }

    /// Unescapes a string into the event's text; `false` if it is no valid one.
    fn read_string(&mut self, string: RawString<'_>) -> bool {
        let is_valid = string.unescape_into(&mut self.text).is_some();
        if !is_valid {
            self.text.clear();
        }
        is_valid
    }

    /// Reads the beginning of an overlong message as if its text ended there. What is no output is lost.
    fn read_cut(&mut self, text: &str) {
        let ends = text.char_indices().rev().map(|(at, _)| at);
        let mut closed = String::with_capacity(text.len() + 3);
        for end in std::iter::once(text.len()).chain(ends.take(LONGEST_ESCAPE)) {
            closed.clear();
            closed.push_str(&text[..end]);
            closed.push_str("\"}}");
            let Some(wire) = MessageWire::parse(&closed) else {
                continue;
            };
            if wire::string(wire.method).as_deref() != Some("process.output") {
                return;
            }
            // Half an escape sequence is only noticed where the text is read.
            let process = ProcessWire::parse(wire.params).unwrap_or_default();
            if wire::string(process.data).is_some() {
                return self.read(&wire);
            }
        }
    }

    fn read(&mut self, wire: &MessageWire<'_>) {
        let Some(raw) = wire.method else {
            return self.answer(wire);
        };
        let Some(method) = wire::string(Some(raw)) else {
            self.record(FindingCode::MalformedEvent, || raw.get().to_owned());
            return self.emit(Shape::Unknown);
        };
        match &*method {
            "process.output" => self.process_output(wire.params),
            "process.started" => {
                self.has_begun = true;
                self.emit(Shape::Heartbeat);
            }
            "process.completed" => self.process_ended(wire.params, Ending::Completed),
            "process.failed" | "process.error" => self.process_ended(wire.params, Ending::Failed),
            "process.canceled" | "process.cancelled" => {
                self.process_ended(wire.params, Ending::Canceled);
            }
            "ping" => {
                self.pong_is_due = true;
                self.sign_of_life();
            }
            "connected" | "pong" => self.sign_of_life(),
            "error.rate_limit_exceeded" => self.notice(NoticeKind::RateLimit, wire.params),
            "error.token_limit_exceeded" => self.notice(NoticeKind::TokenLimit, wire.params),
            "task.early_completion" => self.notice(NoticeKind::EarlyCompletion, wire.params),
            "hook.warning" | "command.validation_warning" => {
                self.notice(NoticeKind::Warning, wire.params);
            }
            "process.paused" | "process.resumed" => {
                self.text.push_str(&method);
                self.emit(Shape::Notice(NoticeKind::Warning));
            }
            unknown => {
                self.record(FindingCode::UnknownEvent, || unknown.to_owned());
                self.text.push_str(unknown);
                self.emit(Shape::Unknown);
            }
        }
    }

    fn answer(&mut self, wire: &MessageWire<'_>) {
        let id = wire.id.map(|raw| raw.get().parse::<u64>().ok());
        match (id, wire.error) {
            (Some(Some(EXECUTE_ID)), None) => self.has_begun = true,
            (Some(Some(EXECUTE_ID)), Some(error)) => self.refusal = Some(Refusal::parse(error)),
            (Some(Some(CANCEL_ID)), _) if self.cancel_requested => {}
            (Some(_), _) => {
                let id = wire.id.map_or("", RawValue::get);
                self.record(FindingCode::MismatchedId, || format!("id {id}"));
            }
            // Executors that could not even read the id of a request leave it out: before there is an
            // answer to ours, this is it.
            (None, Some(error)) if !self.has_begun => self.refusal = Some(Refusal::parse(error)),
            (None, Some(error)) => {
                self.text = Refusal::parse(error).message;
                self.emit(Shape::Error);
            }
            (None, None) => {
                self.record(FindingCode::MalformedEvent, || {
                    "neither method nor id".into()
                });
                self.emit(Shape::Unknown);
            }
        }
    }

    fn notice(&mut self, kind: NoticeKind, params: Option<&RawValue>) {
        wire::write_words(params, &mut self.text);
        self.emit(Shape::Notice(kind));
    }

    /// Signs of life belong to the connection. One that crosses our close is no breach, and before the
    /// answer they say nothing that is worth keeping.
    fn sign_of_life(&mut self) {
        if self.has_begun {
            self.enqueue(Shape::Heartbeat);
        }
    }

    /// Makes an event of what was read into the text, and judges when it comes.
    fn emit(&mut self, shape: Shape) {
        let event = shape.with(&self.text);
        self.conformance
            .judge(event, self.offset, &mut self.findings);
        self.enqueue(shape);
    }

    /// Puts an event behind those that wait. A second event of one message has no text.
    fn enqueue(&mut self, shape: Shape) {
        if self.has_begun && self.queue.is_empty() && !self.is_pending {
            self.shape = shape;
            self.is_pending = true;
            return;
        }
        let text = match shape {
            Shape::Complete(_) => String::new(),
            _ => std::mem::take(&mut self.text),
        };
        self.queue.push_back((shape, text));
        self.has_begun |= self.queue.len() >= MOST_EARLY;
    }
}

impl Shape {
    fn with(self, text: &str) -> StreamEvent<'_> {
        match self {
            Self::Output(channel) => StreamEvent::Output {
                data: text,
                channel,
            },
            Self::Error => StreamEvent::Error { message: text },
            Self::Complete(exit) => StreamEvent::Complete { exit },
            Self::Heartbeat => StreamEvent::Heartbeat,
            Self::Notice(kind) => StreamEvent::Notice {
                kind,
                message: text,
            },
            Self::Unknown => StreamEvent::Unknown { kind: text },
        }
    }
}
