//! How values are read that several options have.

use std::{net::SocketAddr, time::Duration};

use jiff::Timestamp;

/// An address; `localhost` is the one name that needs no resolver to be known.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let address = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    address
        .parse()
        .map_err(|_| "expected ADDRESS:PORT, such as 127.0.0.1:8000".into())
}

pub(super) fn duration(text: &str) -> Result<Duration, suite::duration::DurationError> {
    suite::duration::parse(text)
}

/// How long something is to go on: in no time nothing can be tried.
pub(super) fn time_under_test(text: &str) -> Result<Duration, String> {
    match duration(text) {
        Ok(Duration::ZERO) => Err("nothing can be tried in no time".into()),
        other => other.map_err(|error| error.to_string()),
    }
}

/// A moment of the wall clock. It needs a zone, because nobody knows where it will be read.
pub(super) fn timestamp(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| "expected a time with its zone, such as 2026-12-01T00:00Z".into())
}
