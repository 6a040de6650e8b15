//! Keeps secrets of an answer's head out of a cassette.

/// Headers whose values say how an answer is framed, what it is, and what to do next. The values of all
/// others are masked, because anything can be a secret: cookies, tokens, names of tenants.
const SHOWN: [&str; 22] = [
    "accept-ranges",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "keep-alive",
    "location",
    "retry-after",
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "via",
    "x-accel-buffering",
];

/// What stands in place of each masked byte: lengths stay what they are, and with them the framing.
const MASK: u8 = b'x';

/// Masks values in the heads at the beginning of `bytes`: that of the answer, and those of interim answers
/// before it.
pub(crate) fn mask_heads(bytes: &mut [u8]) {
    let mut rest = bytes;
    while rest.trim_ascii_start().starts_with(b"HTTP/1.") {
        let (length, is_interim) = mask_head(rest);
        if !is_interim {
            return;
        }
        rest = &mut rest[length..];
    }
}

/// Masks one head, which may be cut; tells how long it is and whether another one follows.
fn mask_head(bytes: &mut [u8]) -> (usize, bool) {
    let mut at = 0;
    let mut is_interim = None;
    let mut is_shown = false;
    while at < bytes.len() {
        let length = bytes[at..].iter().position(|byte| *byte == b'\n');
        let end = length.map_or(bytes.len(), |length| at + length + 1);
        let line = &mut bytes[at..end];
        at = end;
        let is_blank = line.trim_ascii().is_empty();
        match is_interim {
            None if is_blank => {}
            None => {
                let status = line.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
                is_interim = Some(status.starts_with(b"1") && status.trim_ascii() != b"101");
            }
            Some(is_interim) if is_blank => return (at, is_interim),
            // A folded line goes on with the value before it.
            Some(_) if line.starts_with(b" ") || line.starts_with(b"\t") => {
                if !is_shown {
                    mask(line);
                }
            }
            Some(_) => {
                // A line without a colon is no header, and may be anything.
                let colon = line.iter().position(|byte| *byte == b':');
                let name = colon.map_or(&b""[..], |colon| line[..colon].trim_ascii());
                is_shown = SHOWN
                    .iter()
                    .any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
                if !is_shown {
                    mask(&mut line[colon.map_or(0, |colon| colon + 1)..]);
                }
            }
        }
    }
    (at, false)
}

fn mask(value: &mut [u8]) {
    for byte in value {
        if !byte.is_ascii_whitespace() {
            *byte = MASK;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        mask_heads(&mut bytes);
        String::from_utf8(bytes).expect("it stays text")
    }

    #[test]
    fn values_of_unknown_headers_are_masked_and_all_else_stays() {
        assert_eq!(
            masked(
                "HTTP/1.1 103 Early Hints\r\nSet-Cookie: a=b\r\n\r\nHTTP/1.1 200 OK\r\n\
                 Content-Length: 9\r\nset-cookie: sid=s3cret;\r\n folded\r\nX-Token:\ts3\r\n\r\nA: secret"
            ),
            "HTTP/1.1 103 Early Hints\r\nSet-Cookie: xxx\r\n\r\nHTTP/1.1 200 OK\r\n\
             Content-Length: 9\r\nset-cookie: xxxxxxxxxxx\r\n xxxxxx\r\nX-Token:\txx\r\n\r\nA: secret"
        );
    }

    #[test]
    fn a_head_that_was_cut_is_masked_as_far_as_it_came() {
        assert_eq!(
            masked("HTTP/1.1 200 OK\r\nX-Token: s3c"),
            "HTTP/1.1 200 OK\r\nX-Token: xxx"
        );
        assert_eq!(masked("SSH-2.0\r\nX: y"), "SSH-2.0\r\nX: y");
    }
}
