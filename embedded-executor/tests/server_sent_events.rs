//! Events as server-sent events, and who gets them.

mod common;

use std::time::Duration;

use common::{Client, Fixture, post};
use serde_json::json;

fn asking_for(accept: &str, command: &str) -> String {
    let body = json!({ "command": command }).to_string();
    post(&body, &format!("Accept: {accept}\r\n"))
}

#[actix_web::test]
async fn each_event_names_its_type_and_holds_the_object_of_ndjson() {
    let fixture = Fixture::start().await;
    let answer = fixture
        .send(&asking_for("text/event-stream", "echo out; exit 3"))
        .await;
    assert_eq!(answer.status, 200);
    let head = answer.head.to_lowercase();
    assert!(
        head.contains("content-type: text/event-stream\r\n"),
        "{head}"
    );
    assert!(head.contains("cache-control: no-store\r\n"), "{head}");
    assert_eq!(
        String::from_utf8(answer.body).unwrap(),
        "event: output\ndata: {\"type\":\"output\",\"data\":\"out\",\"stream\":\"stdout\"}\n\n\
         event: complete\ndata: {\"type\":\"complete\",\"exit_code\":3}\n\n"
    );
    assert_eq!(answer.chunks.last(), Some(&0), "the last chunk is missing");
}

#[actix_web::test]
async fn a_problem_is_an_event_of_its_own() {
    let fixture = Fixture::with(|config| config.default_timeout = Duration::from_millis(200)).await;
    let answer = fixture
        .send(&asking_for("text/event-stream", "sleep 1000"))
        .await;
    assert_eq!(
        String::from_utf8(answer.body).unwrap(),
        "event: error\ndata: {\"type\":\"error\",\"error\":\"timed out after 0.2 s\"}\n\n\
         event: complete\ndata: {\"type\":\"complete\",\"exit_code\":124}\n\n"
    );
}

#[actix_web::test]
async fn ndjson_is_the_answer_unless_events_are_preferred() {
    let fixture = Fixture::start().await;
    for (accept, content_type) in [
        ("*/*", "application/x-ndjson"),
        (
            "application/x-ndjson, text/event-stream",
            "application/x-ndjson",
        ),
        (
            "application/x-ndjson;q=0.5, text/event-stream;q=0.6",
            "text/event-stream",
        ),
        ("text/html", "application/x-ndjson"),
    ] {
        let answer = fixture.send(&asking_for(accept, "true")).await;
        let head = answer.head.to_lowercase();
        assert!(
            head.contains(&format!("content-type: {content_type}\r\n")),
            "{accept}: {head}"
        );
    }
}

#[actix_web::test]
async fn a_silent_command_shows_signs_of_life_where_they_are_configured() {
    let heartbeat = Some(Duration::from_millis(20));
    let fixture = Fixture::with(|config| {
        config.sse_heartbeat = heartbeat;
        config.ndjson_heartbeat = heartbeat;
    })
    .await;
    for (accept, sign) in [
        ("text/event-stream", ":\n\n"),
        ("application/x-ndjson", "{\"type\":\"heartbeat\"}\n"),
    ] {
        let mut client = Client::connect(fixture.address()).await;
        client.send(&asking_for(accept, "sleep 1000")).await;
        let chunk = format!("{:X}\r\n{sign}\r\n", sign.len());
        client.read_until(&chunk.repeat(3)).await;
    }
}

#[actix_web::test]
async fn ndjson_is_silent_by_default() {
    let fixture =
        Fixture::with(|config| config.sse_heartbeat = Some(Duration::from_millis(20))).await;
    let answer = fixture.run("sleep 0.3").await;
    assert_eq!(
        answer.events(),
        [json!({ "type": "complete", "exit_code": 0 })]
    );
}
