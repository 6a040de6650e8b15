//! JSON-RPC messages as executors write them.
//!
//! Fields whose type decides over a verdict stay raw until they are judged, so that a wrong one is a
//! finding of its own and not a message that is "no JSON".

use std::{borrow::Cow, collections::BTreeMap};

use executor_protocol::{Channel, RejectionKind, wire::RawString};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::chunks::Chunk;

/// Any message: a notification, a request, or an answer.
#[derive(Deserialize)]
pub(super) struct MessageWire<'a> {
    #[serde(borrow)]
    pub(super) method: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) params: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) error: Option<&'a RawValue>,
}

/// The parameters of the `process.*` notifications, all in one.
#[derive(Deserialize, Default)]
pub(super) struct ProcessWire<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) chunk_index: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) total_chunks: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) exit_code: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) error: Option<&'a RawValue>,
}

/// It cannot be told which piece of a long line a message is.
#[derive(Debug)]
pub(super) struct UnusableChunk;

#[derive(Deserialize)]
struct ErrorWire<'a> {
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
}

/// A refusal in the executor's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) kind: RejectionKind,
    pub(crate) code: i64,
    pub(crate) message: String,
}

impl<'a> MessageWire<'a> {
    /// Reads a message; `None` if `text` is no JSON object.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let wire = serde_json::from_str(text).ok()?;
        // Lists would pass for objects whose fields come in order.
        text.trim_ascii_start().starts_with('{').then_some(wire)
    }
}

impl<'a> ProcessWire<'a> {
    /// Reads parameters; `None` if they are no object. Missing ones are an empty object.
    pub(super) fn parse(params: Option<&'a RawValue>) -> Option<Self> {
        match params {
            None => Some(Self::default()),
            Some(raw) if raw.get().starts_with('{') => serde_json::from_str(raw.get()).ok(),
            Some(_) => None,
        }
    }

    /// The output stream; `None` if it is neither of the two.
    pub(super) fn channel(&self) -> Option<Channel> {
        match &*string(self.kind)? {
            "stdout" => Some(Channel::Stdout),
            "stderr" => Some(Channel::Stderr),
            _ => None,
        }
    }

    /// Which piece of a long line this is, if it is one.
    pub(super) fn chunk(&self) -> Result<Option<Chunk>, UnusableChunk> {
        let number = |raw: &RawValue| raw.get().parse::<u64>().map_err(|_| UnusableChunk);
        match (self.chunk_index, self.total_chunks) {
            (None, None) => Ok(None),
            (Some(index), Some(total)) => Ok(Some(Chunk {
                index: number(index)?,
                total: number(total)?,
            })),
            _ => Err(UnusableChunk),
        }
    }

    /// The text of the field `error`; what is no text is shown as it was written.
    pub(super) fn error_text(&self) -> Option<Cow<'a, str>> {
        let raw = self.error?;
        string(Some(raw)).or_else(|| Some(raw.get().into()))
    }
}

impl Refusal {
    /// Reads the field `error` of an answer. What is no error object is an internal error of code 0 that
    /// is shown as it was written.
    pub(super) fn parse(raw: &RawValue) -> Self {
        let wire = serde_json::from_str::<ErrorWire<'_>>(raw.get()).ok();
        let wire = wire.filter(|_| raw.get().starts_with('{'));
        let code = wire.as_ref().and_then(|wire| wire.code);
        let code = code.and_then(|code| code.get().parse().ok()).unwrap_or(0);
        let message = wire.and_then(|wire| string(wire.message));
        Self {
            kind: match code {
                -32001 => RejectionKind::Command,
                -32002 => RejectionKind::SessionLimit,
                -32600 | -32601 => RejectionKind::Method,
                // By the standard these are invalid parameters; executors use the code for this alone.
                -32602 => RejectionKind::Busy,
                _ => RejectionKind::Internal,
            },
            code,
            message: message.map_or_else(|| raw.get().to_owned(), Cow::into_owned),
        }
    }
}

/// The value as a string, if it is one.
pub(super) fn string(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_str::<Text<'_>>(raw?.get())
        .ok()
        .map(|text| text.0)
}

/// Appends what a notification says, for people: its `message` first, then all other parameters.
pub(super) fn write_words(params: Option<&RawValue>, out: &mut String) {
    let Some(raw) = params else { return };
    let Ok(mut all) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(raw.get()) else {
        out.push_str(raw.get());
        return;
    };
    if let Some(message) = all.remove("message") {
        out.push_str(&string(Some(message)).unwrap_or_else(|| message.get().into()));
    }
    for (name, value) in all {
        if value.get() == "null" {
            continue;
        }
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(&name);
        out.push_str(": ");
        out.push_str(&string(Some(value)).unwrap_or_else(|| value.get().into()));
    }
}

/// A `process.output` notification in the shapes that common JSON writers give it, whole and in one
/// piece; everything else is left to the complete parser.
pub(super) fn common_output(text: &str) -> Option<(Channel, RawString<'_>)> {
    const COMPACT: &str = r#"{"jsonrpc":"2.0","method":"process.output","params":{"type":"std"#;
    const SPACED: &str =
        r#"{"jsonrpc": "2.0", "method": "process.output", "params": {"type": "std"#;
    let (rest, separator) = match text.strip_prefix(COMPACT) {
        Some(rest) => (rest, r#"","data":""#),
        None => (text.strip_prefix(SPACED)?, r#"", "data": ""#),
    };
    let (channel, rest) = match rest.strip_prefix("out") {
        Some(rest) => (Channel::Stdout, rest),
        None => (Channel::Stderr, rest.strip_prefix("err")?),
    };
    let string = RawString::scan(rest.strip_prefix(separator)?)?;
    let whole = [
        "}}",
        r#","truncated":false,"chunk_index":null,"total_chunks":null}}"#,
        r#", "truncated": false, "chunk_index": null, "total_chunks": null}}"#,
    ];
    whole.contains(&string.rest).then_some((channel, string))
}
