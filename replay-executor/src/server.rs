//! Listens, and serves one client after the other on each connection.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use executor_protocol::ExecuteRequest;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
    time::timeout,
};

use crate::{
    answer::Answer,
    config::{ReplayConfig, Speed, StartError},
    guard::Guard,
    library::{Library, Wanted},
    peer::Peer,
    play::Play,
    request::{NoRequest, Request},
    websocket,
};

/// Connections at once: each costs little, but file descriptors are finite.
const MAX_CONNECTIONS: usize = 512;

/// How long a client may take to send a request, or to think about the next one: longer than clients keep
/// idle connections, so that none is closed in front of a request.
const REQUEST_WAIT: Duration = Duration::from_secs(75);

/// A server that listens, until it is dropped.
#[derive(Debug)]
pub struct RunningReplay {
    address: SocketAddr,
    server: JoinHandle<()>,
}

struct Service {
    guard: Guard,
    library: Library,
    speed: Speed,
}

/// Starts to serve on the runtime at hand, and is ready when this returns.
///
/// # Errors
/// When the address is unsafe or taken: see [`StartError`].
pub async fn start(config: ReplayConfig) -> Result<RunningReplay, StartError> {
    http_guard::check_exposure(config.listen, config.allow_remote, config.token.as_ref())?;
    let failed = |source| StartError::Bind {
        address: config.listen,
        source,
    };
    let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let service = Arc::new(Service {
        guard: Guard::new(&config, address),
        library: Library::new(config.cassettes, config.essence),
        speed: config.speed,
    });
    tracing::info!(%address, "cassettes are served");
    Ok(RunningReplay {
        address,
        server: tokio::spawn(accept(listener, service)),
    })
}

impl RunningReplay {
    /// The URL for clients on this machine.
    #[must_use]
    pub fn url(&self) -> String {
        let mut address = self.address;
        // "Any address" is nothing to connect to.
        if address.ip().is_unspecified() {
            address.set_ip(match address {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        format!("http://{address}")
    }
}

impl Drop for RunningReplay {
    fn drop(&mut self) {
        // With it go all connections.
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, service: Arc<Service>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        // The semaphore is never closed.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a client could not be let in");
                // Where descriptors have run out, they come back when connections end.
                connections.join_next().await;
                continue;
            }
        };
        let service = Arc::clone(&service);
        connections.spawn(async move {
            service.serve(stream).await;
            drop(place);
        });
        while connections.try_join_next().is_some() {}
    }
}

impl Service {
    async fn serve(&self, stream: TcpStream) {
        // Events are small and come one after the other: they must not wait for acknowledgements.
        let _ = stream.set_nodelay(true);
        let mut peer = Peer::new(stream);
        loop {
            let request = match timeout(REQUEST_WAIT, Request::read(&mut peer)).await {
                Ok(Ok(request)) => request,
                Err(_) | Ok(Err(NoRequest::Left)) => return,
                Ok(Err(NoRequest::Invalid)) => {
                    return refuse(peer, &Answer::refusal(400, "this is no request")).await;
                }
                Ok(Err(NoRequest::TooLong)) => {
                    let answer = Answer::refusal(413, "the request is too long");
                    return refuse(peer, &answer).await;
                }
            };
            if let Err(answer) = self.guard.check(&request) {
                tracing::warn!(path = request.path, ?answer, "request refused");
                return refuse(peer, &answer).await;
            }
            if websocket::is_asked_for(&request) {
                return websocket::serve(&request, peer, &self.library, self.speed).await;
            }
            let answer = match (&*request.method, &*request.path) {
                ("GET" | "HEAD", "/healthz") => Answer::alive(),
                ("GET" | "HEAD", "/health") => Answer::health(),
                ("POST", "/execute") => match self.find(&request) {
                    Ok(cassette) => {
                        let play = Play {
                            cassette: &cassette,
                            speed: self.speed,
                            skip: 0,
                            is_tunnel: false,
                        };
                        match play.to(peer).await {
                            Some(kept) => peer = kept,
                            None => return,
                        }
                        continue;
                    }
                    Err(answer) => answer,
                },
                (_, "/healthz" | "/health" | "/execute") => {
                    Answer::refusal(405, "this is not how to ask here")
                }
                _ => Answer::refusal(404, "there is nothing here"),
            };
            if peer.write(&answer.to_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn find(&self, request: &Request) -> Result<Arc<cassette::Cassette>, Answer> {
        let asked = ExecuteRequest::from_json(&request.body)
            .map_err(|error| Answer::refusal(400, &error.to_string()))?;
        let wants = |word| request.says("accept", word);
        let wanted = match (wants("text/event-stream"), wants("ndjson")) {
            (true, true) => Wanted::AnyHttp,
            (true, false) => Wanted::Sse,
            (false, _) => Wanted::Ndjson,
        };
        let found = self.library.next(&asked.command, wanted);
        found.ok_or_else(Answer::no_cassette)
    }
}

/// Says why, and closes.
async fn refuse(peer: Peer, answer: &Answer) {
    if peer.write(&answer.to_bytes()).await.is_ok() {
        peer.close().await;
    }
}
