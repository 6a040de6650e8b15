//! Answers that are right, the unusual ones included: a client has to read them all.

use std::time::Duration;

use super::Fault;
use crate::{
    Answer,
    wire::{self, CLEAN_BODY, COMPLETE, LAST_CHUNK, OUTPUT},
};

/// Characters of every length in UTF-8, and every kind of JSON escape.
const MANY_BYTES_BODY: &str = concat!(
    r#"{"type":"output","data":"é€😀 \u00e9\ud83d\ude00 \"\\\/\t"}"#,
    "\n",
    r#"{"type":"complete","exit_code":0}"#,
    "\n",
);

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "clean",
        about: "A stream in one chunk, with two lines of output and exit code 0: no fault at all.",
        may_pass: true,
        script: |encoding| Answer::new().send(encoding.chunked(CLEAN_BODY)).into(),
    },
    Fault {
        name: "clean-failure",
        about: "A stream without fault that tells of exit code 3.",
        may_pass: false,
        script: |encoding| {
            let complete = "{\"type\":\"complete\",\"exit_code\":3}\n";
            Answer::new()
                .send(encoding.chunked([OUTPUT, complete].concat()))
                .into()
        },
    },
    Fault {
        name: "content-length",
        about: "The body is framed by its length.",
        may_pass: true,
        script: |encoding| Answer::new().send(encoding.sized(CLEAN_BODY)).into(),
    },
    Fault {
        name: "until-close",
        about: "An HTTP/1.1 body that ends with the connection.",
        may_pass: true,
        script: |encoding| {
            let head = encoding.head("HTTP/1.1 200 OK");
            Answer::new()
                .send([head, encoding.body(CLEAN_BODY)].concat())
                .fin()
                .into()
        },
    },
    Fault {
        name: "http-1-0",
        about: "An HTTP/1.0 body that ends with the connection.",
        may_pass: true,
        script: |encoding| {
            let head = encoding.head("HTTP/1.0 200 OK");
            Answer::new()
                .send([head, encoding.body(CLEAN_BODY)].concat())
                .fin()
                .into()
        },
    },
    Fault {
        name: "http-1-0-chunks",
        about: "An HTTP/1.0 body in chunks, which HTTP/1.0 does not have, though some servers send it.",
        may_pass: true,
        script: |encoding| {
            let head = wire::head("HTTP/1.0 200 OK", &["Transfer-Encoding: chunked"]);
            let all = [
                head,
                wire::chunk(encoding.body(CLEAN_BODY)),
                LAST_CHUNK.into(),
            ]
            .concat();
            Answer::new().send(all).fin().into()
        },
    },
    Fault {
        name: "byte-per-chunk",
        about: "Each byte of the body is a chunk, so that characters and escapes are cut.",
        may_pass: true,
        script: |encoding| {
            let body = encoding.body(MANY_BYTES_BODY);
            let body: Vec<_> = body.into_iter().map(|byte| wire::chunk([byte])).collect();
            let body = body.concat();
            Answer::new()
                .send([encoding.chunked_head(), body, LAST_CHUNK.into()].concat())
                .into()
        },
    },
    Fault {
        name: "byte-per-write",
        about: "Each byte of the head and the body is a write of its own.",
        may_pass: true,
        script: |encoding| {
            Answer::new()
                .send_in_pieces(encoding.chunked(MANY_BYTES_BODY), 1)
                .into()
        },
    },
    Fault {
        name: "line-per-chunk-with-pauses",
        about: "Each line is a chunk, and some time passes before each.",
        may_pass: true,
        script: |encoding| {
            let start = Answer::new().send(encoding.chunked_head());
            let body = encoding.body(CLEAN_BODY);
            let lines = body
                .split_inclusive(|&byte| byte == b'\n')
                .fold(start, |answer, line| {
                    answer
                        .pause(Duration::from_millis(20))
                        .send(wire::chunk(line))
                });
            lines.send(LAST_CHUNK).into()
        },
    },
    Fault {
        name: "crlf-lines",
        about: "Lines end with CR and LF.",
        may_pass: true,
        script: |encoding| {
            Answer::new()
                .send(encoding.chunked_raw(crlf(&encoding.body(CLEAN_BODY))))
                .into()
        },
    },
    Fault {
        name: "blank-lines",
        about: "Blank lines stand between the events.",
        may_pass: true,
        script: |encoding| {
            let body = format!("\n{}\n\n", CLEAN_BODY.replace('\n', "\n\n \r\n"));
            Answer::new().send(encoding.chunked(body)).into()
        },
    },
    Fault {
        name: "byte-order-mark",
        about: "The body begins with a byte order mark.",
        may_pass: true,
        script: |encoding| {
            Answer::new()
                .send(encoding.chunked_raw(["\u{feff}".into(), encoding.body(CLEAN_BODY)].concat()))
                .into()
        },
    },
    Fault {
        name: "no-final-newline",
        about: "The last line has no line end.",
        may_pass: true,
        script: |encoding| {
            Answer::new()
                .send(encoding.chunked_raw(encoding.body(CLEAN_BODY).trim_ascii_end()))
                .into()
        },
    },
    Fault {
        name: "interim-continue",
        about: "`100 Continue` comes before the answer, without having been asked for.",
        may_pass: true,
        script: |encoding| {
            let interim = wire::head("HTTP/1.1 100 Continue", &[]);
            Answer::new()
                .send(interim)
                .send(encoding.chunked(CLEAN_BODY))
                .into()
        },
    },
    Fault {
        name: "interim-early-hints",
        about: "`103 Early Hints` comes twice before the answer, in one write with it.",
        may_pass: true,
        script: |encoding| {
            let interim = wire::head("HTTP/1.1 103 Early Hints", &["Link: </style.css>"]);
            let all = [interim.clone(), interim, encoding.chunked(CLEAN_BODY)].concat();
            Answer::new().send(all).into()
        },
    },
    Fault {
        name: "chunk-extensions",
        about: "Chunks carry extensions.",
        may_pass: true,
        script: |encoding| {
            let body = encoding.body(CLEAN_BODY);
            let size = format!("{:X};a=b;c=\"d\"\r\n", body.len()).into_bytes();
            let end = b"\r\n0;last\r\n\r\n".to_vec();
            Answer::new()
                .send([encoding.chunked_head(), size, body, end].concat())
                .into()
        },
    },
    Fault {
        name: "trailers",
        about: "Trailer fields follow the last chunk.",
        may_pass: true,
        script: |encoding| {
            let end = b"0\r\nX-Took: 1\r\nX-Checksum: 2\r\n\r\n".to_vec();
            let all = [
                encoding.chunked_head(),
                wire::chunk(encoding.body(CLEAN_BODY)),
                end,
            ]
            .concat();
            Answer::new().send(all).into()
        },
    },
    Fault {
        name: "no-content-type",
        about: "The answer does not say what it is.",
        may_pass: true,
        script: |encoding| {
            let head = wire::head("HTTP/1.1 200 OK", &["Transfer-Encoding: chunked"]);
            let all = [
                head,
                wire::chunk(encoding.body(CLEAN_BODY)),
                LAST_CHUNK.into(),
            ]
            .concat();
            Answer::new().send(all).into()
        },
    },
    Fault {
        name: "chunks-and-length",
        about: "The head announces chunks and a length; chunks take precedence.",
        may_pass: true,
        script: |encoding| {
            let headers = ["Transfer-Encoding: chunked", "Content-Length: 5"];
            let head = wire::head("HTTP/1.1 200 OK", &headers);
            let all = [
                head,
                wire::chunk(encoding.body(CLEAN_BODY)),
                LAST_CHUNK.into(),
            ]
            .concat();
            Answer::new().send(all).into()
        },
    },
    Fault {
        name: "heartbeats-between",
        about: "Heartbeats come between the other events.",
        may_pass: true,
        script: |encoding| {
            let body = [wire::HEARTBEAT, OUTPUT, wire::HEARTBEAT, COMPLETE].concat();
            Answer::new().send(encoding.chunked(body)).into()
        },
    },
    Fault {
        name: "unknown-events",
        about: "Events of a type that no protocol knows come between the others.",
        may_pass: true,
        script: |encoding| {
            let progress = "{\"type\":\"progress\",\"percent\":50}\n";
            Answer::new()
                .send(encoding.chunked([progress, CLEAN_BODY].concat()))
                .into()
        },
    },
    Fault {
        name: "closes-silently",
        about: "The connection is closed after each answer, which the head did not announce.",
        may_pass: true,
        script: |encoding| Answer::new().send(encoding.sized(CLEAN_BODY)).fin().into(),
    },
    Fault {
        name: "surplus-after-length",
        about: "More bytes follow the body whose length was announced.",
        may_pass: true,
        script: |encoding| {
            Answer::new()
                .send([encoding.sized(CLEAN_BODY), b"surplus".to_vec()].concat())
                .into()
        },
    },
    Fault {
        name: "answered-twice",
        about: "Two whole answers come for one request; the second one belongs to nobody.",
        may_pass: true,
        script: |encoding| {
            let second = "{\"type\":\"output\",\"data\":\"stale\"}\n{\"type\":\"complete\",\"exit_code\":1}\n";
            Answer::new()
                .send([encoding.sized(CLEAN_BODY), encoding.sized(second)].concat())
                .into()
        },
    },
];

fn crlf(body: &[u8]) -> Vec<u8> {
    let lines = body.split(|&byte| byte == b'\n');
    lines.collect::<Vec<_>>().join(&b"\r\n"[..])
}
