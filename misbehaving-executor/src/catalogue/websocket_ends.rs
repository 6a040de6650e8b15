//! Upgrades and commands that are refused, and connections that end too early.

use super::{
    Fault,
    websocket_well_formed::{begun, ended, err, greeted, out},
};
use crate::{
    Answer, Script,
    websocket::{self as ws, COMPLETED},
    wire,
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "ws-login-page",
        about: "The upgrade is answered with a page.",
        may_pass: false,
        script: |_| {
            refusal(
                "200 OK",
                &["Content-Type: text/html"],
                "<title>Sign in</title>",
            )
        },
    },
    Fault {
        name: "ws-redirect",
        about: "The upgrade is answered with a redirect.",
        may_pass: false,
        script: |_| refusal("302 Found", &["Location: /login"], ""),
    },
    Fault {
        name: "ws-status-401",
        about: "The upgrade is refused for lack of a token.",
        may_pass: false,
        script: |_| refusal("401 Unauthorized", &[], "who are you?"),
    },
    Fault {
        name: "ws-status-403",
        about: "The upgrade is forbidden.",
        may_pass: false,
        script: |_| refusal("403 Forbidden", &[], "go away"),
    },
    Fault {
        name: "ws-status-404",
        about: "There is no WebSocket at this path.",
        may_pass: false,
        script: |_| refusal("404 Not Found", &[], "no such path"),
    },
    Fault {
        name: "ws-status-503",
        about: "The server is not ready for an upgrade.",
        may_pass: false,
        script: |_| refusal("503 Service Unavailable", &["Retry-After: 7"], "starting"),
    },
    Fault {
        name: "ws-status-503-chunked",
        about: "The words of a refusal come in chunks.",
        may_pass: false,
        script: |_| {
            let body = [
                wire::chunk("not "),
                wire::chunk("yet"),
                wire::LAST_CHUNK.into(),
            ]
            .concat();
            let head = ["Transfer-Encoding: chunked"];
            Answer::new()
                .send(wire::head("HTTP/1.1 503 Busy", &head))
                .send(body)
                .into()
        },
    },
    Fault {
        name: "ws-wrong-accept",
        about: "The upgrade is agreed to with the answer to another key.",
        may_pass: false,
        script: |_| {
            let accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
            Answer::new().send(ws::upgrade_with(&[accept])).fin().into()
        },
    },
    Fault {
        name: "ws-no-accept",
        about: "The upgrade is agreed to without an answer to the key.",
        may_pass: false,
        script: |_| Answer::new().send(ws::upgrade_with(&[])).fin().into(),
    },
    Fault {
        name: "ws-other-upgrade",
        about: "The connection is upgraded to another protocol.",
        may_pass: false,
        script: |_| {
            let headers = ["Upgrade: h2c", "Connection: Upgrade"];
            let head = wire::head("HTTP/1.1 101 Switching Protocols", &headers);
            Answer::new().send(head).fin().into()
        },
    },
    Fault {
        name: "ws-unasked-extension",
        about: "The upgrade is agreed to with a compression that was not offered.",
        may_pass: false,
        script: |_| {
            let extension = "Sec-WebSocket-Extensions: permessage-deflate";
            Answer::new()
                .send(ws::upgrade_with(&[extension]))
                .fin()
                .into()
        },
    },
    Fault {
        name: "ws-fin-before-upgrade",
        about: "The connection is closed instead of an answer to the upgrade.",
        may_pass: false,
        script: |_| Answer::new().fin().into(),
    },
    Fault {
        name: "ws-fin-before-answer",
        about: "The connection is closed before the command is answered.",
        may_pass: false,
        script: |_| greeted().fin().into(),
    },
    Fault {
        name: "ws-command-refused",
        about: "The command is refused.",
        may_pass: false,
        script: |_| rejection("1", -32001, "Command cannot be empty"),
    },
    Fault {
        name: "ws-busy",
        about: "Another command is running.",
        may_pass: false,
        script: |_| rejection("1", -32602, "A process is already running"),
    },
    Fault {
        name: "ws-method-refused",
        about: "The server does not know the method.",
        may_pass: false,
        script: |_| rejection("1", -32601, "Method not found"),
    },
    Fault {
        name: "ws-internal-error",
        about: "The server fails, and its answer has no id.",
        may_pass: false,
        script: |_| rejection("null", -32603, "Internal error"),
    },
    Fault {
        name: "ws-session-limit",
        about: "There are too many sessions, which is said and closed with code 1008.",
        may_pass: false,
        script: |_| {
            let error = ws::error("null", -32002, "Session limit reached");
            let answer = Answer::new().upgrade().send(ws::text(error));
            answer
                .send(ws::close(1008, "Session limit reached"))
                .fin()
                .into()
        },
    },
    Fault {
        name: "ws-close-1008-at-once",
        about: "There are too many sessions, which only the close code says.",
        may_pass: false,
        script: |_| {
            let answer = Answer::new().upgrade();
            answer
                .send(ws::close(1008, "Session limit reached"))
                .fin()
                .into()
        },
    },
    Fault {
        name: "ws-refused-while-running",
        about: "An error answers the request although its command has printed already.",
        may_pass: false,
        script: |_| {
            let error = ws::error("1", -32603, "lost it");
            begun()
                .send(ws::texts([&out(), &err(), &error]))
                .hold()
                .into()
        },
    },
    Fault {
        name: "ws-close-1000",
        about: "The server closes without complaint before the command has ended.",
        may_pass: false,
        script: |_| closed(ws::close(1000, "bye")),
    },
    Fault {
        name: "ws-close-1001",
        about: "The server goes away before the command has ended.",
        may_pass: false,
        script: |_| closed(ws::close(1001, "restarting")),
    },
    Fault {
        name: "ws-close-1008",
        about: "The server closes for a breach of its policy.",
        may_pass: false,
        script: |_| closed(ws::close(1008, "too long")),
    },
    Fault {
        name: "ws-close-1011",
        about: "The server closes because it failed.",
        may_pass: false,
        script: |_| closed(ws::close(1011, "boom")),
    },
    Fault {
        name: "ws-close-without-code",
        about: "The server closes without a code.",
        may_pass: false,
        script: |_| closed(ws::frame(0x88, "")),
    },
    Fault {
        name: "ws-eof",
        about: "The connection is closed without a close frame before the command has ended.",
        may_pass: false,
        script: |_| closed(Vec::new()),
    },
    Fault {
        name: "ws-reset",
        about: "The connection is aborted before the command has ended.",
        may_pass: false,
        script: |_| {
            begun()
                .send(ws::texts([&out(), &err()]))
                .await_release()
                .reset()
                .into()
        },
    },
    Fault {
        name: "ws-close-1011-after-terminal",
        about: "The server says that it failed, after the terminal event.",
        may_pass: false,
        script: |_| ended().send(ws::close(1011, "boom")).fin().into(),
    },
    Fault {
        name: "ws-completed-before-answer-and-refused",
        about: "The command has ended, and is then refused.",
        may_pass: false,
        script: |_| {
            let error = ws::error("1", -32001, "not allowed");
            greeted().send(ws::texts([COMPLETED, &error])).hold().into()
        },
    },
];

fn refusal(status: &str, headers: &[&str], body: &str) -> Script {
    Answer::new()
        .send(wire::refusal(status, headers, body))
        .into()
}

/// The command is answered with an error.
fn rejection(id: &str, code: i32, message: &str) -> Script {
    greeted()
        .send(ws::text(ws::error(id, code, message)))
        .hold()
        .into()
}

/// Output, then a close frame (or nothing), then the end of the connection.
fn closed(close: Vec<u8>) -> Script {
    let answer = begun().send(ws::texts([&out(), &err()]));
    answer.send(close).fin().into()
}
