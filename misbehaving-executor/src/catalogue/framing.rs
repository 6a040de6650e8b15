//! Bodies that do not end as their framing says, and framing that contradicts itself.

use super::Fault;
use crate::{
    Answer,
    wire::{self, CLEAN_BODY, COMPLETE, Encoding, LAST_CHUNK, OUTPUT},
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "fin-inside-chunk",
        about: "The connection is closed inside a chunk, after its first line of output.",
        may_pass: false,
        script: |encoding| cut_chunked(encoding, OUTPUT, 10),
    },
    Fault {
        name: "fin-inside-chunk-size",
        about: "The connection is closed inside the line that announces a chunk's size.",
        may_pass: false,
        script: |encoding| {
            let all = [
                encoding.chunked_head(),
                wire::chunk(encoding.body(OUTPUT)),
                b"3".to_vec(),
            ]
            .concat();
            Answer::new().send(all).fin().into()
        },
    },
    Fault {
        name: "fin-before-last-chunk",
        about: "The connection is closed between two chunks, before the terminal event.",
        may_pass: false,
        script: |encoding| {
            Answer::new()
                .send([encoding.chunked_head(), wire::chunk(encoding.body(OUTPUT))].concat())
                .fin()
                .into()
        },
    },
    Fault {
        name: "fin-before-length",
        about: "The connection is closed before the announced length is reached.",
        may_pass: false,
        script: |encoding| {
            let length = encoding.body(CLEAN_BODY).len();
            let all = [encoding.sized_head(length), encoding.body(OUTPUT)].concat();
            Answer::new().send(all).fin().into()
        },
    },
    Fault {
        name: "fin-after-terminal-before-last-chunk",
        about: "The terminal event comes, the last chunk does not: the connection is closed.",
        may_pass: false,
        script: |encoding| {
            Answer::new()
                .send(
                    [
                        encoding.chunked_head(),
                        wire::chunk(encoding.body(CLEAN_BODY)),
                    ]
                    .concat(),
                )
                .fin()
                .into()
        },
    },
    Fault {
        name: "fin-inside-last-chunk",
        about: "The connection is closed inside the last chunk, two bytes before its end.",
        may_pass: false,
        script: |encoding| {
            let last = LAST_CHUNK.trim_end();
            let all = [
                &*encoding.chunked_head(),
                &wire::chunk(encoding.body(CLEAN_BODY)),
                last.as_bytes(),
                b"\r\n",
            ];
            Answer::new().send(all.concat()).fin().into()
        },
    },
    Fault {
        name: "fin-after-terminal-before-length",
        about: "The terminal event comes, but the connection is closed before the announced length.",
        may_pass: false,
        script: |encoding| {
            let body = encoding.body(CLEAN_BODY);
            let all = [encoding.sized_head(body.len() + 1), body].concat();
            Answer::new().send(all).fin().into()
        },
    },
    Fault {
        name: "fin-inside-line-until-close",
        about: "A body that ends with the connection, which is closed inside the terminal event.",
        may_pass: false,
        script: |encoding| {
            let body = encoding.body(CLEAN_BODY);
            let cut = &body[..body.len() - 6];
            Answer::new()
                .send([&encoding.head("HTTP/1.1 200 OK"), cut].concat())
                .fin()
                .into()
        },
    },
    Fault {
        name: "reset-inside-body",
        about: "The connection is aborted between two chunks, before the terminal event.",
        may_pass: false,
        script: |encoding| {
            Answer::new()
                .send([encoding.chunked_head(), wire::chunk(encoding.body(OUTPUT))].concat())
                .reset()
                .into()
        },
    },
    Fault {
        name: "reset-after-terminal",
        about: "The terminal event comes, the last chunk does not: the connection is aborted.",
        may_pass: false,
        script: |encoding| {
            Answer::new()
                .send(
                    [
                        encoding.chunked_head(),
                        wire::chunk(encoding.body(CLEAN_BODY)),
                    ]
                    .concat(),
                )
                .reset()
                .into()
        },
    },
    Fault {
        name: "reset-until-close",
        about: "A body that ends with the connection, which is aborted after the terminal event.",
        may_pass: false,
        script: |encoding| {
            let head = encoding.head("HTTP/1.1 200 OK");
            Answer::new()
                .send([head, encoding.body(CLEAN_BODY)].concat())
                .reset()
                .into()
        },
    },
    Fault {
        name: "length-before-terminal",
        about: "The announced length ends before the terminal event, which comes as surplus.",
        may_pass: false,
        script: |encoding| {
            let all = [encoding.sized(OUTPUT), encoding.body(COMPLETE)].concat();
            Answer::new().send(all).into()
        },
    },
    Fault {
        name: "bad-chunk-size",
        about: "A chunk's size is no number.",
        may_pass: false,
        script: |encoding| {
            let all = [
                encoding.chunked_head(),
                wire::chunk(encoding.body(OUTPUT)),
                b"size\r\n".to_vec(),
            ]
            .concat();
            Answer::new().send(all).hold().into()
        },
    },
    Fault {
        name: "huge-chunk-size",
        about: "A chunk's size does not fit into 64 bits.",
        may_pass: false,
        script: |encoding| {
            let all = [
                encoding.chunked_head(),
                wire::chunk(encoding.body(OUTPUT)),
                b"fffffffffffffffff\r\n".to_vec(),
            ];
            Answer::new().send(all.concat()).hold().into()
        },
    },
    Fault {
        name: "chunk-longer-than-its-size",
        about: "A chunk has more data than its size says.",
        may_pass: false,
        script: |encoding| {
            let body = encoding.body(CLEAN_BODY);
            let all = [&*encoding.chunked_head(), b"1\r\n", &body].concat();
            Answer::new().send(all).hold().into()
        },
    },
    Fault {
        name: "two-lengths",
        about: "The head announces two different lengths.",
        may_pass: false,
        script: |encoding| {
            let body = encoding.body(CLEAN_BODY);
            let length = format!("Content-Length: {}", body.len());
            let head = wire::head("HTTP/1.1 200 OK", &[&length, "Content-Length: 7"]);
            Answer::new().send([head, body].concat()).hold().into()
        },
    },
    Fault {
        name: "unknown-transfer-coding",
        about: "The body has a transfer coding that nobody asked for.",
        may_pass: false,
        script: |encoding| {
            let head = wire::head("HTTP/1.1 200 OK", &["Transfer-Encoding: gzip, chunked"]);
            let all = [
                head,
                wire::chunk(encoding.body(CLEAN_BODY)),
                LAST_CHUNK.into(),
            ]
            .concat();
            Answer::new().send(all).hold().into()
        },
    },
];

/// A chunk of the output and the terminal event that is cut `missing` bytes before its end.
fn cut_chunked(encoding: Encoding, lines: &str, missing: usize) -> crate::Script {
    let chunk = wire::chunk(encoding.body(lines));
    let cut = &chunk[..chunk.len() - missing];
    Answer::new()
        .send([&encoding.chunked_head(), cut].concat())
        .fin()
        .into()
}
