//! WebSocket frames as a server writes them (RFC 6455, section 5.2).
//!
//! Output is framed where it is written, in the buffer that goes to the socket: a message costs its
//! bytes and nothing else.

const FINAL: u8 = 0x80;
const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PONG: u8 = 0xa;

/// The longest payload of a control frame.
const LONGEST_CONTROL: usize = 125;

/// The head of most frames: those of 126 to 65,535 bytes.
const USUAL_HEAD: usize = 4;

/// Appends a text frame whose payload is what `write` appends.
pub(crate) fn write_text(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let head = out.len();
    let payload = head + USUAL_HEAD;
    out.extend_from_slice(&[FINAL | TEXT, 126, 0, 0]);
    write(out);
    let length = out.len() - payload;
    if let Ok(short @ 0..126) = u8::try_from(length) {
        out.copy_within(payload.., head + 2);
        out.truncate(head + 2 + length);
        out[head + 1] = short;
    } else if let Ok(usual) = u16::try_from(length) {
        out[head + 2..payload].copy_from_slice(&usual.to_be_bytes());
    } else {
        let long = (length as u64).to_be_bytes();
        out[head + 1] = 127;
        out.splice(head + 2..payload, long);
    }
}

/// The payload of the first of some frames that [`write_text`] wrote.
pub(crate) fn payload(frames: &[u8]) -> &[u8] {
    let (head, length) = match frames {
        [_, 126, high, low, ..] => (USUAL_HEAD, u16::from_be_bytes([*high, *low]).into()),
        [_, 127, rest @ ..] => {
            let length = rest.first_chunk().map_or(0, |it| u64::from_be_bytes(*it));
            (10, usize::try_from(length).unwrap_or(usize::MAX))
        }
        [_, length, ..] => (2, usize::from(*length)),
        _ => (0, 0),
    };
    let rest = frames.get(head..).unwrap_or_default();
    &rest[..length.min(rest.len())]
}

/// A fragment of a text message that does not end with it: its first, or one that continues it.
pub(crate) fn fragment(is_first: bool, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_text(&mut out, |out| out.extend_from_slice(payload));
    out[0] = if is_first { TEXT } else { 0 };
    out
}

/// Appends the answer to a ping.
pub(crate) fn write_pong(out: &mut Vec<u8>, payload: &[u8]) {
    write_control(out, PONG, payload);
}

/// Appends a close frame. The reason is cut to what a control frame can hold.
pub(crate) fn write_close(out: &mut Vec<u8>, code: u16, reason: &str) {
    let mut payload = code.to_be_bytes().to_vec();
    let cut = super::cut_before(reason, LONGEST_CONTROL - payload.len());
    payload.extend_from_slice(&reason.as_bytes()[..cut]);
    write_control(out, CLOSE, &payload);
}

fn write_control(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    let payload = &payload[..payload.len().min(LONGEST_CONTROL)];
    out.extend_from_slice(&[FINAL | opcode, payload.len() as u8]);
    out.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_length_has_its_shortest_head() {
        for (length, head) in [
            (0, &[0x81, 0][..]),
            (125, &[0x81, 125]),
            (126, &[0x81, 126, 0, 126]),
            (65_535, &[0x81, 126, 255, 255]),
            (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let payload = vec![b'x'; length];
            let mut out = b"before".to_vec();
            write_text(&mut out, |out| out.extend_from_slice(&payload));
            assert_eq!(out, [b"before", head, &payload].concat(), "{length}");
            assert_eq!(super::payload(&out[b"before".len()..]), payload);
        }
    }

    #[test]
    fn a_close_frame_holds_its_code_and_what_fits_of_the_reason() {
        let mut out = vec![];
        write_close(&mut out, 1008, "no");
        assert_eq!(out, b"\x88\x04\x03\xf0no");
        out.clear();
        write_close(&mut out, 1000, &"ü".repeat(100));
        assert_eq!(out.len(), 2 + 2 + 122);
        assert!(std::str::from_utf8(&out[4..]).is_ok());
    }
}
