//! What became of what a case expects.

/// One expectation of a case, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectationResult {
    /// Which kind of expectation it is.
    pub kind: ExpectationKind,
    /// What was expected: of a plain text that is to be found the text itself, of everything else words.
    /// They quote the suite.
    pub words: String,
    /// What became of it.
    pub standing: Standing,
    /// What there was instead, or why nobody knows; may be empty. It may quote what the command printed, and
    /// is bounded.
    pub detail: String,
}

/// What became of an expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It holds.
    Met,
    /// It does not.
    Missed,
    /// Nobody knows: the attempt ended before it was clear, or nothing could check it.
    NotChecked,
}

/// The kinds of expectations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExpectationKind {
    /// A pattern has to be found.
    Pattern,
    /// A pattern may not be found.
    Forbidden,
    /// One of some patterns has to be found.
    AnyOf,
    /// A pattern has to be found so often.
    Count,
    /// Patterns have to be found one behind the other.
    Ordered,
    /// A pattern has to be found in time.
    Within,
    /// A pattern may not be found behind another one.
    NeverAfter,
    /// The command may not be silent for longer.
    MaxGap,
    /// So much has to be printed.
    MinLength,
    /// No more than so much may be printed.
    MaxLength,
    /// Something has to hold of JSON.
    Json,
    /// There has to be code.
    Code,
}

impl ExpectationResult {
    /// A plain text, and whether it was found.
    #[must_use]
    pub fn of_text(text: impl Into<String>, found: bool) -> Self {
        Self {
            kind: ExpectationKind::Pattern,
            words: text.into(),
            standing: match found {
                true => Standing::Met,
                false => Standing::Missed,
            },
            detail: String::new(),
        }
    }

    /// Whether it holds.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.standing == Standing::Met
    }
}

impl Standing {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 3] = [Self::Met, Self::Missed, Self::NotChecked];

    /// The one with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// The stable name, as it stands in machine records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::NotChecked => "not-checked",
        }
    }
}

impl ExpectationKind {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 12] = [
        Self::Pattern,
        Self::Forbidden,
        Self::AnyOf,
        Self::Count,
        Self::Ordered,
        Self::Within,
        Self::NeverAfter,
        Self::MaxGap,
        Self::MinLength,
        Self::MaxLength,
        Self::Json,
        Self::Code,
    ];

    /// The one with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// The stable name, as it stands in machine records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pattern => "pattern",
            Self::Forbidden => "forbidden",
            Self::AnyOf => "any-of",
            Self::Count => "count",
            Self::Ordered => "ordered",
            Self::Within => "within",
            Self::NeverAfter => "never-after",
            Self::MaxGap => "max-gap",
            Self::MinLength => "min-length",
            Self::MaxLength => "max-length",
            Self::Json => "json",
            Self::Code => "code",
        }
    }
}
