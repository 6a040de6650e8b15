//! Events in the body of an HTTP answer: the same objects as lines and as server-sent events.

use executor_protocol::{ExitStatus, StreamEvent, wire::write_event};

use super::{Ending, Event, ExitCode};

/// Appends the objects of an event, each on a line.
pub(super) fn write_lines(out: &mut Vec<u8>, event: &Event<'_>) {
    for_each_object(event, |object| object.write(out));
}

/// Appends the server-sent events of an event. Signs of life are comments, which no client takes for
/// anything.
pub(super) fn write_server_sent(out: &mut Vec<u8>, event: &Event<'_>) {
    if let Event::Heartbeat = event {
        out.extend_from_slice(b":\n\n");
        return;
    }
    for_each_object(event, |object| {
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(object.kind().as_bytes());
        out.extend_from_slice(b"\ndata: ");
        // It brings the line feed that ends the field; one more ends the event.
        object.write(out);
        out.push(b'\n');
    });
}

/// One JSON object of the stream.
enum Object<'a> {
    Event(StreamEvent<'a>),
    /// A terminal event whose exit code is none.
    Spoiled(ExitCode),
}

/// Hands over the objects that an event comes to.
fn for_each_object(event: &Event<'_>, mut each: impl FnMut(Object<'_>)) {
    match *event {
        Event::Output(line) => each(Object::Event(StreamEvent::Output {
            data: line.text,
            channel: Some(line.channel),
        })),
        Event::Error(message) => each(Object::Event(StreamEvent::Error { message })),
        Event::Heartbeat => each(Object::Event(StreamEvent::Heartbeat)),
        Event::Ended(Ending {
            exit_code, problem, ..
        }) => {
            if let Some(message) = problem {
                each(Object::Event(StreamEvent::Error { message }));
            }
            each(match exit_code {
                ExitCode::Number(code) => Object::Event(StreamEvent::Complete {
                    exit: ExitStatus::Code(code),
                }),
                spoiled => Object::Spoiled(spoiled),
            });
        }
    }
}

impl Object<'_> {
    /// The type, as it stands in the object.
    fn kind(&self) -> &'static str {
        match self {
            Self::Event(StreamEvent::Output { .. }) => "output",
            Self::Event(StreamEvent::Error { .. }) => "error",
            Self::Event(StreamEvent::Heartbeat) => "heartbeat",
            Self::Event(_) | Self::Spoiled(_) => "complete",
        }
    }

    /// Appends the object and a line feed.
    fn write(&self, out: &mut Vec<u8>) {
        let field: &[u8] = match self {
            Self::Event(event) => return write_event(out, event),
            Self::Spoiled(ExitCode::Text(code) | ExitCode::Number(code)) => {
                let code = code.to_string();
                out.extend_from_slice(br#"{"type":"complete","exit_code":""#);
                out.extend_from_slice(code.as_bytes());
                b"\"}\n"
            }
            Self::Spoiled(ExitCode::Null) => b"{\"type\":\"complete\",\"exit_code\":null}\n",
            Self::Spoiled(ExitCode::Missing) => b"{\"type\":\"complete\"}\n",
        };
        out.extend_from_slice(field);
    }
}
