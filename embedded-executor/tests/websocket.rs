//! The WebSocket front, message by message.

mod common;

use std::{num::NonZeroUsize, time::Duration};

use actix_http::ws::{Frame, Item, Message};
use common::{
    Client, Fixture, bytes_written, has_zombie_child, runs, until,
    websocket::{WebSocket, upgrade},
};
use embedded_executor::Token;
use serde_json::json;

/// A shell and its child, neither of which minds SIGTERM.
const STUBBORN: &str = "trap '' TERM; sleep 1000 & echo child=$!; echo leader=$$; \
                        while :; do sleep 1000; done";

async fn assert_gone(pids: &[i32]) {
    until("all processes are gone", async || {
        !pids.iter().any(|&pid| runs(pid))
    })
    .await;
}

fn state(pid: i32) -> String {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    fields
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Whether a process has been stopped. A shell whose new child was stopped between vfork and exec waits for
/// it in the kernel, as "D", and is not shown as stopped until it comes out of there.
fn is_stopped(pid: i32) -> bool {
    matches!(state(pid).as_str(), "T" | "D")
}

#[actix_web::test]
async fn a_command_is_answered_announced_shown_and_completed() {
    let fixture = Fixture::start().await;
    let mut socket = WebSocket::open_over(Client::connect(fixture.address()).await).await;
    let connected = socket.next().await;
    assert_eq!(connected["method"], "connected");
    assert!(connected["params"]["session_id"].is_string());
    assert_eq!(
        connected["params"]["capabilities"],
        json!(["execute", "control", "stream"])
    );

    socket
        .execute("echo out; echo err >&2; printf last; exit 3", 1)
        .await;
    let answer = socket.next().await;
    let pid = answer["result"]["pid"].as_i64().unwrap();
    let expected = json!({
        "jsonrpc": "2.0", "result": { "status": "started", "pid": pid, "pgid": pid }, "id": 1,
    });
    assert_eq!(answer, expected);
    let expected = json!({
        "jsonrpc": "2.0", "method": "process.started",
        "params": { "status": "started", "pid": pid, "pgid": pid, "exit_code": null, "error": null },
    });
    assert_eq!(socket.next().await, expected);
    let mut output = vec![];
    let completed = loop {
        let message = socket.next().await;
        if message["method"] != "process.output" {
            break message;
        }
        let params = &message["params"];
        assert_eq!(params["truncated"], false);
        assert!(params["chunk_index"].is_null() && params["total_chunks"].is_null());
        output.push((params["type"].clone(), params["data"].clone()));
    };
    output.sort_by_key(|(channel, _)| channel == "stderr");
    let expected = [
        (json!("stdout"), json!("out\n")),
        (json!("stdout"), json!("last")),
        (json!("stderr"), json!("err\n")),
    ];
    assert_eq!(output, expected);
    assert_eq!(completed["method"], "process.completed");
    let params = &completed["params"];
    assert_eq!(
        (&params["status"], &params["exit_code"], &params["pid"]),
        (&json!("failed"), &json!(3), &json!(pid))
    );
    assert!(params["execution_time"].is_f64() && params["error"].is_null());
}

#[actix_web::test]
async fn one_connection_runs_one_command_after_the_other() {
    let fixture = Fixture::start().await;
    let mut socket = WebSocket::open(&fixture).await;
    for id in 0..20 {
        socket.execute(&format!("echo {id}"), id).await;
        let (output, end) = socket.run_to_end().await;
        assert_eq!(output, format!("{id}\n"));
        assert_eq!(end["params"]["status"], "completed");
    }
}

#[actix_web::test]
async fn a_second_command_at_a_time_is_refused_and_the_first_goes_on() {
    let fixture = Fixture::start().await;
    let mut socket = WebSocket::open(&fixture).await;
    socket.execute("sleep 1000", 1).await;
    socket.until("process.started").await;
    socket.execute("true", 2).await;
    let refusal = socket.until(2).await;
    let expected =
        json!({ "code": -32602, "message": "A process is already running", "data": null });
    assert_eq!(refusal["error"], expected);
    socket.control("CANCEL", 3).await;
    socket.until("process.canceled").await;
}

#[actix_web::test]
async fn what_cannot_be_done_is_an_error_with_the_code_for_it() {
    let fixture = Fixture::with(|config| config.max_command_bytes = 100).await;
    let mut socket = WebSocket::open(&fixture).await;
    let execute =
        |command: &str| json!({ "method": "execute", "params": { "command": command }, "id": 7 });
    for (message, code, has_id) in [
        (execute("  ").to_string(), -32001, true),
        (execute(&"x".repeat(101)).to_string(), -32001, true),
        (execute("a\0b").to_string(), -32001, true),
        (
            json!({ "method": "explode", "id": 7 }).to_string(),
            -32601,
            true,
        ),
        (
            json!({ "method": "execute", "params": {}, "id": 7 }).to_string(),
            -32603,
            false,
        ),
        (json!({ "id": 7 }).to_string(), -32603, false),
        ("{\"method\"".into(), -32603, false),
        (
            json!({ "method": "control", "params": { "type": "PAUSE" }, "id": 7 }).to_string(),
            -32602,
            true,
        ),
    ] {
        socket.send_text(&message).await;
        let answer = socket.next().await;
        assert_eq!(answer["error"]["code"], code, "{message}: {answer}");
        assert_eq!(answer.get("id").is_some(), has_id, "{message}: {answer}");
    }
    socket.execute(" ", 1).await;
    assert_eq!(
        socket.next().await["error"]["message"],
        "Command cannot be empty"
    );
    socket.execute("echo still there", 2).await;
    assert_eq!(socket.run_to_end().await.0, "still there\n");
}

#[actix_web::test]
async fn pause_stops_every_process_and_resume_lets_them_go_on() {
    let fixture = Fixture::start().await;
    let mut socket = WebSocket::open(&fixture).await;
    let command = "while :; do echo tick; sleep 0.01; done & echo child=$!; echo leader=$$; wait";
    socket.execute(command, 1).await;
    let (child, leader) = (
        socket.number_after("child=").await,
        socket.number_after("leader=").await,
    );
    socket.until("process.output").await;

    socket.control("PAUSE", 2).await;
    assert_eq!(socket.until(2).await["result"]["status"], "paused");
    assert_eq!(
        socket.until("process.paused").await["params"]["pid"],
        leader
    );
    until("the group is stopped", async || {
        is_stopped(child) && is_stopped(leader)
    })
    .await;
    // Whatever was printed before comes before the answer to a request made now that it is stopped
    // and its pipes are empty.
    for id in 3.. {
        socket.control("PAUSE", id).await;
        let mut printed = 0;
        loop {
            let message = socket.next().await;
            if message["id"] == id {
                break;
            }
            printed += usize::from(message["method"] == "process.output");
        }
        if printed == 0 && id > 8 {
            break;
        }
    }
    socket.control("RESUME", 1000).await;
    assert_eq!(socket.until(1000).await["result"]["status"], "resumed");
    socket.until("process.resumed").await;
    for _ in 0..3 {
        socket.until("process.output").await;
    }
    drop(socket);
    assert_gone(&[child, leader]).await;
}

#[actix_web::test]
async fn cancel_kills_the_group_and_nothing_is_left_when_it_is_told() {
    let fixture = Fixture::start().await;
    let mut socket = WebSocket::open(&fixture).await;
    socket.execute(STUBBORN, 1).await;
    let pids = [
        socket.number_after("child=").await,
        socket.number_after("leader=").await,
    ];
    socket.control("CANCEL", 2).await;
    let answer = socket.next().await;
    assert_eq!(
        answer,
        json!({ "jsonrpc": "2.0", "result": { "status": "canceled" }, "id": 2 })
    );
    let canceled = socket.next().await;
    assert_eq!(canceled["method"], "process.canceled");
    assert!(canceled["params"]["exit_code"].is_null());
    assert!(!pids.iter().any(|&pid| runs(pid)), "{pids:?}");
    until("all children are reaped", async || !has_zombie_child()).await;

    // No completion follows: the next thing said is about the next command.
    socket.execute("true", 3).await;
    assert_eq!(socket.next().await["id"], 3);
    assert_eq!(socket.run_to_end().await.1["params"]["exit_code"], 0);
}

#[actix_web::test]
async fn a_paused_command_dies_when_it_is_canceled_and_when_its_time_is_up() {
    let fixture = Fixture::with(|config| config.kill_grace = Duration::from_secs(20)).await;
    let mut socket = WebSocket::open(&fixture).await;
    // It ends by its own handler, long before the grace is over: it heard SIGTERM.
    let command = "trap 'exit 0' TERM; echo leader=$$; while :; do sleep 0.01; done";
    for (id, timeout) in [(1, 100.0), (2, 3.0)] {
        let params = json!({ "command": command, "timeout": timeout });
        socket.request("execute", params, id).await;
        let leader = socket.number_after("leader=").await;
        socket.control("PAUSE", 10).await;
        until("it is stopped", async || is_stopped(leader)).await;
        if timeout > 3.0 {
            socket.control("CANCEL", 11).await;
            socket.until("process.canceled").await;
        } else {
            let params = socket.until("process.completed").await["params"].clone();
            assert_eq!(params["exit_code"], 124);
            assert_eq!(params["error"], "timed out after 3 s");
            assert_eq!(params["status"], "failed");
        }
        assert!(!runs(leader));
    }
}

#[actix_web::test]
async fn a_session_too_many_is_told_so_and_closed_with_1008() {
    let fixture = Fixture::with(|config| config.max_sessions = NonZeroUsize::MIN).await;
    let first = WebSocket::open(&fixture).await;
    let mut second = WebSocket::open_over(Client::connect(fixture.address()).await).await;
    let (messages, code) = second.rest().await;
    assert_eq!((messages.len(), code), (1, Some(1008)));
    assert_eq!(messages[0]["error"]["code"], -32002);
    drop(first);
    until("the place is free again", async || {
        let mut next = WebSocket::open_over(Client::connect(fixture.address()).await).await;
        next.next().await["method"] == "connected"
    })
    .await;
}

#[actix_web::test]
async fn a_command_too_many_is_the_session_limit_too() {
    let fixture = Fixture::with(|config| config.max_commands = NonZeroUsize::MIN).await;
    let mut first = WebSocket::open(&fixture).await;
    first.execute("sleep 1000", 1).await;
    first.until("process.started").await;
    let mut second = WebSocket::open(&fixture).await;
    second.execute("true", 1).await;
    let (messages, code) = second.rest().await;
    assert_eq!(code, Some(1008));
    assert_eq!(
        (&messages[0]["error"]["code"], &messages[0]["id"]),
        (&json!(-32002), &json!(1))
    );
}

#[actix_web::test]
async fn the_guard_stands_before_this_route_too() {
    let token = || Token::new("correct-horse").unwrap();
    let fixture = Fixture::with(|config| config.token = Some(token())).await;
    let right = "Authorization: Bearer correct-horse\r\n";
    for (path, headers, status) in [
        ("/ws", "", 401),
        ("/ws/mcp", "Authorization: Bearer wrong\r\n", 401),
        ("/ws", &format!("{right}Origin: http://localhost\r\n"), 403),
        ("/ws", &format!("{right}Origin: null\r\n"), 403),
        ("/ws/other", right, 404),
    ] {
        let request = upgrade(path, headers);
        let mut client = Client::connect(fixture.address()).await;
        client.send(&request).await;
        let (head, _) = client.head().await;
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request}{head}"
        );
    }
    let foreign = upgrade("/ws", right).replace("127.0.0.1", "evil.example");
    let mut client = Client::connect(fixture.address()).await;
    client.send(&foreign).await;
    assert!(client.head().await.0.starts_with("HTTP/1.1 403 "));
    for path in ["/ws", "/ws/mcp"] {
        let mut client = Client::connect(fixture.address()).await;
        client.send(&upgrade(path, right)).await;
        assert!(client.head().await.0.starts_with("HTTP/1.1 101 "));
    }
}

#[actix_web::test]
async fn what_is_no_handshake_is_refused() {
    let fixture = Fixture::start().await;
    assert_eq!(fixture.get("/ws").await.status, 400);
    let old = upgrade("/ws", "").replace("Version: 13", "Version: 8");
    let mut client = Client::connect(fixture.address()).await;
    client.send(&old).await;
    let (head, _) = client.head().await;
    assert!(head.starts_with("HTTP/1.1 426 "), "{head}");
    assert!(
        head.to_lowercase().contains("sec-websocket-version: 13"),
        "{head}"
    );
    assert_eq!(
        fixture
            .send(&common::post("{}", "").replace("/execute", "/ws"))
            .await
            .status,
        405
    );
}

#[actix_web::test]
async fn a_client_that_goes_away_takes_its_command_with_it() {
    let fixture = Fixture::start().await;
    for command in [STUBBORN, "echo child=$$; echo leader=$$; exec yes"] {
        let mut socket = WebSocket::open(&fixture).await;
        socket.execute(command, 1).await;
        let pids = [
            socket.number_after("child=").await,
            socket.number_after("leader=").await,
        ];
        drop(socket);
        assert_gone(&pids).await;
        fixture.idle().await;
    }
    until("all children are reaped", async || !has_zombie_child()).await;
    fixture.cleaned_up(2).await;
}

#[actix_web::test]
async fn a_client_that_closes_is_answered_and_takes_its_command_with_it() {
    let fixture = Fixture::start().await;
    let mut socket = WebSocket::open(&fixture).await;
    socket.execute("echo leader=$$; sleep 1000", 1).await;
    let leader = socket.number_after("leader=").await;
    socket.send_message(Message::Close(None)).await;
    assert_eq!(socket.rest().await.1, Some(1000));
    assert_gone(&[leader]).await;
}

#[actix_web::test]
async fn a_client_that_does_not_read_holds_the_command_back_and_is_still_heard() {
    let fixture = Fixture::start().await;
    let narrow = Client::connect_narrow(fixture.address()).await;
    let mut socket = WebSocket::open_over(narrow).await;
    socket.execute("echo leader=$$; exec yes", 1).await;
    let leader = socket.number_after("leader=").await;
    let written = std::cell::Cell::new((0, 0));
    until("the command waits for its reader", async || {
        let (before, looks) = written.get();
        let now = bytes_written(leader);
        written.set((now, if now == before { looks + 1 } else { 0 }));
        looks > 40
    })
    .await;
    let halted_at = written.get().0;
    assert!(
        halted_at < 4_000_000,
        "{halted_at} bytes were written without a reader"
    );
    // It cannot be answered, but it is heard.
    socket.control("CANCEL", 2).await;
    assert_gone(&[leader]).await;
    socket.until(2).await;
    socket.until("process.canceled").await;
}

#[actix_web::test]
async fn a_client_without_a_pong_is_closed_and_one_with_it_is_kept() {
    let fixture = Fixture::with(|config| config.ping_interval = Duration::from_millis(100)).await;
    let mut silent = WebSocket::open(&fixture).await;
    silent.execute("echo leader=$$; sleep 1000", 1).await;
    let leader = silent.number_after("leader=").await;
    let (messages, code) = silent.rest().await;
    assert!(
        messages
            .iter()
            .any(|message| message["method"] == "ping" && message["params"]["timestamp"].is_f64())
    );
    assert_eq!(code, Some(1008));
    assert_gone(&[leader]).await;

    let mut lively = WebSocket::open(&fixture).await;
    for _ in 0..6 {
        lively.until("ping").await;
        lively
            .send(&json!({ "jsonrpc": "2.0", "method": "pong" }))
            .await;
    }
    lively.execute("true", 1).await;
    lively.until("process.completed").await;
}

#[actix_web::test]
async fn pings_of_websockets_are_answered_and_fragments_joined() {
    let fixture = Fixture::start().await;
    let mut socket = WebSocket::open(&fixture).await;
    socket
        .send_message(Message::Ping("are you there".into()))
        .await;
    assert_eq!(
        socket.next_frame().await,
        Some(Frame::Pong("are you there".into()))
    );
    let request = json!({ "method": "execute", "params": { "command": "echo joined" }, "id": 1 });
    let request = request.to_string();
    let (first, rest) = request.split_at(20);
    let (second, third) = rest.split_at(5);
    for item in [
        Item::FirstText(first.to_owned().into()),
        Item::Continue(second.to_owned().into()),
        Item::Last(third.to_owned().into()),
    ] {
        socket.send_message(Message::Continuation(item)).await;
    }
    assert_eq!(socket.run_to_end().await.0, "joined\n");
}

#[actix_web::test]
async fn what_is_too_long_or_not_text_closes_the_session() {
    let fixture = Fixture::with(|config| config.max_command_bytes = 100).await;
    let long = || "x".repeat(100 * 1024);
    for (message, code) in [
        (Message::Text(long().into()), 1009),
        (Message::Binary("{}".into()), 1003),
    ] {
        let mut socket = WebSocket::open(&fixture).await;
        socket.send_message(message).await;
        assert_eq!(socket.rest().await.1, Some(code));
    }
}

#[actix_web::test]
async fn a_line_over_64_kib_comes_in_pieces() {
    let fixture = Fixture::start().await;
    let mut socket = WebSocket::open(&fixture).await;
    socket
        .execute("head -c 200000 /dev/zero | tr '\\0' x; echo; echo short", 1)
        .await;
    let (mut indexes, mut joined) = (vec![], String::new());
    loop {
        let message = socket.until("process.output").await;
        let params = &message["params"];
        joined.push_str(params["data"].as_str().unwrap());
        match params["chunk_index"].as_u64() {
            Some(index) => indexes.push((index, params["total_chunks"].as_u64().unwrap())),
            None => break,
        }
    }
    assert_eq!(indexes, [(0, 4), (1, 4), (2, 4), (3, 4)]);
    assert_eq!(joined, "x".repeat(200_000) + "\nshort\n");
}

#[actix_web::test]
async fn much_output_arrives_whole() {
    let fixture = Fixture::start().await;
    let mut socket = WebSocket::open(&fixture).await;
    socket.execute("seq 300000", 1).await;
    let (output, end) = socket.run_to_end().await;
    assert_eq!(end["params"]["exit_code"], 0);
    assert!(
        output
            .lines()
            .zip(1..)
            .all(|(line, number)| line == number.to_string())
    );
    assert_eq!(output.lines().count(), 300_000);
}

#[actix_web::test]
async fn a_command_that_cannot_be_started_is_an_internal_error() {
    let fixture = Fixture::with(|config| config.shell = "/nonexistent/sh".into()).await;
    let mut socket = WebSocket::open(&fixture).await;
    socket.execute("true", 1).await;
    let answer = socket.next().await;
    assert_eq!(
        (&answer["error"]["code"], &answer["id"]),
        (&json!(-32603), &json!(1))
    );
}

#[actix_web::test]
async fn stopping_ends_the_command_tells_its_end_and_closes_with_1001() {
    let fixture = Fixture::start().await;
    let mut idle = WebSocket::open(&fixture).await;
    let mut busy = WebSocket::open(&fixture).await;
    busy.execute("echo leader=$$; sleep 1000", 1).await;
    let leader = busy.number_after("leader=").await;
    let stopping = actix_web::rt::spawn(fixture.executor.stop(Duration::from_millis(50)));
    assert_eq!(idle.rest().await, (vec![], Some(1001)));
    let (messages, code) = busy.rest().await;
    assert_eq!(code, Some(1001));
    let last = &messages.last().unwrap()["params"];
    assert_eq!(
        (&last["exit_code"], &last["error"]),
        (&json!(143), &json!("the executor is stopping"))
    );
    assert!(!runs(leader));
    drop((idle, busy));
    stopping.await.unwrap();
}
