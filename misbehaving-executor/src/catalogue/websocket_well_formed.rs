//! WebSockets that are right, some in unusual ways.

use std::time::Duration;

use super::Fault;
use crate::{
    Answer, Script,
    websocket::{self as ws, ANSWER, COMPLETED, CONNECTED, MessageKind, PING, STARTED},
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "ws-clean",
        about: "Everything is as it should be.",
        may_pass: true,
        script: |_| {
            goodbye(
                begun()
                    .send(ws::text(out()))
                    .send(ws::text(err()))
                    .send(ws::text(COMPLETED)),
            )
        },
    },
    Fault {
        name: "ws-clean-failure",
        about: "The command fails with exit code 3, which is reported as it should be.",
        may_pass: false,
        script: |_| {
            let params = r#"{"status":"failed","pgid":null,"exit_code":3,"error":null}"#;
            let failed = ws::notification("process.completed", params);
            goodbye(begun().send(ws::texts([&out(), &err(), &failed])))
        },
    },
    Fault {
        name: "ws-no-greeting",
        about: "The server does not greet.",
        may_pass: true,
        script: |_| {
            let answer = Answer::new().upgrade().await_text("\"execute\"");
            let all = ws::texts([ANSWER, STARTED, &out(), &err(), COMPLETED]);
            goodbye(answer.send(all))
        },
    },
    Fault {
        name: "ws-slow-answer",
        about: "The answer to `execute` comes late.",
        may_pass: true,
        script: |_| {
            let answer = greeted().pause(LATE);
            goodbye(answer.send(ws::texts([ANSWER, STARTED, &out(), &err(), COMPLETED])))
        },
    },
    Fault {
        name: "ws-notification-before-answer",
        about: "The command starts and prints before the answer to `execute` comes.",
        may_pass: true,
        script: |_| {
            goodbye(greeted().send(ws::texts([STARTED, &out(), ANSWER, &err(), COMPLETED])))
        },
    },
    Fault {
        name: "ws-answer-after-completion",
        about: "The answer to `execute` is the last that comes.",
        may_pass: true,
        script: |_| {
            goodbye(greeted().send(ws::texts([STARTED, &out(), &err(), COMPLETED, ANSWER])))
        },
    },
    Fault {
        name: "ws-other-answers-between",
        about: "Answers to requests that the client never made come between.",
        may_pass: true,
        script: |_| {
            let (error, result) = (
                ws::error("7", -32603, "boom"),
                ANSWER.replace(":1}", ":\"1\"}"),
            );
            goodbye(begun().send(ws::texts([&error, &out(), &result, &err(), COMPLETED])))
        },
    },
    Fault {
        name: "ws-fragments",
        about: "Messages come in fragments, with a ping between two.",
        may_pass: true,
        script: |_| {
            let (first, last) = COMPLETED.split_at(60);
            let fragments = [
                ws::frame(0x01, first),
                ws::frame(0x89, "between"),
                ws::frame(0x00, ""),
                ws::frame(0x80, last),
            ];
            let answer = begun().send(ws::texts([&out(), &err()]));
            let answer = answer.send(fragments.concat());
            goodbye(answer.await_message(MessageKind::Pong, "between"))
        },
    },
    Fault {
        name: "ws-byte-per-write",
        about: "Every byte is written on its own.",
        may_pass: true,
        script: |_| {
            let all = ws::texts([ANSWER, STARTED, &out(), &err(), COMPLETED]);
            goodbye(greeted().send_in_pieces(all, 1))
        },
    },
    Fault {
        name: "ws-spaced-json",
        about: "The JSON has blanks and another order of fields.",
        may_pass: true,
        script: |_| {
            let all = [
                r#" { "id" : 1, "result" : { "status" : "started" } } "#,
                r#"{"params": {"data": "one\n", "type": "stdout"}, "method": "process.output"}"#,
                r#"{"jsonrpc": "2.0", "method": "process.output", "params": {"type": "stderr", "data": "two\n", "truncated": false, "chunk_index": null, "total_chunks": null}}"#,
                r#"{"params":{"exit_code":0},"method":"process.completed"}"#,
            ];
            goodbye(greeted().send(ws::texts(all)))
        },
    },
    Fault {
        name: "ws-large-message",
        about: "A line of 200 KiB comes in one frame.",
        may_pass: true,
        script: |_| {
            let line = format!("\"{}\"", "x".repeat(200 * 1024));
            let output = ws::output("stdout", &line, "");
            goodbye(begun().send(ws::texts([&output, COMPLETED])))
        },
    },
    Fault {
        name: "ws-chunks",
        about: "A line comes in three pieces, with a line of the other stream between.",
        may_pass: true,
        script: |_| {
            let all = [&*chunk(0, 3), &chunk(1, 3), &err(), &chunk(2, 3), COMPLETED];
            goodbye(begun().send(ws::texts(all)))
        },
    },
    Fault {
        name: "ws-ping",
        about: "The server pings and waits for the pong.",
        may_pass: true,
        script: |_| {
            let answer = begun().send(ws::frame(0x89, "there?"));
            let answer = answer.await_message(MessageKind::Pong, "there?");
            goodbye(answer.send(ws::texts([&out(), &err(), COMPLETED])))
        },
    },
    Fault {
        name: "ws-json-ping",
        about: "The server asks for a sign of life in JSON and waits for it.",
        may_pass: true,
        script: |_| {
            let answer = begun().send(ws::text(PING)).await_text("\"pong\"");
            goodbye(answer.send(ws::texts([&out(), &err(), COMPLETED])))
        },
    },
    Fault {
        name: "ws-notices",
        about: "Hooks warn before the command starts, and limits are met while it runs.",
        may_pass: true,
        script: |_| {
            let warning = ws::notification("hook.warning", r#"{"message":"slow hook"}"#);
            let rate = ws::notification(
                "error.rate_limit_exceeded",
                r#"{"error_type":"rate_limit","retry_after":30,"recoverable":true}"#,
            );
            let tokens = ws::notification("error.token_limit_exceeded", r#"{"limit":9}"#);
            let marker = ws::notification("task.early_completion", r#"{"marker":"done"}"#);
            let all = [&*warning, ANSWER, &rate, &tokens, &marker, COMPLETED];
            goodbye(greeted().send(ws::texts(all)))
        },
    },
    Fault {
        name: "ws-unknown-method",
        about: "A notification of an unknown method comes.",
        may_pass: true,
        script: |_| {
            let unknown = ws::notification("process.progress", r#"{"percent":4}"#);
            goodbye(begun().send(ws::texts([&out(), &unknown, &err(), COMPLETED])))
        },
    },
    Fault {
        name: "ws-timeout-reported",
        about: "The server ends the command on its own timeout, and says so.",
        may_pass: false,
        script: |_| {
            let text = ws::output("stdout", TIMED_OUT, "");
            let failed = COMPLETED.replace("\"exit_code\":0", "\"exit_code\":124");
            goodbye(begun().send(ws::texts([&text, &failed])))
        },
    },
    Fault {
        name: "ws-eof-after-terminal",
        about: "The connection is closed after the terminal event, without a close frame.",
        may_pass: true,
        script: |_| ended().fin().into(),
    },
    Fault {
        name: "ws-reset-after-terminal",
        about: "The connection is aborted after the terminal event.",
        may_pass: true,
        script: |_| ended().await_message(MessageKind::Close, "").reset().into(),
    },
    Fault {
        name: "ws-close-1001-after-terminal",
        about: "The server says that it goes away, after the terminal event.",
        may_pass: true,
        script: |_| ended().send(ws::close(1001, "restarting")).fin().into(),
    },
    Fault {
        name: "ws-ping-after-terminal",
        about: "Signs of life cross the client's goodbye.",
        may_pass: true,
        script: |_| {
            let pings = [ws::text(PING), ws::frame(0x89, "there?")].concat();
            goodbye(ended().send(pings))
        },
    },
];

/// Later than any limit on silence that a test sets.
const LATE: Duration = Duration::from_millis(600);

/// What a server prints when its own patience ends.
pub(super) const TIMED_OUT: &str = r#""\n[Stream timed out after 1s]\n""#;

/// A WebSocket on which the client was greeted and has asked to run a command.
pub(super) fn greeted() -> Answer {
    let answer = Answer::new().upgrade().send(ws::text(CONNECTED));
    answer.await_text("\"execute\"")
}

/// The same with a command that has started.
pub(super) fn begun() -> Answer {
    greeted().send(ws::texts([ANSWER, STARTED]))
}

/// The same with a command that has ended well.
pub(super) fn ended() -> Answer {
    begun().send(ws::texts([&out(), &err(), COMPLETED]))
}

/// Waits for the client's goodbye and returns it.
pub(super) fn goodbye(answer: Answer) -> Script {
    let answer = answer.await_message(MessageKind::Close, "");
    answer.send(ws::close(1000, "")).fin().into()
}

/// A line on standard output.
pub(super) fn out() -> String {
    ws::output("stdout", r#""one\n""#, FIELDS)
}

/// A line on standard error.
pub(super) fn err() -> String {
    ws::output("stderr", r#""two\n""#, FIELDS)
}

/// What comes with every output that is whole.
const FIELDS: &str = r#","truncated":false,"chunk_index":null,"total_chunks":null"#;

/// A piece of a line on standard output.
pub(super) fn chunk(index: usize, total: usize) -> String {
    let fields = format!(r#","chunk_index":{index},"total_chunks":{total}"#);
    ws::output("stdout", &format!("\"[{index}]\""), &fields)
}
