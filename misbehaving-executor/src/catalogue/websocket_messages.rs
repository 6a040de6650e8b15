//! Messages that break the rules of JSON-RPC or of the event stream.

use super::{
    Fault,
    websocket_well_formed::{TIMED_OUT, begun, chunk, ended, err, goodbye, out},
};
use crate::{
    Script,
    websocket::{self as ws, COMPLETED, STARTED},
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "ws-process-failed",
        about: "The command could not be run: `process.failed`.",
        may_pass: false,
        script: |_| ending("process.failed", r#"{"error":"no such shell"}"#),
    },
    Fault {
        name: "ws-process-error",
        about: "Something went wrong: `process.error`, with an exit code of 0.",
        may_pass: false,
        script: |_| ending("process.error", r#"{"error":"boom","exit_code":0}"#),
    },
    Fault {
        name: "ws-canceled",
        about: "The command is canceled, though nobody asked for it.",
        may_pass: false,
        script: |_| ending("process.canceled", r#"{"status":"canceled"}"#),
    },
    Fault {
        name: "ws-completed-with-error",
        about: "Exit code 0 comes with the words of an error.",
        may_pass: false,
        script: |_| ending("process.completed", r#"{"exit_code":0,"error":"boom"}"#),
    },
    Fault {
        name: "ws-exit-code-missing",
        about: "The terminal event has no exit code.",
        may_pass: false,
        script: |_| ending("process.completed", "{}"),
    },
    Fault {
        name: "ws-exit-code-null",
        about: "The exit code is null.",
        may_pass: false,
        script: |_| ending("process.completed", r#"{"exit_code":null}"#),
    },
    Fault {
        name: "ws-exit-code-string",
        about: "The exit code is the string \"0\".",
        may_pass: false,
        script: |_| ending("process.completed", r#"{"exit_code":"0"}"#),
    },
    Fault {
        name: "ws-params-list",
        about: "The parameters of the terminal event are a list with a zero in it.",
        may_pass: false,
        script: |_| ending("process.completed", "[0]"),
    },
    Fault {
        name: "ws-timeout-masked",
        about: "The server ends the command on its own timeout and reports success.",
        may_pass: false,
        script: |_| {
            let texts = [
                ws::output("stdout", TIMED_OUT, ""),
                ws::output("stderr", TIMED_OUT, ""),
            ];
            goodbye(begun().send(ws::texts([&out(), &texts[0], &texts[1], COMPLETED])))
        },
    },
    Fault {
        name: "ws-output-after-terminal",
        about: "Output comes after the terminal event.",
        may_pass: false,
        script: |_| goodbye(ended().send(ws::text(out()))),
    },
    Fault {
        name: "ws-started-after-terminal",
        about: "A command starts after the terminal event.",
        may_pass: false,
        script: |_| goodbye(ended().send(ws::text(STARTED))),
    },
    Fault {
        name: "ws-duplicate-terminal",
        about: "The terminal event comes twice.",
        may_pass: false,
        script: |_| goodbye(ended().send(ws::text(COMPLETED))),
    },
    Fault {
        name: "ws-contradicting-terminal",
        about: "Exit code 0 is followed by a failure.",
        may_pass: false,
        script: |_| {
            let failed = ws::notification("process.failed", r#"{"error":"boom"}"#);
            goodbye(ended().send(ws::text(failed)))
        },
    },
    Fault {
        name: "ws-chunk-missing",
        about: "A piece of a line is missing.",
        may_pass: false,
        script: |_| printing([chunk(0, 3), chunk(2, 3)]),
    },
    Fault {
        name: "ws-chunks-swapped",
        about: "Two pieces of a line are swapped.",
        may_pass: false,
        script: |_| printing([chunk(1, 2), chunk(0, 2)]),
    },
    Fault {
        name: "ws-last-chunk-missing",
        about: "The last piece of a line is missing.",
        may_pass: false,
        script: |_| printing([chunk(0, 3), chunk(1, 3)]),
    },
    Fault {
        name: "ws-chunk-index-string",
        about: "The index of a piece is a string.",
        may_pass: false,
        script: |_| {
            let fields = r#","chunk_index":"0","total_chunks":1"#;
            printing([out(), ws::output("stdout", "\"?\"", fields)])
        },
    },
    Fault {
        name: "ws-output-without-data",
        about: "An output lacks its text, another has a number there.",
        may_pass: false,
        script: |_| {
            let output = |params| ws::notification("process.output", params);
            printing([
                output(r#"{"type":"stdout"}"#),
                output(r#"{"type":"stdout","data":1}"#),
            ])
        },
    },
    Fault {
        name: "ws-output-of-no-stream",
        about: "An output is of neither stream.",
        may_pass: false,
        script: |_| printing([out(), ws::output("stdwhat", "\"?\"", "")]),
    },
    Fault {
        name: "ws-not-json",
        about: "Messages that are no JSON, and one that is a list, stand between the others.",
        may_pass: true,
        script: |_| printing([String::from("plain words"), String::from("[1]")]),
    },
    Fault {
        name: "ws-empty-object",
        about: "A message is neither a notification nor an answer.",
        may_pass: false,
        script: |_| printing([out(), String::from("{}")]),
    },
    Fault {
        name: "ws-method-number",
        about: "The method of a notification is a number.",
        may_pass: false,
        script: |_| printing([out(), String::from(r#"{"method":7}"#)]),
    },
    Fault {
        name: "ws-invalid-utf8",
        about: "The output has bytes that are no UTF-8.",
        may_pass: true,
        script: |_| {
            let (before, after) = (
                r#"{"method":"process.output","params":{"type":"stdout","data":"a"#,
                "b\"}}",
            );
            let output = [before.as_bytes(), b"\xff\xfe", after.as_bytes()].concat();
            goodbye(begun().send(ws::text(output)).send(ws::text(COMPLETED)))
        },
    },
    Fault {
        name: "ws-binary-message",
        about: "A binary message stands between the others.",
        may_pass: true,
        script: |_| {
            let binary = ws::frame(0x82, b"\x00\x01\x02");
            goodbye(
                begun()
                    .send(ws::texts([&out(), &err()]))
                    .send(binary)
                    .send(ws::text(COMPLETED)),
            )
        },
    },
    Fault {
        name: "ws-binary-terminal",
        about: "The terminal event is a binary message, and the connection is closed.",
        may_pass: false,
        script: |_| {
            let answer = begun().send(ws::texts([&out(), &err()]));
            answer
                .send(ws::frame(0x82, COMPLETED))
                .send(ws::close(1000, ""))
                .fin()
                .into()
        },
    },
    Fault {
        name: "ws-error-without-id",
        about: "An error that answers no request comes while the command runs.",
        may_pass: false,
        script: |_| printing([out(), ws::error("null", -32603, "boom")]),
    },
];

/// A command that prints and then ends like this.
fn ending(method: &str, params: &str) -> Script {
    let end = ws::notification(method, params);
    goodbye(begun().send(ws::texts([&out(), &err(), &end])))
}

/// A command of which these two messages come before it ends well.
fn printing(messages: [String; 2]) -> Script {
    goodbye(begun().send(ws::texts([&messages[0], &messages[1], COMPLETED])))
}
