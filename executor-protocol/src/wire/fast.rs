//! The short way through the shape that makes up nearly all of a long stream.
//!
//! `{"type":"output","data":"…"}`, optionally with `"stream"`, as compact or spaced as common JSON
//! writers put it. Everything else, valid or not, is left to the complete parser: whatever this module
//! accepts, `serde_json` reads the same way (a property test holds both against each other).

use super::text::RawString;
use crate::Channel;

/// An output event read the short way: the text still in its JSON escapes.
pub(super) struct RawOutput<'a> {
    pub(super) string: RawString<'a>,
    pub(super) channel: Option<Channel>,
}

/// Reads `line` if it has the common shape.
#[inline]
pub(super) fn raw_output(line: &str) -> Option<RawOutput<'_>> {
    let rest = line
        .strip_prefix(r#"{"type":"output","data":""#)
        .or_else(|| line.strip_prefix(r#"{"type": "output", "data": ""#))?;
    let string = RawString::scan(rest)?;
    let channel = match string.rest {
        "}" => None,
        r#","stream":"stdout"}"# | r#", "stream": "stdout"}"# => Some(Channel::Stdout),
        r#","stream":"stderr"}"# | r#", "stream": "stderr"}"# => Some(Channel::Stderr),
        _ => return None,
    };
    Some(RawOutput { string, channel })
}
