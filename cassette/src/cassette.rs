//! What a cassette holds.

use std::{fmt, time::Duration};

/// One execution as it was on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cassette {
    /// What was asked, and of whom.
    pub head: Head,
    /// What happened, in the order in which it did. At most one [`What::End`], which is the last.
    pub records: Vec<Record>,
}

/// What was asked, and of whom. No token and no other credential is ever part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which program recorded it, with its version; may be empty.
    pub recorded_by: String,
    /// The executor's address without credentials; may be empty.
    pub executor: String,
    /// What was spoken.
    pub dialect: Dialect,
    /// The command as it was sent.
    pub command: String,
    /// How long the executor was to let it run.
    pub timeout: Option<Duration>,
    /// The client's name for the execution.
    pub execution_id: String,
    /// How many bytes of one line or message the client kept.
    pub max_line_bytes: usize,
    /// What the client asked to have answered when it opened a WebSocket. It is no secret, and without it
    /// the recorded answer is none.
    pub websocket_key: Option<String>,
    /// The case that the execution was an attempt at, if it was one.
    pub case: Option<CaseName>,
}

/// Where a case is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseName {
    /// The suite's file, as the user named it.
    pub suite: String,
    /// The case's id in it.
    pub id: String,
}

/// What client and executor spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Lines of JSON over HTTP.
    Ndjson,
    /// Server-sent events over HTTP.
    Sse,
    /// Either of the two, as the executor preferred.
    Auto,
    /// JSON-RPC over a WebSocket.
    JsonRpc,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When, counted from the start of the execution.
    pub at: Duration,
    /// What.
    pub what: What,
}

/// What can happen on a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// It stands, TLS included.
    Connected,
    /// One was used that had served an earlier request.
    Reused,
    /// Bytes came: of heads, bodies with their framing, and frames, as the executor sent them, only with the
    /// values of unknown headers masked.
    Received(Vec<u8>),
    /// The client sent this message. HTTP requests are not recorded: the head says what was asked.
    Sent(String),
    /// This many bytes came here, in so many reads, and were not kept.
    Missing {
        /// How many bytes.
        bytes: u64,
        /// In how many reads.
        reads: u64,
    },
    /// Nothing more was read.
    End(End),
}

/// How a connection ended, as the client saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The answer was whole by its framing. The connection may have gone on.
    Complete,
    /// The executor closed it.
    Closed,
    /// It ended without the end of its encryption.
    Cut,
    /// It was reset.
    Reset,
    /// It broke in another way, in words.
    Broken(String),
    /// There was none, in words.
    ConnectFailed(String),
    /// There was no secure one, in words.
    TlsFailed(String),
    /// The client left, be it that a deadline had passed, be it that it knew enough.
    Left,
}

/// Why a cassette cannot be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unplayable {
    /// The stream was longer than the recorder's bound.
    #[error("the middle of the stream was not kept ({bytes} bytes)")]
    Missing {
        /// How many bytes are missing.
        bytes: u64,
    },
    /// The file ends before the recording does.
    #[error("the file was cut: it does not say how the stream ended")]
    Cut,
}

impl Head {
    /// What was asked of whomever, with the rest unknown.
    #[must_use]
    pub fn new(
        dialect: Dialect,
        command: impl Into<String>,
        execution_id: impl Into<String>,
    ) -> Self {
        Self {
            recorded_by: String::new(),
            executor: String::new(),
            dialect,
            command: command.into(),
            timeout: None,
            execution_id: execution_id.into(),
            max_line_bytes: 16 * 1024 * 1024,
            websocket_key: None,
            case: None,
        }
    }
}

impl Cassette {
    /// How the connection ended; `None` if the file was cut before it says so.
    #[must_use]
    pub fn end(&self) -> Option<&End> {
        match self.records.last() {
            Some(Record {
                what: What::End(end),
                ..
            }) => Some(end),
            _ => None,
        }
    }

    /// When the connection stood; `None` if there was none, or one that stood before.
    #[must_use]
    pub fn connected(&self) -> Option<Duration> {
        let connected = self.records.iter().find(|it| it.what == What::Connected);
        connected.map(|record| record.at)
    }

    /// Everything that came, in one piece.
    #[must_use]
    pub fn received(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for record in &self.records {
            if let What::Received(bytes) = &record.what {
                all.extend_from_slice(bytes);
            }
        }
        all
    }

    /// Whether it can be played from its beginning to its end.
    ///
    /// # Errors
    /// When something is missing: what comes after it would mean something else.
    pub fn check_playable(&self) -> Result<(), Unplayable> {
        for record in &self.records {
            if let What::Missing { bytes, .. } = record.what {
                return Err(Unplayable::Missing { bytes });
            }
        }
        self.end().map(drop).ok_or(Unplayable::Cut)
    }
}

impl Dialect {
    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Sse => "sse",
            Self::Auto => "auto",
            Self::JsonRpc => "json-rpc",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
