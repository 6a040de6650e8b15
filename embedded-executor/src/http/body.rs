//! A running command as the body of an answer, a chunk per batch.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, Sleep},
};

use super::faults::Socket;
use crate::{
    fault::{Break, Part, Sabotage},
    framing::{Event, Framing},
    process::{RunningCommand, Update},
};

/// The events of one command. Dropping the body, as happens when the client leaves, ends the command.
#[derive(Debug)]
pub(super) struct EventBody {
    command: RunningCommand,
    framing: Framing,
    heartbeat: Option<Heartbeat>,
    struck: Option<Box<Struck>>,
    ended: bool,
    /// Counts the answer as being under way.
    _answer: OwnedSemaphorePermit,
}

type Chunk = Result<Vec<u8>, Abandoned>;

/// The command was given up because its client took nothing for too long. It makes the server break the
/// connection off, so that the answer cannot be taken for a complete one.
#[derive(Debug, thiserror::Error)]
#[error("the client did not read its answer")]
pub(super) struct Abandoned;

impl EventBody {
    pub(super) fn new(
        command: RunningCommand,
        framing: Framing,
        heartbeat: Option<Duration>,
        answer: OwnedSemaphorePermit,
    ) -> Self {
        Self {
            command,
            framing,
            heartbeat: heartbeat.map(Heartbeat::every),
            struck: None,
            ended: false,
            _answer: answer,
        }
    }

    /// Lets a fault have its way with the stream.
    pub(super) fn struck_by(mut self, sabotage: Sabotage, socket: Option<Arc<Socket>>) -> Self {
        self.struck = Some(Box::new(Struck { sabotage, socket }));
        self
    }

    /// Whether it codes its chunks itself.
    pub(super) fn makes_chunks(&self) -> bool {
        let struck = self.struck.as_ref();
        struck.is_some_and(|struck| struck.sabotage.breaks_chunk())
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Chunk>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if self.struck.is_some() {
            return self.poll_struck_chunk(cx);
        }
        while let Poll::Ready(update) = self.command.poll_next(cx) {
            let chunk = match update {
                Some(Update::Started(_)) => continue,
                Some(Update::Output(batch)) => self.framing.batch(&batch),
                Some(Update::Ended(end)) => {
                    self.ended = true;
                    self.framing.end(&end)
                }
                None => return Poll::Ready(Some(Err(Abandoned))),
            };
            if let Some(heartbeat) = &mut self.heartbeat {
                heartbeat.postpone();
            }
            return Poll::Ready(Some(Ok(chunk)));
        }
        let Some(heartbeat) = &mut self.heartbeat else {
            return Poll::Pending;
        };
        heartbeat.poll_due(cx).map(|()| {
            let mut chunk = Vec::new();
            self.framing.write(&mut chunk, &Event::Heartbeat);
            Some(Ok(chunk))
        })
    }
}

/// A fault at work, with what it needs.
#[derive(Debug)]
struct Struck {
    sabotage: Sabotage,
    socket: Option<Arc<Socket>>,
}

impl EventBody {
    /// The next chunk as a fault wants it.
    fn poll_struck_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Chunk>> {
        while let Some(struck) = &mut self.struck {
            let makes_chunks = struck.sabotage.breaks_chunk();
            let chunk = match ready!(struck.sabotage.poll_part(cx)) {
                Some(Part::Send(bytes)) if makes_chunks => {
                    let head = format!("{:x}\r\n", bytes.len());
                    [head.as_bytes(), &bytes, b"\r\n"].concat()
                }
                Some(Part::Send(bytes)) => bytes,
                Some(Part::SendPartly(bytes)) => {
                    let head = format!("{:x}\r\n", 2 * bytes.len());
                    [head.as_bytes(), &bytes].concat()
                }
                Some(Part::Break(how)) => {
                    self.ended = true;
                    match how {
                        Break::End if makes_chunks => b"0\r\n\r\n".to_vec(),
                        Break::End | Break::Close(_) => return Poll::Ready(None),
                        Break::Abort => return Poll::Ready(Some(Err(Abandoned))),
                        Break::Reset => {
                            if let Some(socket) = struck.socket.take() {
                                socket.reset_at_close();
                            }
                            return Poll::Ready(Some(Err(Abandoned)));
                        }
                    }
                }
                None => {
                    match ready!(self.command.poll_next(cx)) {
                        Some(Update::Started(_)) => {}
                        Some(Update::Output(batch)) => {
                            struck.sabotage.output(&self.framing, &batch);
                        }
                        Some(Update::Ended(end)) => struck.sabotage.end(&self.framing, &end),
                        None => return Poll::Ready(Some(Err(Abandoned))),
                    }
                    continue;
                }
            };
            return Poll::Ready(Some(Ok(chunk)));
        }
        Poll::Ready(None)
    }
}

impl MessageBody for EventBody {
    type Error = Abandoned;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Abandoned>>> {
        self.poll_chunk(cx)
            .map(|chunk| chunk.map(|chunk| chunk.map(Bytes::from)))
    }
}

/// Tells when a stream has been silent for so long that a sign of life is due.
#[derive(Debug)]
struct Heartbeat {
    interval: Duration,
    due: Pin<Box<Sleep>>,
    /// When the stream was heard last, if the timer does not know yet. A busy stream only writes this
    /// down; setting the timer for each chunk would cost more than the chunk's writing.
    heard: Option<Instant>,
}

impl Heartbeat {
    fn every(interval: Duration) -> Self {
        Self {
            interval,
            due: Box::pin(tokio::time::sleep(interval)),
            heard: None,
        }
    }

    fn postpone(&mut self) {
        self.heard = Some(Instant::now());
    }

    /// Ready when a sign of life is due, which is taken as given then.
    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            std::task::ready!(self.due.as_mut().poll(cx));
            let now = Instant::now();
            let heard = self.heard.take();
            let silent_since = heard.unwrap_or(now);
            self.due.as_mut().reset(silent_since + self.interval);
            if heard.is_none() {
                return Poll::Ready(());
            }
        }
    }
}
