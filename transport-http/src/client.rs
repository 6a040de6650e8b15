//! The client of one executor: its settings, and the requests it makes.

use std::{fmt, rc::Rc, time::Duration};

use awc::{
    FrozenClientRequest,
    http::{Method, header},
};
use executor_protocol::{
    Deadlines, EventStream, ExecuteRequest, Health, LocalBoxFuture, Transport, TransportError,
};
use tokio::time::Instant;

use crate::{
    access::{Access, Route},
    answer,
    clocks::Clocks,
    dialect::Dialect,
    endpoint::EndpointError,
    exchange::Exchange,
    health::HealthCheck,
    recording::{Recorder, Recording},
    stream::HttpEventStream,
};

/// The client of one executor that streams NDJSON or server-sent events over HTTP.
///
/// It belongs to one thread and needs a `LocalSet` there, which `actix_rt` provides. Connections are
/// kept alive and reused; redirects are not followed, bodies not decompressed, and a request is sent
/// once.
///
/// ```no_run
/// use executor_protocol::{Deadlines, ExecuteRequest, StreamEvent, Transport as _, next_event};
/// use transport_http::HttpTransport;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let transport = HttpTransport::builder("http://localhost:8000")?.build()?;
/// let request =
///     ExecuteRequest { command: "date".into(), timeout: None, execution_id: "demo".into() };
/// let mut stream = transport.execute(request, Deadlines::default()).await?;
/// while let Some(event) = next_event(&mut *stream).await? {
///     if let StreamEvent::Output { data, .. } = event {
///         println!("{data}");
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct HttpTransport {
    route: Route,
    execute: FrozenClientRequest,
    health: HealthCheck,
    dialect: Dialect,
    max_line: usize,
    recording: Recording,
}

/// Settings of an [`HttpTransport`], each with a default.
#[derive(Clone)]
pub struct HttpTransportBuilder {
    access: Access,
    dialect: Dialect,
    execute_path: String,
    health_path: String,
    max_line: usize,
    recorder: Option<Rc<dyn Recorder>>,
}

impl HttpTransport {
    /// Begins to set up a client for the executor at `url`, for example `http://localhost:8000`.
    ///
    /// User name and password in the URL are sent as basic authentication and never shown. Whatever
    /// else it takes to be let in is said with [`builder_with`](Self::builder_with).
    ///
    /// # Errors
    /// When `url` is no base URL of an executor.
    pub fn builder(url: &str) -> Result<HttpTransportBuilder, EndpointError> {
        Ok(Self::builder_with(Access::new(url)?))
    }

    /// Begins to set up a client for the executor that `access` leads to.
    #[must_use]
    pub fn builder_with(access: Access) -> HttpTransportBuilder {
        HttpTransportBuilder {
            access,
            dialect: Dialect::default(),
            execute_path: "/execute".into(),
            health_path: "/health".into(),
            max_line: 16 * 1024 * 1024,
            recorder: None,
        }
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("endpoint", &self.route.address())
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HttpTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransportBuilder")
            .field("access", &self.access)
            .field("dialect", &self.dialect)
            .field("execute_path", &self.execute_path)
            .field("health_path", &self.health_path)
            .field("max_line", &self.max_line)
            .field("is_recorded", &self.recorder.is_some())
            .finish()
    }
}

impl HttpTransportBuilder {
    /// Where commands are posted, below the base URL. Default: `/execute`.
    #[must_use]
    pub fn execute_path(mut self, path: impl Into<String>) -> Self {
        self.execute_path = path.into();
        self
    }

    /// Where health is asked for, below the base URL. Default: `/health`.
    #[must_use]
    pub fn health_path(mut self, path: impl Into<String>) -> Self {
        self.health_path = path.into();
        self
    }

    /// A token to send as `Authorization: Bearer`: short for [`Access::bearer_token`]. Default: none.
    #[must_use]
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.access = self.access.bearer_token(token);
        self
    }

    /// In which form the events are asked for. Default: [`Dialect::Ndjson`].
    ///
    /// ```
    /// use transport_http::{Dialect, HttpTransport};
    ///
    /// # fn main() -> Result<(), transport_http::EndpointError> {
    /// let transport = HttpTransport::builder("http://localhost:8000")?.dialect(Dialect::Sse).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// How many bytes of one line, or of the data of one server-sent event, are kept; the rest of a
    /// longer one is dropped and found. Default: 16 MiB.
    #[must_use]
    pub fn max_line_bytes(mut self, bytes: usize) -> Self {
        self.max_line = bytes;
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
    /// When the URL's scheme is neither `http` nor `https`, when a path, a header or the token cannot
    /// stand in a request, or when the authorities to trust cannot be read.
    pub fn build(self) -> Result<HttpTransport, EndpointError> {
        let route = self.access.route(&["http", "https"], "http or https")?;
        let headers = [
            (header::ACCEPT, self.dialect.accept()),
            (header::CONTENT_TYPE, "application/json"),
        ];
        let execute = route.request(Method::POST, route.uri(&self.execute_path)?, headers)?;
        let health = HealthCheck::new(&route, route.uri(&self.health_path)?)?;
        Ok(HttpTransport {
            execute,
            route,
            health,
            dialect: self.dialect,
            max_line: self.max_line,
            recording: Recording {
                recorder: self.recorder,
                dialect: self.dialect.recorded(),
                max_line_bytes: self.max_line,
            },
        })
    }
}

impl Transport for HttpTransport {
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
            let address = self.route.address();
            let tap = self.recording.begin(&request, address, started);
            let sending = self.execute.send_body(request.to_json());
            let sent = exchange.recorded(tap.as_ref()).send(sending, address);
            let mut head = sent.await.inspect_err(|error| {
                if let Some(tap) = &tap {
                    tap.failed(error);
                }
            })?;
            let clocks = Clocks::new(deadlines, started, head.connected, Instant::now());
            let latest = started + deadlines.total;
            let format = answer::expect_stream(&mut head.answer, self.dialect, latest).await?;
            let decoder = format.decoder(self.max_line);
            Ok(Box::new(HttpEventStream::new(
                head.answer,
                decoder,
                clocks,
                head.timer,
                tap,
            )) as _)
        })
    }
}
