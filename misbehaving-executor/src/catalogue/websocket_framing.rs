//! Frames that break the rules of WebSockets.

use super::{
    Fault,
    websocket_well_formed::{begun, err, out},
};
use crate::{
    Answer, Script,
    websocket::{self as ws, COMPLETED},
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "ws-compressed",
        about: "A message is compressed, though that was not offered.",
        may_pass: false,
        script: |_| frame(0xc1, COMPLETED),
    },
    Fault {
        name: "ws-reserved-bits",
        about: "A frame has reserved bits set.",
        may_pass: false,
        script: |_| frame(0xb1, COMPLETED),
    },
    Fault {
        name: "ws-unknown-opcode",
        about: "A frame has an opcode that does not exist.",
        may_pass: false,
        script: |_| frame(0x83, COMPLETED),
    },
    Fault {
        name: "ws-masked",
        about: "A frame is masked, as only a client's may be.",
        may_pass: false,
        script: |_| broken(vec![0x81, 0x80, 1, 2, 3, 4]),
    },
    Fault {
        name: "ws-fragmented-ping",
        about: "A ping comes in fragments.",
        may_pass: false,
        script: |_| frame(0x09, "there?"),
    },
    Fault {
        name: "ws-long-ping",
        about: "A ping is longer than one may be.",
        may_pass: false,
        script: |_| frame(0x89, "?".repeat(126)),
    },
    Fault {
        name: "ws-lone-fragment",
        about: "A fragment continues no message.",
        may_pass: false,
        script: |_| frame(0x80, COMPLETED),
    },
    Fault {
        name: "ws-message-in-message",
        about: "A message begins before the one before it has ended.",
        may_pass: false,
        script: |_| broken([ws::frame(0x01, &COMPLETED[..9]), ws::text(COMPLETED)].concat()),
    },
    Fault {
        name: "ws-half-a-close-code",
        about: "A close frame holds half a code.",
        may_pass: false,
        script: |_| frame(0x88, "x"),
    },
    Fault {
        name: "ws-length-beyond-63-bits",
        about: "A frame announces more bytes than there can be.",
        may_pass: false,
        script: |_| broken(ws::frame_head(0x81, u64::MAX)),
    },
    Fault {
        name: "ws-eof-inside-frame",
        about: "The connection is closed inside the terminal event.",
        may_pass: false,
        script: |_| {
            let mut terminal = ws::text(COMPLETED);
            terminal.truncate(40);
            broken(terminal)
        },
    },
    Fault {
        name: "ws-eof-between-fragments",
        about: "The connection is closed between the fragments of the terminal event.",
        may_pass: false,
        script: |_| frame(0x01, &COMPLETED[..9]),
    },
    Fault {
        name: "ws-eof-inside-frame-after-terminal",
        about: "The connection is closed inside a message after the terminal event.",
        may_pass: false,
        script: |_| broken([ws::text(COMPLETED), vec![0x81, 9]].concat()),
    },
    Fault {
        name: "ws-masked-after-terminal",
        about: "A frame after the terminal event is masked.",
        may_pass: false,
        script: |_| broken([ws::text(COMPLETED), vec![0x81, 0x80, 1, 2, 3, 4]].concat()),
    },
];

/// Output, then this frame, then the end of the connection.
fn frame(first: u8, payload: impl AsRef<[u8]>) -> Script {
    broken(ws::frame(first, payload))
}

/// Output, then these bytes, then the end of the connection.
fn broken(bytes: Vec<u8>) -> Script {
    let answer: Answer = begun().send(ws::texts([&out(), &err()]));
    answer.send(bytes).fin().into()
}
