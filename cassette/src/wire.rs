//! The lines of a file.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The version of the format. Readers refuse others.
pub(crate) const VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeadWire<'a> {
    pub(crate) cassette: u64,
    #[serde(default)]
    pub(crate) recorded_by: Cow<'a, str>,
    #[serde(default)]
    pub(crate) executor: Cow<'a, str>,
    pub(crate) dialect: Cow<'a, str>,
    pub(crate) request: RequestWire<'a>,
    pub(crate) max_line_bytes: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) websocket_key: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) case: Option<CaseWire<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestWire<'a> {
    pub(crate) command: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timeout_us: Option<u64>,
    pub(crate) execution_id: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseWire<'a> {
    pub(crate) suite: Cow<'a, str>,
    pub(crate) id: Cow<'a, str>,
}

/// A line behind the first: a time, and exactly one thing that happened.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordWire<'a> {
    pub(crate) at_us: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) connected: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) received: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) received_base64: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sent: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) missing: Option<MissingWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) end: Option<EndWire<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MissingWire {
    pub(crate) bytes: u64,
    pub(crate) reads: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndWire<'a> {
    pub(crate) how: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<Cow<'a, str>>,
}
