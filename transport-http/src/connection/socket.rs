//! A connection's bytes, encrypted or not.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use actix_rt::net::{ActixStream, Ready, TcpStream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::client::TlsStream;

use super::recorded::RecordedSocket;

/// A connection to an executor.
#[derive(Debug)]
pub(crate) enum Socket {
    Plain(TcpStream),
    // Far larger than the other, and there are few of them.
    Secure(Box<TlsStream<TcpStream>>),
    /// What was recorded; what is written to it is dropped.
    Recorded(RecordedSocket),
}

/// Calls a method of whichever stream it is; what is recorded has an answer of its own.
macro_rules! either {
    ($socket:expr, $stream:ident => $call:expr, recorded => $recorded:expr) => {
        match $socket {
            Socket::Plain($stream) => $call,
            Socket::Secure($stream) => $call,
            Socket::Recorded(_) => $recorded,
        }
    };
}

impl Socket {
    fn tcp(&self) -> Option<&TcpStream> {
        match self {
            Self::Plain(stream) => Some(stream),
            Self::Secure(stream) => Some(stream.get_ref().0),
            Self::Recorded(_) => None,
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Secure(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Recorded(socket) => socket.poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        either!(
            self.get_mut(),
            stream => Pin::new(stream).poll_write(cx, bytes),
            recorded => Poll::Ready(Ok(bytes.len()))
        )
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(
            self.get_mut(),
            stream => Pin::new(stream).poll_write_vectored(cx, slices),
            recorded => Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()))
        )
    }

    fn is_write_vectored(&self) -> bool {
        either!(self, stream => stream.is_write_vectored(), recorded => false)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(
            self.get_mut(),
            stream => Pin::new(stream).poll_flush(cx),
            recorded => Poll::Ready(Ok(()))
        )
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(
            self.get_mut(),
            stream => Pin::new(stream).poll_shutdown(cx),
            recorded => Poll::Ready(Ok(()))
        )
    }
}

impl ActixStream for Socket {
    fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        match self.tcp() {
            Some(tcp) => ActixStream::poll_read_ready(tcp, cx),
            None => Poll::Ready(Ok(Ready::READABLE)),
        }
    }

    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        match self.tcp() {
            Some(tcp) => ActixStream::poll_write_ready(tcp, cx),
            None => Poll::Ready(Ok(Ready::WRITABLE)),
        }
    }
}
