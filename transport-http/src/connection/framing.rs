//! Where one HTTP/1 answer begins and ends, followed byte by byte as they pass.
//!
//! The HTTP client underneath treats a connection that is closed in the middle of a body like the
//! body's end. This module knows better, because it does nothing else: it reads heads only as far as
//! framing needs, and leaves judging their validity to the client.

use std::mem::MaybeUninit;

/// Heads beyond this are handed on unread; the client underneath refuses them.
pub(super) const MAX_HEAD: usize = 128 * 1024;

/// What every answer begins with.
const BEGINNING: &[u8] = b"HTTP/1.";

/// What a complete head says about the body after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeadKind {
    /// An interim answer (1xx): the real one follows.
    Interim,
    /// A body framed by length or chunks, or none at all.
    Framed(Body),
    /// A body that only ends with the connection.
    UntilClose,
    /// No body this module can follow: the connection now speaks another protocol, or the body has a
    /// coding that the client refuses.
    Opaque,
}

/// How much of a body is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// So many bytes.
    Length(u64),
    /// Chunks, up to the last one and its trailer.
    Chunked(Chunks),
}

/// Where in the chunked coding the stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunks {
    /// In the line with a chunk's size; the digits so far, and whether they have ended.
    Size { size: u64, ended: bool },
    /// In a chunk's data and the line end after it: so many bytes to go.
    Data(u64),
    /// In the trailer; whether the current line is still empty.
    Trailer { line_is_empty: bool },
    /// Behind the last line.
    End,
}

/// The first head in `bytes`: how long it is and what it says.
///
/// `Ok(None)` while it is incomplete, `Err` when it is no head at all.
pub(super) fn parse_head(bytes: &[u8]) -> Result<Option<(usize, HeadKind)>, httparse::Error> {
    // What does not even begin like an answer need not be waited for.
    let begins = bytes.trim_ascii_start();
    if !begins.starts_with(&BEGINNING[..begins.len().min(BEGINNING.len())]) {
        return Err(httparse::Error::Version);
    }
    // Parsing again from the start at every read would be quadratic for a head that drips in.
    if !has_blank_line(bytes) {
        return Ok(None);
    }
    // Left as they are: most heads have few headers, and each of a load's attempts comes through here.
    let mut headers = [const { MaybeUninit::uninit() }; 96];
    let mut response = httparse::Response::new(&mut []);
    let mut config = httparse::ParserConfig::default();
    config.allow_spaces_after_header_name_in_responses(true);
    let parsed = config.parse_response_with_uninit_headers(&mut response, bytes, &mut headers)?;
    let httparse::Status::Complete(length) = parsed else {
        return Ok(None);
    };
    let status = response.code.unwrap_or_default();
    let kind = match status {
        101 => HeadKind::Opaque,
        100..200 => HeadKind::Interim,
        204 | 304 => HeadKind::Framed(Body::Length(0)),
        _ => body_of(response.headers),
    };
    Ok(Some((length, kind)))
}

/// Whether there is a line with nothing in it behind another one.
fn has_blank_line(bytes: &[u8]) -> bool {
    let mut ends = memchr::memchr_iter(b'\n', bytes);
    ends.any(|end| matches!(bytes[end + 1..], [b'\n', ..] | [b'\r', b'\n', ..]))
}

fn body_of(headers: &[httparse::Header<'_>]) -> HeadKind {
    let value = |name: &str| {
        headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|h| h.value)
    };
    match value("transfer-encoding").map(<[u8]>::trim_ascii) {
        Some(coding) if coding.eq_ignore_ascii_case(b"chunked") => {
            return HeadKind::Framed(Body::Chunked(Chunks::START));
        }
        Some(coding) if !coding.eq_ignore_ascii_case(b"identity") => return HeadKind::Opaque,
        _ => {}
    }
    let length =
        value("content-length").and_then(|v| std::str::from_utf8(v).ok()?.trim().parse().ok());
    length.map_or(HeadKind::UntilClose, |length| {
        HeadKind::Framed(Body::Length(length))
    })
}

impl Body {
    /// Follows `bytes` of the body; returns how many of them belong to it.
    pub(super) fn follow(&mut self, bytes: &[u8]) -> usize {
        match self {
            Self::Length(left) => {
                let taken = usize::try_from(*left)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len());
                *left -= taken as u64;
                taken
            }
            Self::Chunked(chunks) => chunks.follow(bytes),
        }
    }

    /// Whether the body is complete.
    pub(super) fn is_complete(&self) -> bool {
        matches!(self, Self::Length(0) | Self::Chunked(Chunks::End))
    }

    /// What is missing of a body that ended here, in words.
    pub(super) fn missing(&self) -> String {
        match self {
            Self::Length(left) => format!("{left} bytes of the announced length are missing"),
            Self::Chunked(Chunks::Data(_)) => "it ended inside a chunk".into(),
            Self::Chunked(_) => "the last chunk is missing".into(),
        }
    }
}

impl Chunks {
    const START: Self = Self::Size {
        size: 0,
        ended: false,
    };

    fn follow(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while at < bytes.len() && *self != Self::End {
            if let Self::Data(left) = self {
                let taken = usize::try_from(*left)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len() - at);
                *left -= taken as u64;
                at += taken;
                if *left == 0 {
                    *self = Self::START;
                }
            } else {
                *self = self.step(bytes[at]);
                at += 1;
            }
        }
        at
    }

    /// Follows one byte outside of chunk data.
    fn step(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Size { size: 0, .. }, b'\n') => Self::Trailer {
                line_is_empty: true,
            },
            // The data is followed by a line end of its own.
            (Self::Size { size, .. }, b'\n') => Self::Data(size.saturating_add(2)),
            (Self::Size { size, ended: false }, digit) if digit.is_ascii_hexdigit() => {
                let value = char::from(digit).to_digit(16).unwrap_or_default();
                Self::Size {
                    size: size.saturating_mul(16).saturating_add(value.into()),
                    ended: false,
                }
            }
            // Extensions and the carriage return do not matter for the size.
            (Self::Size { size, .. }, _) => Self::Size { size, ended: true },
            (
                Self::Trailer {
                    line_is_empty: true,
                },
                b'\n',
            ) => Self::End,
            (Self::Trailer { .. }, b'\n') => Self::Trailer {
                line_is_empty: true,
            },
            (Self::Trailer { line_is_empty }, b'\r') => Self::Trailer { line_is_empty },
            (Self::Trailer { .. }, _) => Self::Trailer {
                line_is_empty: false,
            },
            (other, _) => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind(head: &str) -> HeadKind {
        let (length, kind) = parse_head(head.as_bytes())
            .expect("a head")
            .expect("complete");
        assert_eq!(length, head.len());
        kind
    }

    #[test]
    fn a_head_tells_how_its_body_ends() {
        for (headers, expected) in [
            (
                "200 OK\r\nContent-Length: 5\r\n",
                HeadKind::Framed(Body::Length(5)),
            ),
            (
                "200 OK\r\nTransfer-Encoding: Chunked\r\n",
                HeadKind::Framed(Body::Chunked(Chunks::START)),
            ),
            (
                "200 OK\r\nTransfer-Encoding: gzip, chunked\r\n",
                HeadKind::Opaque,
            ),
            (
                "200 OK\r\nTransfer-Encoding: identity\r\n",
                HeadKind::UntilClose,
            ),
            ("200 OK\r\n", HeadKind::UntilClose),
            ("204 No Content\r\n", HeadKind::Framed(Body::Length(0))),
            ("103 Early Hints\r\n", HeadKind::Interim),
            ("101 Switching Protocols\r\n", HeadKind::Opaque),
        ] {
            assert_eq!(
                kind(&format!("HTTP/1.1 {headers}\r\n")),
                expected,
                "{headers}"
            );
        }
    }

    #[test]
    fn an_incomplete_head_waits_and_a_wrong_one_is_an_error() {
        assert_eq!(parse_head(b"HTTP/1.1 200 OK\r\nA: b\r\n"), Ok(None));
        assert_eq!(parse_head(b"\r\nHTT"), Ok(None));
        for wrong in [
            "SSH-2.0-OpenSSH\r\n\r\n",
            "SSH",
            "HTTP/2",
            "HTTP/1.x 200 OK\r\n\r\n",
        ] {
            assert!(parse_head(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    proptest! {
        /// However a chunked body is split, it is complete exactly at its last byte.
        #[test]
        fn a_chunked_body_is_complete_at_its_last_byte_only(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..6),
            extension in "(|;a=b|;q=\"x\")",
            trailer in "(|X-T: 1\r\n)",
            splits in prop::collection::vec(0.0..1.0f64, 0..5),
        ) {
            let mut wire = Vec::new();
            for chunk in &chunks {
                wire.extend(format!("{:X}{extension}\r\n", chunk.len()).bytes());
                wire.extend(chunk);
                wire.extend(b"\r\n");
            }
            wire.extend(format!("0{extension}\r\n{trailer}\r\n").bytes());
            let mut cuts: Vec<_> = splits.iter().map(|at| (at * wire.len() as f64) as usize).collect();
            cuts.extend([0, wire.len() - 1, wire.len()]);
            cuts.sort_unstable();
            let mut body = Body::Chunked(Chunks::START);
            for pair in cuts.windows(2) {
                prop_assert!(pair[0] == pair[1] || !body.is_complete());
                prop_assert_eq!(body.follow(&wire[pair[0]..pair[1]]), pair[1] - pair[0]);
            }
            prop_assert!(body.is_complete());
            prop_assert_eq!(body.follow(b"surplus"), 0);
        }
    }
}
