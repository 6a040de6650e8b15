//! Which lints there are.

use std::{fmt, str::FromStr};

use crate::{quote::quoted, suggest::closest};

/// A kind of lint, with a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LintCode {
    /// A pattern that is found in what shows nothing.
    VacuousPattern,
    /// A regular expression that matches the empty text.
    EmptyMatch,
    /// A limit that the timeout comes before.
    LimitBeyondTimeout,
    /// A gate that cannot fail, or cannot hold.
    UnreachableGate,
    /// The same command in two cases.
    SameCommand,
    /// Two ids that become one as names of files.
    IdCollision,
}

impl LintCode {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 6] = [
        Self::VacuousPattern,
        Self::EmptyMatch,
        Self::LimitBeyondTimeout,
        Self::UnreachableGate,
        Self::SameCommand,
        Self::IdCollision,
    ];

    /// The stable code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VacuousPattern => "vacuous-pattern",
            Self::EmptyMatch => "empty-match",
            Self::LimitBeyondTimeout => "limit-beyond-timeout",
            Self::UnreachableGate => "unreachable-gate",
            Self::SameCommand => "same-command",
            Self::IdCollision => "id-collision",
        }
    }

    /// What it tells, in one sentence.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::VacuousPattern => {
                "A pattern is found in what shows nothing: the command itself, a timestamp, the first line of an \
                 agent, or a part of a word that another case expects."
            }
            Self::EmptyMatch => {
                "A regular expression matches the empty text, so that it is found in every output."
            }
            Self::LimitBeyondTimeout => {
                "A limit in time is as long as the case's timeout or longer, and can never be the one that counts."
            }
            Self::UnreachableGate => {
                "A gate cannot fail, or cannot hold, whatever the run is like."
            }
            Self::SameCommand => "Two cases have the same command.",
            Self::IdCollision => {
                "Two ids differ only in what names of files do not have, such as case and punctuation."
            }
        }
    }
}

impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// There is no such lint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no lint {}{}", quoted(.found), instead(.suggestion))]
pub struct UnknownLint {
    found: String,
    suggestion: Option<&'static str>,
}

fn instead(suggestion: &Option<&str>) -> String {
    match suggestion {
        Some(code) => format!(", did you mean `{code}`?"),
        None => format!(
            "; there are {}",
            LintCode::ALL.map(LintCode::as_str).join(", ")
        ),
    }
}

impl FromStr for LintCode {
    type Err = UnknownLint;

    fn from_str(text: &str) -> Result<Self, UnknownLint> {
        let found = Self::ALL.into_iter().find(|code| code.as_str() == text);
        found.ok_or_else(|| UnknownLint {
            found: text.to_owned(),
            suggestion: closest(text, Self::ALL.map(Self::as_str)),
        })
    }
}
