//! Where a collector is, and how to be let in.

use std::fmt;

use percent_encoding::percent_decode_str;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};
use url::{Host, Url};

/// Where telemetry goes.
///
/// The URL is a base, as the specification has it for `OTEL_EXPORTER_OTLP_ENDPOINT`: what is pushed goes to
/// `v1/traces` and `v1/metrics` below it. Values of headers are not shown.
///
/// ```
/// use run_metrics::otlp::OtlpTarget;
///
/// let target = OtlpTarget::new("http://localhost:4318/tenant", "api-key=s%20ecret")?;
/// assert_eq!(target.to_string(), "http://localhost:4318/tenant");
/// assert!(!format!("{target:?}").contains("ecret"));
/// # Ok::<(), run_metrics::otlp::TargetError>(())
/// ```
#[derive(Clone)]
pub struct OtlpTarget {
    base: String,
    is_local: bool,
    headers: HeaderMap,
}

/// Why telemetry cannot go there. The messages tell no secrets.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// It is no URL.
    #[error("it is no URL")]
    Url(#[from] url::ParseError),
    /// Something else than HTTP is to be spoken there.
    #[error("it begins with {0:?}, not with http or https")]
    Scheme(String),
    /// It has a part that a base cannot have.
    #[error("it has a {0}, which a base URL cannot have")]
    Part(&'static str),
    /// A header is not `name=value`.
    #[error("header {0} in OTEL_EXPORTER_OTLP_HEADERS is not name=value")]
    Header(usize),
}

impl OtlpTarget {
    /// The collector at `url`. `headers` are written as in `OTEL_EXPORTER_OTLP_HEADERS`: pairs of name
    /// and value, `a=1,b=2`, with values percent-encoded where they need it.
    ///
    /// # Errors
    /// When telemetry cannot go there.
    pub fn new(url: &str, headers: &str) -> Result<Self, TargetError> {
        let url = Url::parse(url)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(TargetError::Scheme(url.scheme().to_owned()));
        }
        let parts = [
            ("user", !url.username().is_empty()),
            ("password", url.password().is_some()),
            ("query", url.query().is_some()),
            ("fragment", url.fragment().is_some()),
        ];
        if let Some((part, _)) = parts.into_iter().find(|(_, is_there)| *is_there) {
            return Err(TargetError::Part(part));
        }
        Ok(Self {
            is_local: match url.host() {
                Some(Host::Domain(name)) => name == "localhost",
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address.is_loopback(),
                None => false,
            },
            base: url.as_str().trim_end_matches('/').to_owned(),
            headers: parse_headers(headers)?,
        })
    }

    /// Where `signal` goes: `traces` or `metrics`.
    pub(super) fn of(&self, signal: &str) -> String {
        format!("{}/v1/{signal}", self.base)
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Whether it is on this machine, which no proxy is asked about.
    pub(super) fn is_local(&self) -> bool {
        self.is_local
    }

    pub(super) fn is_secure(&self) -> bool {
        self.base.starts_with("https:")
    }
}

fn parse_headers(text: &str) -> Result<HeaderMap, TargetError> {
    let mut headers = HeaderMap::new();
    let pairs = text.split(',').map(str::trim).enumerate();
    for (index, pair) in pairs.filter(|(_, pair)| !pair.is_empty()) {
        let header = parse_header(pair).ok_or(TargetError::Header(index + 1))?;
        headers.append(header.0, header.1);
    }
    Ok(headers)
}

fn parse_header(pair: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = pair.split_once('=')?;
    let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
    let value = percent_decode_str(value.trim()).collect::<Vec<u8>>();
    let mut value = HeaderValue::from_bytes(&value).ok()?;
    value.set_sensitive(true);
    Some((name, value))
}

impl fmt::Display for OtlpTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

impl fmt::Debug for OtlpTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtlpTarget")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_go_below_the_base_whatever_it_ends_with() {
        for (url, traces) in [
            ("http://localhost:4318", "http://localhost:4318/v1/traces"),
            ("http://localhost:4318/", "http://localhost:4318/v1/traces"),
            ("https://host/a/b/", "https://host/a/b/v1/traces"),
        ] {
            let target = OtlpTarget::new(url, "").expect("a target");
            assert_eq!(target.of("traces"), traces);
        }
    }

    #[test]
    fn what_is_no_base_url_is_refused_without_quoting_it() {
        for url in [
            "localhost:4318",
            "collector",
            "grpc://host:4317",
            "http://user:s3cret@host",
            "http://host/?key=s3cret",
            "http://host/#s3cret",
            "http://",
        ] {
            let error = OtlpTarget::new(url, "").expect_err(url).to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn this_machine_is_told_from_others() {
        for (url, is_local) in [
            ("http://localhost:4318", true),
            ("http://127.0.0.9", true),
            ("http://[::1]:4318", true),
            ("http://localhost.example", false),
        ] {
            let target = OtlpTarget::new(url, "").expect("a target");
            assert_eq!(target.is_local(), is_local, "{url}");
        }
    }

    #[test]
    fn headers_are_pairs_and_their_values_are_decoded() {
        let target = OtlpTarget::new("http://h", "a=1, Authorization=Bearer%20x=y,,").expect("ok");
        assert_eq!(target.headers()["a"], "1");
        assert_eq!(target.headers()["authorization"], "Bearer x=y");
        for headers in ["s3cret", "a=1,b c=s3cret", "a=s3cret%0A"] {
            let error = OtlpTarget::new("http://h", headers).expect_err(headers);
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }
}
