//! Dials connections for the HTTP client, and tells the request that waits how far it is.

use std::{
    cell::Cell,
    rc::Rc,
    task::{Context, Poll},
};

use actix_service::Service;
use actix_tls::connect::{
    ConnectError, ConnectInfo, Connection, Connector, ConnectorService, Resolver,
};
use awc::http::Uri;
use futures_core::future::LocalBoxFuture;
use tokio::time::Instant;

use super::{checked_io::CheckedIo, socket::Socket, tls::Tls};

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

tokio::task_local! {
    /// The dial of the request that is being sent. The client gives a request no other way to learn
    /// which connection it gets, but it dials within the request's own future.
    pub(crate) static DIAL: Rc<Cell<Dial>>;
}

/// The service from which the HTTP client gets its connections.
#[derive(Clone)]
pub(crate) struct Dialer {
    tcp: ConnectorService,
    /// Secures the connections, which the client believes to be plain ones.
    tls: Option<Tls>,
}

impl Dialer {
    pub(crate) fn new(tls: Option<Tls>) -> Self {
        Self {
            tcp: Connector::new(Resolver::default()).service(),
            tls,
        }
    }
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
    let _ = DIAL.try_with(|cell| cell.set(dial));
}
