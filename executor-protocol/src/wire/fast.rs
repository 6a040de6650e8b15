//! The short way through the shape that makes up nearly all of a long stream.
//!
//! `{"type":"output","data":"…"}`, optionally with `"stream"`, as compact or spaced as common JSON
//! writers put it. Everything else, valid or not, is left to the complete parser: whatever this module
//! accepts, `serde_json` reads the same way (a property test holds both against each other).

use crate::Channel;

/// An output event read the short way: the text still in its JSON escapes.
pub(super) struct RawOutput<'a> {
    /// What stands between the quotes, valid UTF-8 and free of control characters.
    pub(super) escaped: &'a str,
    /// Whether there is anything to unescape.
    pub(super) has_escapes: bool,
    pub(super) channel: Option<Channel>,
}

/// Reads `line` if it has the common shape.
pub(super) fn raw_output(line: &str) -> Option<RawOutput<'_>> {
    let rest = line
        .strip_prefix(r#"{"type":"output","data":""#)
        .or_else(|| line.strip_prefix(r#"{"type": "output", "data": ""#))?;
    let (end, has_escapes) = string_end(rest.as_bytes())?;
    let channel = match &rest[end + 1..] {
        "}" => None,
        r#","stream":"stdout"}"# | r#", "stream": "stdout"}"# => Some(Channel::Stdout),
        r#","stream":"stderr"}"# | r#", "stream": "stderr"}"# => Some(Channel::Stderr),
        _ => return None,
    };
    Some(RawOutput {
        escaped: &rest[..end],
        has_escapes,
        channel,
    })
}

/// Where the string that begins at the start of `bytes` has its closing quote, and whether it has
/// escapes; `None` if it is not closed or holds a raw control character, which JSON forbids.
fn string_end(bytes: &[u8]) -> Option<(usize, bool)> {
    let mut from = 0;
    let mut has_escapes = false;
    loop {
        let at = from + memchr::memchr2(b'"', b'\\', bytes.get(from..)?)?;
        if bytes[at] == b'"' {
            let controls = bytes[..at]
                .iter()
                .fold(false, |any, &byte| any | (byte < b' '));
            return (!controls).then_some((at, has_escapes));
        }
        has_escapes = true;
        // The escaped character is skipped, so that `\"` does not close the string.
        from = at + 2;
    }
}

/// Appends the meaning of a JSON string's inside to `out`; `None` for an escape that is no valid JSON
/// or that encodes half a surrogate pair.
pub(super) fn unescape(escaped: &str, out: &mut String) -> Option<()> {
    let mut rest = escaped;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let kind = *rest.as_bytes().get(at + 1)?;
        rest = rest.get(at + 2..)?;
        out.push(match kind {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let (character, length) = unicode_escape(rest)?;
                rest = &rest[length..];
                character
            }
            _ => return None,
        });
    }
    out.push_str(rest);
    Some(())
}

/// Reads what follows `\u`: the character and how many bytes it took.
fn unicode_escape(rest: &str) -> Option<(char, usize)> {
    let high = hex4(rest)?;
    if let Some(character) = char::from_u32(high) {
        return Some((character, 4));
    }
    let low = hex4(rest.get(4..)?.strip_prefix("\\u")?)?;
    let paired = (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(&low);
    let code = paired.then(|| 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))?;
    Some((char::from_u32(code)?, 10))
}

fn hex4(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    // `from_str_radix` alone would take a sign as well.
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then_some(())?;
    u32::from_str_radix(digits, 16).ok()
}
