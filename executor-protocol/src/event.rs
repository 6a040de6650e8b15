//! The events of one execution's stream.

use std::fmt;

/// One thing that an executor said about the command it runs.
///
/// Events borrow from the buffers of the stream that decoded them, so that reading a stream costs no
/// allocation per event; copy what has to outlive the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamEvent<'a> {
    /// A piece of what the command printed.
    ///
    /// Whether pieces are lines or arbitrary slices is the dialect's affair: see
    /// [`OutputJoin`](crate::OutputJoin).
    Output {
        /// The text, without the line end where pieces are lines.
        data: &'a str,
        /// Where the command wrote it, if the executor says so.
        channel: Option<Channel>,
    },
    /// The executor reports that something went wrong. An attempt with an error event never passes.
    Error {
        /// The executor's own words.
        message: &'a str,
    },
    /// The command has ended: the terminal event, after which nothing may follow.
    Complete {
        /// How it ended.
        exit: ExitStatus,
    },
    /// A sign of life that says nothing about the command.
    Heartbeat,
    /// Something the executor wants known that neither ends the command nor makes it fail.
    Notice {
        /// What it is about.
        kind: NoticeKind,
        /// The executor's own words; may be empty.
        message: &'a str,
    },
    /// A type of event this crate does not know. It is tolerated and counted, never output.
    Unknown {
        /// The event's type as the executor spelled it.
        kind: &'a str,
    },
}

impl StreamEvent<'_> {
    /// Whether this event ends the stream.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Complete { .. })
    }

    /// Whether this event shows progress: output, an error or the end, but no sign of life alone.
    ///
    /// Only meaningful events reset the clock that detects a stalled command, so that heartbeats
    /// cannot hide one.
    #[must_use]
    pub fn is_meaningful(&self) -> bool {
        !matches!(
            self,
            Self::Heartbeat | Self::Notice { .. } | Self::Unknown { .. }
        )
    }
}

/// Which of its two output streams a command wrote to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl Channel {
    /// The name used on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a [`StreamEvent::Notice`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum NoticeKind {
    /// A service behind the command limits how often it may be asked.
    RateLimit,
    /// A service behind the command limits how much may be asked of it.
    TokenLimit,
    /// The executor saw a completion marker although the process still runs.
    EarlyCompletion,
    /// A hook or a check of the executor has something to say about the command.
    Warning,
}

impl NoticeKind {
    /// All kinds, in the order of their declaration.
    pub const ALL: [Self; 4] = [
        Self::RateLimit,
        Self::TokenLimit,
        Self::EarlyCompletion,
        Self::Warning,
    ];

    /// The kind with this stable name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The stable name, as it stands in reports and machine records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RateLimit => "rate-limit",
            Self::TokenLimit => "token-limit",
            Self::EarlyCompletion => "early-completion",
            Self::Warning => "warning",
        }
    }
}

/// How a command ended, according to the terminal event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExitStatus {
    /// With this exit code.
    Code(i32),
    /// The terminal event carried no usable exit code (missing, null, a string, a fraction, out of
    /// range). It is never a success; the stream's findings say so as
    /// [`FindingCode::BadExitCode`](crate::FindingCode::BadExitCode).
    Unusable,
    /// Without an exit code, as the dialect allows for a command that failed to start or was cancelled.
    /// An error event before it says why. It is never a success either.
    NotReported,
}

impl ExitStatus {
    /// The exit code, if there was a usable one.
    #[must_use]
    pub fn code(self) -> Option<i32> {
        match self {
            Self::Code(code) => Some(code),
            Self::Unusable | Self::NotReported => None,
        }
    }
}
