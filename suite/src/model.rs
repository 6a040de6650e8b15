//! What a valid suite file means.

use std::{path::PathBuf, sync::Arc, time::Duration};

use crate::{Expectations, Repeat, Retries, Usd};

/// One valid suite: its cases with every default filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Suite {
    /// The file it was read from, as the user named it.
    pub path: PathBuf,
    /// The suite's own name (`task_list_id`), if it has one.
    pub id: Option<String>,
    /// What the suite is for; empty if the file does not say.
    pub description: String,
    /// The cases in the order in which they stand in the file. Never empty, ids never repeat.
    pub cases: Vec<Arc<Case>>,
    /// The conditions that decide over the whole run.
    pub gates: Gates,
    /// What was read, without a byte order mark.
    pub text: Arc<str>,
    /// The SHA-256 of `text` in hexadecimal, which tells one version of a suite from another.
    pub hash: Arc<str>,
}

impl Suite {
    /// The file's name without folder and extension, from which reports and run markers take theirs.
    #[must_use]
    pub fn stem(&self) -> String {
        self.path
            .file_stem()
            .unwrap_or(self.path.as_os_str())
            .to_string_lossy()
            .into_owned()
    }
}

/// One command with its expectations.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Unique in the suite, never empty.
    pub id: String,
    /// For people; the id where the file gives no name.
    pub name: String,
    /// What the case is for; empty if the file does not say.
    pub description: String,
    /// The category it stands in, where the file has categories.
    pub category: Option<String>,
    /// Labels to select by.
    pub tags: Vec<String>,
    /// The shell command, never empty.
    pub command: String,
    /// How long the command may take; never zero.
    pub timeout: Duration,
    /// How long its stream may show no progress; `None` allows silence until the timeout.
    pub stall_timeout: Option<Duration>,
    /// The exit code that counts as success.
    pub expected_exit_code: i32,
    /// What has to hold of what the command prints, where `match_on` says.
    pub expectations: Expectations,
    /// What the command prints.
    pub output_format: OutputFormat,
    /// Where the patterns are looked for. [`MatchOn::FinalText`] only with an `output_format` that has
    /// one.
    pub match_on: MatchOn,
    /// Programs that must be there where the executor runs; without them the case is skipped.
    pub requires: Vec<String>,
    /// When it is tried again.
    pub retries: Retries,
    /// Whether it is tried until it is clear how often it passes.
    pub repeat: Option<Repeat>,
}

/// What a command prints, as far as a runner is to understand it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutputFormat {
    /// Anything.
    #[default]
    Text,
    /// The JSON lines of the Claude CLI's `--output-format stream-json`, on standard output.
    ClaudeStreamJson,
}

impl OutputFormat {
    /// All formats, in the order of their declaration.
    pub const ALL: [Self; 2] = [Self::Text, Self::ClaudeStreamJson];

    /// The format with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// The name used in suite files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::ClaudeStreamJson => "claude-stream-json",
        }
    }

    /// Whether the format tells an agent's final text apart from what led to it.
    #[must_use]
    pub fn has_final_text(self) -> bool {
        match self {
            Self::Text => false,
            Self::ClaudeStreamJson => true,
        }
    }
}

/// The part of what a command prints in which patterns are looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MatchOn {
    /// All of it, in the order in which it came.
    #[default]
    Output,
    /// Standard output. What comes without a channel counts as that.
    Stdout,
    /// Standard error.
    Stderr,
    /// An agent's final text.
    FinalText,
}

impl MatchOn {
    /// All parts, in the order of their declaration.
    pub const ALL: [Self; 4] = [Self::Output, Self::Stdout, Self::Stderr, Self::FinalText];

    /// The part with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.as_str() == name)
    }

    /// The name used in suite files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Output => "output",
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::FinalText => "final_text",
        }
    }
}

/// Conditions over a whole run. With any of them set, they decide the run's exit code in place of
/// "every case passed".
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gates {
    /// At least this share of the attempts that ran has to pass.
    pub min_success_rate: Option<Ratio>,
    /// At most this many attempts may end in an infrastructure error.
    pub max_infrastructure_errors: Option<u64>,
    /// What the agents of the run may cost together.
    pub max_cost_usd: Option<Usd>,
    /// How many tokens the agents of the run may write together.
    pub max_output_tokens: Option<u64>,
}

impl Gates {
    /// Whether the suite sets no gate at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// How many gates the suite sets.
    #[must_use]
    pub fn count(&self) -> usize {
        // Taken apart, so that a gate that is added later cannot be forgotten here.
        let Self {
            min_success_rate,
            max_infrastructure_errors,
            max_cost_usd,
            max_output_tokens,
        } = self;
        let set = [
            min_success_rate.is_some(),
            max_infrastructure_errors.is_some(),
            max_cost_usd.is_some(),
            max_output_tokens.is_some(),
        ];
        set.into_iter().filter(|set| *set).count()
    }
}

/// A share between 0 and 1, both included.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Ratio(f64);

impl Ratio {
    /// `value` as a ratio; `None` unless it lies between 0 and 1.
    #[must_use]
    pub const fn new(value: f64) -> Option<Self> {
        if value >= 0.0 && value <= 1.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The share as a number between 0 and 1.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}
