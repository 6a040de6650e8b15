//! Where an executor is and how to be let in, whatever is spoken there: what all transports share.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use awc::{
    Client, Connector, FrozenClientRequest,
    http::{
        Method, Uri,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use cassette::Cassette;

use crate::{
    connection::{Authorities, Dialer, Tls, Trust},
    endpoint::{Endpoint, EndpointError},
    exchange::NEVER_FIRST,
};

/// How long an unused connection is kept for the next request. Executors close idle connections after
/// two seconds and more; a request on a connection that is being closed just then would be lost.
const KEEP_ALIVE: Duration = Duration::from_secs(1);

/// Headers that say how a request or its answer is framed and coded. The transports depend on what they
/// set there themselves.
const RESERVED: [HeaderName; 8] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Where an executor is and how to be let in.
///
/// Every transport of this crate is built from one. Secrets in it are never shown: not by its `Debug`,
/// not in errors, not in the transport's address.
///
/// ```
/// use transport_http::{Access, HttpTransport};
///
/// # fn main() -> Result<(), transport_http::EndpointError> {
/// let access = Access::new("http://localhost:8000")?
///     .bearer_token("s3cret")
///     .header("X-Tenant", "blue");
/// assert!(!format!("{access:?}").contains("s3cret"));
/// let transport = HttpTransport::builder_with(access).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Access {
    endpoint: Endpoint,
    bearer_token: Option<String>,
    headers: Vec<(String, String)>,
    trust: Trust,
    /// What takes the place of the executor.
    recorded: Option<Arc<Cassette>>,
}

impl Access {
    /// Access to the executor at `url`, for example `http://localhost:8000`.
    ///
    /// User name and password in the URL are sent as basic authentication.
    ///
    /// # Errors
    /// When `url` is no URL, has a scheme other than `http`, `https`, `ws` and `wss`, or has a query or
    /// a fragment.
    pub fn new(url: &str) -> Result<Self, EndpointError> {
        Ok(Self {
            endpoint: Endpoint::parse(url)?,
            bearer_token: None,
            headers: Vec::new(),
            trust: Trust::default(),
            recorded: None,
        })
    }

    /// A token to send as `Authorization: Bearer`, instead of a user and password from the URL.
    /// Default: none.
    #[must_use]
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.bearer_token = Some(token.into());
        self
    }

    /// A header to send with every request; of one name the latest value counts. Default: none.
    ///
    /// It may replace `Authorization`, `Host` and `User-Agent`, but none of those that say how requests
    /// and answers are framed and coded.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A file with certificates of authorities (PEM) that are trusted besides those that the machine
    /// trusts. Several may be named. Default: none. Without TLS it has no effect.
    #[must_use]
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.trust.authorities.push(Authorities::File(path.into()));
        self
    }

    /// The same as [`ca_file`](Self::ca_file) with the file's contents.
    #[must_use]
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.trust.authorities.push(Authorities::Pem(pem.into()));
        self
    }

    /// Accepts any certificate, of whomever for whomever: what is sent, tokens included, may be read and
    /// changed by anybody on the way. It is for trying out, and every client that is built so logs a
    /// warning. Default: only certificates for the right host, signed by a trusted authority.
    #[must_use]
    pub fn insecure(mut self) -> Self {
        self.trust.anybody = true;
        self
    }

    /// Access to a recording, as if it came from the executor.
    pub(crate) fn recorded(mut self, cassette: Arc<Cassette>) -> Self {
        self.recorded = Some(cassette);
        self
    }

    /// The way to the executor, for a transport that speaks only the `schemes`.
    pub(crate) fn route(
        &self,
        schemes: &[&str],
        expected: &'static str,
    ) -> Result<Route, EndpointError> {
        let scheme = self.endpoint.scheme();
        if !schemes.contains(&scheme) {
            return Err(EndpointError::Scheme {
                scheme: scheme.to_owned(),
                expected,
            });
        }
        let headers = self.all_headers()?;
        let dialer = match &self.recorded {
            Some(cassette) => Dialer::recorded(Arc::clone(cassette)),
            None => {
                let host = self.endpoint.secure_host()?;
                Dialer::new(host.map(|host| Tls::new(host, &self.trust)).transpose()?)
            }
        };
        Ok(Route {
            headers,
            endpoint: self.endpoint.clone(),
            client: client(dialer.clone()),
            dialer,
        })
    }

    fn all_headers(&self) -> Result<HeaderMap, EndpointError> {
        let mut headers = HeaderMap::new();
        let host = HeaderValue::from_str(self.endpoint.authority());
        let host = host.map_err(|error| EndpointError::Unusable(Box::new(error)))?;
        headers.insert(header::HOST, host);
        headers.insert(
            header::USER_AGENT,
            HeaderValue::from_static(concat!("transport-http/", env!("CARGO_PKG_VERSION"))),
        );
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        );
        if let Some(authorization) = self.authorization() {
            let value = secret(&authorization).ok_or(EndpointError::Token)?;
            headers.insert(header::AUTHORIZATION, value);
        }
        for (name, value) in &self.headers {
            let refused = |reason| EndpointError::Header {
                name: name.clone(),
                reason,
            };
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| refused("this is no name of a header"))?;
            if RESERVED.contains(&name) || name.as_str().starts_with("sec-websocket-") {
                return Err(refused("the client sets it itself"));
            }
            let value =
                secret(value).ok_or_else(|| refused("its value holds forbidden characters"))?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    fn authorization(&self) -> Option<String> {
        if let Some(token) = &self.bearer_token {
            return Some(format!("Bearer {token}"));
        }
        let credentials = self.endpoint.credentials()?;
        let password = credentials.password.unwrap_or_default();
        let pair = format!("{}:{password}", credentials.user);
        Some(format!("Basic {}", BASE64_STANDARD.encode(pair)))
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Access")
            .field("url", &self.endpoint.display())
            .field("has_bearer_token", &self.bearer_token.is_some())
            .field("headers", &names)
            .field("trust", &self.trust)
            .finish()
    }
}

/// A header's value that HTTP libraries leave out where they show headers.
fn secret(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The way to one executor: the HTTP client with its connections, and what every request has in common.
pub(crate) struct Route {
    client: Client,
    dialer: Dialer,
    endpoint: Endpoint,
    headers: HeaderMap,
}

impl Route {
    /// The executor's address for people.
    pub(crate) fn address(&self) -> &str {
        self.endpoint.display()
    }

    /// The URI of `path` below the base URL. Its scheme is `http` whatever the executor's is.
    pub(crate) fn uri(&self, path: &str) -> Result<Uri, EndpointError> {
        self.endpoint.uri(path)
    }

    /// The URL itself, for transports that ask for nothing below it. Its scheme is `http`, too.
    pub(crate) fn own_uri(&self) -> Result<Uri, EndpointError> {
        self.endpoint.own_uri()
    }

    /// The URI of `path` beside the URL, on the same host and port.
    pub(crate) fn uri_on_host(&self, path: &str) -> Result<Uri, EndpointError> {
        self.endpoint.uri_on_host(path)
    }

    /// What every request says.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Where to get a connection that is used for one thing alone.
    pub(crate) fn dialer(&self) -> &Dialer {
        &self.dialer
    }

    /// A request that is let in, ready to be sent again and again.
    pub(crate) fn request(
        &self,
        method: Method,
        uri: Uri,
        headers: impl IntoIterator<Item = (HeaderName, &'static str)>,
    ) -> Result<FrozenClientRequest, EndpointError> {
        let mut request = self.client.request(method, uri);
        let all = request.headers_mut();
        for (name, value) in headers {
            all.insert(name, HeaderValue::from_static(value));
        }
        for (name, value) in &self.headers {
            all.insert(name.clone(), value.clone());
        }
        request
            .freeze()
            .map_err(|error| EndpointError::Unusable(error.to_string().into()))
    }
}

/// An HTTP client that sends each request once, as it is told, and has no deadlines of its own.
fn client(dialer: Dialer) -> Client {
    let connector = Connector::new()
        .connector(dialer)
        .timeout(NEVER_FIRST)
        .conn_keep_alive(KEEP_ALIVE)
        .conn_lifetime(NEVER_FIRST)
        // Beyond a limit, requests would queue inside the client where no clock of ours sees them.
        .limit(0);
    Client::builder()
        .connector(connector)
        .disable_timeout()
        .disable_redirects()
        .no_default_headers()
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(access: Access) -> String {
        let route = access.route(&["http"], "http");
        route.err().expect("a refusal").to_string()
    }

    fn access() -> Access {
        Access::new("http://user:hunter2@localhost/").expect("valid")
    }

    #[test]
    fn a_transport_refuses_schemes_that_it_does_not_speak() {
        let access = Access::new("wss://localhost/ws").expect("some transport speaks it");
        assert_eq!(
            refusal(access),
            "scheme \"wss\" is not supported (expected http)"
        );
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_refused_without_telling_it() {
        for access in [
            access().bearer_token("hunter2\n"),
            access().header("X-Key", "hunter2\r\nX-Other: y"),
            access().header("X Key", "hunter2"),
            access().header("", "hunter2"),
            access().header("Content-Length", "hunter2"),
            access().header("Sec-WebSocket-Key", "hunter2"),
        ] {
            let refusal = refusal(access);
            assert!(!refusal.contains("hunter2"), "{refusal}");
        }
    }

    #[test]
    fn the_most_explicit_authorization_counts() {
        let sent = |access: Access| {
            let headers = access.all_headers().expect("valid");
            let value = headers.get(header::AUTHORIZATION).expect("it is sent");
            assert!(value.is_sensitive());
            value.to_str().expect("it is text").to_owned()
        };
        assert_eq!(sent(access()), "Basic dXNlcjpodW50ZXIy");
        assert_eq!(sent(access().bearer_token("token")), "Bearer token");
        let explicit = access()
            .bearer_token("token")
            .header("authorization", "Key 1")
            .header("Authorization", "Key 2");
        assert_eq!(sent(explicit), "Key 2");
    }
}
