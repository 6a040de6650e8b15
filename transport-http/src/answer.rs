//! Whether an answer is an event stream at all.

use std::{
    borrow::Cow,
    future::poll_fn,
    pin::pin,
    time::{Duration, SystemTime},
};

use awc::{
    ClientResponse,
    error::PayloadError,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HttpDate},
    },
};
use bytes::Bytes;
use executor_protocol::TransportError;
use futures_core::Stream as _;
use tokio::time::{Instant, timeout_at};

use crate::{
    dialect::{Dialect, Format},
    stream::body_error,
};

/// How much of a refusal's body is kept to show.
const EXCERPT_BYTES: usize = 2048;

/// How long a refusal's body is waited for; it is a courtesy, the status says enough.
const EXCERPT_WAIT: Duration = Duration::from_secs(2);

/// The media type of server-sent events.
pub(crate) const SSE_TYPE: &str = "text/event-stream";

/// Media types under which executors are known to send NDJSON. Many do not bother to name the right
/// one; what is excluded are pages and pictures, which some proxy or login form sends in their place.
const NDJSON_TYPES: [&str; 8] = [
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonlines",
    "application/json",
    "application/stream+json",
    "application/octet-stream",
    "text/plain",
];

/// Accepts the head of an event stream in the `dialect` that was asked for, and tells in which one it
/// is; anything else becomes an error with the beginning of its body.
///
/// That beginning is waited for until `deadline` at most.
pub(crate) async fn expect_stream(
    answer: &mut ClientResponse,
    dialect: Dialect,
    deadline: Instant,
) -> Result<Format, TransportError> {
    expect_ok(answer, deadline).await?;
    if let Some(encoding) = text(answer.headers(), header::CONTENT_ENCODING)
        && !encoding.trim().eq_ignore_ascii_case("identity")
    {
        let encoding = encoding.into_owned();
        return Err(TransportError::ContentEncoding { encoding });
    }
    let content_type = text(answer.headers(), header::CONTENT_TYPE);
    if let Some(format) = format(dialect, content_type.as_deref()) {
        return Ok(format);
    }
    Err(TransportError::ContentType {
        content_type: content_type.unwrap_or_default().into_owned(),
        body: excerpt(async || next_chunk(answer).await?.ok(), deadline).await,
    })
}

/// The value of a header, whatever bytes it has.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<Cow<'_, str>> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()))
}

/// In which format an answer of this type is, if that is one that was asked for.
fn format(dialect: Dialect, content_type: Option<&str>) -> Option<Format> {
    let Some(content_type) = content_type else {
        // An executor that does not say what it sends is taken by its word that it understood.
        return Some(match dialect {
            Dialect::Ndjson | Dialect::Auto => Format::Ndjson,
            Dialect::Sse => Format::Sse,
        });
    };
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let is = |known: &str| media_type.eq_ignore_ascii_case(known);
    if is(SSE_TYPE) {
        (dialect != Dialect::Ndjson).then_some(Format::Sse)
    } else if NDJSON_TYPES.into_iter().any(is) {
        (dialect != Dialect::Sse).then_some(Format::Ndjson)
    } else {
        None
    }
}

/// Accepts status 200; a redirect or any other status becomes an error, as in [`expect_stream`].
pub(crate) async fn expect_ok(
    answer: &mut ClientResponse,
    deadline: Instant,
) -> Result<(), TransportError> {
    let status = answer.status();
    if status == StatusCode::OK {
        return Ok(());
    }
    let body = if status.is_redirection() {
        String::new()
    } else {
        excerpt(async || next_chunk(answer).await?.ok(), deadline).await
    };
    Err(refusal(status, answer.headers(), body))
}

/// The error of an answer with another status than the one that was hoped for.
pub(crate) fn refusal(status: StatusCode, headers: &HeaderMap, body: String) -> TransportError {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    if status.is_redirection() {
        return TransportError::Redirect {
            status: status.as_u16(),
            location: text(header::LOCATION),
        };
    }
    TransportError::Status {
        status: status.as_u16(),
        retry_after: retry_after(headers),
        body,
    }
}

/// How long the executor wants to be left alone: told in seconds, or as a date.
///
/// A date is held against the one at which the answer was made, so that the clocks of two machines need not
/// agree; where that is not told, against the clock of this one. A date that is over asks for no wait.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| Some(headers.get(name)?.to_str().ok()?.trim());
    let date = |name| -> Option<SystemTime> { Some(text(name)?.parse::<HttpDate>().ok()?.into()) };
    if let Ok(seconds) = text(header::RETRY_AFTER)?.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = date(header::RETRY_AFTER)?;
    let now = date(header::DATE).unwrap_or_else(SystemTime::now);
    Some(at.duration_since(now).unwrap_or_default())
}

/// The beginning of a body that has to come whole.
pub(crate) async fn whole_body(answer: &mut ClientResponse) -> Result<String, TransportError> {
    let mut kept = Vec::new();
    while let Some(chunk) = next_chunk(answer).await {
        let chunk = chunk.map_err(body_error)?;
        let free = EXCERPT_BYTES - kept.len();
        kept.extend_from_slice(&chunk[..chunk.len().min(free)]);
    }
    Ok(String::from_utf8_lossy(&kept).into_owned())
}

/// The beginning of a body as text, as far as it comes soon and before `deadline`.
///
/// What came is worth showing however it ended, so `next` has no errors.
pub(crate) async fn excerpt(
    mut next: impl AsyncFnMut() -> Option<Bytes>,
    deadline: Instant,
) -> String {
    let mut kept = Vec::new();
    let read = async {
        while kept.len() < EXCERPT_BYTES {
            match next().await {
                Some(chunk) => kept.extend_from_slice(&chunk),
                None => break,
            }
        }
    };
    // Likewise when it did not end in time.
    let _ = timeout_at(deadline.min(Instant::now() + EXCERPT_WAIT), read).await;
    kept.truncate(EXCERPT_BYTES);
    String::from_utf8_lossy(&kept).into_owned()
}

async fn next_chunk(answer: &mut ClientResponse) -> Option<Result<Bytes, PayloadError>> {
    let mut body = pin!(answer);
    poll_fn(|cx| body.as_mut().poll_next(cx)).await
}

#[cfg(test)]
mod tests {
    use awc::http::header::HeaderValue;

    use super::*;

    fn told(retry_after: &str, date: Option<&str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        let value = |text: &str| HeaderValue::from_str(text).expect("a value");
        headers.insert(header::RETRY_AFTER, value(retry_after));
        if let Some(date) = date {
            headers.insert(header::DATE, value(date));
        }
        super::retry_after(&headers)
    }

    #[test]
    fn a_wait_is_told_in_seconds_or_as_a_date() {
        let date = Some("Wed, 21 Oct 2026 07:28:00 GMT");
        for (retry_after, seconds) in [
            ("17", Some(17)),
            (" 0 ", Some(0)),
            ("Wed, 21 Oct 2026 07:30:05 GMT", Some(125)),
            // The forms that HTTP had before.
            ("Wednesday, 21-Oct-26 07:30:05 GMT", Some(125)),
            ("Wed Oct 21 07:30:05 2026", Some(125)),
            // It is over.
            ("Wed, 21 Oct 2026 07:27:00 GMT", Some(0)),
            ("soon", None),
            ("-3", None),
            ("1.5", None),
            ("", None),
        ] {
            let waited = told(retry_after, date).map(|it| it.as_secs());
            assert_eq!(waited, seconds, "{retry_after:?}");
        }
    }

    #[test]
    fn without_the_date_of_the_answer_the_clock_of_this_machine_counts() {
        let hour = Duration::from_secs(3_600);
        let at = HttpDate::from(SystemTime::now() + hour).to_string();
        let waited = told(&at, Some("yesterday")).expect("a date");
        assert!(waited <= hour && waited > hour / 2, "{waited:?}");
        let past = told("Wed, 21 Oct 2015 07:28:00 GMT", None);
        assert_eq!(past, Some(Duration::ZERO));
    }
}
