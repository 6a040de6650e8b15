//! What can be typed after `gauntlet verify`.

use std::{path::PathBuf, str::FromStr};

use clap::Args;
use suite::{LintCode, UnknownLint};

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Suite files
    #[arg(value_name = "SUITE", required = true)]
    pub suites: Vec<PathBuf>,
    /// Make a lint an error, by its code, or all of them with "lint"; repeatable (see docs/lints.md)
    #[arg(
        long,
        value_name = "CODE",
        env = "GAUNTLET_DENY",
        value_delimiter = ','
    )]
    pub deny: Vec<DeniedLint>,
}

/// Which lints are errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeniedLint {
    /// All of them.
    Any,
    /// This one.
    Code(LintCode),
}

impl FromStr for DeniedLint {
    type Err = UnknownLint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "lint" => Ok(Self::Any),
            code => code.parse().map(Self::Code),
        }
    }
}
