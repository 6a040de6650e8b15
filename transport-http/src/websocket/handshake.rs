//! From nothing to a WebSocket: one connection, one request to upgrade it, and the check of its answer.
//!
//! It uses the HTTP codec of the client, but not the client: that one tells no more of a refusal than
//! its status, and might take a kept-alive connection, which the executor may be closing just then.

use std::{
    collections::hash_map::RandomState, future::poll_fn, hash::BuildHasher as _, pin::Pin, rc::Rc,
};

use actix_codec::Framed;
use actix_http::{
    ConnectionType, RequestHead, RequestHeadType, ResponseHead,
    body::BodySize,
    error::PayloadError,
    h1::{ClientCodec, Message, MessageType},
    ws::hash_key,
};
use actix_service::Service as _;
use actix_tls::connect::ConnectInfo;
use awc::{
    error::{ConnectError, SendRequestError},
    http::{
        Method, StatusCode, Uri,
        header::{self, HeaderMap, HeaderValue},
    },
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use executor_protocol::TransportError;
use tokio::time::Instant;

use super::socket::{BoxedIo, Socket};
use crate::{access::Route, answer, exchange::send_error, recording::Tap};

/// Why an answer that agrees to the upgrade is none all the same.
#[derive(Debug, thiserror::Error)]
enum HandshakeError {
    #[error("the upgrade is not to a WebSocket")]
    Upgrade,
    #[error("the header Connection does not say so")]
    Connection,
    #[error("the key was not answered as it has to be")]
    Accept,
    #[error("there are more bytes behind it than can be kept")]
    Surplus,
}

/// Connects to `uri` and makes the connection a WebSocket.
///
/// Of a refusal, its words are waited for until `deadline` at most.
pub(super) async fn open(
    route: &Route,
    uri: &Uri,
    max_message: usize,
    deadline: Instant,
    tap: Option<&Rc<Tap>>,
) -> Result<Socket, TransportError> {
    let failed = |error: SendRequestError| send_error(error, route.address());
    let connection = route.dialer().call(ConnectInfo::new(uri.clone())).await;
    let connection = connection.map_err(|error| failed(SendRequestError::Connect(error.into())))?;
    let io: BoxedIo = Box::new(connection.into_parts().0);
    let mut framed = Framed::new(io, ClientCodec::default());
    let known = route.dialer().websocket_key();
    let key = known.map_or_else(new_key, str::to_owned);
    if let Some(tap) = tap {
        tap.websocket_key(&key);
    }
    let head = ask(&mut framed, request(route, uri, &key))
        .await
        .map_err(failed)?;
    if head.status != StatusCode::SWITCHING_PROTOCOLS {
        let body = excerpt(framed, deadline).await;
        return Err(answer::refusal(head.status, head.headers(), body));
    }
    if let Some(extensions) = head.headers().get(header::SEC_WEBSOCKET_EXTENSIONS) {
        return Err(TransportError::ContentEncoding {
            encoding: String::from_utf8_lossy(extensions.as_bytes()).into_owned(),
        });
    }
    let invalid = |error: HandshakeError| TransportError::InvalidAnswer {
        source: Box::new(error),
    };
    check(head.headers(), &key).map_err(invalid)?;
    let parts = framed.into_parts();
    let socket = Socket::new(parts.io, &parts.read_buf, max_message);
    let socket = socket.map_err(|_| invalid(HandshakeError::Surplus))?;
    Ok(socket.recorded(tap.cloned()))
}

/// A key is there to be new and not to be secret: whoever answers it has read this very request.
fn new_key() -> String {
    let number = || RandomState::new().hash_one(Instant::now()).to_be_bytes();
    BASE64_STANDARD.encode([number(), number()].concat())
}

fn request(route: &Route, uri: &Uri, key: &str) -> RequestHead {
    let mut head = RequestHead::default();
    head.method = Method::GET;
    head.uri = uri.clone();
    head.headers = route.headers().clone();
    head.headers
        .insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    head.headers.insert(
        header::SEC_WEBSOCKET_VERSION,
        HeaderValue::from_static("13"),
    );
    if let Ok(key) = HeaderValue::from_str(key) {
        head.headers.insert(header::SEC_WEBSOCKET_KEY, key);
    }
    head.set_connection_type(ConnectionType::Upgrade);
    head
}

async fn ask(
    framed: &mut Framed<BoxedIo, ClientCodec>,
    request: RequestHead,
) -> Result<ResponseHead, SendRequestError> {
    type Item = Message<(RequestHeadType, BodySize)>;
    let item: Item = Message::Item((RequestHeadType::Owned(request), BodySize::None));
    Pin::new(&mut *framed).write(item)?;
    poll_fn(|cx| Pin::new(&mut *framed).flush::<Item>(cx)).await?;
    let head = poll_fn(|cx| Pin::new(&mut *framed).next_item(cx)).await;
    Ok(head.ok_or(ConnectError::Disconnected)??)
}

/// Whether the answer is the one to our request, as RFC 6455 (section 4.1) has it.
fn check(headers: &HeaderMap, key: &str) -> Result<(), HandshakeError> {
    let has_token = |name, token: &str| {
        headers
            .get_all(name)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|value| value.trim().eq_ignore_ascii_case(token))
    };
    if !has_token(header::UPGRADE, "websocket") {
        return Err(HandshakeError::Upgrade);
    }
    if !has_token(header::CONNECTION, "upgrade") {
        return Err(HandshakeError::Connection);
    }
    let accept = headers.get(header::SEC_WEBSOCKET_ACCEPT);
    if accept.is_none_or(|accept| accept.as_bytes() != hash_key(key.as_bytes())) {
        return Err(HandshakeError::Accept);
    }
    Ok(())
}

/// The beginning of the body of a refusal.
async fn excerpt(framed: Framed<BoxedIo, ClientCodec>, deadline: Instant) -> String {
    if let MessageType::None = framed.codec_ref().message_type() {
        return String::new();
    }
    let mut body = framed.into_map_codec(ClientCodec::into_payload_codec);
    let next = async || {
        let chunk: Option<Result<Option<Bytes>, PayloadError>> =
            poll_fn(|cx| Pin::new(&mut body).next_item(cx)).await;
        chunk?.ok()?
    };
    answer::excerpt(next, deadline).await
}
