//! The client of one executor: its settings, and the requests it makes.

use std::time::Duration;

use awc::{
    Client, ClientRequest, ClientResponse, Connector, FrozenClientRequest,
    http::{Method, header},
};
use executor_protocol::{
    Deadlines, EventStream, ExecuteRequest, Health, IdleLimits, LocalBoxFuture, Transport,
    TransportError,
};
use tokio::time::{Instant, timeout_at};

use crate::{
    answer,
    clocks::Clocks,
    connection::Dialer,
    decode::NdjsonDecoder,
    endpoint::{Endpoint, EndpointError},
    exchange::Exchange,
    stream::HttpEventStream,
};

/// How long an unused connection is kept for the next request. Executors close idle connections after
/// two seconds and more; a request on a connection that is being closed just then would be lost.
const KEEP_ALIVE: Duration = Duration::from_secs(1);

/// Longer than any wait: deadlines inside the HTTP client come on top of ours and must never be the
/// first to pass, and ours beyond it could not be told from each other, but would overflow the clock.
const NEVER_FIRST: Duration = Duration::from_secs(366 * 24 * 3600);

/// The client of one executor that streams NDJSON over HTTP.
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
    endpoint: Endpoint,
    execute: FrozenClientRequest,
    health: FrozenClientRequest,
    max_line: usize,
}

/// Settings of an [`HttpTransport`], each with a default.
pub struct HttpTransportBuilder {
    endpoint: Endpoint,
    execute_path: String,
    health_path: String,
    bearer_token: Option<String>,
    max_line: usize,
}

impl HttpTransport {
    /// Begins to set up a client for the executor at `url`, for example `http://localhost:8000`.
    ///
    /// User name and password in the URL are sent as basic authentication and never shown.
    ///
    /// # Errors
    /// When `url` is no base URL of an executor.
    pub fn builder(url: &str) -> Result<HttpTransportBuilder, EndpointError> {
        Ok(HttpTransportBuilder {
            endpoint: Endpoint::parse(url)?,
            execute_path: "/execute".into(),
            health_path: "/health".into(),
            bearer_token: None,
            max_line: 16 * 1024 * 1024,
        })
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

    /// A token to send as `Authorization: Bearer`. Default: none.
    #[must_use]
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.bearer_token = Some(token.into());
        self
    }

    /// How many bytes of one line are kept; the rest of a longer one is dropped and found. Default:
    /// 16 MiB.
    #[must_use]
    pub fn max_line_bytes(mut self, bytes: usize) -> Self {
        self.max_line = bytes;
        self
    }

    /// The client. It opens no connection yet.
    ///
    /// # Errors
    /// When a path or the token cannot stand in a request.
    pub fn build(self) -> Result<HttpTransport, EndpointError> {
        let connector = Connector::new()
            .connector(Dialer::new())
            .timeout(NEVER_FIRST)
            .conn_keep_alive(KEEP_ALIVE)
            .conn_lifetime(NEVER_FIRST)
            // Beyond a limit, requests would queue inside the client where no clock of ours sees them.
            .limit(0);
        let client = Client::builder()
            .connector(connector)
            .disable_timeout()
            .disable_redirects()
            .no_default_headers()
            .finish();
        let request = |method, path: &str, accept: &'static str| {
            let request = client
                .request(method, self.endpoint.uri(path)?)
                .insert_header((
                    header::USER_AGENT,
                    concat!("transport-http/", env!("CARGO_PKG_VERSION")),
                ))
                .insert_header((header::ACCEPT, accept))
                .insert_header((header::ACCEPT_ENCODING, "identity"));
            self.authorize(request)
                .freeze()
                .map_err(|_| EndpointError::Header)
        };
        let execute = request(
            Method::POST,
            &self.execute_path,
            "application/x-ndjson, application/json;q=0.9",
        )?;
        let health = request(
            Method::GET,
            &self.health_path,
            "application/json, */*;q=0.1",
        )?;
        Ok(HttpTransport {
            endpoint: self.endpoint.clone(),
            execute,
            health,
            max_line: self.max_line,
        })
    }

    fn authorize(&self, request: ClientRequest) -> ClientRequest {
        if let Some(token) = &self.bearer_token {
            request.bearer_auth(token)
        } else if let Some(credentials) = self.endpoint.credentials() {
            request.basic_auth(credentials.user, credentials.password.unwrap_or_default())
        } else {
            request
        }
    }
}

impl Transport for HttpTransport {
    fn endpoint(&self) -> &str {
        self.endpoint.display()
    }

    fn check_health(
        &self,
        deadline: Duration,
    ) -> LocalBoxFuture<'_, Result<Health, TransportError>> {
        let deadline = deadline.min(NEVER_FIRST);
        let deadlines = Deadlines {
            connect: deadline,
            head: deadline,
            total: deadline,
            ..Deadlines::default()
        };
        Box::pin(async move {
            let exchange = Exchange::begin(deadlines);
            let started = exchange.started;
            let mut head = exchange
                .send(self.health.send(), self.endpoint.display())
                .await?;
            answer::expect_ok(&mut head.answer, started + deadline).await?;
            let body = answer::whole_body(&mut head.answer);
            let body = timeout_at(started + deadline, body).await.map_err(|_| {
                TransportError::TotalTimeout {
                    limit: deadline,
                    silent_for: started.elapsed(),
                }
            })??;
            if is_page(&head.answer) {
                return Err(TransportError::ContentType {
                    content_type: "text/html".into(),
                    body,
                });
            }
            Ok(Health {
                body,
                latency: started.elapsed(),
            })
        })
    }

    fn execute(
        &self,
        request: ExecuteRequest,
        deadlines: Deadlines,
    ) -> LocalBoxFuture<'_, Result<Box<dyn EventStream>, TransportError>> {
        let deadlines = bounded(deadlines);
        Box::pin(async move {
            let exchange = Exchange::begin(deadlines);
            let started = exchange.started;
            let sending = self
                .execute
                .extra_header((header::CONTENT_TYPE, "application/json"))
                .send_body(request.to_json());
            let mut head = exchange.send(sending, self.endpoint.display()).await?;
            let clocks = Clocks::new(deadlines, started, head.connected, Instant::now());
            answer::expect_stream(&mut head.answer, started + deadlines.total).await?;
            let decoder = NdjsonDecoder::new(self.max_line);
            Ok(Box::new(HttpEventStream::new(
                head.answer,
                decoder,
                clocks,
                head.timer,
            )) as _)
        })
    }
}

/// Deadlines that can be added to a time.
fn bounded(deadlines: Deadlines) -> Deadlines {
    let bound = |limit: Duration| limit.min(NEVER_FIRST);
    let Deadlines {
        connect,
        head,
        total,
        end,
        idle,
    } = deadlines;
    Deadlines {
        connect: bound(connect),
        head: bound(head),
        total: bound(total),
        end: bound(end),
        idle: IdleLimits {
            bytes: idle.bytes.map(bound),
            events: idle.events.map(bound),
            meaningful: idle.meaningful.map(bound),
        },
    }
}

/// Whether the answer is an HTML page: some login form or proxy, no executor.
fn is_page(answer: &ClientResponse) -> bool {
    let content_type = answer.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| {
        value
            .as_bytes()
            .to_ascii_lowercase()
            .starts_with(b"text/html")
    })
}
