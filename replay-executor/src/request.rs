//! Reads a request, as far as it matters here.

use crate::peer::Peer;

/// A longer head is no request for an executor.
const MAX_HEAD: usize = 64 * 1024;

/// Neither is a longer body.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// One request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

/// Why there is no request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoRequest {
    /// The client has left.
    Left,
    /// What came is none.
    Invalid,
    /// It is too long, or its body is of no known length.
    TooLong,
}

impl Request {
    /// Reads the next request of a client.
    pub(crate) async fn read(peer: &mut Peer) -> Result<Self, NoRequest> {
        let (mut request, head) = loop {
            if let Some(parsed) = Self::parse(&peer.held)? {
                break parsed;
            }
            if peer.held.len() > MAX_HEAD {
                return Err(NoRequest::TooLong);
            }
            more(peer).await?;
        };
        let length = match request.header("content-length") {
            Some(length) => std::str::from_utf8(length)
                .ok()
                .and_then(|text| text.trim().parse::<usize>().ok())
                .ok_or(NoRequest::Invalid)?,
            None if request.header("transfer-encoding").is_some() => {
                return Err(NoRequest::TooLong);
            }
            None => 0,
        };
        if length > MAX_BODY {
            return Err(NoRequest::TooLong);
        }
        while peer.held.len() < head + length {
            more(peer).await?;
        }
        request.body = peer.held[head..head + length].to_vec();
        peer.held.drain(..head + length);
        Ok(request)
    }

    /// The head at the beginning of `bytes`, with how long it is; `None` while it is incomplete.
    fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, NoRequest> {
        let mut headers = [httparse::EMPTY_HEADER; 96];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(bytes) {
            Err(_) => Err(NoRequest::Invalid),
            Ok(httparse::Status::Partial) => Ok(None),
            Ok(httparse::Status::Complete(length)) => {
                let headers = request.headers.iter();
                let headers = headers.map(|it| (it.name.to_ascii_lowercase(), it.value.to_vec()));
                let request = Self {
                    method: request.method.unwrap_or_default().to_owned(),
                    path: request.path.unwrap_or_default().to_owned(),
                    headers: headers.collect(),
                    body: Vec::new(),
                };
                Ok(Some((request, length)))
            }
        }
    }

    /// The values of all headers of this name, which is in lower case.
    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let named = self.headers.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| &**value)
    }

    /// The value of the first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| &**value)
    }

    /// Whether one of a header's values has this word in it.
    pub(crate) fn says(&self, name: &str, word: &str) -> bool {
        self.headers(name).any(|value| {
            String::from_utf8_lossy(value)
                .to_ascii_lowercase()
                .contains(word)
        })
    }
}

async fn more(peer: &mut Peer) -> Result<(), NoRequest> {
    match peer.read().await {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(NoRequest::Left),
    }
}
