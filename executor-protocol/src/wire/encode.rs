//! Events as an executor writes them.

use std::io::Write as _;

use crate::{ExitStatus, StreamEvent};

/// Appends `event` to `buffer` as one JSON object on one line, with its line end.
///
/// ```
/// use executor_protocol::{StreamEvent, wire};
///
/// let mut buffer = Vec::new();
/// wire::write_event(&mut buffer, &StreamEvent::Output { data: "a \"b\"", channel: None });
/// assert_eq!(buffer, b"{\"type\":\"output\",\"data\":\"a \\\"b\\\"\"}\n");
/// ```
pub fn write_event(buffer: &mut Vec<u8>, event: &StreamEvent<'_>) {
    match *event {
        StreamEvent::Output { data, channel } => {
            buffer.extend_from_slice(br#"{"type":"output","data":"#);
            write_string(buffer, data);
            if let Some(channel) = channel {
                buffer.extend_from_slice(br#","stream":""#);
                buffer.extend_from_slice(channel.as_str().as_bytes());
                buffer.push(b'"');
            }
        }
        StreamEvent::Error { message } => {
            buffer.extend_from_slice(br#"{"type":"error","error":"#);
            write_string(buffer, message);
        }
        StreamEvent::Complete {
            exit: ExitStatus::Code(code),
        } => {
            write!(buffer, r#"{{"type":"complete","exit_code":{code}"#).expect("writing to memory");
        }
        StreamEvent::Complete {
            exit: ExitStatus::Unusable | ExitStatus::NotReported,
        } => {
            buffer.extend_from_slice(br#"{"type":"complete","exit_code":null"#);
        }
        StreamEvent::Heartbeat => buffer.extend_from_slice(br#"{"type":"heartbeat""#),
        StreamEvent::Notice { kind, message } => {
            write!(buffer, r#"{{"type":"{}","message":"#, kind.as_str())
                .expect("writing to memory");
            write_string(buffer, message);
        }
        StreamEvent::Unknown { kind } => {
            buffer.extend_from_slice(br#"{"type":"#);
            write_string(buffer, kind);
        }
    }
    buffer.extend_from_slice(b"}\n");
}

fn write_string(buffer: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(buffer, text).expect("a string always serializes into memory");
}
