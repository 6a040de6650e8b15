//! Breaches of the stream protocol, with stable codes.

use std::fmt;

/// How much a finding says against the result it was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Untidy, but the result can be trusted.
    Note,
    /// A breach that leaves the result standing.
    Warning,
    /// The result cannot be trusted: an attempt with such a finding never passes.
    Error,
}

impl Severity {
    /// The name used in reports and machine records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! finding_codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $severity:ident;)+) => {
        /// What kind of breach was found. The spelling ([`FindingCode::as_str`]) is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FindingCode {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl FindingCode {
            /// Every code there is, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code that is spelled like this.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == name)
            }

            /// The stable code, as it stands in reports and machine records.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// How much the breach says against the result.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }

            /// One sentence that explains the breach.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

finding_codes! {
    /// The stream ended without a terminal event.
    MissingTerminal = "missing-terminal", Error;
    /// An event came after the terminal event.
    EventAfterTerminal = "event-after-terminal", Error;
    /// More than one terminal event came.
    DuplicateTerminal = "duplicate-terminal", Error;
    /// The terminal event carried no usable exit code.
    BadExitCode = "bad-exit-code", Error;
    /// The body ended before its framing said so.
    TruncatedBody = "truncated-body", Error;
    /// The body did not end after the terminal event.
    BodyNotEnded = "body-not-ended", Error;
    /// The executor's own stream timeout was reported as success.
    ServerTimeoutMasked = "server-timeout-masked", Error;
    /// A WebSocket was closed otherwise than by an orderly close.
    AbnormalClose = "abnormal-close", Error;
    /// Pieces of a split output are missing or out of order.
    ChunkOutOfOrder = "chunk-out-of-order", Error;
    /// The command or what it started was still alive after the execution had ended.
    LeakedProcess = "leaked-process", Warning;
    /// An answer came to a request that was never made.
    MismatchedId = "mismatched-id", Warning;
    /// The name of a server-sent event differs from the type of its data.
    EventNameMismatch = "event-name-mismatch", Warning;
    /// The output does not follow the format that the case announces.
    MalformedOutput = "malformed-output", Warning;
    /// The output ended without the result that its format ends with.
    MissingResult = "missing-result", Warning;
    /// A known event lacked a field or had one of a wrong type.
    MalformedEvent = "malformed-event", Error;
    /// A line was longer than the limit and was cut there.
    OversizedLine = "oversized-line", Warning;
    /// A line was no JSON object and was taken as plain output.
    NotJson = "not-json", Warning;
    /// Bytes were no UTF-8 and became U+FFFD.
    BadUtf8 = "bad-utf8", Warning;
    /// An event of an unknown type came.
    UnknownEvent = "unknown-event", Note;
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// All breaches of one kind in one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of breach.
    pub code: FindingCode,
    /// How often it happened.
    pub count: u64,
    /// Where it happened first: bytes of the decoded body before the line or frame concerned; for what
    /// is wrong in the output itself, bytes of the output.
    pub first_offset: u64,
    /// A detail of the first one, bounded in length; empty if there is nothing to add.
    pub detail: String,
}

/// The findings of one stream: one entry per code, so that memory does not grow with a stream that
/// commits the same breach a million times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

/// Details quote what an executor sent; this many characters identify it without filling reports.
const DETAIL_CHARS: usize = 160;

impl Findings {
    /// Records one more breach at `offset`. The detail is only asked for the first time.
    pub fn record(&mut self, code: FindingCode, offset: u64, detail: impl FnOnce() -> String) {
        if let Some(known) = self.0.iter_mut().find(|finding| finding.code == code) {
            known.count += 1;
            return;
        }
        let detail: String = detail().chars().take(DETAIL_CHARS).collect();
        self.0.push(Finding {
            code,
            count: 1,
            first_offset: offset,
            detail,
        });
    }

    /// Adds the findings of `other`, which happened after these.
    pub fn merge(&mut self, other: Self) {
        for finding in other.0 {
            match self.0.iter_mut().find(|known| known.code == finding.code) {
                Some(known) => known.count += finding.count,
                None => self.0.push(finding),
            }
        }
    }

    /// The findings in the order in which they first happened.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// The finding with this code, if there is one.
    #[must_use]
    pub fn get(&self, code: FindingCode) -> Option<&Finding> {
        self.0.iter().find(|finding| finding.code == code)
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The gravest severity among the findings.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.0.iter().map(|finding| finding.code.severity()).max()
    }
}

impl FromIterator<Finding> for Findings {
    /// Findings that were counted elsewhere, in the order in which they first happened.
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        let mut all = Self::default();
        for finding in findings {
            all.merge(Self(vec![finding]));
        }
        all
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_breach_is_one_finding_with_a_count_and_the_first_place() {
        let mut findings = Findings::default();
        findings.record(FindingCode::NotJson, 10, || "first".into());
        findings.record(FindingCode::NotJson, 99, || {
            unreachable!("only the first has a detail")
        });
        let finding = findings.get(FindingCode::NotJson).expect("recorded");
        assert_eq!(
            (finding.count, finding.first_offset, &*finding.detail),
            (2, 10, "first")
        );
        assert_eq!(findings.worst(), Some(Severity::Warning));
    }

    #[test]
    fn merged_findings_keep_the_first_place_and_add_up() {
        let mut findings = Findings::default();
        findings.record(FindingCode::NotJson, 10, || "first".into());
        let mut later = Findings::default();
        later.record(FindingCode::BadUtf8, 5, String::new);
        later.record(FindingCode::NotJson, 7, || "later".into());
        findings.merge(later);
        let seen: Vec<_> = findings
            .iter()
            .map(|finding| (finding.code, finding.count, finding.first_offset))
            .collect();
        let expected = [(FindingCode::NotJson, 2, 10), (FindingCode::BadUtf8, 1, 5)];
        assert_eq!(seen, expected);
    }

    #[test]
    fn codes_are_unique_and_described() {
        let mut codes: Vec<_> = FindingCode::ALL.iter().map(|code| code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), FindingCode::ALL.len());
        assert!(
            FindingCode::ALL
                .iter()
                .all(|code| code.description().ends_with('.'))
        );
    }
}
