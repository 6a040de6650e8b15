//! What tests rely on: the bytes come as scripted, the log tells what the client did, and nothing
//! outlives the server.

use std::{
    future::Future as _,
    io::{self, ErrorKind, Read as _, Write as _},
    net::TcpStream,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use misbehaving_executor::{Answer, Script, Server, fault, faults, wire};

const PATIENCE: Duration = Duration::from_secs(10);

const REQUEST: &[u8] = b"POST /execute HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";

fn start(script: impl Into<Script>) -> Server {
    Server::start(script).expect("the server starts")
}

/// A client that has sent a command.
fn ask(server: &Server) -> TcpStream {
    let mut client = TcpStream::connect(server.address()).expect("connects");
    client.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    client.write_all(REQUEST).expect("sends");
    client
}

fn read_to_end(client: &mut TcpStream) -> (Vec<u8>, io::Result<usize>) {
    let mut bytes = Vec::new();
    let end = client.read_to_end(&mut bytes);
    (bytes, end)
}

#[test]
fn an_answer_comes_as_it_was_written() {
    let answer = wire::chunked(wire::CLEAN_BODY);
    for piece in [1, 7, 4096] {
        let server = start(
            Answer::new()
                .send_in_pieces(answer.clone(), piece)
                .send("|")
                .pause(Duration::from_millis(1))
                .send("end")
                .fin(),
        );
        let (bytes, end) = read_to_end(&mut ask(&server));
        assert!(end.is_ok());
        assert_eq!(bytes, [&*answer, b"|end"].concat());
    }
}

#[test]
fn a_connection_serves_requests_in_turn() {
    let server = start(Script::answering_in_turn([
        Answer::new().send("first,"),
        Answer::new().send("second,"),
        Answer::new().send("later").fin(),
    ]));
    let mut client = ask(&server);
    client
        .write_all(b"GET /health HTTP/1.1\r\n\r\n")
        .expect("sends");
    client.write_all(&REQUEST.repeat(2)).expect("sends");
    let (bytes, end) = read_to_end(&mut client);
    assert!(end.is_ok());
    let expected = [b"first,", &*wire::healthy(), b"second,later"].concat();
    assert_eq!(bytes, expected);
    let log = server.log();
    assert_eq!(
        (log.connections, log.requests.len(), log.executions()),
        (1, 4, 3)
    );
    assert_eq!(log.requests[0].body, b"{}");
    assert!(log.requests[1].is_health());
}

#[test]
fn a_reset_aborts_the_connection() {
    let server = start(Answer::new().send("some bytes").reset());
    let (_, end) = read_to_end(&mut ask(&server));
    assert_eq!(end.expect_err("aborted").kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_refusing_server_refuses_and_an_ignoring_one_is_silent() {
    let connect = |server: &Server| {
        let short = Duration::from_millis(100);
        let error = TcpStream::connect_timeout(&server.address(), short).map(drop);
        error.expect_err("no connection").kind()
    };
    assert_eq!(
        connect(&start(Script::refusing())),
        ErrorKind::ConnectionRefused
    );
    assert_eq!(connect(&start(Script::ignoring())), ErrorKind::TimedOut);
}

#[test]
fn a_step_waits_until_the_test_releases_it() {
    let server = start(
        Answer::new()
            .send("a")
            .await_release()
            .send("b")
            .await_release()
            .fin(),
    );
    let mut client = ask(&server);
    let mut byte = [0];
    client.read_exact(&mut byte).expect("the first byte");
    client.set_nonblocking(true).expect("nonblocking");
    assert_eq!(
        client.read(&mut byte).expect_err("nothing yet").kind(),
        ErrorKind::WouldBlock
    );
    client.set_nonblocking(false).expect("blocking");
    server.release();
    client.read_exact(&mut byte).expect("the second byte");
    assert_eq!(&byte, b"b");
    assert_eq!(server.log().answered, 0);
    server.release();
    assert_eq!(client.read(&mut byte).expect("the end"), 0);
    assert!(server.wait_until(PATIENCE, |log| log.answered == 1));
}

#[test]
fn a_client_that_leaves_is_noticed_whatever_the_server_does() {
    for answer in [
        Answer::new().hold(),
        Answer::new().await_release(),
        Answer::new().pause(PATIENCE * 60),
        Answer::new().repeat("flood"),
        Answer::new().repeat_every(Duration::from_millis(1), "drip"),
        Answer::new().fin(),
        Answer::new(),
    ] {
        let server = start(answer);
        let client = ask(&server);
        assert!(server.wait_until(PATIENCE, |log| log.executions() == 1));
        assert_eq!(server.log().closed_by_client, 0);
        drop(client);
        assert!(server.wait_until(PATIENCE, |log| log.closed_by_client == 1));
    }
}

#[test]
fn async_code_is_woken_when_the_log_meets_its_condition() {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let server = start(Answer::new().hold());
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    let mut until = pin!(server.until(|log| log.executions() == 1));
    assert!(until.as_mut().poll(&mut cx).is_pending());
    let _client = ask(&server);
    let started = Instant::now();
    while until.as_mut().poll(&mut cx) == Poll::Pending {
        thread::park_timeout(PATIENCE);
        assert!(started.elapsed() < PATIENCE, "never woken");
    }
}

#[test]
fn no_thread_outlives_its_server_whatever_it_is_doing() {
    for fault in faults() {
        let server = fault.start().expect("the server starts");
        // Where nobody can connect there is no thread.
        let client = match fault.name {
            "refused" | "ignored" => None,
            _ => Some(ask(&server)),
        };
        if client.is_some() {
            assert!(
                server.wait_until(PATIENCE, |log| log.executions() == 1),
                "{}",
                fault.name
            );
        }
        // Dropping joins every thread, so it would never come back if one stayed.
        drop(server);
        drop(client);
    }
}

#[test]
#[should_panic(expected = "no fault is called \"typo\"")]
fn an_unknown_fault_is_a_mistake_in_the_test() {
    let _ = fault("typo");
}
