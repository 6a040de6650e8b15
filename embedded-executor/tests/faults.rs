//! What faults put on the wire, byte by byte.

mod common;

use std::io::ErrorKind;

use common::{Answer, Client, Fixture, PATIENCE, post, websocket::WebSocket};
use serde_json::json;
use tokio::io::AsyncReadExt as _;

async fn with(fault: &str) -> Fixture {
    Fixture::with(|config| config.faults = vec![fault.parse().expect("a fault")]).await
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// Everything that comes on a connection, and the error that ends it, if one does.
async fn raw(fixture: &Fixture, request: &str) -> (String, Option<ErrorKind>) {
    let mut client = Client::connect(fixture.address()).await;
    client.send(request).await;
    let mut bytes = vec![];
    let reading = client.stream.read_to_end(&mut bytes);
    let end = tokio::time::timeout(PATIENCE, reading)
        .await
        .expect("an end");
    (
        String::from_utf8_lossy(&bytes).into_owned(),
        end.err().map(|error| error.kind()),
    )
}

fn request() -> String {
    post(&json!({ "command": "echo one; echo two" }).to_string(), "")
}

const ONE: &str = "{\"type\":\"output\",\"data\":\"one\",\"stream\":\"stdout\"}\n";
const TWO: &str = "{\"type\":\"output\",\"data\":\"two\",\"stream\":\"stdout\"}\n";
const END: &str = "{\"type\":\"complete\",\"exit_code\":0}\n";

#[actix_web::test]
async fn streams_are_spoilt_where_the_fault_says() {
    let after = "{\"type\":\"output\",\"data\":\"said after the end\",\"stream\":\"stdout\"}\n";
    let error = "{\"type\":\"error\",\"error\":\"injected by a fault\"}\n";
    for (fault, expected) in [
        (
            "cut-line:after=1",
            format!("{ONE}{}", &TWO[..TWO.len() / 2]),
        ),
        ("error-event:after=1", format!("{ONE}{error}{TWO}{END}")),
        ("drop-terminal", format!("{ONE}{TWO}")),
        ("duplicate-terminal", format!("{ONE}{TWO}{END}{END}")),
        ("event-after-terminal", format!("{ONE}{TWO}{END}{after}")),
        (
            "exit-code-string",
            format!("{ONE}{TWO}{}", END.replace(":0", ":\"0\"")),
        ),
        (
            "exit-code-null",
            format!("{ONE}{TWO}{}", END.replace(":0", ":null")),
        ),
        (
            "exit-code-missing",
            format!("{ONE}{TWO}{}", END.replace(",\"exit_code\":0", "")),
        ),
        ("reset:match=nobody", format!("{ONE}{TWO}{END}")),
        ("reset:p=0", format!("{ONE}{TWO}{END}")),
    ] {
        let answer = with(fault).await.send(&request()).await;
        assert_eq!(text(&answer), expected, "{fault}");
        assert_eq!(answer.chunks.last(), Some(&0), "{fault}");
    }
}

#[actix_web::test]
async fn half_a_character_is_two_bytes_of_three() {
    let answer = with("cut-utf8:after=1").await.send(&request()).await;
    let torn = [
        b"\"data\":\"two".as_slice(),
        &[0xe2, 0x82],
        b"\",\"stream\"",
    ]
    .concat();
    assert!(
        answer.body.windows(torn.len()).any(|window| window == torn),
        "{}",
        text(&answer)
    );
}

#[actix_web::test]
async fn a_chunk_that_is_never_finished_claims_more_than_it_holds() {
    let fixture = with("fin-in-chunk:after=1").await;
    let (received, error) = raw(&fixture, &request()).await;
    assert_eq!(error, None);
    let half = &TWO[..TWO.len() / 2];
    let expected = format!(
        "\r\n\r\n{:x}\r\n{ONE}\r\n{:x}\r\n{half}",
        ONE.len(),
        2 * half.len()
    );
    assert!(received.ends_with(&expected), "{received:?}");
    assert!(
        received
            .to_lowercase()
            .contains("transfer-encoding: chunked\r\n"),
        "{received}"
    );
}

#[actix_web::test]
async fn a_reset_is_a_reset_and_what_came_before_it_was_sent() {
    let fixture = with("reset:after=1").await;
    let mut client = Client::connect(fixture.address()).await;
    client.send(&request()).await;
    client.read_until(ONE).await;
    let mut rest = vec![];
    let error = client.stream.read_to_end(&mut rest).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);

    let mut socket = WebSocket::open(&fixture).await;
    socket.execute("echo one; echo two", 1).await;
    socket.until("process.output").await;
    let error = socket.stream.read_to_end(&mut rest).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[actix_web::test]
async fn a_refusal_is_the_end_of_the_connection_and_nothing_else() {
    let (received, error) = raw(&with("refuse").await, &request()).await;
    assert_eq!((&*received, error), ("", None));
}

#[actix_web::test]
async fn a_fault_strikes_as_often_as_it_says() {
    let fixture = with("status=503:retry-after=7,count=2").await;
    for _ in 0..2 {
        let answer = fixture.send(&request()).await;
        assert_eq!(answer.status, 503);
        assert!(
            answer.head.to_lowercase().contains("retry-after: 7\r\n"),
            "{}",
            answer.head
        );
    }
    assert_eq!(fixture.send(&request()).await.exit_code(), 0);
}

#[actix_web::test]
async fn the_same_seed_spoils_the_same_executions() {
    let mut runs = vec![];
    for _ in 0..2 {
        let fixture = with("drop-terminal:p=0.5,seed=11").await;
        let mut struck = vec![];
        for _ in 0..16 {
            struck.push(!text(&fixture.send(&request()).await).ends_with(END));
        }
        runs.push(struck);
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].contains(&true) && runs[0].contains(&false));
}

#[actix_web::test]
async fn a_websocket_is_closed_with_the_code_that_was_asked_for() {
    let fixture = with("ws-close=1011:after=1").await;
    let mut socket = WebSocket::open(&fixture).await;
    socket.execute("echo one; echo two", 1).await;
    let (messages, code) = socket.rest().await;
    assert_eq!(code, Some(1011));
    let output = messages
        .iter()
        .filter(|message| message["method"] == "process.output");
    assert_eq!(output.count(), 1);
}

#[actix_web::test]
async fn a_masked_timeout_prints_on_both_channels_and_ends_with_0() {
    let fixture = with("timeout-masked").await;
    let mut socket = WebSocket::open(&fixture).await;
    socket.execute("exit 3", 1).await;
    let (output, end) = socket.run_to_end().await;
    assert_eq!(output, "\n[Stream timed out after 1s]\n".repeat(2));
    assert_eq!(end["params"]["exit_code"], 0);
}

#[actix_web::test]
async fn a_client_that_leaves_an_endless_stream_ends_the_command() {
    for fault in [
        "flood",
        "endless-line",
        "heartbeats-only",
        "hang:after=1",
        "drip",
    ] {
        let fixture = with(fault).await;
        let mut client = Client::connect(fixture.address()).await;
        client
            .send(&post(r#"{"command":"echo one; sleep 1000"}"#, ""))
            .await;
        client.read_until("\r\n\r\n").await;
        drop(client);
        fixture.idle().await;
    }
}
