//! The two encodings in which a stream's events go over HTTP.

use super::{LAST_CHUNK, chunk, head};

/// How the events of a stream are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// One JSON object on each line.
    Ndjson,
    /// One server-sent event for each JSON object, named after its type.
    Sse,
}

impl Encoding {
    /// The media type.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Sse => "text/event-stream",
        }
    }

    /// The encoding that this one is not.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Ndjson => Self::Sse,
            Self::Sse => Self::Ndjson,
        }
    }

    /// A body whose events are given as lines of NDJSON. What lacks its line end also lacks its end here.
    #[must_use]
    pub fn body(self, lines: impl AsRef<[u8]>) -> Vec<u8> {
        let lines = lines.as_ref();
        match self {
            Self::Ndjson => lines.to_vec(),
            Self::Sse => lines
                .split_inclusive(|&byte| byte == b'\n')
                .flat_map(server_sent_event)
                .collect(),
        }
    }

    /// A head with nothing but the content type.
    #[must_use]
    pub fn head(self, status_line: &str) -> Vec<u8> {
        self.head_with(status_line, &[])
    }

    /// The head of a stream in chunks.
    #[must_use]
    pub fn chunked_head(self) -> Vec<u8> {
        self.head_with("HTTP/1.1 200 OK", &["Transfer-Encoding: chunked"])
    }

    /// The head of a stream whose body has `length` bytes.
    #[must_use]
    pub fn sized_head(self, length: usize) -> Vec<u8> {
        let length = format!("Content-Length: {length}");
        self.head_with("HTTP/1.1 200 OK", &[&length])
    }

    /// A whole stream in one chunk; the events are given as lines of NDJSON.
    #[must_use]
    pub fn chunked(self, lines: impl AsRef<[u8]>) -> Vec<u8> {
        self.chunked_raw(self.body(lines))
    }

    /// A whole stream in one chunk, whatever its bytes are.
    #[must_use]
    pub fn chunked_raw(self, body: impl AsRef<[u8]>) -> Vec<u8> {
        [self.chunked_head(), chunk(body), LAST_CHUNK.into()].concat()
    }

    /// A whole stream framed by its length; the events are given as lines of NDJSON.
    #[must_use]
    pub fn sized(self, lines: impl AsRef<[u8]>) -> Vec<u8> {
        let body = self.body(lines);
        [self.sized_head(body.len()), body].concat()
    }

    fn head_with(self, status_line: &str, headers: &[&str]) -> Vec<u8> {
        let content_type = format!("Content-Type: {}", self.content_type());
        head(status_line, &[&[&*content_type], headers].concat())
    }
}

/// A line of NDJSON as a server-sent event; blank lines are nothing in either encoding.
fn server_sent_event(line: &[u8]) -> Vec<u8> {
    if line.trim_ascii().is_empty() {
        return b"\n".to_vec();
    }
    let mut event = Vec::new();
    if let Some(name) = event_type(line) {
        event.extend_from_slice(&[b"event: ", name, b"\n"].concat());
    }
    event.extend_from_slice(b"data: ");
    event.extend_from_slice(line);
    if line.ends_with(b"\n") {
        event.push(b'\n');
    }
    event
}

/// The type that a line gives first, if it does.
fn event_type(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"{\"type\":\"")?;
    rest.split(|&byte| byte == b'"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_an_event_that_is_named_after_its_type() {
        let lines = "{\"type\":\"output\",\"data\":\"a\"}\n\nplain\n{\"type\":\"compl";
        let expected = concat!(
            "event: output\ndata: {\"type\":\"output\",\"data\":\"a\"}\n\n",
            "\n",
            "data: plain\n\n",
            "event: compl\ndata: {\"type\":\"compl",
        );
        assert_eq!(Encoding::Sse.body(lines), expected.as_bytes());
        assert_eq!(Encoding::Ndjson.body(lines), lines.as_bytes());
    }
}
