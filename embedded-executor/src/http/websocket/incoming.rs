//! What a client sends: bytes into whole messages, within bounds.

use actix_codec::Decoder as _;
use actix_http::ws::{Codec, Frame, Item, ProtocolError};
use actix_web::web::Payload;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;

/// What stands before a frame's payload, at most.
const LONGEST_HEAD: usize = 14;

/// Reads the messages of one client.
pub(super) struct Incoming {
    payload: Payload,
    codec: Codec,
    buffer: BytesMut,
    /// The fragments so far of a message that is not complete.
    fragments: Option<BytesMut>,
    limit: usize,
}

/// Something that a client sent.
#[derive(Debug)]
pub(super) enum Received {
    Text(Bytes),
    Ping(Bytes),
    Pong,
    Close,
}

/// Why nothing can come any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("the client is gone")]
    Gone,
    #[error("a message is longer than {limit} bytes")]
    TooLong { limit: usize },
    #[error("binary messages are not understood")]
    Binary,
    #[error("not a WebSocket frame: {0}")]
    Frame(ProtocolError),
}

impl Incoming {
    pub(super) fn new(payload: Payload, limit: usize) -> Self {
        Self {
            payload,
            codec: Codec::new().max_size(limit),
            buffer: BytesMut::new(),
            fragments: None,
            limit,
        }
    }

    /// The next message. Can be dropped and called again without losing anything.
    pub(super) async fn next(&mut self) -> Result<Received, Broken> {
        loop {
            let decoded = self.codec.decode(&mut self.buffer);
            if let Some(frame) = decoded.map_err(|error| self.broken_by(error))? {
                if let Some(received) = self.take(frame)? {
                    return Ok(received);
                }
                continue;
            }
            // The decoder looks at a frame's length only when all of it is there.
            if self.buffer.len() > self.limit.saturating_add(LONGEST_HEAD) {
                return Err(self.too_long());
            }
            match self.payload.next().await {
                Some(Ok(bytes)) => self.buffer.extend_from_slice(&bytes),
                Some(Err(_)) | None => return Err(Broken::Gone),
            }
        }
    }

    /// What a frame completes.
    fn take(&mut self, frame: Frame) -> Result<Option<Received>, Broken> {
        let received = match frame {
            Frame::Text(text) => Received::Text(text),
            Frame::Ping(payload) => Received::Ping(payload),
            Frame::Pong(_) => Received::Pong,
            Frame::Close(_) => Received::Close,
            Frame::Binary(_) | Frame::Continuation(Item::FirstBinary(_)) => {
                return Err(Broken::Binary);
            }
            Frame::Continuation(Item::FirstText(part)) => {
                self.fragments = Some(BytesMut::from(&*part));
                return Ok(None);
            }
            Frame::Continuation(Item::Continue(part)) => {
                self.append(&part)?;
                return Ok(None);
            }
            Frame::Continuation(Item::Last(part)) => {
                self.append(&part)?;
                Received::Text(self.fragments.take().unwrap_or_default().freeze())
            }
        };
        Ok(Some(received))
    }

    fn append(&mut self, part: &[u8]) -> Result<(), Broken> {
        let fragments = self.fragments.get_or_insert_default();
        if fragments.len() + part.len() > self.limit {
            return Err(self.too_long());
        }
        fragments.extend_from_slice(part);
        Ok(())
    }

    fn broken_by(&self, error: ProtocolError) -> Broken {
        match error {
            ProtocolError::Overflow => self.too_long(),
            error => Broken::Frame(error),
        }
    }

    fn too_long(&self) -> Broken {
        Broken::TooLong { limit: self.limit }
    }
}

impl Broken {
    /// The code that a close frame gives as the reason; none if nobody would read it.
    pub(super) fn close_code(&self) -> Option<u16> {
        match self {
            Self::Gone => None,
            Self::TooLong { .. } => Some(1009),
            Self::Binary => Some(1003),
            Self::Frame(_) => Some(1002),
        }
    }
}
