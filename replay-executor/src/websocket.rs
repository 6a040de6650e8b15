//! The part of WebSockets that a client speaks: a handshake, and the one message that asks for a command.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha1::{Digest as _, Sha1};

use crate::{
    answer::NO_CASSETTE,
    config::Speed,
    library::{Library, Wanted},
    peer::Peer,
    play::Play,
    request::{MAX_BODY, Request},
};

/// What RFC 6455 has a server hash along with the client's key.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The code of a refused command.
const COMMAND_REFUSED: i64 = -32001;

/// Whether a client wants to speak over a WebSocket.
pub(crate) fn is_asked_for(request: &Request) -> bool {
    request.method == "GET" && request.says("upgrade", "websocket")
}

/// Opens the WebSocket, waits for the command, and plays its cassette.
///
/// The recorded handshake answered another key; everything behind it is said as it was, the greeting too,
/// which comes behind the command: before it nobody knows which greeting it was.
pub(crate) async fn serve(request: &Request, mut peer: Peer, library: &Library, speed: Speed) {
    let key = request.header("sec-websocket-key").unwrap_or_default();
    if peer.write(handshake(key).as_bytes()).await.is_err() {
        return;
    }
    loop {
        let message = loop {
            match take_message(&mut peer.held) {
                Ok(Some(message)) => break message,
                Ok(None) => match peer.read().await {
                    Ok(true) => {}
                    Ok(false) | Err(_) => return,
                },
                Err(NoMessage) => return peer.close().await,
            }
        };
        let Some((command, id)) = command(&message) else {
            continue;
        };
        let Some(cassette) = library.next(&command, Wanted::JsonRpc) else {
            let error = serde_json::json!({
                "jsonrpc": "2.0",
                "error": { "code": COMMAND_REFUSED, "message": NO_CASSETTE, "data": null },
                "id": id,
            });
            if peer.write(&text_frame(&error.to_string())).await.is_err() {
                return;
            }
            continue;
        };
        let received = cassette.received();
        let head = head_length(&received);
        let play = Play {
            cassette: &cassette,
            speed,
            skip: head,
            is_tunnel: true,
        };
        play.to(peer).await;
        return;
    }
}

fn handshake(key: &[u8]) -> String {
    let hash = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    let accept = BASE64_STANDARD.encode(hash);
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    )
}

/// How long the recorded handshake is. A refused one is skipped as a whole: the connection stands already.
fn head_length(received: &[u8]) -> usize {
    let mut headers = [httparse::EMPTY_HEADER; 96];
    let mut head = httparse::Response::new(&mut headers);
    match head.parse(received) {
        Ok(httparse::Status::Complete(length)) if head.code == Some(101) => length,
        _ => received.len(),
    }
}

/// The command that a message asks for, with the id of the request.
fn command(message: &[u8]) -> Option<(String, serde_json::Value)> {
    let message: serde_json::Value = serde_json::from_slice(message).ok()?;
    if message.get("method")?.as_str()? != "execute" {
        return None;
    }
    let command = message.get("params")?.get("command")?.as_str()?.to_owned();
    Some((command, message.get("id").cloned().unwrap_or_default()))
}

/// What came is none, too long, or a goodbye.
#[derive(Debug, PartialEq, Eq)]
struct NoMessage;

/// Takes the first whole text message off `held`; `None` while there is none. Control frames are passed over.
fn take_message(held: &mut Vec<u8>) -> Result<Option<Vec<u8>>, NoMessage> {
    loop {
        let Some(frame) = Frame::at_start(held)? else {
            return Ok(None);
        };
        let Frame {
            code,
            is_final,
            mask,
            payload,
        } = frame;
        let mut bytes = held[payload.clone()].to_vec();
        for (byte, mask) in bytes.iter_mut().zip(mask.into_iter().cycle()) {
            *byte ^= mask;
        }
        held.drain(..payload.end);
        match code {
            // No client has to send a command in fragments, and ours sends none.
            1 if is_final => return Ok(Some(bytes)),
            9 | 10 => {}
            _ => return Err(NoMessage),
        }
    }
}

struct Frame {
    code: u8,
    is_final: bool,
    mask: [u8; 4],
    payload: std::ops::Range<usize>,
}

impl Frame {
    /// The frame at the beginning of `bytes`, if it is whole.
    fn at_start(bytes: &[u8]) -> Result<Option<Self>, NoMessage> {
        let [first, second, rest @ ..] = bytes else {
            return Ok(None);
        };
        // What a client sends is masked.
        if second & 0x80 == 0 {
            return Err(NoMessage);
        }
        let (length, extra) = match second & 0x7f {
            126 => match rest.first_chunk() {
                Some(length) => (u64::from(u16::from_be_bytes(*length)), 2),
                None => return Ok(None),
            },
            127 => match rest.first_chunk() {
                Some(length) => (u64::from_be_bytes(*length), 8),
                None => return Ok(None),
            },
            short => (u64::from(short), 0),
        };
        let length = usize::try_from(length).map_err(|_| NoMessage)?;
        if length > MAX_BODY {
            return Err(NoMessage);
        }
        let Some(mask) = rest[extra..].first_chunk() else {
            return Ok(None);
        };
        let start = 2 + extra + mask.len();
        if bytes.len() < start + length {
            return Ok(None);
        }
        Ok(Some(Self {
            code: first & 0x0f,
            is_final: first & 0x80 != 0,
            mask: *mask,
            payload: start..start + length,
        }))
    }
}

fn text_frame(text: &str) -> Vec<u8> {
    const FINAL_TEXT: u8 = 0x81;
    let mut frame = vec![FINAL_TEXT];
    match u16::try_from(text.len()) {
        Ok(length @ 0..=125) => frame.push(length as u8),
        Ok(length) => {
            frame.push(126);
            frame.extend(length.to_be_bytes());
        }
        Err(_) => {
            frame.push(127);
            frame.extend((text.len() as u64).to_be_bytes());
        }
    }
    frame.extend(text.as_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(code: u8, text: &[u8]) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
        let mut frame = vec![0x80 | code, 0x80 | text.len() as u8];
        frame.extend(mask);
        frame.extend(text.iter().zip(mask.iter().cycle()).map(|(a, b)| a ^ b));
        frame
    }

    #[test]
    fn a_message_is_taken_once_it_is_whole_and_control_frames_are_passed_over() {
        let whole = [masked(9, b"ping"), masked(1, b"{}")].concat();
        for cut in 0..whole.len() {
            let mut held = whole[..cut].to_vec();
            assert_eq!(take_message(&mut held), Ok(None), "{cut}");
        }
        let mut held = whole;
        assert_eq!(take_message(&mut held), Ok(Some(b"{}".to_vec())));
        assert!(held.is_empty());
        assert_eq!(take_message(&mut masked(8, b"")), Err(NoMessage));
        assert_eq!(take_message(&mut vec![0x81, 1, b'x']), Err(NoMessage));
        let endless = [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(take_message(&mut endless.to_vec()), Err(NoMessage));
    }
}
