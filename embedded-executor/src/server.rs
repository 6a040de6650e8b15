//! Starting and stopping the executor.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use actix_web::{App, HttpServer, dev::ServerHandle, web::Data};

use crate::{
    ExecutorConfig, Sandbox, StartError,
    http::{self, Service},
    process::Launcher,
};

/// Longer than clients keep idle connections (15 s for awc): the one who closes should be the one who
/// would reuse, or a request meets a connection that was closed just then.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Connections at once and per worker. Each costs little, but file descriptors are finite.
const MAX_CONNECTIONS: usize = 512;

/// How long answers may take to leave once all commands have ended, when the executor stops.
const FLUSH_LIMIT: Duration = Duration::from_secs(2);

/// An executor that listens. Dropping it ends its commands and closes it without waiting for either;
/// [`stop`](Self::stop) waits.
#[derive(Debug)]
pub struct RunningExecutor {
    address: SocketAddr,
    launcher: Launcher,
    service: Data<Service>,
    server: ServerHandle,
}

/// Starts an executor within the running actix `System`.
///
/// It answers on threads of its own, installs no signal handlers, and is ready when this returns.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use embedded_executor::{ExecutorConfig, start};
/// use std::time::Duration;
///
/// let executor = start(ExecutorConfig::default()).await?;
/// println!("listening on {}, sandbox {}", executor.url(), executor.sandbox());
/// executor.stop(Duration::from_secs(5)).await;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When the configuration is unsafe, the address is taken, or the system lacks something: see
/// [`StartError`].
pub async fn start(config: ExecutorConfig) -> Result<RunningExecutor, StartError> {
    http_guard::check_exposure(config.listen, config.allow_remote, config.token.as_ref())?;
    let bound = TcpListener::bind(config.listen).and_then(|it| Ok((it.local_addr()?, it)));
    let (address, listener) = bound.map_err(|source| StartError::Bind {
        address: config.listen,
        source,
    })?;
    let launcher = Launcher::new(&config)?;
    let service = Data::new(Service::new(&config, address, launcher.clone()));
    let shared = service.clone();
    let server =
        HttpServer::new(move || App::new().configure(|app| http::configure(app, shared.clone())))
            .disable_signals()
            .workers(config.workers.get())
            .max_connections(MAX_CONNECTIONS)
            .keep_alive(KEEP_ALIVE)
            // Events are small and come one after the other: they must not wait for acknowledgements.
            .tcp_nodelay(true)
            // Otherwise a silent stream never notices that its client has left.
            .h1_allow_half_closed(false)
            .shutdown_timeout(FLUSH_LIMIT.as_secs());
    let server = if config.faults.is_empty() {
        server
    } else {
        server.on_connect(http::keep_socket)
    };
    let server = server
        .listen(listener)
        .map_err(|source| StartError::Bind { address, source })?
        .run();
    let handle = server.handle();
    actix_web::rt::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "the embedded executor ended");
        }
    });
    tracing::info!(%address, sandbox = ?launcher.sandbox(), "the embedded executor listens");
    Ok(RunningExecutor {
        address,
        launcher,
        service,
        server: handle,
    })
}

impl RunningExecutor {
    /// The address it listens on, with the port it was given if 0 was asked for.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The URL for clients on this machine.
    #[must_use]
    pub fn url(&self) -> String {
        let mut address = self.address;
        // "Any address" is nothing to connect to.
        match address.ip() {
            std::net::IpAddr::V4(ip) if ip.is_unspecified() => {
                address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
            }
            std::net::IpAddr::V6(ip) if ip.is_unspecified() => {
                address.set_ip(std::net::Ipv6Addr::LOCALHOST.into());
            }
            _ => {}
        }
        format!("http://{address}")
    }

    /// What keeps commands from changing files.
    #[must_use]
    pub fn sandbox(&self) -> Sandbox {
        self.launcher.sandbox()
    }

    /// Takes no more commands, lets those that run end within `grace`, ends the others, and closes.
    /// No process of a command is left when this returns.
    pub async fn stop(self, grace: Duration) {
        self.service.close();
        self.launcher.stop(grace).await;
        if tokio::time::timeout(FLUSH_LIMIT, self.service.answered())
            .await
            .is_err()
        {
            tracing::warn!("a client did not take its answer before the executor closed");
        }
        // Nothing is under way any more; idle connections need no grace.
        self.server.stop(false).await;
    }
}

impl Drop for RunningExecutor {
    fn drop(&mut self) {
        self.service.close();
        self.launcher.kill_all();
        // The request to stop is sent by the call; only its completion would have to be awaited.
        drop(self.server.stop(true));
    }
}
