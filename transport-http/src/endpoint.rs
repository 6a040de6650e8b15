//! An executor's URL, taken apart and safe to show.

use std::{error::Error, net::IpAddr};

use awc::http::Uri;
use percent_encoding::percent_decode_str;
use rustls::pki_types::ServerName;
use url::{Host, Url};

/// An executor's base URL.
#[derive(Clone)]
pub(crate) struct Endpoint {
    url: Url,
    /// The URL without credentials, query and trailing slash.
    display: String,
    /// The host, and the port if it is not the scheme's own.
    authority: String,
    /// The base of all URIs: the URL as of plain HTTP, with the port that is dialled.
    base: String,
}

/// The schemes of which an executor's URL may have one.
const SCHEMES: &str = "http, https, ws or wss";

/// User name and password from a URL.
pub(crate) struct Credentials {
    pub(crate) user: String,
    pub(crate) password: Option<String>,
}

/// Why an executor cannot be reached as it was described: its URL, or what is to be sent along.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// The text is no URL at all.
    #[error("not a URL (expected something like http://localhost:8000)")]
    Invalid(#[from] url::ParseError),
    /// The URL has a scheme this transport does not speak.
    #[error("scheme {scheme:?} is not supported (expected {expected})")]
    Scheme {
        /// The scheme.
        scheme: String,
        /// The schemes that are spoken, in words.
        expected: &'static str,
    },
    /// The URL has a query or a fragment, which a base URL cannot have.
    #[error("a query or fragment has no meaning in an executor's URL")]
    Query,
    /// The URL, or a path below it, cannot be put into a request.
    #[error("the URL cannot be used in a request")]
    Unusable(#[source] Box<dyn Error + Send + Sync>),
    /// The certificates of an authority cannot be read, or are none.
    #[error("cannot trust the authorities in {origin}")]
    Authorities {
        /// The path of the file, or `memory`.
        origin: String,
        /// Why not.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The token holds characters that a header cannot.
    #[error("the token holds characters that a header cannot")]
    Token,
    /// A header cannot be sent: its name is none, or belongs to the client, or its value holds
    /// characters that a header cannot.
    #[error("header {name:?} cannot be sent: {reason}")]
    Header {
        /// The header's name. Its value may be secret and is not told.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl Endpoint {
    pub(crate) fn parse(text: &str) -> Result<Self, EndpointError> {
        let url = Url::parse(text)?;
        if !matches!(url.scheme(), "http" | "https" | "ws" | "wss") {
            return Err(EndpointError::Scheme {
                scheme: url.scheme().to_owned(),
                expected: SCHEMES,
            });
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(EndpointError::Query);
        }
        let host = url.host_str().unwrap_or_default();
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let port = url.port_or_known_default().unwrap_or_default();
        let path = url.path().trim_end_matches('/');
        Ok(Self {
            display: format!("{}://{authority}{path}", url.scheme()),
            base: format!("http://{host}:{port}{path}"),
            authority,
            url,
        })
    }

    /// Whether the connection is to be a secure one, and then to whom.
    pub(crate) fn secure_host(&self) -> Result<Option<ServerName<'static>>, EndpointError> {
        if !matches!(self.scheme(), "https" | "wss") {
            return Ok(None);
        }
        let name = match self.url.host() {
            Some(Host::Ipv4(address)) => ServerName::from(IpAddr::from(address)),
            Some(Host::Ipv6(address)) => ServerName::from(IpAddr::from(address)),
            Some(Host::Domain(_)) | None => {
                let name = self.url.host_str().unwrap_or_default().to_owned();
                ServerName::try_from(name)
                    .map_err(|error| EndpointError::Unusable(Box::new(error)))?
            }
        };
        Ok(Some(name))
    }

    /// The `Host` of requests.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    pub(crate) fn scheme(&self) -> &str {
        self.url.scheme()
    }

    /// The URL for people: without credentials.
    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    /// The URI of `path` below the base URL.
    pub(crate) fn uri(&self, path: &str) -> Result<Uri, EndpointError> {
        format!("{}/{}", self.base, path.trim_start_matches('/'))
            .parse()
            .map_err(|error| EndpointError::Unusable(Box::new(error)))
    }

    /// The URI of the base URL's own path, with its last slash if it has one.
    pub(crate) fn own_uri(&self) -> Result<Uri, EndpointError> {
        self.uri_on_host(self.url.path())
    }

    /// The URI of `path` on the same host and port, wherever the base URL is.
    pub(crate) fn uri_on_host(&self, path: &str) -> Result<Uri, EndpointError> {
        let base_path = self.url.path().trim_end_matches('/');
        let root = self.base.strip_suffix(base_path).unwrap_or(&self.base);
        format!("{root}/{}", path.trim_start_matches('/'))
            .parse()
            .map_err(|error| EndpointError::Unusable(Box::new(error)))
    }

    pub(crate) fn credentials(&self) -> Option<Credentials> {
        let decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        (!self.url.username().is_empty() || self.url.password().is_some()).then(|| Credentials {
            user: decode(self.url.username()),
            password: self.url.password().map(decode),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_used_and_never_shown() {
        let endpoint = Endpoint::parse("http://me:s%40cret@[::1]:8000/api/").expect("valid");
        assert_eq!(endpoint.display(), "http://[::1]:8000/api");
        let credentials = endpoint.credentials().expect("there are some");
        assert_eq!(
            (&*credentials.user, credentials.password.as_deref()),
            ("me", Some("s@cret"))
        );
        assert_eq!(
            endpoint.uri("/execute").expect("valid"),
            "http://[::1]:8000/api/execute"
        );
    }

    #[test]
    fn each_scheme_has_its_port_which_is_dialled_and_not_told() {
        for (url, uri) in [
            ("http://executor", "http://executor:80/x"),
            ("wss://executor/ws", "http://executor:443/ws/x"),
            ("https://[::1]/", "http://[::1]:443/x"),
        ] {
            let endpoint = Endpoint::parse(url).expect("valid");
            assert_eq!(endpoint.uri("x").expect("valid"), uri);
            assert_eq!(endpoint.display(), url.trim_end_matches('/'));
            assert!(!endpoint.authority().ends_with(":443"));
        }
        let unusual = Endpoint::parse("https://executor:80").expect("valid");
        assert_eq!(unusual.authority(), "executor:80");
    }

    #[test]
    fn a_websocket_has_its_own_path_and_other_paths_are_beside_it() {
        let endpoint = Endpoint::parse("ws://localhost:8003/ws/mcp/").expect("valid");
        let text = |uri: Result<Uri, _>| uri.expect("valid").to_string();
        assert_eq!(text(endpoint.own_uri()), "http://localhost:8003/ws/mcp/");
        assert_eq!(
            text(endpoint.uri_on_host("/health")),
            "http://localhost:8003/health"
        );
        let root = Endpoint::parse("ws://localhost").expect("valid");
        assert_eq!(text(root.own_uri()), "http://localhost:80/");
        assert_eq!(
            text(root.uri_on_host("health")),
            "http://localhost:80/health"
        );
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        assert!(matches!(
            Endpoint::parse("localhost"),
            Err(EndpointError::Invalid(_))
        ));
        assert!(matches!(
            Endpoint::parse("localhost:8000"),
            Err(EndpointError::Scheme { .. })
        ));
        assert!(matches!(
            Endpoint::parse("ftp://x"),
            Err(EndpointError::Scheme { .. })
        ));
        assert!(matches!(
            Endpoint::parse("http://x/?a=b"),
            Err(EndpointError::Query)
        ));
    }
}
