//! What commands print, where a case says that an agent prints it.
//!
//! The module owns the way from streamed output to what an agent told: lines, which are the same for
//! all formats, and the formats, of which each is one file and one arm of [`AgentReader::new`]. It
//! refuses to judge.

mod claude_stream_json;
mod lines;

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use executor_protocol::{FindingCode, Findings, OutputJoin};
use suite::OutputFormat;

use self::{
    claude_stream_json::ClaudeStreamJson,
    lines::{Line, Lines},
};
use crate::agent::AgentReport;

/// Understands the lines that one agent prints.
trait AgentFormat: fmt::Debug {
    /// Takes the next line, which is not blank. `arrived` tells when, counted from the start of the
    /// attempt, and is worth asking only where that matters.
    ///
    /// # Errors
    /// When the line is not of the format. What an agent may add in later versions is no error.
    fn on_line(
        &mut self,
        line: &str,
        arrived: &dyn Fn() -> Option<Duration>,
    ) -> Result<(), Malformed>;

    /// What came of all lines.
    fn finish(self: Box<Self>) -> AgentOutput;
}

/// Why a line is not of the format, in words.
#[derive(Debug, PartialEq, Eq)]
struct Malformed(String);

/// What an agent printed, understood.
#[derive(Debug, Default)]
pub(super) struct AgentOutput {
    /// What the agent told; `None` if no line was of the format.
    pub(super) report: Option<AgentReport>,
    /// The whole answer, to look for patterns in.
    pub(super) final_text: Option<String>,
    /// When the service behind the agent wants to be asked again, if it was asked too much and says so.
    pub(super) ask_again: Option<AskAgain>,
}

/// When a service wants to be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskAgain {
    /// After so long.
    After(Duration),
    /// At this time, in seconds since 1970 in universal time.
    At(u64),
}

impl AskAgain {
    /// How long that is from this time of the wall clock on.
    pub(super) fn from(self, now: SystemTime) -> Duration {
        match self {
            Self::After(wait) => wait,
            Self::At(seconds) => {
                let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
                Duration::from_secs(seconds).saturating_sub(now)
            }
        }
    }
}

/// Reads what an agent prints, while it streams.
#[derive(Debug)]
pub(super) struct AgentReader {
    format: Box<dyn AgentFormat>,
    lines: Lines,
    findings: Findings,
}

/// Longer lines are not looked into. Agents print a tool's result on one line, so there are long ones;
/// the embedded executor cuts lines at the same length.
const MAX_LINE_BYTES: usize = 8 << 20;

/// So much of a line identifies it.
const EXCERPT_CHARS: usize = 80;

impl AgentReader {
    /// A reader of `format`, if there is anything to understand in it. Of the answer the first and
    /// last `keep_bytes` are kept for reports.
    pub(super) fn new(format: OutputFormat, keep_bytes: usize) -> Option<Self> {
        let format = match format {
            OutputFormat::ClaudeStreamJson => Box::new(ClaudeStreamJson::new(keep_bytes)),
            _ => return None,
        };
        Some(Self {
            format,
            lines: Lines::new(MAX_LINE_BYTES),
            findings: Findings::default(),
        })
    }

    /// Takes the next piece of output. `arrived` tells when it came.
    pub(super) fn push(
        &mut self,
        text: &str,
        join: OutputJoin,
        arrived: &dyn Fn() -> Option<Duration>,
    ) {
        let Self {
            format,
            lines,
            findings,
        } = self;
        let mut each = |line: Line<'_>| read(&mut **format, line, arrived, findings);
        lines.push(text, &mut each);
        if join == OutputJoin::Lines {
            // The line is read now and not when the next one comes: it may tell the first token.
            lines.end_line(each);
        }
    }

    /// What came of all output, and what was wrong with it. Of an output that was cut short, the last
    /// line may be a part: it counts only if the output is `complete`.
    pub(super) fn finish(self, complete: bool) -> (AgentOutput, Findings) {
        let Self {
            mut format,
            mut lines,
            mut findings,
        } = self;
        if complete {
            lines.end_line(|line| read(&mut *format, line, &|| None, &mut findings));
        }
        (format.finish(), findings)
    }
}

fn read(
    format: &mut dyn AgentFormat,
    line: Line<'_>,
    arrived: &dyn Fn() -> Option<Duration>,
    findings: &mut Findings,
) {
    let malformed = match line.text {
        Some(text) if text.trim().is_empty() => return,
        Some(text) => match format.on_line(text.trim(), arrived) {
            Ok(()) => return,
            Err(Malformed(why)) => {
                let excerpt: String = text.trim().chars().take(EXCERPT_CHARS).collect();
                format!("{why}: {excerpt}")
            }
        },
        None => format!("a line of more than {} MiB", MAX_LINE_BYTES >> 20),
    };
    findings.record(FindingCode::MalformedOutput, line.offset, || malformed);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OUTPUT: &str = concat!(
        r#"{"type":"system","subtype":"init","session_id":"s","model":"m"}"#,
        "\n\r\nwarning: über\n",
        r#"{"type":"assistant","message":{"content":[{"type":"text","text":"grüß"}]}}"#,
        "\n",
        r#"{"type":"result","is_error":false,"result":"grüß\n🦀"}"#,
        "\n",
    );

    fn reader() -> AgentReader {
        AgentReader::new(OutputFormat::ClaudeStreamJson, 1024).expect("a format of an agent")
    }

    fn understood(join: OutputJoin, pieces: &[&str]) -> (AgentOutput, Findings) {
        let mut reader = reader();
        for piece in pieces {
            reader.push(piece, join, &|| None);
        }
        reader.finish(true)
    }

    #[test]
    fn a_time_that_is_over_asks_for_no_wait() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        let wait = Duration::from_secs(3);
        for (ask_again, waits) in [
            (AskAgain::After(wait), wait),
            (AskAgain::At(1_003), wait),
            (AskAgain::At(997), Duration::ZERO),
            (
                AskAgain::At(u64::MAX),
                Duration::from_secs(u64::MAX - 1_000),
            ),
        ] {
            assert_eq!(ask_again.from(now), waits);
        }
    }

    #[test]
    fn plain_text_has_no_reader() {
        assert!(AgentReader::new(OutputFormat::Text, 1024).is_none());
    }

    #[test]
    fn a_foreign_line_is_a_finding_with_its_place_and_the_rest_is_understood() {
        let lines: Vec<_> = OUTPUT.lines().collect();
        for (join, pieces) in [
            (OutputJoin::Concat, &[OUTPUT][..]),
            (OutputJoin::Lines, &lines),
        ] {
            let (output, findings) = understood(join, pieces);
            assert_eq!(output.final_text.as_deref(), Some("grüß\n🦀"));
            let finding = findings.get(FindingCode::MalformedOutput).expect("one");
            let place = OUTPUT.find("warning").expect("it is there");
            // Where pieces are lines, the carriage return of the empty one was taken off before.
            let place = place as u64 - u64::from(join == OutputJoin::Lines);
            assert_eq!((finding.count, finding.first_offset), (1, place));
            assert_eq!(finding.detail, "no JSON object: warning: über");
        }
    }

    #[test]
    fn a_line_that_never_ends_is_a_finding_and_not_kept() {
        let mut reader = reader();
        let piece = "x".repeat(1 << 20);
        for _ in 0..=MAX_LINE_BYTES >> 20 {
            reader.push(&piece, OutputJoin::Concat, &|| None);
        }
        let (output, findings) = reader.finish(true);
        assert!(output.report.is_none());
        let finding = findings.get(FindingCode::MalformedOutput).expect("one");
        assert_eq!(finding.detail, "a line of more than 8 MiB");
    }

    #[test]
    fn the_last_line_of_an_output_that_was_cut_short_is_nothing() {
        let mut reader = reader();
        reader.push("{\"type\":\"resu", OutputJoin::Concat, &|| None);
        let (_, findings) = reader.finish(false);
        assert!(findings.is_empty());
    }

    #[test]
    fn a_line_is_read_when_it_is_complete_and_not_when_the_next_one_comes() {
        let first = Duration::from_secs(1);
        let mut reader = reader();
        let text = r#"{"type":"assistant","message":{"content":[{"type":"text","text":"4"}]}}"#;
        reader.push(text, OutputJoin::Lines, &|| Some(first));
        reader.push(text, OutputJoin::Lines, &|| Some(2 * first));
        let report = reader.finish(true).0.report.expect("understood");
        assert_eq!(report.first_text, Some(first));
    }

    proptest! {
        #[test]
        fn what_is_understood_does_not_depend_on_how_the_output_was_cut(
            mut cuts in prop::collection::vec(0..OUTPUT.len(), 0..8),
        ) {
            cuts.retain(|&at| OUTPUT.is_char_boundary(at));
            cuts.push(OUTPUT.len());
            cuts.sort_unstable();
            let mut from = 0;
            let pieces: Vec<_> = cuts
                .into_iter()
                .map(|cut| &OUTPUT[std::mem::replace(&mut from, cut)..cut])
                .collect();
            let (cut, cut_findings) = understood(OutputJoin::Concat, &pieces);
            let (whole, whole_findings) = understood(OutputJoin::Concat, &[OUTPUT]);
            prop_assert_eq!(cut.report, whole.report);
            prop_assert_eq!(cut.final_text, whole.final_text);
            prop_assert_eq!(cut_findings, whole_findings);
        }

        #[test]
        fn no_line_makes_the_reader_panic(text in any::<String>()) {
            understood(OutputJoin::Concat, &[&text]);
        }
    }
}
