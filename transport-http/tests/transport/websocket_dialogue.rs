//! What the client says over a WebSocket, and when.

use std::time::{Duration, Instant};

use executor_protocol::{
    Deadlines, ExecuteRequest, IdleLimits, StreamEvent, Transport as _, TransportError, next_event,
};
use misbehaving_executor::{
    Answer, Log, Script, Server, fault,
    websocket::{self as ws, ANSWER, COMPLETED, MessageKind, STARTED},
    wire,
};
use transport_http::{Access, WebSocketTransport};

use crate::{
    support::{GRACE, LONG, PROMPT, command, patient, run, start},
    tls_server::{Goodbye, Identity, TlsServer},
    websocket::transport,
};

/// The longest that a cancellation may take, whatever the server does.
const CANCEL_LIMIT: Duration = Duration::from_secs(2);

/// A WebSocket on which a command runs, which has printed.
fn printed() -> Answer {
    let answer = Answer::new().upgrade().await_text("\"execute\"");
    answer.send(ws::texts([
        ANSWER,
        STARTED,
        &ws::output("stdout", "\"one\"", ""),
    ]))
}

/// Starts a command, reads up to its first output, cancels it, and tells how long that took.
async fn cancelled(server: &Server) -> Duration {
    let transport = transport(server);
    let mut stream = transport
        .execute(command("cancelled"), patient())
        .await
        .expect("it starts");
    loop {
        let event = next_event(&mut *stream).await.expect("it goes on");
        if let Some(StreamEvent::Output { .. }) = event {
            break;
        }
    }
    let started = Instant::now();
    stream.cancel().await;
    started.elapsed()
}

fn count(log: &Log, part: &str) -> usize {
    let messages = log.messages.iter();
    messages
        .filter(|message| message.text.contains(part))
        .count()
}

fn closes(log: &Log) -> Vec<Option<u16>> {
    let messages = log.messages.iter();
    let closes = messages.filter(|message| message.kind == MessageKind::Close);
    closes.map(|message| message.close_code).collect()
}

#[actix_rt::test]
async fn a_command_is_asked_for_once_masked_and_with_its_timeout() {
    let server = fault("ws-clean").start().expect("the server starts");
    let request = ExecuteRequest {
        timeout: Some(Duration::from_secs(7)),
        ..command("request")
    };
    let transport = transport(&server);
    let mut stream = transport
        .execute(request, patient())
        .await
        .expect("it starts");
    while next_event(&mut *stream).await.expect("clean").is_some() {}
    let log = server.log();
    let upgrade = &log.requests[0];
    assert_eq!((&*upgrade.method, &*upgrade.path), ("GET", "/ws/mcp"));
    assert_eq!(upgrade.header("sec-websocket-version"), Some("13"));
    assert_eq!(upgrade.header("sec-websocket-extensions"), None);
    assert_eq!(upgrade.header("host"), Some(&*server.address().to_string()));
    let texts: Vec<_> = log.messages.iter().map(|message| &*message.text).collect();
    let execute = r#"{"jsonrpc":"2.0","method":"execute","params":{"command":"echo one","timeout":7},"id":1}"#;
    assert_eq!(texts, [execute, ""]);
    assert!(log.messages.iter().all(|message| message.is_masked));
    assert_eq!(closes(&log), [Some(1000)]);
}

#[actix_rt::test]
async fn the_client_is_let_in_as_its_access_says() {
    let server = fault("ws-clean").start().expect("the server starts");
    let access = Access::new(&format!("ws://{}/ws", server.address()))
        .expect("a URL")
        .bearer_token("s3cret")
        .header("X-Tenant", "blue");
    let transport = WebSocketTransport::builder_with(access)
        .build()
        .expect("a client");
    assert_eq!(run(&transport, "access", patient()).await.end(), "clean");
    let log = server.log();
    assert_eq!(
        log.requests[0].header("authorization"),
        Some("Bearer s3cret")
    );
    assert_eq!(log.requests[0].header("x-tenant"), Some("blue"));
}

#[actix_rt::test]
async fn a_secure_websocket_is_one_over_tls() {
    for goodbye in [Goodbye::Said, Goodbye::Missing] {
        for (name, end) in [("ws-clean", "clean"), ("ws-eof", "closed without a code")] {
            let server = TlsServer::start(name, Identity::Right, goodbye);
            let url = server.url().replace("https://", "wss://");
            let access = Access::new(&url).expect("a URL");
            let strict = WebSocketTransport::builder_with(access.clone());
            let trusting = WebSocketTransport::builder_with(access.ca_pem(server.authority_pem()));
            let reading = run(&strict.build().expect("a client"), "strict", patient()).await;
            assert!(
                matches!(reading.end, Err(TransportError::Tls { .. })),
                "{reading:?}"
            );
            let reading = run(&trusting.build().expect("a client"), "secure", patient()).await;
            assert_eq!(reading.end(), end, "{name}");
        }
    }
}

#[actix_rt::test]
async fn every_command_has_a_key_and_a_connection_of_its_own() {
    let server = fault("ws-clean").start().expect("the server starts");
    let transport = transport(&server);
    for _ in 0..2 {
        assert_eq!(run(&transport, "again", patient()).await.end(), "clean");
    }
    let log = server.log();
    assert_eq!(log.connections, 2);
    let key = |request: usize| log.requests[request].header("sec-websocket-key");
    assert_ne!(key(0), key(1));
    assert_eq!(key(0).map(str::len), Some(24));
}

#[actix_rt::test]
async fn an_answer_that_comes_late_is_no_stall() {
    let short = Some(Duration::from_millis(200));
    let deadlines = Deadlines {
        idle: IdleLimits {
            bytes: short,
            events: short,
            meaningful: short,
        },
        ..patient()
    };
    let server = fault("ws-slow-answer").start().expect("the server starts");
    let reading = run(&transport(&server), "slow", deadlines).await;
    assert_eq!(reading.end(), "clean");
    assert!(reading.stats.head > short, "{:?}", reading.stats.head);
}

#[actix_rt::test]
async fn keep_alive_is_answered_on_both_layers() {
    for (name, answers) in [("ws-ping", "there?"), ("ws-json-ping", "\"pong\"")] {
        let server = fault(name).start().expect("the server starts");
        assert_eq!(
            run(&transport(&server), "pong", patient()).await.end(),
            "clean"
        );
        assert_eq!(count(&server.log(), answers), 1, "{name}");
    }
}

#[actix_rt::test]
async fn a_command_that_is_cancelled_is_waited_for_and_the_connection_closed() {
    let canceled = ws::notification("process.canceled", r#"{"status":"canceled"}"#);
    let answer = printed().await_text("\"CANCEL\"");
    let answer = answer.send(ws::texts([
        r#"{"jsonrpc":"2.0","result":{"status":"canceled"},"id":2}"#,
        &canceled,
    ]));
    let answer = answer.await_message(MessageKind::Close, "");
    let server = start(answer.send(ws::close(1000, "")).fin());
    let took = cancelled(&server).await;
    assert!(took < CANCEL_LIMIT, "{took:?}");
    let log = server.log();
    assert_eq!((count(&log, "CANCEL"), closes(&log)), (1, vec![Some(1000)]));
}

#[actix_rt::test]
async fn a_cancellation_takes_no_longer_than_its_limit_whatever_the_server_does() {
    let flood = ws::text(ws::output("stdout", "\"more\"", "")).repeat(200);
    for answer in [
        printed().hold(),
        printed().fin(),
        printed().await_text("CANCEL").reset(),
        printed().repeat(flood),
        printed().repeat(ws::frame(0x89, "?").repeat(1000)),
    ] {
        let server = start(answer);
        let took = cancelled(&server).await;
        assert!(took < CANCEL_LIMIT + GRACE, "{took:?}");
        server.until(|log: &Log| log.connections == 1).await;
    }
}

#[actix_rt::test]
async fn a_command_that_has_ended_is_not_cancelled() {
    let answer = printed()
        .send(ws::text(COMPLETED))
        .await_message(MessageKind::Close, "");
    let server = start(answer.fin());
    let transport = transport(&server);
    let mut stream = transport
        .execute(command("ended"), patient())
        .await
        .expect("it starts");
    while !matches!(
        next_event(&mut *stream).await.expect("it goes on"),
        Some(StreamEvent::Complete { .. })
    ) {}
    stream.cancel().await;
    let log = server.log();
    assert_eq!((count(&log, "CANCEL"), closes(&log)), (0, vec![Some(1000)]));
}

#[actix_rt::test]
async fn a_stream_that_is_dropped_leaves_the_connection() {
    let server = start(printed().hold());
    let transport = transport(&server);
    let stream = transport.execute(command("dropped"), patient()).await;
    drop(stream.expect("it starts"));
    let left = server.until(|log: &Log| log.closed_by_client == 1);
    tokio::time::timeout(PROMPT, left).await.expect("it leaves");
}

#[actix_rt::test]
async fn health_is_asked_over_http_beside_the_websocket() {
    let health = Answer::new().send(wire::refusal("200 OK", &[], "fine"));
    let server = start(Script::answering(Answer::new()).health(health));
    let transport = transport(&server);
    assert_eq!(
        transport.check_health(LONG).await.expect("healthy").body,
        "fine"
    );
    let log = server.log();
    assert_eq!(
        (&*log.requests[0].method, &*log.requests[0].path),
        ("GET", "/health")
    );
    assert_eq!(log.requests[0].header("upgrade"), None);
}

#[actix_rt::test]
async fn times_and_amounts_are_measured_from_the_dial_to_the_end() {
    let server = fault("ws-clean").start().expect("the server starts");
    let stats = run(&transport(&server), "stats", patient()).await.stats;
    let times = [
        stats.connect,
        stats.head,
        stats.first_event,
        stats.first_output,
        stats.terminal,
    ];
    assert!(
        times.iter().all(Option::is_some) && times.is_sorted(),
        "{stats:?}"
    );
    assert_eq!((stats.events, stats.output_events), (4, 2));
    assert!(stats.bytes > 500, "{stats:?}");
}

#[test]
fn only_websocket_urls_are_taken() {
    for url in ["http://localhost/", "https://localhost/"] {
        let builder = WebSocketTransport::builder(url).expect("a URL");
        assert!(builder.build().is_err(), "{url}");
    }
    let transport = WebSocketTransport::builder("ws://me:s3cret@localhost:8003/ws/mcp/")
        .and_then(|builder| builder.health_path("/healthz").build())
        .expect("a client");
    assert_eq!(transport.endpoint(), "ws://localhost:8003/ws/mcp");
}
