//! How a person names a run.

use std::{convert::Infallible, fmt, str::FromStr};

/// A run in a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunSelector {
    /// The one with this number.
    Id(u64),
    /// The latest one with this name, such as `SIMPLE_STRESS_TEST_20250630_214505`.
    Marker(String),
    /// The one that began last.
    Latest,
}

impl FromStr for RunSelector {
    type Err = Infallible;

    /// A number, `latest`, or a name.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.parse() {
            Ok(id) => Self::Id(id),
            Err(_) if text == "latest" => Self::Latest,
            Err(_) => Self::Marker(text.to_owned()),
        })
    }
}

impl fmt::Display for RunSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Marker(marker) => write!(f, "{marker:?}"),
            Self::Latest => f.write_str("at all"),
        }
    }
}
