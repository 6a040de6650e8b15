//! What tells one document from another, before anything else is looked at.

use serde::{Deserialize, Serialize};

use crate::{ReadError, SCHEMA_VERSION};

/// What a document is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Document {
    /// A run that went once over its suite.
    Run,
    /// A run as a ledger has it.
    Recorded,
    /// A run of load.
    Load,
    /// A search for the capacity.
    Capacity,
}

/// The keys that every version has. All others are left for later.
#[derive(Deserialize)]
struct VersionWire {
    schema_version: u64,
}

/// The same of a version that is known.
#[derive(Deserialize)]
pub(crate) struct HeadWire {
    document: Document,
}

impl HeadWire {
    /// What the document is about, if its version is one that can be read.
    pub(crate) fn read(report: &[u8]) -> Result<Document, ReadError> {
        let version: VersionWire = serde_json::from_slice(report).map_err(ReadError::NotAReport)?;
        match version.schema_version {
            SCHEMA_VERSION => {}
            version if version > SCHEMA_VERSION => return Err(ReadError::Newer { version }),
            _ => {
                let error = serde::de::Error::custom("schema versions begin with 1");
                return Err(ReadError::NotAReport(error));
            }
        }
        let head: Self = serde_json::from_slice(report).map_err(ReadError::Malformed)?;
        Ok(head.document)
    }
}
