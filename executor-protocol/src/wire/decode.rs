//! Events as a client reads them.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::fast;
use crate::{Channel, ExitStatus, FindingCode, StreamEvent};

/// Reads events from the JSON objects they are sent as.
///
/// It holds the memory into which strings are unescaped, so one parser serves a whole stream without
/// allocating per event.
///
/// ```
/// use executor_protocol::{ExitStatus, StreamEvent, wire::EventParser};
///
/// let mut parser = EventParser::default();
/// let parsed = parser.parse(r#"{"type":"complete","exit_code":0}"#);
/// assert_eq!(parsed.breach, None);
/// assert_eq!(parser.event("…"), StreamEvent::Complete { exit: ExitStatus::Code(0) });
/// ```
#[derive(Debug, Default)]
pub struct EventParser {
    /// The event's text, when it is not a slice of the line.
    text: String,
    shape: Shape,
}

/// What is known of the event that was parsed last, without borrowing from anything.
#[derive(Debug, Clone, Copy, Default)]
enum Shape {
    /// Output whose text is this range of the line.
    OutputSlice {
        start: usize,
        end: usize,
        channel: Option<Channel>,
    },
    /// Output whose text was unescaped into the parser.
    Output {
        channel: Option<Channel>,
    },
    Error,
    Complete(ExitStatus),
    #[default]
    Heartbeat,
    Unknown,
}

/// What parsing a line found besides the event itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed {
    /// The breach that the line commits, if any.
    pub breach: Option<FindingCode>,
}

/// One event of any type. Fields whose type decides over a verdict stay raw until they are judged, so
/// that a wrong one is a finding of its own and not a line that is "no JSON".
#[derive(Deserialize)]
struct EventWire<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    stream: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    exit_code: Option<&'a RawValue>,
}

impl EventParser {
    /// Reads one line (without its end). A line that is no JSON object is plain output and a breach.
    ///
    /// The event is had from [`event`](Self::event) until the next call.
    pub fn parse(&mut self, line: &str) -> Parsed {
        self.text.clear();
        if let Some(raw) = fast::raw_output(line) {
            if !raw.string.has_escapes {
                let start = raw.string.escaped.as_ptr() as usize - line.as_ptr() as usize;
                let end = start + raw.string.escaped.len();
                self.shape = Shape::OutputSlice {
                    start,
                    end,
                    channel: raw.channel,
                };
                return Parsed { breach: None };
            }
            if raw.string.unescape_into(&mut self.text).is_some() {
                self.shape = Shape::Output {
                    channel: raw.channel,
                };
                return Parsed { breach: None };
            }
            self.text.clear();
        }
        Parsed {
            breach: self.parse_any(line),
        }
    }

    /// The event of the last [`parse`](Self::parse), which was given this same `line`.
    #[must_use]
    pub fn event<'a>(&'a self, line: &'a str) -> StreamEvent<'a> {
        match self.shape {
            Shape::OutputSlice {
                start,
                end,
                channel,
            } => StreamEvent::Output {
                data: line.get(start..end).unwrap_or_default(),
                channel,
            },
            Shape::Output { channel } => StreamEvent::Output {
                data: &self.text,
                channel,
            },
            Shape::Error => StreamEvent::Error {
                message: &self.text,
            },
            Shape::Complete(exit) => StreamEvent::Complete { exit },
            Shape::Heartbeat => StreamEvent::Heartbeat,
            Shape::Unknown => StreamEvent::Unknown { kind: &self.text },
        }
    }

    fn parse_any(&mut self, line: &str) -> Option<FindingCode> {
        let object = line.trim_ascii_start().starts_with('{');
        let wire = match serde_json::from_str::<EventWire<'_>>(line) {
            Ok(wire) if object => wire,
            _ => {
                self.shape = Shape::OutputSlice {
                    start: 0,
                    end: line.len(),
                    channel: None,
                };
                return Some(FindingCode::NotJson);
            }
        };
        let Some(kind) = string(wire.kind) else {
            self.shape = Shape::Unknown;
            return Some(FindingCode::MalformedEvent);
        };
        match &*kind {
            "output" => self.output(&wire),
            "error" => {
                self.shape = Shape::Error;
                match string(wire.error) {
                    Some(message) => {
                        self.text.push_str(&message);
                        None
                    }
                    None => {
                        self.text
                            .push_str(wire.error.map_or("(no message)", RawValue::get));
                        Some(FindingCode::MalformedEvent)
                    }
                }
            }
            "complete" => {
                let code = wire.exit_code.and_then(|raw| raw.get().parse::<i32>().ok());
                self.shape = Shape::Complete(code.map_or(ExitStatus::Unusable, ExitStatus::Code));
                code.is_none().then_some(FindingCode::BadExitCode)
            }
            "heartbeat" => {
                self.shape = Shape::Heartbeat;
                None
            }
            unknown => {
                self.shape = Shape::Unknown;
                self.text.push_str(unknown);
                Some(FindingCode::UnknownEvent)
            }
        }
    }

    fn output(&mut self, wire: &EventWire<'_>) -> Option<FindingCode> {
        let (channel, channel_is_known) = match string(wire.stream).as_deref() {
            Some("stdout") => (Some(Channel::Stdout), true),
            Some("stderr") => (Some(Channel::Stderr), true),
            _ => (None, wire.stream.is_none_or(|raw| raw.get() == "null")),
        };
        self.shape = Shape::Output { channel };
        match string(wire.data) {
            Some(data) => {
                self.text.push_str(&data);
                (!channel_is_known).then_some(FindingCode::MalformedEvent)
            }
            None => Some(FindingCode::MalformedEvent),
        }
    }
}

/// The value as a string, if it is one.
fn string(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_str::<Text<'_>>(raw?.get())
        .ok()
        .map(|text| text.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::write_event;

    fn parse(line: &str) -> (Option<FindingCode>, String) {
        let mut parser = EventParser::default();
        let parsed = parser.parse(line);
        (parsed.breach, format!("{:?}", parser.event(line)))
    }

    #[test]
    fn an_exit_code_that_is_no_small_integer_is_never_a_success() {
        for code in [
            "null",
            "\"0\"",
            "0.0",
            "0.5",
            "4294967296",
            "[]",
            "true",
            "1e0",
            "-",
        ] {
            let line = format!(r#"{{"type":"complete","exit_code":{code}}}"#);
            let (breach, event) = parse(&line);
            assert!(breach.is_some(), "{line}");
            assert!(!event.contains("Code("), "{line} gave {event}");
        }
        let (breach, event) = parse(r#"{"type":"complete"}"#);
        assert_eq!(breach, Some(FindingCode::BadExitCode));
        assert!(event.contains("Unusable"));
    }

    #[test]
    fn what_is_no_object_is_plain_output_and_a_breach() {
        for line in [
            "hello",
            "42",
            "\"text\"",
            "[1]",
            "null",
            "{",
            "{\"type\":\"output\"",
            "{} x",
        ] {
            let (breach, event) = parse(line);
            assert_eq!(breach, Some(FindingCode::NotJson), "{line}");
            assert!(event.contains("Output"), "{line} gave {event}");
        }
    }

    #[test]
    fn an_object_without_usable_fields_is_malformed() {
        for line in [
            "{}",
            r#"{"type":7}"#,
            r#"{"type":"output"}"#,
            r#"{"type":"output","data":1}"#,
            r#"{"type":"output","data":"x","stream":"stdwhat"}"#,
            r#"{"type":"error"}"#,
            r#"{"type":"error","error":{"code":1}}"#,
        ] {
            assert_eq!(parse(line).0, Some(FindingCode::MalformedEvent), "{line}");
        }
    }

    #[test]
    fn an_error_event_keeps_its_words_whatever_their_type() {
        assert!(
            parse(r#"{"type":"error","error":{"code":1}}"#)
                .1
                .contains("code")
        );
        assert!(
            parse(r#"{"type":"error","error":"boom"}"#)
                .1
                .contains("boom")
        );
    }

    #[test]
    fn unknown_types_are_tolerated_and_named() {
        let (breach, event) = parse(r#"{"type":"progress","percent":4}"#);
        assert_eq!(breach, Some(FindingCode::UnknownEvent));
        assert!(event.contains("progress"));
    }

    #[test]
    fn fields_in_any_order_and_with_extras_are_read() {
        let (breach, event) =
            parse(r#" { "x":1, "data":"h\u00e9", "stream":"stderr", "type":"output" } "#);
        assert_eq!(breach, None);
        assert!(event.contains("hé") && event.contains("Stderr"), "{event}");
    }

    proptest! {
        /// The short way and the complete parser agree on every line that has the common shape, and on
        /// every near miss of it.
        #[test]
        fn the_short_way_reads_what_the_complete_parser_reads(
            inside in r#"([a-zé"\\/ \x00-\x1f]|\\[nrtbfu"\\/x]|\\u[0-9a-fA-F]{4}|\\ud83d\\ude00){0,12}"#,
            tail in r#"(|,"stream":"stdout"|, "stream": "stderr"|,"stream":"x"|,"n":1)"#,
        ) {
            let line = format!(r#"{{"type":"output","data":"{inside}"{tail}}}"#);
            let mut short = EventParser::default();
            let short_breach = short.parse(&line).breach;
            let mut complete = EventParser::default();
            let complete_breach = complete.parse_any(&line);
            prop_assert_eq!(short_breach, complete_breach);
            prop_assert_eq!(short.event(&line), complete.event(&line));
        }

        #[test]
        fn every_output_survives_writing_and_reading(data in ".*", channel in 0..3usize) {
            let channel = [None, Some(Channel::Stdout), Some(Channel::Stderr)][channel];
            let event = StreamEvent::Output { data: &data, channel };
            let mut buffer = Vec::new();
            write_event(&mut buffer, &event);
            let line = std::str::from_utf8(&buffer).expect("JSON is UTF-8").trim_end_matches('\n');
            prop_assert!(!line.contains('\n'));
            let mut parser = EventParser::default();
            prop_assert_eq!(parser.parse(line).breach, None);
            prop_assert_eq!(parser.event(line), event);
        }
    }
}
