//! Bodies that are framed well and break the rules of the event stream.

use super::Fault;
use crate::{
    Answer, Script,
    wire::{self, CLEAN_BODY, COMPLETE, OUTPUT},
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "missing-terminal",
        about: "The stream ends without a terminal event.",
        may_pass: false,
        script: || stream(OUTPUT),
    },
    Fault {
        name: "empty-body",
        about: "The stream has no events at all.",
        may_pass: false,
        script: || Answer::new().send(wire::sized("")).into(),
    },
    Fault {
        name: "cut-terminal",
        about: "The stream ends inside the terminal event, though its framing is whole.",
        may_pass: false,
        script: || stream(&CLEAN_BODY[..CLEAN_BODY.len() - 6]),
    },
    Fault {
        name: "output-after-terminal",
        about: "Output comes after the terminal event.",
        may_pass: false,
        script: || stream([COMPLETE, OUTPUT].concat()),
    },
    Fault {
        name: "heartbeat-after-terminal",
        about: "A heartbeat comes after the terminal event.",
        may_pass: false,
        script: || stream([CLEAN_BODY, wire::HEARTBEAT].concat()),
    },
    Fault {
        name: "duplicate-terminal",
        about: "The terminal event comes twice.",
        may_pass: false,
        script: || stream([CLEAN_BODY, COMPLETE].concat()),
    },
    Fault {
        name: "contradicting-terminal",
        about: "Exit code 0 is followed by exit code 1.",
        may_pass: false,
        script: || stream([CLEAN_BODY, "{\"type\":\"complete\",\"exit_code\":1}\n"].concat()),
    },
    Fault {
        name: "exit-code-missing",
        about: "The terminal event has no exit code.",
        may_pass: false,
        script: || stream([OUTPUT, "{\"type\":\"complete\"}\n"].concat()),
    },
    Fault {
        name: "exit-code-null",
        about: "The exit code is null.",
        may_pass: false,
        script: || exit_code("null"),
    },
    Fault {
        name: "exit-code-string",
        about: "The exit code is the string \"0\".",
        may_pass: false,
        script: || exit_code("\"0\""),
    },
    Fault {
        name: "exit-code-float",
        about: "The exit code is 0.0.",
        may_pass: false,
        script: || exit_code("0.0"),
    },
    Fault {
        name: "exit-code-huge",
        about: "The exit code is 2^32, whose lower half is 0.",
        may_pass: false,
        script: || exit_code("4294967296"),
    },
    Fault {
        name: "exit-code-array",
        about: "The exit code is a list with a zero in it.",
        may_pass: false,
        script: || exit_code("[0]"),
    },
    Fault {
        name: "exit-code-false",
        about: "The exit code is false.",
        may_pass: false,
        script: || exit_code("false"),
    },
    Fault {
        name: "error-then-success",
        about: "An error event is followed by exit code 0.",
        may_pass: false,
        script: || {
            stream(
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
        script: || stream([OUTPUT, "{\"type\":\"error\",\"error\":\"boom\"}\n"].concat()),
    },
    Fault {
        name: "not-json",
        about: "A line of plain text, and one of JSON that is no object, stand between the events.",
        may_pass: true,
        script: || stream(["plain words\n42\n", CLEAN_BODY].concat()),
    },
    Fault {
        name: "invalid-utf8",
        about: "The output has bytes that are no UTF-8.",
        may_pass: true,
        script: || {
            let output = b"{\"type\":\"output\",\"data\":\"a\xff\xfeb\"}\n";
            stream([output, COMPLETE.as_bytes()].concat())
        },
    },
    Fault {
        name: "output-without-data",
        about: "An output event lacks its text, another has a number there.",
        may_pass: false,
        script: || {
            let output = "{\"type\":\"output\"}\n{\"type\":\"output\",\"data\":1}\n";
            stream([output, COMPLETE].concat())
        },
    },
    Fault {
        name: "untyped-object",
        about: "An object has no type.",
        may_pass: false,
        script: || stream(["{\"data\":\"one\"}\n", CLEAN_BODY].concat()),
    },
    Fault {
        name: "duplicate-key",
        about: "The terminal event has two exit codes, 1 and 0.",
        may_pass: false,
        script: || {
            stream(
                [
                    OUTPUT,
                    "{\"type\":\"complete\",\"exit_code\":1,\"exit_code\":0}\n",
                ]
                .concat(),
            )
        },
    },
];

fn stream(body: impl AsRef<[u8]>) -> Script {
    Answer::new().send(wire::chunked(body)).into()
}

fn exit_code(json: &str) -> Script {
    stream(format!(
        "{OUTPUT}{{\"type\":\"complete\",\"exit_code\":{json}}}\n"
    ))
}
