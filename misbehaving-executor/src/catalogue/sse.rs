//! What only server-sent events can do wrong, and what only they can do and is right.

use std::time::Duration;

use super::Fault;
use crate::{
    Answer, Script,
    wire::{self, CLEAN_BODY, COMPLETE, Encoding, OUTPUT},
};

const SSE: Encoding = Encoding::Sse;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "sse-comments",
        about: "Comments stand between the events and behind the last one.",
        may_pass: true,
        script: |_| {
            stream([
                b": hi\n",
                &*SSE.body(OUTPUT),
                b":\n\n",
                &*SSE.body(COMPLETE),
                b": bye\n",
            ])
        },
    },
    Fault {
        name: "sse-cr-lines",
        about: "Lines end with CR alone.",
        may_pass: true,
        script: |_| {
            let body = String::from_utf8_lossy(&SSE.body(CLEAN_BODY)).replace('\n', "\r");
            stream([body])
        },
    },
    Fault {
        name: "sse-data-in-lines",
        about: "The JSON objects are spread over several lines of data.",
        may_pass: true,
        script: |_| {
            let body = String::from_utf8_lossy(&SSE.body(CLEAN_BODY)).replace(",\"", ",\ndata:\"");
            stream([body])
        },
    },
    Fault {
        name: "sse-without-names",
        about: "Events have no names, but identifiers, times to retry, and fields nobody knows.",
        may_pass: true,
        script: |_| {
            let body = String::from_utf8_lossy(&SSE.body(CLEAN_BODY))
                .replace("event: ", "id: 1\nretry: 5\nfield\nwhat: ");
            stream([body])
        },
    },
    Fault {
        name: "sse-pings",
        about: "Events without data come between the others.",
        may_pass: true,
        script: |_| stream([b"event: ping\ndata\n\n", &*SSE.body(CLEAN_BODY)]),
    },
    Fault {
        name: "sse-wrong-names",
        about: "The output is called an error, the end a message of another kind.",
        may_pass: true,
        script: |_| {
            let body = String::from_utf8_lossy(&SSE.body(CLEAN_BODY))
                .replace("event: output", "event: error")
                .replace("event: complete", "event: end");
            stream([body])
        },
    },
    Fault {
        name: "sse-names-without-data",
        about: "Output is announced by its name, but has no data.",
        may_pass: false,
        script: |_| stream([b"event: output\ndata:\n\n", &*SSE.body(COMPLETE)]),
    },
    Fault {
        name: "sse-no-blank-line",
        about: "The blank line after the terminal event is missing, though the framing is whole.",
        may_pass: false,
        script: |_| {
            let body = SSE.body(CLEAN_BODY);
            stream([&body[..body.len() - 1]])
        },
    },
    Fault {
        name: "sse-without-fields",
        about: "The body is NDJSON, which has none of the fields that its content type demands.",
        may_pass: false,
        script: |_| stream([CLEAN_BODY]),
    },
    Fault {
        name: "sse-comments-only",
        about: "Output comes, then comments only: alive but stuck.",
        may_pass: false,
        script: |_| {
            /// Often enough that no client takes it for silence.
            const OFTEN: Duration = Duration::from_millis(20);
            Answer::new()
                .send([SSE.chunked_head(), wire::chunk(SSE.body(OUTPUT))].concat())
                .repeat_every(OFTEN, wire::chunk(": ping\n\n"))
                .into()
        },
    },
    Fault {
        name: "sse-endless-data",
        about: "One event whose data never ends, as fast as the client takes it.",
        may_pass: false,
        script: |_| {
            Answer::new()
                .send([SSE.chunked_head(), wire::chunk("data: ")].concat())
                .repeat(wire::chunk(vec![b'x'; 16 * 1024]))
                .into()
        },
    },
];

fn stream<const N: usize>(parts: [impl AsRef<[u8]>; N]) -> Script {
    let body: Vec<_> = parts.iter().map(AsRef::as_ref).collect();
    Answer::new().send(SSE.chunked_raw(body.concat())).into()
}
