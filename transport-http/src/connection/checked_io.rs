//! A connection that tells the truth about how its answers end.
//!
//! It sits between the socket and the HTTP client, which (awc 3.11) takes a connection that is closed
//! inside a body for the body's end, reads a body that only ends with the connection as empty, and
//! takes an interim answer for the real one. On the way through,
//! - an early end becomes an error that carries an [`EarlyEnd`],
//! - a head whose body ends with the connection is marked as HTTP/1.0, which the client reads to the
//!   end,
//! - an HTTP/1.0 head with a transfer coding is marked as HTTP/1.1, for the client to decode or refuse
//!   the coding: in HTTP/1.0 it overlooks it and takes the sizes of chunks for text,
//! - interim answers are dropped.

use std::{
    error::Error,
    fmt, io,
    pin::Pin,
    rc::{Rc, Weak},
    task::{Context, Poll, ready},
};

use actix_rt::net::{ActixStream, Ready};
use cassette::End;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    dialer::SENDING,
    framing::{self, Body, HeadKind},
    tls::TlsFailure,
};
use crate::recording::Tap;

/// Why a connection's answer is not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EarlyEnd {
    /// It was closed or broke before an answer's head was complete; whether it had served an earlier
    /// request.
    BeforeAnswer { reused: bool },
    /// It was closed inside the body; what is missing.
    InsideBody { missing: String },
}

impl fmt::Display for EarlyEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeforeAnswer { .. } => f.write_str("closed before an answer came"),
            Self::InsideBody { missing } => f.write_str(missing),
        }
    }
}

impl Error for EarlyEnd {}

impl EarlyEnd {
    /// The early end that `error` carries, if it is one of ours.
    pub(crate) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

#[derive(Debug)]
pub(crate) struct CheckedIo<Io> {
    io: Io,
    state: State,
    /// Bytes that were read to find the end of a head and are still to be handed on.
    held: Vec<u8>,
    /// How much of `held` was handed on already.
    handed: usize,
    requests: u64,
    /// Whether the connection ends with the current answer, though the client does not know.
    is_last: bool,
    /// Where the request that is under way is recorded, if it is.
    tap: Option<Weak<Tap>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No answer is due.
    Idle,
    /// An answer's head is due.
    Head,
    /// The head was handed on, the body follows.
    Body(Body),
    /// Whatever comes is handed on as it is: a body until close, a tunnel, or no HTTP at all.
    Opaque,
    /// The connection must not serve another request, and reads as closed: more bytes came than the
    /// answer may have, or the server's version does not keep connections.
    Closed,
}

/// One read from the socket while looking for the end of a head.
const HEAD_READ: usize = 4096;

impl<Io> CheckedIo<Io> {
    pub(crate) fn new(io: Io) -> Self {
        Self {
            io,
            state: State::Idle,
            held: Vec::new(),
            handed: 0,
            requests: 0,
            is_last: false,
            tap: None,
        }
    }

    /// The same over a connection that has served a request.
    pub(crate) fn reused(io: Io) -> Self {
        Self {
            requests: 1,
            ..Self::new(io)
        }
    }

    /// Tells whoever records what came.
    fn note(&mut self, note: impl FnOnce(&Tap)) {
        if let Some(tap) = &self.tap {
            match tap.upgrade() {
                Some(tap) => note(&tap),
                None => self.tap = None,
            }
        }
    }

    /// Tells whoever records whether the answer is whole by now. What else comes is none of its business.
    fn note_progress(&mut self) {
        if self.tap.is_some() && matches!(self.state, State::Idle | State::Closed) {
            self.note(|tap| tap.ended(End::Complete));
            self.tap = None;
        }
    }

    /// Hands on what is held; `true` if there was anything.
    fn hand_on(&mut self, buf: &mut ReadBuf<'_>) -> bool {
        let rest = &self.held[self.handed..];
        let taken = rest.len().min(buf.remaining());
        buf.put_slice(&rest[..taken]);
        self.handed += taken;
        if self.handed == self.held.len() {
            self.held.clear();
            self.handed = 0;
        }
        taken > 0
    }

    /// Looks for a complete head in what is held, and moves on to the body behind it.
    fn find_head(&mut self) {
        loop {
            match framing::parse_head(&self.held) {
                Ok(None) if self.held.len() < framing::MAX_HEAD => return,
                Ok(None) | Err(_) => self.state = State::Opaque,
                Ok(Some((length, HeadKind::Interim))) => {
                    self.held.drain(..length);
                    continue;
                }
                Ok(Some((_, HeadKind::Opaque))) => {
                    self.set_version(b'1');
                    self.state = State::Opaque;
                }
                Ok(Some((_, HeadKind::UntilClose))) => {
                    self.set_version(b'0');
                    self.state = State::Opaque;
                }
                Ok(Some((length, HeadKind::Framed(mut body)))) => {
                    if let Body::Chunked(_) = body {
                        self.is_last = self.set_version(b'1');
                    }
                    let taken = body.follow(&self.held[length..]);
                    let surplus = length + taken < self.held.len();
                    self.state = self.after(body, surplus);
                }
            }
            return;
        }
    }

    /// Makes the head that is held one of HTTP/1.`minor`; `true` if it was one of another version.
    fn set_version(&mut self, minor: u8) -> bool {
        const BEFORE_MINOR: &[u8] = b"HTTP/1.";
        // Line ends before the status line are tolerated.
        let blank = self.held.len() - self.held.trim_ascii_start().len();
        let known = self.held.get_mut(blank + BEFORE_MINOR.len());
        known.is_some_and(|known| std::mem::replace(known, minor) != minor)
    }

    /// The state after `body` was followed so far, and after more bytes than it has if `surplus`.
    fn after(&self, body: Body, surplus: bool) -> State {
        if surplus || (self.is_last && body.is_complete()) {
            State::Closed
        } else if body.is_complete() {
            State::Idle
        } else {
            State::Body(body)
        }
    }
}

impl<Io: AsyncRead + Unpin> CheckedIo<Io> {
    /// Reads until the head is complete and handed on in part.
    fn poll_head(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.state == State::Head {
            let mut bytes = [std::mem::MaybeUninit::uninit(); HEAD_READ];
            let mut read = ReadBuf::uninit(&mut bytes);
            let result = ready!(Pin::new(&mut self.io).poll_read(cx, &mut read));
            self.note(|tap| note_read(tap, &result, read.filled()));
            // Some servers say only after the handshake that they do not let the client in.
            if let Err(error) = result.as_ref()
                && TlsFailure::is_in(error)
            {
                return Poll::Ready(result);
            }
            if result.is_err() || read.filled().is_empty() {
                let end = EarlyEnd::BeforeAnswer {
                    reused: self.requests > 1,
                };
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, end)));
            }
            self.held.extend_from_slice(read.filled());
            self.find_head();
            self.note_progress();
        }
        self.hand_on(buf);
        Poll::Ready(Ok(()))
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for CheckedIo<Io> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // Held bytes of an incomplete head stay until it is complete.
        if this.state == State::Head {
            return this.poll_head(cx, buf);
        }
        if this.hand_on(buf) {
            return Poll::Ready(Ok(()));
        }
        if this.state == State::Closed {
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        let result = ready!(Pin::new(&mut this.io).poll_read(cx, buf));
        this.note(|tap| note_read(tap, &result, &buf.filled()[before..]));
        if let Err(error) = result {
            return Poll::Ready(Err(this.read_failed(error)));
        }
        if let State::Body(mut body) = this.state {
            let came = &buf.filled()[before..];
            if came.is_empty() {
                let end = EarlyEnd::InsideBody {
                    missing: body.missing(),
                };
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, end)));
            }
            let surplus = body.follow(came) < came.len();
            this.state = this.after(body, surplus);
            this.note_progress();
        }
        Poll::Ready(Ok(()))
    }
}

/// Tells whoever records what a read brought.
fn note_read(tap: &Tap, result: &io::Result<()>, came: &[u8]) {
    match result {
        Err(error) => tap.read_failed(error),
        Ok(()) if came.is_empty() => tap.ended(End::Closed),
        Ok(()) => tap.received(came),
    }
}

impl<Io> CheckedIo<Io> {
    /// What a failed read inside a body means: TLS that ends without saying so has been cut, by whom
    /// ever, and its end proves nothing.
    fn read_failed(&self, error: io::Error) -> io::Error {
        if error.kind() != io::ErrorKind::UnexpectedEof {
            return error;
        }
        let missing = match self.state {
            State::Body(body) => body.missing(),
            _ => "the connection was closed without the end of its encryption".into(),
        };
        io::Error::new(error.kind(), EarlyEnd::InsideBody { missing })
    }
}

impl<Io: AsyncWrite + Unpin> CheckedIo<Io> {
    /// Notes that a request begins, if none is under way.
    fn begin_request(&mut self) {
        if self.state == State::Idle {
            self.state = State::Head;
            self.requests += 1;
            let sending = SENDING.try_with(|sending| sending.tap.as_ref().map(Rc::downgrade));
            self.tap = sending.ok().flatten();
            if self.requests > 1 {
                self.note(Tap::reused);
            }
        }
    }

    /// What a failed write means: the other side has closed, so no answer will come.
    fn write_failed(&mut self, error: io::Error) -> io::Error {
        if self.state == State::Head {
            self.note(Tap::write_failed);
            io::Error::new(
                error.kind(),
                EarlyEnd::BeforeAnswer {
                    reused: self.requests > 1,
                },
            )
        } else {
            error
        }
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for CheckedIo<Io> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.begin_request();
        Pin::new(&mut this.io)
            .poll_write(cx, bytes)
            .map_err(|error| this.write_failed(error))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.begin_request();
        Pin::new(&mut this.io)
            .poll_write_vectored(cx, slices)
            .map_err(|error| this.write_failed(error))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

impl<Io: ActixStream> ActixStream for CheckedIo<Io> {
    fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        self.io.poll_read_ready(cx)
    }

    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        self.io.poll_write_ready(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    /// What a client reads of `answer`, sent in pieces of `piece` bytes before the server closes.
    async fn read(answer: &[u8], piece: usize) -> (Vec<u8>, io::Result<()>) {
        let (io, mut server): (_, DuplexStream) = duplex(piece);
        let mut client = CheckedIo::new(io);
        client.write_all(b"G").await.expect("the server reads");
        let send = async move {
            server.read_u8().await.expect("the request");
            server.write_all(answer).await.expect("the client reads");
        };
        let mut bytes = Vec::new();
        let ((), end) = tokio::join!(send, client.read_to_end(&mut bytes));
        (bytes, end.map(drop))
    }

    #[tokio::test]
    async fn an_answer_with_another_end_than_its_framing_says_is_an_error() {
        for piece in [1, 7, 4096] {
            for answer in [
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n",
            ] {
                let (bytes, end) = read(answer.as_bytes(), piece).await;
                assert_eq!(bytes, answer.as_bytes());
                let end = end.expect_err("an early end");
                assert!(
                    matches!(EarlyEnd::of(&end), Some(EarlyEnd::InsideBody { .. })),
                    "{answer}"
                );
            }
            let (_, end) = read(b"HTTP/1.1 200 OK\r\n", piece).await;
            let end = end.expect_err("an early end");
            assert_eq!(
                EarlyEnd::of(&end),
                Some(&EarlyEnd::BeforeAnswer { reused: false })
            );
        }
    }

    #[tokio::test]
    async fn a_whole_answer_passes_unchanged() {
        for piece in [1, 7, 4096] {
            for answer in [
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
                "HTTP/1.0 200 OK\r\n\r\nuntil close",
                "not HTTP at all\r\n\r\n",
            ] {
                let (bytes, end) = read(answer.as_bytes(), piece).await;
                assert!(end.is_ok(), "{answer}: {end:?}");
                assert_eq!(bytes, answer.as_bytes());
            }
        }
    }

    #[tokio::test]
    async fn interim_answers_are_dropped_and_bodies_until_close_are_marked() {
        for piece in [1, 7, 4096] {
            let interim =
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
            let answer = format!("{interim}HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody");
            let (bytes, end) = read(answer.as_bytes(), piece).await;
            assert!(end.is_ok());
            assert_eq!(
                String::from_utf8_lossy(&bytes),
                "HTTP/1.0 200 OK\r\nA: b\r\n\r\nbody"
            );
        }
    }

    #[tokio::test]
    async fn chunks_in_http_1_0_are_marked_to_be_decoded_and_end_the_connection() {
        let rest = " 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
        for piece in [1, 7, 4096] {
            let (bytes, end) = read(format!("HTTP/1.0{rest}").as_bytes(), piece).await;
            assert!(end.is_ok());
            assert_eq!(String::from_utf8_lossy(&bytes), format!("HTTP/1.1{rest}"));
        }
        let (io, mut server) = duplex(4096);
        let mut client = CheckedIo::new(io);
        client.write_all(b"G").await.expect("writes");
        let answer = format!("HTTP/1.0{rest}");
        server.write_all(answer.as_bytes()).await.expect("writes");
        let mut bytes = Vec::new();
        // The server still holds the connection open.
        client
            .read_to_end(&mut bytes)
            .await
            .expect("reads as closed");
        assert_eq!(bytes.len(), answer.len());
    }

    #[tokio::test]
    async fn a_connection_with_surplus_bytes_reads_as_closed() {
        let (io, mut server) = duplex(4096);
        let mut client = CheckedIo::new(io);
        client.write_all(b"G").await.expect("writes");
        server
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab")
            .await
            .expect("writes");
        let mut bytes = [0; 256];
        let first = client.read(&mut bytes).await.expect("the answer");
        assert!(bytes[..first].ends_with(b"ab"));
        assert_eq!(client.read(&mut bytes).await.expect("reads as closed"), 0);
    }
}
