//! The client of one executor that speaks JSON-RPC over WebSockets: its settings, and how it starts a
//! command.

use std::{fmt, future::poll_fn, rc::Rc, time::Duration};

use awc::http::Uri;
use executor_protocol::{
    Deadlines, EventStream, ExecuteRequest, Health, LocalBoxFuture, Transport, TransportError,
};
use tokio::time::Instant;

use super::{
    handshake, outgoing,
    session::{Session, Step},
    stream::WebSocketStream,
    wire::Refusal,
};
use crate::{
    access::{Access, Route},
    clocks::Clocks,
    endpoint::EndpointError,
    exchange::Exchange,
    health::HealthCheck,
    recording::{Recorder, Recording, Tap},
};

/// The client of one executor that speaks JSON-RPC 2.0 over WebSockets.
///
/// Every command gets a connection of its own. The answer has begun when the executor has accepted the
/// command, which may take as long as [`Deadlines::head`] allows; a refusal is
/// [`TransportError::Rejected`]. Output comes in slices that are to be joined as they are
/// ([`OutputJoin::Concat`](executor_protocol::OutputJoin::Concat)). When the terminal event has come,
/// the client closes and waits at most [`Deadlines::end`] for the executor to do so, too.
///
/// It belongs to one thread and needs a `LocalSet` there, which `actix_rt` provides.
///
/// ```no_run
/// use executor_protocol::{Deadlines, ExecuteRequest, StreamEvent, Transport as _, next_event};
/// use transport_http::WebSocketTransport;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let transport = WebSocketTransport::builder("ws://localhost:8003/ws/mcp")?.build()?;
/// let request =
///     ExecuteRequest { command: "date".into(), timeout: None, execution_id: "demo".into() };
/// let mut stream = transport.execute(request, Deadlines::default()).await?;
/// while let Some(event) = next_event(&mut *stream).await? {
///     if let StreamEvent::Output { data, .. } = event {
///         print!("{data}");
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct WebSocketTransport {
    route: Route,
    uri: Uri,
    health: HealthCheck,
    max_message: usize,
    recording: Recording,
}

/// Settings of a [`WebSocketTransport`], each with a default.
pub struct WebSocketTransportBuilder {
    access: Access,
    health_path: String,
    max_message: usize,
    recorder: Option<Rc<dyn Recorder>>,
}

impl WebSocketTransport {
    /// Begins to set up a client for the executor at `url`, for example `ws://localhost:8003/ws/mcp`.
    ///
    /// User name and password in the URL are sent as basic authentication and never shown.
    ///
    /// # Errors
    /// When `url` is no URL of an executor.
    pub fn builder(url: &str) -> Result<WebSocketTransportBuilder, EndpointError> {
        Ok(Self::builder_with(Access::new(url)?))
    }

    /// The same with everything that [`Access`] can say.
    #[must_use]
    pub fn builder_with(access: Access) -> WebSocketTransportBuilder {
        WebSocketTransportBuilder {
            access,
            health_path: "/health".into(),
            max_message: 16 * 1024 * 1024,
            recorder: None,
        }
    }
}

impl fmt::Debug for WebSocketTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocketTransport")
            .field("endpoint", &self.route.address())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WebSocketTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocketTransportBuilder")
            .field("access", &self.access)
            .field("health_path", &self.health_path)
            .field("max_message", &self.max_message)
            .field("is_recorded", &self.recorder.is_some())
            .finish()
    }
}

impl WebSocketTransportBuilder {
    /// Where health is asked for, over HTTP on the same host and port. Default: `/health`.
    #[must_use]
    pub fn health_path(mut self, path: impl Into<String>) -> Self {
        self.health_path = path.into();
        self
    }

    /// How many bytes of one message are kept. Of a longer one, the beginning of its output is kept, the
    /// rest is dropped and found. Default: 16 MiB.
    #[must_use]
    pub fn max_line_bytes(mut self, bytes: usize) -> Self {
        self.max_message = bytes;
        self
    }

    /// Who takes recordings of executions. Default: nobody, and nothing is recorded.
    #[must_use]
    pub fn record_to(mut self, recorder: Rc<dyn Recorder>) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// The client. It opens no connection yet.
    ///
    /// # Errors
    /// When the URL's scheme is neither `ws` nor `wss`, when a path, a header or the token cannot stand
    /// in a request, or when the authorities to trust cannot be read.
    pub fn build(self) -> Result<WebSocketTransport, EndpointError> {
        let route = self.access.route(&["ws", "wss"], "ws or wss")?;
        Ok(WebSocketTransport {
            uri: route.own_uri()?,
            health: HealthCheck::new(&route, route.uri_on_host(&self.health_path)?)?,
            route,
            max_message: self.max_message,
            recording: Recording {
                recorder: self.recorder,
                dialect: cassette::Dialect::JsonRpc,
                max_line_bytes: self.max_message,
            },
        })
    }
}

impl WebSocketTransport {
    /// Opens a connection, asks to run the command, and waits until the answer has begun. Returns the
    /// number of bytes that came so far, too.
    async fn begin(
        &self,
        request: &ExecuteRequest,
        deadline: Instant,
        tap: Option<&Rc<Tap>>,
    ) -> Result<(Session, usize), TransportError> {
        let opening = handshake::open(&self.route, &self.uri, self.max_message, deadline, tap);
        let mut session = Session::new(opening.await?);
        // Executors greet, but the greeting says nothing that the request would have to wait for.
        session.socket.send_text(outgoing::execute(request));
        let mut bytes = 0;
        loop {
            match poll_fn(|cx| session.poll_step(cx)).await {
                Step::Bytes(count) => bytes += count,
                Step::End(end) => return Err(end.before_terminal().0),
                Step::Frame => {
                    if let Some(refusal) = session.dialect.take_refusal() {
                        return Err(refusal.into());
                    }
                    if session.dialect.has_begun() {
                        return Ok((session, bytes));
                    }
                }
            }
        }
    }
}

impl Transport for WebSocketTransport {
    fn endpoint(&self) -> &str {
        self.route.address()
    }

    fn check_health(
        &self,
        deadline: Duration,
    ) -> LocalBoxFuture<'_, Result<Health, TransportError>> {
        Box::pin(self.health.ask(deadline))
    }

    fn execute(
        &self,
        request: ExecuteRequest,
        deadlines: Deadlines,
    ) -> LocalBoxFuture<'_, Result<Box<dyn EventStream>, TransportError>> {
        Box::pin(async move {
            let exchange = Exchange::begin(deadlines);
            let (started, deadlines) = (exchange.started, exchange.deadlines);
            let tap = self.recording.begin(&request, self.endpoint(), started);
            let begin = self.begin(&request, started + deadlines.total, tap.as_ref());
            let begun = exchange.recorded(tap.as_ref()).watch(begin).await;
            let head = begun.inspect_err(|error| {
                if let Some(tap) = &tap {
                    tap.failed(error);
                }
            })?;
            let (session, bytes) = head.answer;
            let now = Instant::now();
            let mut clocks = Clocks::new(deadlines, started, head.connected, now);
            clocks.on_bytes(bytes, now);
            Ok(Box::new(WebSocketStream::new(session, clocks, head.timer)) as _)
        })
    }
}

impl From<Refusal> for TransportError {
    fn from(
        Refusal {
            kind,
            code,
            message,
        }: Refusal,
    ) -> Self {
        Self::Rejected {
            kind,
            code,
            message,
        }
    }
}
