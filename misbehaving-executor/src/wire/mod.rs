//! Bytes of answers: heads, chunks and event lines, proper ones and the parts of improper ones.

mod encoding;

pub use encoding::Encoding;

/// The body of a stream that does everything right: two lines of output, exit code 0.
pub const CLEAN_BODY: &str = concat!(
    "{\"type\":\"output\",\"data\":\"one\"}\n",
    "{\"type\":\"output\",\"data\":\"two\",\"stream\":\"stderr\"}\n",
    "{\"type\":\"complete\",\"exit_code\":0}\n",
);

/// The first two lines of [`CLEAN_BODY`]: all of the output, and no end.
pub const OUTPUT: &str = concat!(
    "{\"type\":\"output\",\"data\":\"one\"}\n",
    "{\"type\":\"output\",\"data\":\"two\",\"stream\":\"stderr\"}\n",
);

/// The last line of [`CLEAN_BODY`]: the terminal event.
pub const COMPLETE: &str = "{\"type\":\"complete\",\"exit_code\":0}\n";

/// A sign of life.
pub const HEARTBEAT: &str = "{\"type\":\"heartbeat\"}\n";

/// What ends a chunked body.
pub const LAST_CHUNK: &str = "0\r\n\r\n";

/// A head: the status line's version, code and reason, then whole header lines without their ends.
#[must_use]
pub fn head(status_line: &str, headers: &[&str]) -> Vec<u8> {
    let mut head = format!("{status_line}\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head.into()
}

/// The head of an NDJSON stream in chunks.
#[must_use]
pub fn chunked_head() -> Vec<u8> {
    Encoding::Ndjson.chunked_head()
}

/// The head of an NDJSON stream whose body has `length` bytes.
#[must_use]
pub fn sized_head(length: usize) -> Vec<u8> {
    Encoding::Ndjson.sized_head(length)
}

/// One chunk.
#[must_use]
pub fn chunk(data: impl AsRef<[u8]>) -> Vec<u8> {
    let data = data.as_ref();
    let size = format!("{:x}\r\n", data.len());
    [size.as_bytes(), data, b"\r\n"].concat()
}

/// A whole NDJSON stream in one chunk.
#[must_use]
pub fn chunked(body: impl AsRef<[u8]>) -> Vec<u8> {
    Encoding::Ndjson.chunked(body)
}

/// A whole NDJSON stream framed by its length.
#[must_use]
pub fn sized(body: impl AsRef<[u8]>) -> Vec<u8> {
    Encoding::Ndjson.sized(body)
}

/// A whole answer with a status of its own, framed by its length.
#[must_use]
pub fn refusal(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let length = format!("Content-Length: {}", body.len());
    let headers: Vec<_> = headers.iter().copied().chain([&*length]).collect();
    [
        head(&format!("HTTP/1.1 {status}"), &headers),
        body.as_bytes().to_vec(),
    ]
    .concat()
}

/// The answer of a server that is ready.
#[must_use]
pub fn healthy() -> Vec<u8> {
    refusal(
        "200 OK",
        &["Content-Type: application/json"],
        r#"{"status":"healthy","service":"misbehaving-executor"}"#,
    )
}
