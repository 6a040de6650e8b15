//! Why an execution could not be started, or its stream not be followed to the end.

use std::{error::Error, fmt, time::Duration};

/// A fault of the executor, of the network, or a deadline that passed.
///
/// A command that failed is no error: it ends its stream with a terminal event like any other.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection could be made: refused, unreachable, or a name that does not resolve.
    #[error("cannot connect to {address}")]
    Connect {
        /// Whom we wanted to reach, without credentials.
        address: String,
        /// Why not.
        source: Box<dyn Error>,
    },
    /// No connection was made in time.
    #[error("no connection within {}", seconds(.limit))]
    ConnectTimeout {
        /// The deadline that passed.
        limit: Duration,
    },
    /// The connection stands, but the answer did not begin in time.
    #[error("no answer within {}", seconds(.limit))]
    HeadTimeout {
        /// The deadline that passed.
        limit: Duration,
    },
    /// The connection was closed before an answer came.
    #[error("the connection was closed before an answer came{}", if *.reused { " (it was a kept-alive one, which the executor may have closed just then)" } else { "" })]
    NoAnswer {
        /// Whether the connection had served an earlier request. The request is not repeated all the
        /// same: the executor may have begun to act on it.
        reused: bool,
    },
    /// The answer was no HTTP that could be understood.
    #[error("the answer is not valid HTTP")]
    InvalidAnswer {
        /// What was wrong with it.
        source: Box<dyn Error>,
    },
    /// The answer's status was not 200.
    #[error("HTTP status {status}{}", excerpt(.body))]
    Status {
        /// The status code.
        status: u16,
        /// The first 2 KiB of the body.
        body: String,
        /// How long the executor wants to be left alone (`Retry-After`, in seconds or as a date).
        retry_after: Option<Duration>,
    },
    /// The answer was a redirect, which is never followed: it would repeat the command elsewhere.
    #[error("redirected with status {status} to {}", .location.as_deref().unwrap_or("nowhere"))]
    Redirect {
        /// The status code.
        status: u16,
        /// The `Location` header.
        location: Option<String>,
    },
    /// The answer was not an event stream, but for example an HTML page.
    #[error("content type {content_type:?} is no event stream{}", excerpt(.body))]
    ContentType {
        /// The `Content-Type` header.
        content_type: String,
        /// The first 2 KiB of the body.
        body: String,
    },
    /// The answer was compressed although `identity` was asked for.
    #[error("content encoding {encoding:?} was not asked for")]
    ContentEncoding {
        /// The `Content-Encoding` header.
        encoding: String,
    },
    /// No secure connection: the certificate is not trusted, or the handshake failed.
    #[error("no secure connection to {address}")]
    Tls {
        /// Whom we wanted to reach, without credentials.
        address: String,
        /// Why not.
        source: Box<dyn Error>,
    },
    /// The executor refused the command in so many words (a JSON-RPC error).
    #[error("the executor refused: {message} ({kind}, code {code})")]
    Rejected {
        /// The kind of refusal, to act by.
        kind: RejectionKind,
        /// The JSON-RPC error code.
        code: i64,
        /// The executor's own words.
        message: String,
    },
    /// The executor closed the WebSocket before the command had ended.
    #[error("the executor closed the connection{}{}", close_code(.code), excerpt(.reason))]
    Closed {
        /// The close code, if one was sent.
        code: Option<u16>,
        /// The executor's own words; may be empty.
        reason: String,
    },
    /// The connection broke in the middle of the body.
    #[error("the connection broke in the middle of the stream")]
    Broken {
        /// What the operating system or the framing said.
        source: Box<dyn Error>,
    },
    /// The body ended before its framing said so.
    #[error("the body was truncated: {detail}")]
    Truncated {
        /// Which part of the framing was missing.
        detail: String,
    },
    /// The whole execution took longer than allowed.
    #[error("not finished within {}, silent for the last {}", seconds(.limit), seconds(.silent_for))]
    TotalTimeout {
        /// The deadline that passed.
        limit: Duration,
        /// How long there had been no meaningful event.
        silent_for: Duration,
    },
    /// The terminal event came, but the body did not end after it.
    #[error("the body did not end within {} after the terminal event", seconds(.limit))]
    EndTimeout {
        /// The deadline that passed.
        limit: Duration,
    },
    /// The stream was silent for longer than allowed.
    #[error("{clock} for {} (allowed: {})", seconds(.silent_for), seconds(.limit))]
    Stalled {
        /// Which kind of silence it was.
        clock: IdleClock,
        /// The limit that was passed.
        limit: Duration,
        /// How long the silence had lasted when it was noticed.
        silent_for: Duration,
    },
}

/// Why an executor refused a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// The command itself: empty, or not allowed.
    Command,
    /// Another command is running on the same connection.
    Busy,
    /// There are too many sessions already.
    SessionLimit,
    /// The executor does not know the method, or not its parameters.
    Method,
    /// The executor failed.
    Internal,
}

impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Command => "command refused",
            Self::Busy => "busy",
            Self::SessionLimit => "session limit",
            Self::Method => "unknown method",
            Self::Internal => "internal error",
        })
    }
}

/// The three clocks that watch a stream for silence, each with a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdleClock {
    /// No bytes at all came.
    Bytes,
    /// Bytes may have come, but no complete event.
    Events,
    /// Events may have come, but none that shows progress: alive but stuck.
    Meaningful,
}

impl IdleClock {
    /// All clocks, from the least to the most that has to be there.
    pub const ALL: [Self; 3] = [Self::Bytes, Self::Events, Self::Meaningful];

    /// The stable name, as it stands in machine records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Events => "events",
            Self::Meaningful => "meaningful",
        }
    }

    /// The clock with this stable name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|clock| clock.as_str() == name)
    }
}

impl fmt::Display for IdleClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "no bytes came",
            Self::Events => "no event came",
            Self::Meaningful => "no output or end came",
        })
    }
}

/// The message of an error and of all its sources, for people.
///
/// ```
/// let error = executor_protocol::TransportError::InvalidAnswer { source: "bad header".into() };
/// assert_eq!(
///     executor_protocol::error_chain(&error),
///     "the answer is not valid HTTP: bad header"
/// );
/// ```
#[must_use]
pub fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Wrappers that repeat what they wrap would say everything twice.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

fn seconds(duration: &Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn excerpt(body: &str) -> String {
    if body.trim().is_empty() {
        String::new()
    } else {
        format!(": {}", body.trim())
    }
}

fn close_code(code: &Option<u16>) -> String {
    code.map_or_else(String::new, |code| format!(" with code {code}"))
}
