//! What tests rely on over WebSockets: the upgrade is a proper one, and the log tells what the client says.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use misbehaving_executor::{
    Answer, Server,
    websocket::{self as ws, MessageKind},
    websocket_faults,
};

const PATIENCE: Duration = Duration::from_secs(10);

/// The key of RFC 6455, section 1.3, whose answer is known.
const REQUEST: &[u8] = b"GET /ws/mcp HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A client that has asked for an upgrade.
fn ask(server: &Server) -> TcpStream {
    let mut client = TcpStream::connect(server.address()).expect("connects");
    client.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    client.write_all(REQUEST).expect("sends");
    client
}

#[test]
fn an_upgrade_is_answered_and_what_follows_is_taken_for_messages() {
    let answer = Answer::new()
        .upgrade()
        .await_text("GET")
        .send(ws::text("heard"));
    let answer = answer.await_message(MessageKind::Close, "").fin();
    let server = Server::start(answer).expect("the server starts");
    let mut client = ask(&server);
    // Behind an upgrade this is no request, whatever it looks like.
    client
        .write_all(&ws::text("GET / HTTP/1.1\r\n\r\n"))
        .expect("sends");
    client.write_all(&ws::close(1000, "bye")).expect("sends");
    let mut bytes = Vec::new();
    client.read_to_end(&mut bytes).expect("reads");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with("HTTP/1.1 101 "), "{text}");
    assert!(text.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    assert!(bytes.ends_with(&ws::text("heard")));
    let log = server.log();
    assert_eq!((log.requests.len(), log.messages.len()), (1, 2));
    assert_eq!(log.messages[1].close_code, Some(1000));
}

#[test]
fn no_thread_outlives_its_server_whatever_it_says_over_a_websocket() {
    for fault in websocket_faults() {
        let server = fault.start().expect("the server starts");
        let client = ask(&server);
        assert!(
            server.wait_until(PATIENCE, |log| log.executions() == 1),
            "{}",
            fault.name
        );
        // Dropping joins every thread, so it would never come back if one stayed.
        drop(server);
        drop(client);
    }
}
