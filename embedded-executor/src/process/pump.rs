//! From a command's two pipes to batches on their way to the client.
//!
//! Nothing is read that the client has no room for: the command then waits in its `write`. Once nobody
//! listens any more, output is read and thrown away instead, so that a command that is being ended can
//! finish its last words.

use std::{io, os::fd::OwnedFd};

use executor_protocol::Channel;
use tokio::{net::unix::pipe, sync::mpsc};

use super::{
    Update,
    lines::{Batch, LineSplitter},
};

/// Half of what a pipe holds. The two buffers of a command and its batch stay in the cache.
const READ_BYTES: usize = 32 * 1024;

/// How much is still read once every process that we know of is gone: what both pipes can hold, even
/// if a command enlarged them to the usual maximum. More can only come from a stranger.
const DRAIN_BYTES: usize = 2 * 1024 * 1024;

/// Reads both pipes of a command.
#[derive(Debug)]
pub(super) struct Pump {
    pipes: [Option<Pipe>; 2],
    buffer: Box<[u8]>,
    batch: Batch,
    updates: mpsc::Sender<Update>,
}

#[derive(Debug)]
struct Pipe {
    receiver: pipe::Receiver,
    lines: LineSplitter,
}

impl Pump {
    pub(super) fn new(
        stdout: OwnedFd,
        stderr: OwnedFd,
        updates: mpsc::Sender<Update>,
    ) -> io::Result<Self> {
        let pipe = |fd, channel| {
            let receiver = pipe::Receiver::from_owned_fd(fd)?;
            io::Result::Ok(Some(Pipe {
                receiver,
                lines: LineSplitter::new(channel),
            }))
        };
        Ok(Self {
            pipes: [
                pipe(stdout, Channel::Stdout)?,
                pipe(stderr, Channel::Stderr)?,
            ],
            buffer: vec![0; READ_BYTES].into_boxed_slice(),
            batch: Batch::default(),
            updates,
        })
    }

    /// Reads and sends until both pipes are closed. Can be dropped and called again at any point
    /// without losing anything.
    pub(super) async fn run(&mut self) {
        loop {
            let read = self.read_available();
            if self.batch.is_full() || (read == 0 && !self.batch.is_empty()) {
                self.send_batch().await;
            } else if self.is_closed() {
                return;
            } else if read == 0 {
                self.readable().await;
            }
        }
    }

    /// Sends what can be had without waiting for a writer, unfinished last lines included.
    pub(super) async fn drain(&mut self) {
        let mut left = DRAIN_BYTES;
        loop {
            let read = self.read_available();
            left = left.saturating_sub(read);
            if read == 0 || left == 0 {
                break;
            }
            if self.batch.is_full() {
                self.send_batch().await;
            }
        }
        for pipe in self.pipes.iter_mut().flatten() {
            pipe.lines.finish(&mut self.batch);
        }
        if !self.batch.is_empty() {
            self.send_batch().await;
        }
    }

    /// Whether nobody can write to the pipes any more.
    pub(super) fn is_closed(&self) -> bool {
        self.pipes.iter().all(Option::is_none)
    }

    /// Reads each pipe once, if it has something, and returns how many bytes there were. Pipes that
    /// are closed are finished and taken out.
    fn read_available(&mut self) -> usize {
        let mut total = 0;
        for slot in &mut self.pipes {
            let Some(pipe) = slot else { continue };
            match pipe.receiver.try_read(&mut self.buffer) {
                Ok(read @ 1..) => {
                    pipe.lines.push(&self.buffer[..read], &mut self.batch);
                    total += read;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Pipes do not fail otherwise. If one did, it would be as good as closed.
                Ok(_) | Err(_) => {
                    pipe.lines.finish(&mut self.batch);
                    *slot = None;
                }
            }
        }
        total
    }

    /// Waits until a pipe that is open can be read or was closed.
    async fn readable(&self) {
        let [stdout, stderr] = &self.pipes;
        let one = async |pipe: &Option<Pipe>| match pipe {
            Some(pipe) => drop(pipe.receiver.readable().await),
            None => std::future::pending().await,
        };
        tokio::select! {
            () = one(stdout) => {}
            () = one(stderr) => {}
        }
    }

    /// Hands the batch over as soon as there is room for it.
    async fn send_batch(&mut self) {
        let place = self.updates.reserve().await;
        let batch = std::mem::take(&mut self.batch);
        if let Ok(place) = place {
            place.send(Update::Output(batch));
        }
    }
}
