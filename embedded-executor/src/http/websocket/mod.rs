//! The WebSocket front: JSON-RPC 2.0 as cc_executor speaks it.
//!
//! The module owns sessions: opening one ([`open`]), what comes in ([`incoming`], [`request`]), signs of
//! life ([`keep_alive`]) and the loop that brings them together with a running command ([`session`]).
//! What it says is written by [`framing`](crate::framing).
//!
//! It rests on the handshake and the decoder of `actix-http`. The layers above them (`actix-ws`, the
//! deprecated `actix-web-actors`) hand over one message at a time through a queue, where a session
//! here sends the messages of a whole batch as one buffer.

mod incoming;
mod keep_alive;
mod request;
mod session;

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use actix_http::ws;
use actix_web::{
    HttpRequest, HttpResponse,
    body::{BodySize, MessageBody},
    web::{Data, Payload},
};
use bytes::Bytes;
use tokio::sync::mpsc;

use self::{incoming::Incoming, session::Session};
use super::{
    Service,
    body::Abandoned,
    faults::{self, Socket},
    refusal::Refusal,
};
use crate::fault::Occasion;

/// Buffers that wait for the socket. One is filled while another is sent.
const WAITING_BUFFERS: usize = 2;

/// Opens a WebSocket. Its session lives on a task of its own and ends with the connection.
pub(super) async fn open(
    service: Data<Service>,
    http: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    if let Some(fault) = service.strike(Occasion::Handshake)
        && let Some(answer) = faults::instead_of_answer(&service, &http, &fault).await
    {
        return answer;
    }
    let mut response = ws::handshake(http.head()).map_err(Refusal::Handshake)?;
    let place = Arc::clone(&service.sessions).try_acquire_owned().ok();
    let (sender, receiver) = mpsc::channel(WAITING_BUFFERS);
    let incoming = Incoming::new(payload, service.max_body_bytes());
    let session = Session::new(service, incoming, sender, Socket::of(&http));
    actix_web::rt::spawn(session.run(place));
    let body = Outgoing(receiver);
    // The body of such a response cannot fail to be set: only invalid headers could make it.
    let response = response.message_body(body).map_err(|_| Refusal::Stopping)?;
    Ok(response.map_into_boxed_body().into())
}

/// What a session says, as the body that follows the handshake.
struct Outgoing(mpsc::Receiver<Outcome>);

/// Bytes to send, or that the connection is to be broken off.
type Outcome = Result<Bytes, Abandoned>;

impl MessageBody for Outgoing {
    type Error = Abandoned;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.0.poll_recv(cx)
    }
}
