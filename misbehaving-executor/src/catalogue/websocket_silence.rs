//! WebSockets that do not answer, do not go on, or do not stop.

use std::time::Duration;

use super::{
    Fault,
    websocket_well_formed::{begun, ended, err, greeted, out},
};
use crate::{
    Answer,
    websocket::{self as ws, PING},
    wire,
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "ws-no-upgrade",
        about: "The request for an upgrade is never answered.",
        may_pass: false,
        script: |_| Answer::new().hold().into(),
    },
    Fault {
        name: "ws-status-503-without-end",
        about: "The words of a refusal never end.",
        may_pass: false,
        script: |_| {
            let head = wire::head("HTTP/1.1 503 Busy", &["Content-Length: 99"]);
            Answer::new().send(head).send("because").hold().into()
        },
    },
    Fault {
        name: "ws-greeting-only",
        about: "The client is greeted, and the command never answered.",
        may_pass: false,
        script: |_| greeted().hold().into(),
    },
    Fault {
        name: "ws-pings-before-answer",
        about: "The command is never answered, but signs of life come.",
        may_pass: false,
        script: |_| greeted().repeat_every(OFTEN, ws::text(PING)).into(),
    },
    Fault {
        name: "ws-silent",
        about: "The command starts, and nothing more comes.",
        may_pass: false,
        script: |_| begun().hold().into(),
    },
    Fault {
        name: "ws-silent-after-output",
        about: "Output comes, then nothing.",
        may_pass: false,
        script: |_| printed().hold().into(),
    },
    Fault {
        name: "ws-pings-only",
        about: "Output comes, then pings only.",
        may_pass: false,
        script: |_| {
            printed()
                .repeat_every(OFTEN, ws::frame(0x89, "there?"))
                .into()
        },
    },
    Fault {
        name: "ws-json-pings-only",
        about: "Output comes, then signs of life in JSON only: alive but stuck.",
        may_pass: false,
        script: |_| printed().repeat_every(OFTEN, ws::text(PING)).into(),
    },
    Fault {
        name: "ws-notices-only",
        about: "Output comes, then warnings only.",
        may_pass: false,
        script: |_| {
            let notice = ws::notification("hook.warning", r#"{"message":"slow"}"#);
            printed().repeat_every(OFTEN, ws::text(notice)).into()
        },
    },
    Fault {
        name: "ws-drip-inside-frame",
        about: "Output comes, then a message that goes on byte by byte and never ends.",
        may_pass: false,
        script: |_| {
            printed()
                .send(ws::frame_head(0x81, 1 << 40))
                .repeat_every(OFTEN, "x")
                .into()
        },
    },
    Fault {
        name: "ws-held-after-terminal",
        about: "The terminal event comes, but the connection is not closed.",
        may_pass: true,
        script: |_| ended().hold().into(),
    },
    Fault {
        name: "ws-output-without-end-after-terminal",
        about: "The terminal event comes, then output without end.",
        may_pass: false,
        script: |_| ended().repeat_every(OFTEN, ws::text(out())).into(),
    },
    Fault {
        name: "ws-ping-flood",
        about: "Pings without pause or end.",
        may_pass: false,
        script: |_| printed().repeat(ws::frame(0x89, "?").repeat(1000)).into(),
    },
    Fault {
        name: "ws-json-ping-flood",
        about: "Signs of life in JSON without pause or end.",
        may_pass: false,
        script: |_| printed().repeat(ws::text(PING).repeat(200)).into(),
    },
    Fault {
        name: "ws-output-flood",
        about: "Output without pause or end.",
        may_pass: false,
        script: |_| {
            begun()
                .repeat(ws::texts([&out(), &err()]).repeat(200))
                .into()
        },
    },
    Fault {
        name: "ws-flood-after-terminal",
        about: "The terminal event comes, then output without pause or end.",
        may_pass: false,
        script: |_| ended().repeat(ws::text(out()).repeat(200)).into(),
    },
    Fault {
        name: "ws-endless-message",
        about: "A message of fragments without end, as fast as the client takes them.",
        may_pass: false,
        script: |_| {
            let beginning = r#"{"method":"process.output","params":{"type":"stdout","data":""#;
            let answer = begun().send(ws::frame(0x01, beginning));
            answer.repeat(ws::frame(0x00, vec![b'x'; 16 * 1024])).into()
        },
    },
];

/// Often enough that no client takes it for silence.
const OFTEN: Duration = Duration::from_millis(20);

/// A command that has printed.
fn printed() -> Answer {
    begun().send(ws::texts([&out(), &err()]))
}
