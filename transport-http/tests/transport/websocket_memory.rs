//! However much a server sends over a WebSocket, only so much of it is kept.

use std::time::Duration;

use executor_protocol::{Deadlines, IdleLimits};
use misbehaving_executor::{
    Answer, Server, fault,
    websocket::{self as ws, ANSWER, COMPLETED, MessageKind},
};
use transport_http::WebSocketTransport;

use crate::support::{GRACE, patient, run, start};

pub(crate) const ENDLESS_MESSAGE: &str = "ws-endless-message";

const LIMIT: usize = 64 * 1024;

fn transport(server: &Server) -> WebSocketTransport {
    WebSocketTransport::builder(&format!("ws://{}", server.address()))
        .and_then(|builder| builder.max_line_bytes(LIMIT).build())
        .expect("a client")
}

#[actix_rt::test]
async fn an_endless_message_ends_at_the_deadline() {
    let short = Duration::from_millis(300);
    let total = Deadlines {
        total: short,
        ..patient()
    };
    let events = Deadlines {
        idle: IdleLimits {
            events: Some(short),
            ..IdleLimits::default()
        },
        ..patient()
    };
    for (deadlines, end) in [(total, "total-timeout"), (events, "stalled: no event came")] {
        let server = fault(ENDLESS_MESSAGE).start().expect("the server starts");
        let reading = run(&transport(&server), "memory", deadlines).await;
        assert_eq!(reading.end(), end);
        // Far more than the limit came, and was read and dropped.
        assert!(
            reading.stats.bytes > 4 * LIMIT as u64,
            "{} bytes",
            reading.stats.bytes
        );
        assert!(reading.took < short + GRACE, "{:?}", reading.took);
    }
}

#[actix_rt::test]
async fn of_an_output_beyond_the_limit_the_beginning_is_kept() {
    let output = ws::output("stdout", &format!("\"{}\"", "x".repeat(4 * LIMIT)), "");
    let (first, last) = output.split_at(3 * LIMIT);
    let fragments = [ws::frame(0x01, first), ws::frame(0x80, last)].concat();
    for message in [ws::text(&output), fragments] {
        let answer = Answer::new().upgrade().send(ws::text(ANSWER)).send(message);
        let answer = answer.send(ws::text(COMPLETED));
        let answer = answer.await_message(MessageKind::Close, "").fin();
        let reading = run(&transport(&start(answer)), "memory", patient()).await;
        let beginning = output.find('x').expect("there is some");
        let kept = "x".repeat(LIMIT - beginning);
        assert_eq!(reading.events, format!("out:{kept} exit:0"));
        assert_eq!(
            (&*reading.end(), &*reading.findings),
            ("clean", "oversized-line")
        );
    }
}
