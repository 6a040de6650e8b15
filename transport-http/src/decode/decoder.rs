//! Bytes of a body into events, in whatever pieces they come.

use executor_protocol::{FindingCode, Findings, StreamEvent};

use super::{
    lines::Lines,
    objects::{Objects, Piece},
    sse::{Frame, Messages},
};

/// Decodes the body of an answer, in whatever pieces it comes.
///
/// Memory is bounded by the longest event allowed, not by what comes.
///
/// ```
/// use executor_protocol::StreamEvent;
/// use transport_http::decode::Decoder;
///
/// let mut decoder = Decoder::ndjson(1024);
/// decoder.push(b"{\"type\":\"output\",\"da");
/// assert!(!decoder.advance());
/// decoder.push(b"ta\":\"hi\"}\n");
/// assert!(decoder.advance());
/// assert_eq!(decoder.event(), Some(StreamEvent::Output { data: "hi", channel: None }));
/// ```
#[derive(Debug)]
pub struct Decoder {
    framing: Framing,
    objects: Objects,
    current: Current,
    finished: bool,
    bytes: u64,
}

/// How the body says where one event ends and the next begins.
#[derive(Debug)]
enum Framing {
    Lines(Lines),
    Messages(Messages),
}

/// What the decoder has moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Current {
    Nothing,
    /// The event that was read last.
    Object,
    /// A sign of life that was no object.
    Heartbeat,
}

impl Decoder {
    /// A decoder of NDJSON that keeps at most `max_line` bytes of a line.
    ///
    /// Blank lines are nothing. A line that is no JSON object is plain output, with a finding.
    #[must_use]
    pub fn ndjson(max_line: usize) -> Self {
        Self::new(Framing::Lines(Lines::new(max_line)))
    }

    /// A decoder of server-sent events that keeps at most `max_data` bytes of the data of one.
    ///
    /// Comments, and events without data, are heartbeats. An event's name is compared with the type of
    /// its data; `id`, `retry` and unknown fields are ignored. An event that the end of the body cuts
    /// short is dropped, as the standard demands, and found as `truncated-body`.
    ///
    /// ```
    /// use executor_protocol::{ExitStatus, StreamEvent};
    /// use transport_http::decode::Decoder;
    ///
    /// let mut decoder = Decoder::sse(1024);
    /// decoder.push(b": still there\nevent: complete\ndata: {\"type\":\"complete\",\"exit_code\":0}\n\n");
    /// assert!(decoder.advance());
    /// assert_eq!(decoder.event(), Some(StreamEvent::Heartbeat));
    /// assert!(decoder.advance());
    /// assert_eq!(decoder.event(), Some(StreamEvent::Complete { exit: ExitStatus::Code(0) }));
    /// assert!(decoder.findings().is_empty());
    /// ```
    #[must_use]
    pub fn sse(max_data: usize) -> Self {
        Self::new(Framing::Messages(Messages::new(max_data)))
    }

    fn new(framing: Framing) -> Self {
        Self {
            framing,
            objects: Objects::default(),
            current: Current::Nothing,
            finished: false,
            bytes: 0,
        }
    }

    /// Takes more bytes. Call [`advance`](Self::advance) until it returns `false` before the next.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        match &mut self.framing {
            Framing::Lines(lines) => lines.push(bytes),
            Framing::Messages(messages) => messages.push(bytes),
        }
    }

    /// Notes that the body has ended, and judges its end once [`advance`](Self::advance) returns
    /// `false`. A last line of NDJSON without its end is still to be had.
    pub fn finish(&mut self) {
        match &mut self.framing {
            Framing::Lines(lines) => lines.finish(),
            Framing::Messages(messages) => messages.finish(&mut self.objects.findings),
        }
        self.finished = true;
    }

    /// Moves on to the next event; `false` when more bytes are needed, or at the end after
    /// [`finish`](Self::finish).
    pub fn advance(&mut self) -> bool {
        self.current = match &mut self.framing {
            Framing::Lines(lines) => next_line(lines, &mut self.objects),
            Framing::Messages(messages) => next_message(messages, &mut self.objects),
        };
        if self.current != Current::Nothing {
            return true;
        }
        if std::mem::take(&mut self.finished) {
            let Objects {
                conformance,
                findings,
                ..
            } = &mut self.objects;
            conformance.judge_end(self.bytes, findings);
        }
        false
    }

    /// The current event.
    #[must_use]
    pub fn event(&self) -> Option<StreamEvent<'_>> {
        match self.current {
            Current::Nothing => None,
            Current::Heartbeat => Some(StreamEvent::Heartbeat),
            Current::Object => Some(self.objects.event(match &self.framing {
                Framing::Lines(lines) => lines.line(),
                Framing::Messages(messages) => messages.data(),
            })),
        }
    }

    /// Whether a further event can be had without more bytes.
    #[must_use]
    pub fn has_buffered(&self) -> bool {
        match &self.framing {
            Framing::Lines(lines) => lines.has_buffered(),
            Framing::Messages(messages) => messages.has_buffered(),
        }
    }

    /// Whether a terminal event has come.
    #[must_use]
    pub fn terminal_came(&self) -> bool {
        self.objects.conformance.terminal_came()
    }

    /// Records a breach that the framing around the body commits.
    pub(crate) fn record(&mut self, code: FindingCode, detail: String) {
        self.objects.findings.record(code, self.bytes, || detail);
    }

    /// The breaches so far.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.objects.findings
    }
}

#[inline]
fn next_line(lines: &mut Lines, objects: &mut Objects) -> Current {
    while lines.advance(&mut objects.findings) {
        if !lines.line().trim_ascii().is_empty() {
            objects.read(Piece {
                text: lines.line(),
                offset: lines.offset(),
                is_cut: lines.is_cut(),
            });
            return Current::Object;
        }
    }
    Current::Nothing
}

fn next_message(messages: &mut Messages, objects: &mut Objects) -> Current {
    match messages.advance(&mut objects.findings) {
        None => Current::Nothing,
        // It stands between the events and is none of them: also behind the terminal one it breaks
        // no order.
        Some(Frame::Comment) => Current::Heartbeat,
        Some(Frame::Message) if messages.data().trim_ascii().is_empty() => {
            if matches!(messages.name(), "output" | "error" | "complete") {
                objects
                    .findings
                    .record(FindingCode::MalformedEvent, messages.offset(), || {
                        format!("event {:?} without data", messages.name())
                    });
            }
            Current::Heartbeat
        }
        Some(Frame::Message) => {
            let breach = objects.read(Piece {
                text: messages.data(),
                offset: messages.offset(),
                is_cut: messages.is_cut(),
            });
            // What is no object has no type to compare with.
            if breach != Some(FindingCode::NotJson) {
                compare_name(messages, objects);
            }
            Current::Object
        }
    }
}

/// Holds the name of a server-sent event against the type of its data.
fn compare_name(messages: &Messages, objects: &mut Objects) {
    /// What the standard calls an event without a name; so named, it says no more than without.
    const NAMELESS: &str = "message";
    let name = messages.name();
    let kind = match objects.event(messages.data()) {
        StreamEvent::Output { .. } => "output",
        StreamEvent::Error { .. } => "error",
        StreamEvent::Complete { .. } => "complete",
        StreamEvent::Heartbeat => "heartbeat",
        StreamEvent::Unknown { kind } => kind,
        _ => return,
    };
    if name.is_empty() || name == NAMELESS || name == kind {
        return;
    }
    let detail = format!("event {name:?} with data of type {kind:?}");
    objects
        .findings
        .record(FindingCode::EventNameMismatch, messages.offset(), || detail);
}

#[cfg(test)]
mod tests {
    use executor_protocol::{Channel, ExitStatus};
    use proptest::prelude::*;

    use super::*;

    const LIMIT: usize = 64;

    /// Every event, in words, and all findings.
    fn decode(pieces: &[&[u8]]) -> (Vec<String>, Findings) {
        decode_with(Decoder::ndjson(LIMIT), pieces)
    }

    fn decode_with(mut decoder: Decoder, pieces: &[&[u8]]) -> (Vec<String>, Findings) {
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

    /// The same for server-sent events.
    fn sse_codes(text: &str) -> Vec<&'static str> {
        decode_with(Decoder::sse(LIMIT), &[text.as_bytes()])
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

    /// A message with the terminal event as its data.
    fn terminal() -> String {
        format!("event: complete\ndata: {COMPLETE}\n")
    }

    #[test]
    fn comments_and_messages_without_data_are_heartbeats_and_in_nobodys_way() {
        let stream = format!(": a\n:\nevent: ping\ndata:\n\n{}: late\n", terminal());
        let (events, findings) = decode_with(Decoder::sse(LIMIT), &[stream.as_bytes()]);
        assert_eq!(events[..3], ["Heartbeat"; 3]);
        assert_eq!((events.len(), &*events[4]), (5, "Heartbeat"));
        assert!(findings.is_empty(), "{findings:?}");
    }

    #[test]
    fn data_in_several_lines_is_one_object() {
        let stream = "data: {\"type\":\ndata: \"complete\",\ndata:\"exit_code\":0}\n\n";
        let (events, findings) = decode_with(Decoder::sse(LIMIT), &[stream.as_bytes()]);
        assert_eq!(events, ["Complete { exit: Code(0) }"]);
        assert!(findings.is_empty(), "{findings:?}");
    }

    #[test]
    fn the_name_of_a_message_is_held_against_the_type_of_its_data() {
        let named = |name: &str| sse_codes(&terminal().replace("event: complete", name));
        for fine in [
            "event: complete",
            "event:complete",
            "event: message",
            "event",
            "id: 1",
        ] {
            assert_eq!(named(fine), Vec::<&str>::new(), "{fine}");
        }
        assert_eq!(named("event: output"), ["event-name-mismatch"]);
        // What has no type is wrong enough without one.
        let stream = format!("event: output\ndata: plain words\n\n{}", terminal());
        assert_eq!(sse_codes(&stream), ["not-json"]);
        let stream = format!("event: output\ndata:\n\n{}", terminal());
        assert_eq!(sse_codes(&stream), ["malformed-event"]);
    }

    #[test]
    fn the_order_of_server_sent_events_is_judged_like_that_of_lines() {
        assert_eq!(sse_codes(""), ["missing-terminal"]);
        assert_eq!(sse_codes(&terminal().repeat(2)), ["duplicate-terminal"]);
        let heartbeat = "data: {\"type\":\"heartbeat\"}\n\n";
        let stream = [&*terminal(), heartbeat].concat();
        assert_eq!(sse_codes(&stream), ["event-after-terminal"]);
    }

    #[test]
    fn a_terminal_event_without_its_blank_line_never_came() {
        let stream = terminal();
        let codes = sse_codes(stream.trim_end_matches('\n'));
        assert_eq!(codes, ["truncated-body", "missing-terminal"]);
        assert_eq!(sse_codes(&stream[..stream.len() - 1]), codes);
    }

    #[test]
    fn overlong_data_keeps_the_text_before_the_cut() {
        let text = "ab\\u00e9".repeat(20);
        let stream = format!(
            "data: {{\"type\":\"output\",\"data\":\"{text}\"}}\n\n{}",
            terminal()
        );
        let (events, findings) = decode_with(Decoder::sse(LIMIT), &[stream.as_bytes()]);
        assert!(
            events[0].starts_with("Output { data: \"abéabéab"),
            "{events:?}"
        );
        let codes: Vec<_> = findings.iter().map(|found| found.code.as_str()).collect();
        assert_eq!(codes, ["oversized-line"]);
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
