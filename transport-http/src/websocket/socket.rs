//! A connection that has become a WebSocket: frames in, frames out, nothing known of what they say.

use std::{
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use actix_codec::Encoder as _;
use actix_http::ws;
use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    frame_head::FrameError,
    frames::{Frames, Item},
};
use crate::recording::Tap;

/// A connection, secured or not.
pub(super) type BoxedIo = Box<dyn Io>;

pub(super) trait Io: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Io for T {}

/// A server that asks for signs of life and does not read them gets no more than these.
const MOST_UNSENT: usize = 64 * 1024;

/// The code of a close without complaint.
const NORMAL: ws::CloseCode = ws::CloseCode::Normal;

pub(super) struct Socket {
    io: BoxedIo,
    frames: Frames,
    unsent: BytesMut,
    codec: ws::Codec,
    /// Whether our close frame is on its way: nothing may follow it.
    is_closed: bool,
    /// Where it is recorded, if it is. Dropped after the connection.
    tap: Option<Rc<Tap>>,
}

impl Socket {
    /// A WebSocket over `io`, of which `read` was read already.
    pub(super) fn new(io: BoxedIo, read: &[u8], max_message: usize) -> Result<Self, FrameError> {
        let mut frames = Frames::new(max_message);
        frames.push(read)?;
        Ok(Self {
            io,
            frames,
            unsent: BytesMut::new(),
            codec: ws::Codec::new().client_mode(),
            is_closed: false,
            tap: None,
        })
    }

    /// The same, recorded if there is a `tap`.
    pub(super) fn recorded(mut self, tap: Option<Rc<Tap>>) -> Self {
        self.tap = tap;
        self
    }

    /// The next message or control frame, if it came already.
    pub(super) fn next(&mut self) -> Result<Option<Item<'_>>, FrameError> {
        self.frames.next()
    }

    /// Whether the next frame came already.
    pub(super) fn has_buffered(&self) -> bool {
        self.frames.has_buffered()
    }

    /// Whether an end now would be one inside a message.
    pub(super) fn is_inside_message(&self) -> bool {
        self.frames.is_inside_message()
    }

    /// Reads more bytes, and tells how many; zero at the end of the connection.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut space = ReadBuf::new(self.frames.space());
        ready!(Pin::new(&mut self.io).poll_read(cx, &mut space))?;
        let count = space.filled().len();
        self.frames.filled(count);
        Poll::Ready(Ok(count))
    }

    pub(super) fn send_text(&mut self, text: String) {
        if let Some(tap) = &self.tap {
            tap.sent(&text);
        }
        self.send(ws::Message::Text(text.into()));
    }

    pub(super) fn send_pong(&mut self, payload: &[u8]) {
        self.send(ws::Message::Pong(payload.to_vec().into()));
    }

    /// Says goodbye. What is sent afterwards is dropped.
    pub(super) fn close(&mut self) {
        self.send(ws::Message::Close(Some(NORMAL.into())));
        self.is_closed = true;
    }

    fn send(&mut self, message: ws::Message) {
        if self.is_closed || self.unsent.len() > MOST_UNSENT {
            return;
        }
        // It only fails for fragments in the wrong order, of which we send none.
        let _ = self.codec.encode(message, &mut self.unsent);
    }

    /// Writes what is to be sent, as far as the server takes it.
    ///
    /// That it takes no more is no error: what it had to say may still be unread.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.unsent.is_empty() {
            match ready!(Pin::new(&mut self.io).poll_write(cx, &self.unsent)) {
                Ok(count @ 1..) => self.unsent.advance(count),
                Ok(0) | Err(_) => self.unsent.clear(),
            }
        }
        // Secure connections keep bytes of their own.
        Pin::new(&mut self.io).poll_flush(cx).map(drop)
    }
}
