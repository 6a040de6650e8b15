//! Starting and stopping the server, on threads of its own.

use std::{
    any::Any,
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use actix_web::{App, HttpServer, dev::ServerHandle, rt, web::Data};
use tokio::sync::oneshot;

use crate::{
    Content, DashboardConfig, DashboardError, Followed, Metrics,
    http::{self, Service},
    hub::Hub,
    load_feed::FollowedLoad,
};

/// Connections beside those that follow pages.
const FURTHER_CONNECTIONS: usize = 56;

/// A browser that has loaded a page needs no connection but the one that follows it.
const KEEP_ALIVE: Duration = Duration::from_secs(5);

/// How long the head of a request may take.
const HEAD_LIMIT: Duration = Duration::from_secs(5);

/// How long a client may take nothing of what was sent to it, in milliseconds. The kernel watches over it.
const UNREAD_LIMIT_MS: u32 = 30_000;

/// How long those who look may take to get the last state, and connections to end after that.
const LAST_STATE: Duration = Duration::from_millis(300);

/// How long stopping may take, all in all.
const STOP_LIMIT: Duration = Duration::from_secs(1);

/// A dashboard that listens. Dropping it closes it without waiting; [`stop`](Self::stop) lets those who look
/// see the last state.
pub struct Dashboard {
    address: SocketAddr,
    hub: Arc<Hub>,
    is_alive: Arc<AtomicBool>,
    stop: Option<oneshot::Sender<()>>,
    stopped: Option<oneshot::Receiver<()>>,
}

/// Tells whether a dashboard still answers.
#[derive(Debug, Clone)]
pub struct Pulse(Arc<AtomicBool>);

impl Pulse {
    /// Whether it does.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Dashboard {
    /// Starts a dashboard of the run that [`follow`](Self::follow) names, and of the others in `content`.
    ///
    /// It answers on threads of its own, installs no signal handlers, and listens when this returns. There
    /// need be no runtime where it is called.
    ///
    /// # Errors
    /// When the address is not safe, or is taken, or the system lacks something: see [`DashboardError`].
    pub fn start(config: DashboardConfig, content: Content) -> Result<Self, DashboardError> {
        Self::start_with(config, content, true, None)
    }

    /// Starts a dashboard of what is in `content` alone: its first page is the list of runs.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn of_records(config: DashboardConfig, content: Content) -> Result<Self, DashboardError> {
        Self::start_with(config, content, false, None)
    }

    /// Starts a dashboard of a run of load, which is its only page; `metrics` is what `/metrics` answers.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn of_load(
        config: DashboardConfig,
        load: FollowedLoad,
        metrics: Metrics,
    ) -> Result<Self, DashboardError> {
        let content = Content {
            source: None,
            metrics: Some(metrics),
        };
        Self::start_with(config, content, true, Some(load))
    }

    fn start_with(
        config: DashboardConfig,
        content: Content,
        follows: bool,
        load: Option<FollowedLoad>,
    ) -> Result<Self, DashboardError> {
        config.check()?;
        let bound = TcpListener::bind(config.listen).and_then(|it| Ok((it.local_addr()?, it)));
        let (address, listener) = bound.map_err(|source| DashboardError::Bind {
            address: config.listen,
            source,
        })?;
        let hub = Hub::new(content, follows, load).map_err(DashboardError::Start)?;
        let hub = Arc::new(hub);
        let service = Service::new(&config, address, Arc::clone(&hub));
        let service = Data::new(service.map_err(DashboardError::Start)?);
        let connections = config.max_clients.get().saturating_add(FURTHER_CONNECTIONS);
        let is_alive = Arc::new(AtomicBool::new(true));
        let (stop, stopping) = oneshot::channel();
        let (stopped_sender, stopped) = oneshot::channel();
        let alive = Alive(Arc::clone(&is_alive));
        let serving = move || {
            let served =
                rt::System::new().block_on(serve(listener, connections, service, stopping));
            if let Err(error) = served {
                tracing::error!(%error, "the dashboard ended");
            }
            // A panic drops it as well.
            drop(alive);
            // Nobody may wait for it any more.
            let _ = stopped_sender.send(());
        };
        let thread = thread::Builder::new().name("dashboard".into());
        thread.spawn(serving).map_err(DashboardError::Start)?;
        tracing::info!(%address, "the dashboard listens");
        Ok(Self {
            address,
            hub,
            is_alive,
            stop: Some(stop),
            stopped: Some(stopped),
        })
    }

    /// The address it listens on, with the port it was given if 0 was asked for.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The URL for browsers on this machine.
    #[must_use]
    pub fn url(&self) -> String {
        let mut address = self.address;
        // "Any address" is nothing to connect to.
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        format!("http://{address}/")
    }

    /// Makes the first page that of `run`. Who looks at it sees it change.
    pub fn follow(&self, run: Followed) {
        self.hub.follow(run);
    }

    /// Tells whether it still answers, for as long as somebody wants to know.
    #[must_use]
    pub fn pulse(&self) -> Pulse {
        Pulse(Arc::clone(&self.is_alive))
    }

    /// Lets those who look see the last state, and closes it: within a second, whatever they do.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Some(stopped) = self.stopped.take() {
            // A thread that does not end by then ends with the process.
            let _ = tokio::time::timeout(STOP_LIMIT, stopped).await;
        }
    }
}

impl fmt::Debug for Dashboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dashboard")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Says when its thread has ended, also where it panics.
struct Alive(Arc<AtomicBool>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Serves until the sender of `stopping` is dropped.
async fn serve(
    listener: TcpListener,
    connections: usize,
    service: Data<Service>,
    stopping: oneshot::Receiver<()>,
) -> io::Result<()> {
    let shared = service.clone();
    let server =
        HttpServer::new(move || App::new().configure(|app| http::configure(app, shared.clone())))
            .disable_signals()
            .workers(1)
            .max_connections(connections)
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(HEAD_LIMIT)
            .tcp_nodelay(true)
            // Otherwise a page that stays as it is never notices that its reader has left.
            .h1_allow_half_closed(false)
            .shutdown_timeout(1)
            .on_connect(|connection: &dyn Any, _| bound_unread(connection))
            .listen(listener)?
            .run();
    let handle = server.handle();
    // It has to go on while those who look get the last state.
    let mut server = rt::spawn(server);
    tokio::select! {
        ended = &mut server => ended.unwrap_or_else(|lost| Err(io::Error::other(lost))),
        _ = stopping => {
            finish(&service, &handle).await;
            Ok(())
        }
    }
}

/// Lets those who look see the last state, and closes the server.
async fn finish(service: &Service, handle: &ServerHandle) {
    if service.has_followers() {
        service.finish().await;
        let _ = tokio::time::timeout(LAST_STATE, service.followers_gone()).await;
        // What was written last may still be on its way to the sockets.
        let _ = tokio::time::timeout(LAST_STATE, handle.stop(true)).await;
    }
    // The request to stop is sent by the call; only its completion would have to be awaited.
    drop(handle.stop(false));
}

/// Lets the kernel end a connection whose client takes nothing any more.
fn bound_unread(connection: &dyn Any) {
    let Some(stream) = connection.downcast_ref::<rt::net::TcpStream>() else {
        return;
    };
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, UNREAD_LIMIT_MS) {
        tracing::debug!(%error, "a slow reader cannot be bounded");
    }
}
