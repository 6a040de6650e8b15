//! Dials connections for the HTTP client, and tells the request that waits how far it is.

use std::{
    cell::Cell,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
};

use actix_service::Service;
use actix_tls::connect::{
    ConnectError, ConnectInfo, Connection, Connector, ConnectorService, Resolver,
};
use awc::http::Uri;
use cassette::Cassette;
use futures_core::future::LocalBoxFuture;
use tokio::time::Instant;

use super::{
    checked_io::CheckedIo,
    recorded::{Dialled, RecordedSocket},
    socket::Socket,
    tls::Tls,
};
use crate::recording::Tap;

/// How far a request is on its way to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dial {
    /// It has asked for none: it uses one that was kept alive.
    NotNeeded,
    /// It waits for one.
    Dialing,
    /// It got one at this time.
    Connected(Instant),
}

/// What a request and its connection know of each other while it is being sent.
pub(crate) struct Sending {
    pub(crate) dial: Cell<Dial>,
    /// Where the request is recorded, if it is.
    pub(crate) tap: Option<Rc<Tap>>,
}

tokio::task_local! {
    /// The request that is being sent. The client gives it no other way to learn which connection it gets,
    /// but it dials and writes within the request's own future.
    pub(crate) static SENDING: Rc<Sending>;
}

/// The service from which the HTTP client gets its connections.
#[derive(Clone)]
pub(crate) struct Dialer {
    tcp: ConnectorService,
    /// Secures the connections, which the client believes to be plain ones.
    tls: Option<Tls>,
    /// What takes the place of the network.
    recorded: Option<Arc<Cassette>>,
}

impl Dialer {
    pub(crate) fn new(tls: Option<Tls>) -> Self {
        Self {
            tcp: Connector::new(Resolver::default()).service(),
            tls,
            recorded: None,
        }
    }

    /// A dialer whose connections say what was recorded.
    pub(crate) fn recorded(cassette: Arc<Cassette>) -> Self {
        Self {
            recorded: Some(cassette),
            ..Self::new(None)
        }
    }

    /// What a WebSocket's handshake is to ask for, where the answer was recorded.
    pub(crate) fn websocket_key(&self) -> Option<&str> {
        self.recorded.as_ref()?.head.websocket_key.as_deref()
    }
}

async fn dial_recorded(
    cassette: Arc<Cassette>,
    uri: Uri,
) -> Result<Connection<Uri, CheckedIo<Socket>>, ConnectError> {
    let io = match RecordedSocket::dial(cassette)
        .await
        .map_err(ConnectError::Io)?
    {
        Dialled::New(socket) => {
            note(Dial::Connected(Instant::now()));
            CheckedIo::new(Socket::Recorded(socket))
        }
        Dialled::Reused(socket) => {
            note(Dial::NotNeeded);
            CheckedIo::reused(Socket::Recorded(socket))
        }
    };
    Ok(Connection::new(uri, io))
}

impl Service<ConnectInfo<Uri>> for Dialer {
    type Response = Connection<Uri, CheckedIo<Socket>>;
    type Error = ConnectError;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Service::<ConnectInfo<Uri>>::poll_ready(&self.tcp, cx)
    }

    fn call(&self, target: ConnectInfo<Uri>) -> Self::Future {
        note(Dial::Dialing);
        if let Some(cassette) = &self.recorded {
            let uri = target.request().clone();
            return Box::pin(dial_recorded(Arc::clone(cassette), uri));
        }
        let connecting = self.tcp.call(target);
        let tls = self.tls.clone();
        Box::pin(async move {
            let (tcp, uri) = connecting.await?.into_parts();
            // A request is one small write that nothing follows: waiting to fill a packet would only
            // delay it.
            tcp.set_nodelay(true).map_err(ConnectError::Io)?;
            let socket = match tls {
                None => Socket::Plain(tcp),
                Some(tls) => {
                    let stream = tls.secure(tcp).await.map_err(ConnectError::Io)?;
                    Socket::Secure(Box::new(stream))
                }
            };
            note(Dial::Connected(Instant::now()));
            Ok(Connection::new(uri, CheckedIo::new(socket)))
        })
    }
}

fn note(dial: Dial) {
    // Without a request that listens there is nobody to tell.
    let _ = SENDING.try_with(|sending| {
        sending.dial.set(dial);
        if let (Dial::Connected(_), Some(tap)) = (dial, &sending.tap) {
            tap.connected();
        }
    });
}
