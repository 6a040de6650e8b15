//! Requests as they came over the wire.

/// A request that a client has sent completely.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// On which connection it came, counted from zero in the order of connecting.
    pub connection: usize,
    /// The method.
    pub method: String,
    /// The path as it was sent, with the query if there was one.
    pub path: String,
    /// The headers' names and values in the order they were sent.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of the header called `name`, in any case of letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(found)
            .map(|(_, value)| value.as_str())
    }

    /// Whether it asks for health and not for a command.
    #[must_use]
    pub fn is_health(&self) -> bool {
        matches!(self.path.as_str(), "/health" | "/healthz")
    }

    /// Takes the first complete request off `received`, if it holds one.
    pub(crate) fn take(received: &mut Vec<u8>, connection: usize) -> Option<Self> {
        const HEAD_END: &[u8] = b"\r\n\r\n";
        let end = received
            .windows(HEAD_END.len())
            .position(|window| window == HEAD_END)?;
        let head = String::from_utf8_lossy(&received[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let mut request = Self {
            connection,
            method: words.next().unwrap_or_default().to_owned(),
            path: words.next().unwrap_or_default().to_owned(),
            headers: lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
                .collect(),
            body: Vec::new(),
        };
        let length = request
            .header("content-length")
            .and_then(|value| value.parse().ok())
            .unwrap_or(0);
        let body = end + HEAD_END.len();
        if received.len() - body < length {
            return None;
        }
        request.body = received[body..body + length].to_vec();
        received.drain(..body + length);
        Some(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_taken_once_it_is_complete() {
        let wire = b"POST /execute HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}GET /";
        let mut received = Vec::new();
        for (at, &byte) in wire.iter().enumerate() {
            received.push(byte);
            let complete = at + 1 == wire.len() - "GET /".len();
            let Some(request) = Request::take(&mut received, 7) else {
                assert!(!complete);
                continue;
            };
            assert!(complete);
            assert_eq!(
                (&*request.method, &*request.path, &*request.body),
                ("POST", "/execute", &b"{}"[..])
            );
            assert_eq!((request.connection, request.header("HOST")), (7, Some("x")));
            assert!(!request.is_health());
        }
        assert_eq!(received, b"GET /");
    }
}
