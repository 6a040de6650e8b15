//! Servers that do not answer, do not go on, or do not stop.

use std::time::Duration;

use super::Fault;
use crate::{
    Answer, Script,
    wire::{self, CLEAN_BODY, Encoding, HEARTBEAT, OUTPUT},
};

/// Often enough that no client takes it for silence.
const OFTEN: Duration = Duration::from_millis(20);

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "refused",
        about: "Nobody listens at the port.",
        may_pass: false,
        script: |_| Script::refusing(),
    },
    Fault {
        name: "ignored",
        about: "Connections are neither accepted nor refused.",
        may_pass: false,
        script: |_| Script::ignoring(),
    },
    Fault {
        name: "no-answer",
        about: "The request is taken and never answered.",
        may_pass: false,
        script: |_| Answer::new().hold().into(),
    },
    Fault {
        name: "fin-before-answer",
        about: "The connection is closed instead of an answer.",
        may_pass: false,
        script: |_| Answer::new().fin().into(),
    },
    Fault {
        name: "reset-before-answer",
        about: "The connection is aborted instead of an answer.",
        may_pass: false,
        script: |_| Answer::new().reset().into(),
    },
    Fault {
        name: "fin-inside-head",
        about: "The connection is closed inside the head of the answer.",
        may_pass: false,
        script: |_| {
            Answer::new()
                .send("HTTP/1.1 200 OK\r\nContent-Ty")
                .fin()
                .into()
        },
    },
    Fault {
        name: "endless-head",
        about: "The head comes slowly, header by header, and never ends.",
        may_pass: false,
        script: |_| {
            Answer::new()
                .send("HTTP/1.1 200 OK\r\n")
                .repeat_every(OFTEN, "X-More: 1\r\n")
                .into()
        },
    },
    Fault {
        name: "endless-interim",
        about: "`102 Processing` comes again and again, the answer never.",
        may_pass: false,
        script: |_| {
            let interim = wire::head("HTTP/1.1 102 Processing", &[]);
            Answer::new().repeat_every(OFTEN, interim).into()
        },
    },
    Fault {
        name: "silent-after-head",
        about: "The stream begins and nothing comes.",
        may_pass: false,
        script: |encoding| Answer::new().send(encoding.chunked_head()).hold().into(),
    },
    Fault {
        name: "silent-after-output",
        about: "Output comes, then nothing.",
        may_pass: false,
        script: |encoding| Answer::new().send(begun(encoding, OUTPUT)).hold().into(),
    },
    Fault {
        name: "heartbeats-only",
        about: "Output comes, then heartbeats only: alive but stuck.",
        may_pass: false,
        script: |encoding| {
            Answer::new()
                .send(begun(encoding, OUTPUT))
                .repeat_every(OFTEN, wire::chunk(encoding.body(HEARTBEAT)))
                .into()
        },
    },
    Fault {
        name: "drip-inside-line",
        about: "Output comes, then a line that goes on byte by byte and never ends.",
        may_pass: false,
        script: |encoding| {
            let line = [OUTPUT, "{\"type\":\"output\",\"data\":\""].concat();
            Answer::new()
                .send(begun(encoding, line))
                .repeat_every(OFTEN, wire::chunk("x"))
                .into()
        },
    },
    Fault {
        name: "held-after-terminal",
        about: "The terminal event comes, but the body does not end.",
        may_pass: false,
        script: |encoding| {
            Answer::new()
                .send(begun(encoding, CLEAN_BODY))
                .hold()
                .into()
        },
    },
    Fault {
        name: "heartbeats-after-terminal",
        about: "The terminal event comes, then heartbeats without end.",
        may_pass: false,
        script: |encoding| {
            Answer::new()
                .send(begun(encoding, CLEAN_BODY))
                .repeat_every(OFTEN, wire::chunk(encoding.body(HEARTBEAT)))
                .into()
        },
    },
    Fault {
        name: "endless-line",
        about: "One line without end, as fast as the client takes it.",
        may_pass: false,
        script: |encoding| {
            Answer::new()
                .send(encoding.chunked_head())
                .repeat(wire::chunk(vec![b'x'; 16 * 1024]))
                .into()
        },
    },
    Fault {
        name: "heartbeat-flood",
        about: "Heartbeats without pause or end.",
        may_pass: false,
        script: |encoding| {
            Answer::new()
                .send(begun(encoding, OUTPUT))
                .repeat(wire::chunk(encoding.body(HEARTBEAT.repeat(500))))
                .into()
        },
    },
    Fault {
        name: "output-flood",
        about: "Output without pause or end.",
        may_pass: false,
        script: |encoding| {
            Answer::new()
                .send(encoding.chunked_head())
                .repeat(wire::chunk(encoding.body(OUTPUT.repeat(200))))
                .into()
        },
    },
    Fault {
        name: "blank-line-flood",
        about: "Blank lines without pause or end.",
        may_pass: false,
        script: |encoding| {
            Answer::new()
                .send(begun(encoding, OUTPUT))
                .repeat(wire::chunk([b'\n'; 8 * 1024]))
                .into()
        },
    },
    Fault {
        name: "flood-after-terminal",
        about: "The terminal event comes, then output without pause or end.",
        may_pass: false,
        script: |encoding| {
            Answer::new()
                .send(begun(encoding, CLEAN_BODY))
                .repeat(wire::chunk(encoding.body(OUTPUT.repeat(200))))
                .into()
        },
    },
];

/// The head and the first chunk of a stream.
fn begun(encoding: Encoding, lines: impl AsRef<[u8]>) -> Vec<u8> {
    let chunk = wire::chunk(encoding.body(lines));
    [encoding.chunked_head(), chunk].concat()
}
