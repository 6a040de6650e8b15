//! A WebSocket on which one command runs: moves on frame by frame, answers signs of life, and knows how a
//! connection can end.

use std::{
    io,
    task::{Context, Poll, ready},
};

use executor_protocol::{FindingCode, TransportError};

use super::{frame_head::FrameError, frames::Item, json_rpc::JsonRpc, outgoing, socket::Socket};

/// So many bytes may come in a row before others have their turn: deadlines, cancellations, and the
/// other streams of the thread.
const MOST_IN_A_ROW: usize = 1024 * 1024;

pub(super) struct Session {
    pub(super) socket: Socket,
    pub(super) dialect: JsonRpc,
    in_a_row: usize,
}

/// What one step brought.
#[derive(Debug)]
pub(super) enum Step {
    /// So many bytes, not yet looked at.
    Bytes(usize),
    /// A whole frame; what it said is known to the dialect.
    Frame,
    /// The end of the connection.
    End(End),
}

/// How a connection ended.
#[derive(Debug)]
pub(super) enum End {
    /// With a close frame.
    Close { code: Option<u16>, reason: String },
    /// Without one.
    Eof,
    /// Inside a frame, or between the fragments of a message.
    InsideMessage,
    /// The operating system says so.
    Broken(io::Error),
    /// By us: what came was no WebSocket.
    Framing(FrameError),
}

impl Session {
    pub(super) fn new(socket: Socket) -> Self {
        Self {
            socket,
            dialect: JsonRpc::default(),
            in_a_row: 0,
        }
    }

    /// Moves on to the next frame, or reads until there may be one.
    pub(super) fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        // A server that does not read now may do so later; what it says meanwhile counts.
        let _ = self.socket.poll_flush(cx);
        let end = match self.socket.next() {
            Ok(Some(Item::Message(message))) => {
                self.dialect.push(message);
                if self.dialect.take_pong() {
                    self.socket.send_text(outgoing::PONG.into());
                }
                return Poll::Ready(Step::Frame);
            }
            Ok(Some(Item::Ping(payload))) => {
                let payload = payload.to_vec();
                self.socket.send_pong(&payload);
                return Poll::Ready(Step::Frame);
            }
            Ok(Some(Item::Pong)) => return Poll::Ready(Step::Frame),
            Ok(Some(Item::Close { code, reason })) => {
                // A server that does not hear it has closed already.
                self.socket.close();
                let _ = self.socket.poll_flush(cx);
                End::Close { code, reason }
            }
            Ok(None) => match ready!(self.poll_read(cx)) {
                Ok(count @ 1..) => return Poll::Ready(Step::Bytes(count)),
                // Without TLS's own end, a secure connection reports the end of the plain one so.
                Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => End::Broken(error),
                _ if self.socket.is_inside_message() => End::InsideMessage,
                _ => End::Eof,
            },
            Err(error) => End::Framing(error),
        };
        Poll::Ready(Step::End(end))
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.in_a_row > MOST_IN_A_ROW {
            self.in_a_row = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let read = self.socket.poll_read(cx);
        match &read {
            Poll::Ready(Ok(count)) => self.in_a_row += count,
            Poll::Ready(Err(_)) | Poll::Pending => self.in_a_row = 0,
        }
        read
    }
}

impl End {
    /// What the end means to a command that has not ended, and the breach that it is.
    pub(super) fn before_terminal(self) -> (TransportError, Option<FindingCode>) {
        match self {
            Self::Close { code, reason } => (TransportError::Closed { code, reason }, None),
            Self::Eof => {
                let (code, reason) = (None, String::new());
                let error = TransportError::Closed { code, reason };
                (error, Some(FindingCode::AbnormalClose))
            }
            other => other.inside_stream(),
        }
    }

    /// What the end means once everything was said: the error, if it is not to be trusted, and the
    /// breach.
    ///
    /// The dialect has no end of a stream besides the terminal event. A close, an end of the connection
    /// and, where our close met one that was shut already, a reset are all the same to it.
    pub(super) fn after_terminal(self) -> (Option<TransportError>, Option<FindingCode>) {
        match self {
            Self::Close {
                code: None | Some(1000 | 1001 | 1005),
                ..
            }
            | Self::Eof
            | Self::Broken(_) => (None, None),
            // The server itself says that something went wrong.
            Self::Close { .. } => (None, Some(FindingCode::AbnormalClose)),
            other => {
                let (error, breach) = other.inside_stream();
                (Some(error), breach)
            }
        }
    }

    fn inside_stream(self) -> (TransportError, Option<FindingCode>) {
        let error = match self {
            Self::InsideMessage | Self::Close { .. } | Self::Eof => {
                let detail = "the connection ended inside a message".into();
                let error = TransportError::Truncated { detail };
                return (error, Some(FindingCode::TruncatedBody));
            }
            Self::Framing(FrameError::Compressed) => TransportError::ContentEncoding {
                encoding: "permessage-deflate".into(),
            },
            Self::Framing(error) => TransportError::Broken {
                source: Box::new(error),
            },
            Self::Broken(error) => TransportError::Broken {
                source: Box::new(error),
            },
        };
        (error, None)
    }
}
