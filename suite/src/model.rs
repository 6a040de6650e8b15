//! What a valid suite file means.

use std::{path::PathBuf, sync::Arc, time::Duration};

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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Texts that must all be found in the output, ignoring case. None of them is empty.
    pub expected_patterns: Vec<String>,
    /// Programs that must be there where the executor runs; without them the case is skipped.
    pub requires: Vec<String>,
}

/// Conditions over a whole run. With any of them set, they decide the run's exit code in place of
/// "every case passed".
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gates {
    /// At least this share of the attempts that ran has to pass.
    pub min_success_rate: Option<Ratio>,
    /// At most this many attempts may end in an infrastructure error.
    pub max_infrastructure_errors: Option<u64>,
}

impl Gates {
    /// Whether the suite sets no gate at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
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
