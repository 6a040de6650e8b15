//! What a case expects of what its command prints.
//!
//! The module owns the values. How they stand in a suite file, `file/expectations.rs` knows; whether an output meets them
//! is for whoever runs cases.

use std::{fmt, time::Duration};

/// Everything that is expected of what a command prints, besides its exit code. All of it has to hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expectations {
    /// Each has to be found.
    pub expected: Vec<Pattern>,
    /// None may be found.
    pub forbidden: Vec<Pattern>,
    /// Of each group, at least one has to be found.
    pub any_of: Vec<Vec<Pattern>>,
    /// How often patterns have to be found, and may be.
    pub counts: Vec<CountOf>,
    /// Of each list, each pattern has to be found behind the first find of the one before it.
    pub ordered: Vec<Vec<Pattern>>,
    /// What has to be found in time.
    pub within: Vec<Within>,
    /// What may not be found any more once something else was.
    pub never_after: Vec<NeverAfter>,
    /// How long the command may print nothing, between its start, its pieces of output and its end.
    pub max_gap: Option<Duration>,
    /// How many characters it has to print at least.
    pub min_length: Option<u64>,
    /// How many characters it may print.
    pub max_length: Option<u64>,
    /// What has to hold of JSON in what it prints.
    pub json: Vec<JsonExpectation>,
    /// Code that has to be in what it prints.
    pub code: Option<CodeExpectation>,
    /// Whether the attempt ends as soon as nothing can make it pass any more.
    pub stop_on_failure: bool,
}

/// Something that is looked for in an output.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pattern {
    /// This text.
    Literal {
        /// The text, never empty.
        text: String,
        /// Whether upper and lower case are told apart.
        case_sensitive: bool,
    },
    /// This text, where neither a letter, a digit nor an underscore stands before or behind it: `4` is not
    /// in `2024`.
    Word {
        /// The text, never empty.
        text: String,
        /// Whether upper and lower case are told apart.
        case_sensitive: bool,
    },
    /// Whatever this regular expression matches, in the syntax of the crate `regex`.
    Regex {
        /// The expression. It has been compiled once to see that it is one.
        source: String,
    },
}

/// How often a pattern has to be found, without overlaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountOf {
    /// The pattern.
    pub pattern: Pattern,
    /// At least so often.
    pub at_least: Option<u64>,
    /// At most so often.
    pub at_most: Option<u64>,
}

/// A pattern that has to be found in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    /// The pattern.
    pub pattern: Pattern,
    /// Counted from the first find of this one; from the start of the attempt if there is none.
    pub after: Option<Pattern>,
    /// No later than so long after that.
    pub limit: Duration,
}

/// A pattern that may not be found any more once another one was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeverAfter {
    /// What may not come.
    pub pattern: Pattern,
    /// After the first find of this one.
    pub after: Pattern,
}

/// What has to hold of JSON in what a command prints: of the first JSON value that is an object or an
/// array, wherever in the text it begins, also inside of a fenced block.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonExpectation {
    /// Where in the value, as RFC 9535 (JSONPath) writes it; the whole value if none is given. It has to
    /// lead to at least one node, and what follows has to hold of each.
    pub path: Option<String>,
    /// What type it has to have.
    pub type_name: Option<JsonType>,
    /// What it has to be equal to. Numbers are equal if their values are.
    pub equals: Option<serde_json::Value>,
    /// The JSON Schema that it has to be valid against.
    pub schema: Option<serde_json::Value>,
}

/// The types of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonType {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A number without a fraction.
    Integer,
    /// A text.
    String,
    /// A list.
    Array,
    /// An object.
    Object,
}

/// Code that has to be in what a command prints: in a fenced block of its language, or all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeExpectation {
    /// The language, as the suite names it: `python`.
    pub language: String,
    /// Whether its syntax is to be checked, by the language's own tool where the executor runs.
    pub checked: bool,
}

impl Pattern {
    /// How much a regular expression may take when it is compiled, in bytes. What compiles within that when
    /// a suite is loaded has to compile when it is run.
    pub const MAX_REGEX_BYTES: usize = 1 << 20;

    /// A text whose case does not matter, as a plain string in `expected_patterns` is.
    #[must_use]
    pub fn literal(text: impl Into<String>) -> Self {
        Self::Literal {
            text: text.into(),
            case_sensitive: false,
        }
    }

    /// What is looked for, as the suite has it, without its kind.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Literal { text, .. } | Self::Word { text, .. } => text,
            Self::Regex { source } => source,
        }
    }
}

impl fmt::Display for Pattern {
    /// The pattern in words: `"text"`, `the word "4"`, `/expression/`. It is foreign text, which may hold
    /// anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal { text, .. } => write!(f, "\"{text}\""),
            Self::Word { text, .. } => write!(f, "the word \"{text}\""),
            Self::Regex { source } => write!(f, "/{source}/"),
        }
    }
}

impl JsonType {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 7] = [
        Self::Null,
        Self::Boolean,
        Self::Number,
        Self::Integer,
        Self::String,
        Self::Array,
        Self::Object,
    ];

    /// The name that JSON Schema has for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

impl Expectations {
    /// Whether nothing is expected but the exit code.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self
            == Self {
                stop_on_failure: self.stop_on_failure,
                ..Self::default()
            }
    }

    /// Expects these texts, whatever their case, and nothing else.
    #[must_use]
    pub fn literals<Text: Into<String>>(texts: impl IntoIterator<Item = Text>) -> Self {
        Self {
            expected: texts.into_iter().map(Pattern::literal).collect(),
            ..Self::default()
        }
    }
}
