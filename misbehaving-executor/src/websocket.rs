//! WebSocket frames and the JSON-RPC messages in them, proper ones and the parts of improper ones.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha1::{Digest as _, Sha1};

use crate::wire;

/// The greeting.
pub const CONNECTED: &str = concat!(
    r#"{"jsonrpc":"2.0","method":"connected","params":{"session_id":"s-1","version":"1.0.0","#,
    r#""capabilities":["execute","control","stream"]}}"#,
);

/// The answer to the request `execute`.
pub const ANSWER: &str =
    r#"{"jsonrpc":"2.0","result":{"status":"started","pid":1,"pgid":1},"id":1}"#;

/// The notification that a command runs.
pub const STARTED: &str = concat!(
    r#"{"jsonrpc":"2.0","method":"process.started","params":{"status":"started","pid":1,"#,
    r#""pgid":1,"exit_code":null,"error":null}}"#,
);

/// The notification that a command has ended with exit code 0.
pub const COMPLETED: &str = concat!(
    r#"{"jsonrpc":"2.0","method":"process.completed","params":{"status":"completed","pid":1,"#,
    r#""pgid":1,"exit_code":0,"error":null,"execution_time":0.0013}}"#,
);

/// A sign of life that is to be answered.
pub const PING: &str = r#"{"jsonrpc":"2.0","method":"ping","params":{"timestamp":1}}"#;

/// Something that a client has sent over a WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// On which connection it came, counted from zero in the order of connecting.
    pub connection: usize,
    /// What it is.
    pub kind: MessageKind,
    /// Its payload; of a close frame, what follows the code.
    pub text: String,
    /// The code of a close frame.
    pub close_code: Option<u16>,
    /// Whether it was masked, as all that a client sends has to be.
    pub is_masked: bool,
}

/// What a client can send over a WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessageKind {
    /// A text message in one frame.
    Text,
    /// A close frame.
    Close,
    /// A ping.
    Ping,
    /// A pong.
    Pong,
    /// Anything else.
    Other,
}

impl Message {
    /// Takes the first complete frame off `received`, if it holds one.
    pub(crate) fn take(received: &mut Vec<u8>, connection: usize) -> Option<Self> {
        let (&[first, second], rest) = received.split_first_chunk()?;
        let (length_bytes, length) = match second & 0x7f {
            126 => (2, u64::from(u16::from_be_bytes(*rest.first_chunk()?))),
            127 => (8, u64::from_be_bytes(*rest.first_chunk()?)),
            short => (0, u64::from(short)),
        };
        let is_masked = second & 0x80 != 0;
        let mask_at = 2 + length_bytes;
        let start: usize = mask_at + if is_masked { 4 } else { 0 };
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        let mut payload = received.get(start..end)?.to_vec();
        if is_masked {
            let mask = received[mask_at..start].iter().cycle();
            payload
                .iter_mut()
                .zip(mask)
                .for_each(|(byte, mask)| *byte ^= mask);
        }
        received.drain(..end);
        let kind = match first {
            0x81 => MessageKind::Text,
            0x88 => MessageKind::Close,
            0x89 => MessageKind::Ping,
            0x8a => MessageKind::Pong,
            _ => MessageKind::Other,
        };
        let (close_code, text) = match (kind, &*payload) {
            (MessageKind::Close, [high, low, reason @ ..]) => {
                (Some(u16::from_be_bytes([*high, *low])), reason)
            }
            (_, payload) => (None, payload),
        };
        Some(Self {
            connection,
            kind,
            text: String::from_utf8_lossy(text).into_owned(),
            close_code,
            is_masked,
        })
    }
}

/// The head that agrees to an upgrade which was asked for with `key`.
#[must_use]
pub fn upgrade(key: &str) -> Vec<u8> {
    upgrade_with(&[&format!("Sec-WebSocket-Accept: {}", accept(key))])
}

/// A head that agrees to an upgrade and has these further header lines.
#[must_use]
pub fn upgrade_with(headers: &[&str]) -> Vec<u8> {
    let usual = ["Upgrade: websocket", "Connection: Upgrade"];
    let headers: Vec<_> = usual.iter().chain(headers).copied().collect();
    wire::head("HTTP/1.1 101 Switching Protocols", &headers)
}

fn accept(key: &str) -> String {
    /// RFC 6455, section 1.3.
    const SALT: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    BASE64_STANDARD.encode(Sha1::digest(format!("{key}{SALT}")))
}

/// A frame: its first byte (final bit, reserved bits, opcode) and its payload.
#[must_use]
pub fn frame(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    [frame_head(first, payload.len() as u64), payload.to_vec()].concat()
}

/// The head of a frame that announces a payload of `length` bytes.
#[must_use]
pub fn frame_head(first: u8, length: u64) -> Vec<u8> {
    let mut head = vec![first];
    if length < 126 {
        head.push(length as u8);
    } else if let Ok(length) = u16::try_from(length) {
        head.push(126);
        head.extend_from_slice(&length.to_be_bytes());
    } else {
        head.push(127);
        head.extend_from_slice(&length.to_be_bytes());
    }
    head
}

/// A text message in one frame.
#[must_use]
pub fn text(payload: impl AsRef<[u8]>) -> Vec<u8> {
    frame(0x81, payload)
}

/// Text messages, one frame each.
#[must_use]
pub fn texts<const N: usize>(payloads: [&str; N]) -> Vec<u8> {
    payloads.iter().flat_map(text).collect()
}

/// A close frame with a code and a reason.
#[must_use]
pub fn close(code: u16, reason: &str) -> Vec<u8> {
    frame(0x88, [&code.to_be_bytes(), reason.as_bytes()].concat())
}

/// The notification of output; `data` and `more`, further fields with a comma before each, are JSON.
#[must_use]
pub fn output(stream: &str, data: &str, more: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","method":"process.output","params":{{"type":"{stream}","data":{data}{more}}}}}"#
    )
}

/// A notification whose parameters are this JSON.
#[must_use]
pub fn notification(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":{params}}}"#)
}

/// An error in answer to the request with this id (JSON).
#[must_use]
pub fn error(id: &str, code: i32, message: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","error":{{"code":{code},"message":"{message}","data":null}},"id":{id}}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_standard_is_answered_as_the_standard_says() {
        let key = "dGhlIHNhbXBsZSBub25jZQ==";
        assert_eq!(accept(key), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_message_is_taken_once_it_is_complete() {
        let hello = [
            0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
        ];
        let mut received = Vec::new();
        for (at, &byte) in hello.iter().enumerate() {
            assert_eq!(Message::take(&mut received, 0), None, "{at}");
            received.push(byte);
        }
        received.extend(close(1000, "bye"));
        let message = Message::take(&mut received, 3).expect("complete");
        assert_eq!((&*message.text, message.kind), ("Hello", MessageKind::Text));
        assert!(message.is_masked);
        let message = Message::take(&mut received, 3).expect("complete");
        assert_eq!((&*message.text, message.close_code), ("bye", Some(1000)));
        assert!(!message.is_masked && received.is_empty());
    }

    #[test]
    fn frames_announce_their_length_in_the_shortest_way() {
        for (length, bytes) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            assert_eq!(frame(0x81, vec![b'x'; length]).len(), bytes + length);
        }
    }
}
