//! The forms in which an executor may stream its events over HTTP.

use crate::decode::Decoder;

/// How a client asks an executor to frame the events of its answer.
///
/// The events themselves are the same JSON objects in either form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Dialect {
    /// One object per line (`application/x-ndjson`).
    #[default]
    Ndjson,
    /// One object per server-sent event (`text/event-stream`).
    Sse,
    /// Whichever of them the executor prefers: it is asked for both, and the content type of its answer
    /// says which one it is. An answer without a content type is taken for NDJSON.
    Auto,
}

/// The form that an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Ndjson,
    Sse,
}

impl Dialect {
    /// What a cassette calls it.
    pub(crate) fn recorded(self) -> cassette::Dialect {
        match self {
            Self::Ndjson => cassette::Dialect::Ndjson,
            Self::Sse => cassette::Dialect::Sse,
            Self::Auto => cassette::Dialect::Auto,
        }
    }

    /// The `Accept` header that asks for it.
    pub(crate) fn accept(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson, application/json;q=0.9",
            Self::Sse => "text/event-stream",
            Self::Auto => "application/x-ndjson, text/event-stream;q=0.9, application/json;q=0.8",
        }
    }
}

impl Format {
    /// A decoder that keeps at most `max_event` bytes of one event.
    pub(crate) fn decoder(self, max_event: usize) -> Decoder {
        match self {
            Self::Ndjson => Decoder::ndjson(max_event),
            Self::Sse => Decoder::sse(max_event),
        }
    }
}
