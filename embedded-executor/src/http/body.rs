//! A running command as the body of an answer: NDJSON, a chunk per batch.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use executor_protocol::{ExitStatus, StreamEvent, wire::write_event};
use tokio::sync::OwnedSemaphorePermit;

use crate::process::{Batch, End, RunningCommand, Update};

/// The events of one command. Dropping the body, as happens when the client leaves, ends the command.
#[derive(Debug)]
pub(super) struct EventBody {
    command: RunningCommand,
    ended: bool,
    /// Counts the answer as being under way.
    _answer: OwnedSemaphorePermit,
}

/// The command was given up because its client took nothing for too long. It makes the server break the
/// connection off, so that the answer cannot be taken for a complete one.
#[derive(Debug, thiserror::Error)]
#[error("the client did not read its answer")]
pub(super) struct Abandoned;

impl EventBody {
    pub(super) fn new(command: RunningCommand, answer: OwnedSemaphorePermit) -> Self {
        Self {
            command,
            ended: false,
            _answer: answer,
        }
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
        if self.ended {
            return Poll::Ready(None);
        }
        let chunk = match ready!(self.command.poll_next(cx)) {
            Some(Update::Output(batch)) => output_chunk(&batch),
            Some(Update::Ended(end)) => {
                self.ended = true;
                end_chunk(&end)
            }
            None => return Poll::Ready(Some(Err(Abandoned))),
        };
        Poll::Ready(Some(Ok(chunk.into())))
    }
}

fn output_chunk(batch: &Batch) -> Vec<u8> {
    let mut chunk = Vec::with_capacity(batch.wire_bytes());
    for (channel, data) in batch.lines() {
        write_event(
            &mut chunk,
            &StreamEvent::Output {
                data,
                channel: Some(channel),
            },
        );
    }
    chunk
}

fn end_chunk(end: &End) -> Vec<u8> {
    let mut chunk = Vec::new();
    if let Some(problem) = &end.problem {
        let message = &*problem.to_string();
        write_event(&mut chunk, &StreamEvent::Error { message });
    }
    write_event(
        &mut chunk,
        &StreamEvent::Complete {
            exit: ExitStatus::Code(end.exit_code),
        },
    );
    chunk
}
