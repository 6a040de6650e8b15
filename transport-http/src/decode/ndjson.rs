//! Bytes of an NDJSON body into events.

use executor_protocol::{FindingCode, Findings, StreamEvent, wire::EventParser};

use super::{conformance::Conformance, lines::Lines};

/// Decodes the body of an NDJSON answer, in whatever pieces it comes.
///
/// Blank lines are nothing. A line that is no JSON object is plain output, with a finding. Memory is
/// bounded by the longest line allowed, not by what comes.
///
/// ```
/// use executor_protocol::StreamEvent;
/// use transport_http::decode::NdjsonDecoder;
///
/// let mut decoder = NdjsonDecoder::new(1024);
/// decoder.push(b"{\"type\":\"output\",\"da");
/// assert!(!decoder.advance());
/// decoder.push(b"ta\":\"hi\"}\n");
/// assert!(decoder.advance());
/// assert_eq!(decoder.event(), Some(StreamEvent::Output { data: "hi", channel: None }));
/// ```
#[derive(Debug)]
pub struct NdjsonDecoder {
    lines: Lines,
    parser: EventParser,
    conformance: Conformance,
    findings: Findings,
    /// A cut line, closed so that it can be parsed.
    closed: String,
    has_event: bool,
    finished: bool,
    bytes: u64,
}

/// A cut can leave less than this of an escape sequence at the end of a line.
const LONGEST_ESCAPE: usize = "\\ud83d\\ude00".len();

impl NdjsonDecoder {
    /// A decoder that keeps at most `max_line` bytes of a line.
    #[must_use]
    pub fn new(max_line: usize) -> Self {
        Self {
            lines: Lines::new(max_line),
            parser: EventParser::default(),
            conformance: Conformance::default(),
            findings: Findings::default(),
            closed: String::new(),
            has_event: false,
            finished: false,
            bytes: 0,
        }
    }

    /// Takes more bytes. Call [`advance`](Self::advance) until it returns `false` before the next.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.lines.push(bytes);
    }

    /// Notes that the body has ended. A last line without its end is still to be had, and the end is
    /// judged once [`advance`](Self::advance) returns `false`.
    pub fn finish(&mut self) {
        self.lines.finish();
        self.finished = true;
    }

    /// Moves on to the next event; `false` when more bytes are needed, or at the end after
    /// [`finish`](Self::finish).
    pub fn advance(&mut self) -> bool {
        self.has_event = false;
        while self.lines.advance(&mut self.findings) {
            if self.lines.line().trim_ascii().is_empty() {
                continue;
            }
            self.parse();
            self.has_event = true;
            return true;
        }
        if std::mem::take(&mut self.finished) {
            self.conformance.judge_end(self.bytes, &mut self.findings);
        }
        false
    }

    /// The current event.
    #[must_use]
    pub fn event(&self) -> Option<StreamEvent<'_>> {
        self.has_event
            .then(|| self.parser.event(self.parsed_text()))
    }

    /// Whether a further line can be had without more bytes.
    #[must_use]
    pub fn has_buffered(&self) -> bool {
        self.lines.has_buffered()
    }

    /// Whether a terminal event has come.
    #[must_use]
    pub fn terminal_came(&self) -> bool {
        self.conformance.terminal_came()
    }

    /// Records a breach that the framing around the body commits.
    pub(crate) fn record(&mut self, code: FindingCode, detail: String) {
        self.findings.record(code, self.bytes, || detail);
    }

    /// The breaches so far.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The text that the parser's current event refers to.
    fn parsed_text(&self) -> &str {
        if self.closed.is_empty() {
            self.lines.line()
        } else {
            &self.closed
        }
    }

    fn parse(&mut self) {
        self.closed.clear();
        let offset = self.lines.offset();
        if !(self.lines.is_cut() && self.parse_cut_line()) {
            let breach = self.parser.parse(self.lines.line()).breach;
            // What remains of a cut line is no JSON, but that is not the executor's doing.
            if let Some(code) = breach.filter(|_| !self.lines.is_cut()) {
                self.findings
                    .record(code, offset, || self.lines.line().to_owned());
            }
        }
        let text = if self.closed.is_empty() {
            self.lines.line()
        } else {
            &self.closed
        };
        let event = self.parser.event(text);
        self.conformance.judge(event, offset, &mut self.findings);
    }

    /// Reads the beginning of a line that was cut inside its text as if the text ended there.
    fn parse_cut_line(&mut self) -> bool {
        let line = self.lines.line();
        if !line.starts_with('{') {
            return false;
        }
        let ends = line
            .char_indices()
            .rev()
            .map(|(at, _)| at)
            .take(LONGEST_ESCAPE);
        for end in std::iter::once(line.len()).chain(ends) {
            self.closed.clear();
            self.closed.push_str(&line[..end]);
            self.closed.push_str("\"}");
            if self.parser.parse(&self.closed).breach.is_none() {
                return true;
            }
        }
        self.closed.clear();
        false
    }
}

#[cfg(test)]
mod tests {
    use executor_protocol::{Channel, ExitStatus};
    use proptest::prelude::*;

    use super::*;

    const LIMIT: usize = 64;

    /// Every event, in words, and all findings.
    fn decode(pieces: &[&[u8]]) -> (Vec<String>, Findings) {
        let mut decoder = NdjsonDecoder::new(LIMIT);
        let mut events = Vec::new();
        for piece in pieces {
            decoder.push(piece);
            while decoder.advance() {
                events.push(format!("{:?}", decoder.event().expect("advanced")));
            }
        }
        decoder.finish();
        while decoder.advance() {
            events.push(format!("{:?}", decoder.event().expect("advanced")));
        }
        (events, decoder.findings().clone())
    }

    fn codes(text: &str) -> Vec<&'static str> {
        decode(&[text.as_bytes()])
            .1
            .iter()
            .map(|finding| finding.code.as_str())
            .collect()
    }

    const COMPLETE: &str = "{\"type\":\"complete\",\"exit_code\":0}\n";

    #[test]
    fn a_clean_stream_has_no_findings() {
        let stream = format!("\u{feff}{{\"type\":\"output\",\"data\":\"a\"}}\r\n\n \r\n{COMPLETE}");
        let (events, findings) = decode(&[stream.as_bytes()]);
        let output = StreamEvent::Output {
            data: "a",
            channel: None,
        };
        let complete = StreamEvent::Complete {
            exit: ExitStatus::Code(0),
        };
        assert_eq!(events, [format!("{output:?}"), format!("{complete:?}")]);
        assert!(findings.is_empty(), "{findings:?}");
    }

    #[test]
    fn the_order_of_events_is_judged() {
        assert_eq!(codes(""), ["missing-terminal"]);
        assert_eq!(codes("{\"type\":\"heartbeat\"}\n"), ["missing-terminal"]);
        assert_eq!(codes(&COMPLETE.repeat(3)), ["duplicate-terminal"]);
        assert_eq!(
            codes(&format!("{COMPLETE}{{\"type\":\"heartbeat\"}}")),
            ["event-after-terminal"]
        );
        assert_eq!(
            codes(&format!("{COMPLETE}trailing words")),
            ["not-json", "event-after-terminal"]
        );
    }

    #[test]
    fn a_last_line_without_its_end_counts() {
        assert_eq!(codes(COMPLETE.trim_end()), Vec::<&str>::new());
    }

    #[test]
    fn a_cut_output_line_keeps_the_text_before_the_cut() {
        let line = format!(
            "{{\"type\":\"output\",\"data\":\"{}\"}}\n",
            "ab\\u00e9".repeat(20)
        );
        let (events, findings) = decode(&[line.as_bytes(), COMPLETE.as_bytes()]);
        assert!(
            events[0].starts_with("Output { data: \"abéabéab"),
            "{events:?}"
        );
        assert_eq!(findings.iter().count(), 1);
        assert_eq!(
            findings
                .get(FindingCode::OversizedLine)
                .map(|f| f.first_offset),
            Some(0)
        );
    }

    proptest! {
        #[test]
        fn events_and_findings_do_not_depend_on_how_the_bytes_were_split(
            events in prop::collection::vec(
                prop_oneof![
                    any::<String>().prop_map(|data| {
                        let mut line = Vec::new();
                        let event = StreamEvent::Output { data: &data, channel: Some(Channel::Stderr) };
                        executor_protocol::wire::write_event(&mut line, &event);
                        line
                    }),
                    Just(COMPLETE.as_bytes().to_vec()),
                    Just(b"{\"type\":\"error\",\"error\":\"boom\"}\r\n".to_vec()),
                    Just(b"plain words\n".to_vec()),
                    Just(b"\xff\xfe\n\n".to_vec()),
                    Just(vec![b'x'; LIMIT + 9]),
                ],
                0..8,
            ),
            cuts in prop::collection::vec(0.0..1.0f64, 0..8),
        ) {
            let bytes = events.concat();
            let whole = decode(&[&bytes]);
            let mut cuts: Vec<_> = cuts.iter().map(|at| (at * bytes.len() as f64) as usize).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<_> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(&decode(&pieces), &whole);
            let single: Vec<_> = bytes.chunks(1).collect();
            prop_assert_eq!(decode(&single), whole);
        }
    }
}
