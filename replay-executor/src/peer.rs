//! A client's connection: what came of it, and whether it is still there.

use std::{io, time::Duration};

use tokio::{net::TcpStream, time::timeout};

/// So many bytes of requests wait at most; a client that sends more has to wait itself.
const MAX_HELD: usize = 2 * 1024 * 1024;

/// How long a client has to close its side once ours is.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// One client.
pub(crate) struct Peer {
    stream: TcpStream,
    /// What came and was not looked at yet.
    pub(crate) held: Vec<u8>,
}

impl Peer {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            held: Vec::new(),
        }
    }

    /// Waits for more bytes; `false` when there will be none.
    pub(crate) async fn read(&mut self) -> io::Result<bool> {
        if self.held.len() >= MAX_HELD {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let mut buffer = [0; 16 * 1024];
        loop {
            self.stream.readable().await?;
            match self.stream.try_read(&mut buffer) {
                Ok(count) => {
                    self.held.extend_from_slice(&buffer[..count]);
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Resolves when the client has left. What it says meanwhile is kept, or forgotten if nothing that it
    /// says matters any more.
    pub(crate) async fn left(&mut self, forget: bool) {
        loop {
            if forget {
                self.held.clear();
            }
            match self.read().await {
                Ok(true) => {}
                Ok(false) | Err(_) => return,
            }
        }
    }

    /// Writes all of `bytes`.
    pub(crate) async fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.stream.writable().await?;
            match self.stream.try_write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Closes the connection so that the client sees its end and no reset: with bytes unread, it would.
    pub(crate) async fn close(mut self) {
        if socket2::SockRef::from(&self.stream)
            .shutdown(std::net::Shutdown::Write)
            .is_ok()
        {
            // A client that keeps its side open has been told all the same.
            let _ = timeout(CLOSE_WAIT, self.left(true)).await;
        }
    }

    /// Breaks the connection.
    pub(crate) fn reset(self) {
        // Where that cannot be, it is closed.
        let _ = socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }
}
