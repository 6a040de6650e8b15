//! What a valid suite file means.

use std::{num::NonZeroU32, path::PathBuf, sync::Arc, time::Duration};

use crate::{Expectations, Gates, Repeat, Retries, ScopedGates};

/// How long a command may take unless its suite says otherwise.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);

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
    /// Those on single categories and cases, in the order of the file. None is empty.
    pub scoped_gates: Vec<ScopedGates>,
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
    /// How often load tries it beside the other cases, at most [`MAX_WEIGHT`](Self::MAX_WEIGHT). A run and a
    /// soak try every case in its turn, whatever this says.
    pub weight: NonZeroU32,
}

impl Case {
    /// No suite file gives a case more weight than this.
    pub const MAX_WEIGHT: u32 = 1000;

    /// A case with this id, and with what a suite file that says nothing else gives it: no expectations but
    /// exit code 0, and two minutes.
    #[must_use]
    pub fn new(id: impl Into<String>, command: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            name: id.clone(),
            id,
            description: String::new(),
            category: None,
            tags: Vec::new(),
            command: command.into(),
            timeout: DEFAULT_TIMEOUT,
            stall_timeout: None,
            expected_exit_code: 0,
            expectations: Expectations::default(),
            output_format: OutputFormat::default(),
            match_on: MatchOn::default(),
            requires: Vec::new(),
            retries: Retries::default(),
            repeat: None,
            weight: NonZeroU32::MIN,
        }
    }
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
