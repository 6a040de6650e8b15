//! Bodies that are framed well and break the rules of the event stream.

use super::Fault;
use crate::{
    Answer, Script,
    wire::{self, CLEAN_BODY, COMPLETE, Encoding, OUTPUT},
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "missing-terminal",
        about: "The stream ends without a terminal event.",
        may_pass: false,
        script: |encoding| stream(encoding, OUTPUT),
    },
    Fault {
        name: "empty-body",
        about: "The stream has no events at all.",
        may_pass: false,
        script: |encoding| Answer::new().send(encoding.sized("")).into(),
    },
    Fault {
        name: "cut-terminal",
        about: "The stream ends inside the terminal event, though its framing is whole.",
        may_pass: false,
        script: |encoding| stream(encoding, &CLEAN_BODY[..CLEAN_BODY.len() - 6]),
    },
    Fault {
        name: "output-after-terminal",
        about: "Output comes after the terminal event.",
        may_pass: false,
        script: |encoding| stream(encoding, [COMPLETE, OUTPUT].concat()),
    },
    Fault {
        name: "heartbeat-after-terminal",
        about: "A heartbeat comes after the terminal event.",
        may_pass: false,
        script: |encoding| stream(encoding, [CLEAN_BODY, wire::HEARTBEAT].concat()),
    },
    Fault {
        name: "duplicate-terminal",
        about: "The terminal event comes twice.",
        may_pass: false,
        script: |encoding| stream(encoding, [CLEAN_BODY, COMPLETE].concat()),
    },
    Fault {
        name: "contradicting-terminal",
        about: "Exit code 0 is followed by exit code 1.",
        may_pass: false,
        script: |encoding| {
            stream(
                encoding,
                [CLEAN_BODY, "{\"type\":\"complete\",\"exit_code\":1}\n"].concat(),
            )
        },
    },
    Fault {
        name: "exit-code-missing",
        about: "The terminal event has no exit code.",
        may_pass: false,
        script: |encoding| stream(encoding, [OUTPUT, "{\"type\":\"complete\"}\n"].concat()),
    },
    Fault {
        name: "exit-code-null",
        about: "The exit code is null.",
        may_pass: false,
        script: |encoding| exit_code(encoding, "null"),
    },
    Fault {
        name: "exit-code-string",
        about: "The exit code is the string \"0\".",
        may_pass: false,
        script: |encoding| exit_code(encoding, "\"0\""),
    },
    Fault {
        name: "exit-code-float",
        about: "The exit code is 0.0.",
        may_pass: false,
        script: |encoding| exit_code(encoding, "0.0"),
    },
    Fault {
        name: "exit-code-huge",
        about: "The exit code is 2^32, whose lower half is 0.",
        may_pass: false,
        script: |encoding| exit_code(encoding, "4294967296"),
    },
    Fault {
        name: "exit-code-array",
        about: "The exit code is a list with a zero in it.",
        may_pass: false,
        script: |encoding| exit_code(encoding, "[0]"),
    },
    Fault {
        name: "exit-code-false",
        about: "The exit code is false.",
        may_pass: false,
        script: |encoding| exit_code(encoding, "false"),
    },
    Fault {
        name: "error-then-success",
        about: "An error event is followed by exit code 0.",
        may_pass: false,
        script: |encoding| {
            stream(
                encoding,
                [
                    OUTPUT,
                    "{\"type\":\"error\",\"error\":\"boom\"}\n",
                    COMPLETE,
                ]
                .concat(),
            )
        },
    },
    Fault {
        name: "error-without-terminal",
        about: "An error event is the last one.",
        may_pass: false,
        script: |encoding| {
            stream(
                encoding,
                [OUTPUT, "{\"type\":\"error\",\"error\":\"boom\"}\n"].concat(),
            )
        },
    },
    Fault {
        name: "not-json",
        about: "A line of plain text, and one of JSON that is no object, stand between the events.",
        may_pass: true,
        script: |encoding| stream(encoding, ["plain words\n42\n", CLEAN_BODY].concat()),
    },
    Fault {
        name: "invalid-utf8",
        about: "The output has bytes that are no UTF-8.",
        may_pass: true,
        script: |encoding| {
            let output = b"{\"type\":\"output\",\"data\":\"a\xff\xfeb\"}\n";
            stream(encoding, [output, COMPLETE.as_bytes()].concat())
        },
    },
    Fault {
        name: "output-without-data",
        about: "An output event lacks its text, another has a number there.",
        may_pass: false,
        script: |encoding| {
            let output = "{\"type\":\"output\"}\n{\"type\":\"output\",\"data\":1}\n";
            stream(encoding, [output, COMPLETE].concat())
        },
    },
    Fault {
        name: "untyped-object",
        about: "An object has no type.",
        may_pass: false,
        script: |encoding| stream(encoding, ["{\"data\":\"one\"}\n", CLEAN_BODY].concat()),
    },
    Fault {
        name: "duplicate-key",
        about: "The terminal event has two exit codes, 1 and 0.",
        may_pass: false,
        script: |encoding| {
            stream(
                encoding,
                [
                    OUTPUT,
                    "{\"type\":\"complete\",\"exit_code\":1,\"exit_code\":0}\n",
                ]
                .concat(),
            )
        },
    },
];

fn stream(encoding: Encoding, lines: impl AsRef<[u8]>) -> Script {
    Answer::new().send(encoding.chunked(lines)).into()
}

fn exit_code(encoding: Encoding, json: &str) -> Script {
    let complete = format!("{{\"type\":\"complete\",\"exit_code\":{json}}}\n");
    stream(encoding, [OUTPUT, &complete].concat())
}
