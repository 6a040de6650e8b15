//! Who is let in, and what is turned down.

mod common;

use std::num::NonZeroUsize;

use common::{Client, Fixture, post, until};
use embedded_executor::{ExecutorConfig, ExposureError, StartError, Token, start};
use serde_json::json;

const TRUE: &str = r#"{"command":"true"}"#;

fn get(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n")
}

#[actix_web::test]
async fn health_says_how_many_commands_run() {
    let fixture = Fixture::start().await;
    let health = fixture.get("/health").await.json();
    assert_eq!(
        (&health["status"], &health["active_sessions"]),
        (&json!("healthy"), &json!(0))
    );
    assert_eq!(
        (&health["max_sessions"], health["uptime_seconds"].is_f64()),
        (&json!(16), true)
    );
    assert_eq!(
        fixture.get("/healthz").await.json(),
        json!({ "status": "ok" })
    );
    let mut client = Client::connect(fixture.address()).await;
    client
        .send(&post(r#"{"command":"echo begun; sleep 1000"}"#, ""))
        .await;
    client.read_until("begun").await;
    assert_eq!(fixture.get("/health").await.json()["active_sessions"], 1);
}

#[actix_web::test]
async fn a_command_too_many_is_429_and_a_place_is_free_once_the_end_was_heard() {
    let fixture = Fixture::with(|config| config.max_commands = NonZeroUsize::MIN).await;
    let mut client = Client::connect(fixture.address()).await;
    client
        .send(&post(
            r#"{"command":"echo begun; sleep 1000","timeout":0.5}"#,
            "",
        ))
        .await;
    client.read_until("begun").await;
    let refused = fixture.run("true").await;
    assert_eq!(
        (refused.status, &*refused.error()),
        (429, "1 commands run already")
    );
    assert!(
        refused.head.to_lowercase().contains("retry-after: 1\r\n"),
        "{}",
        refused.head
    );
    assert_eq!(client.answer().await.exit_code(), 124);
    for _ in 0..20 {
        assert_eq!(fixture.run("true").await.exit_code(), 0);
    }
}

#[actix_web::test]
async fn what_is_too_long_is_413() {
    let fixture = Fixture::with(|config| config.max_command_bytes = 100).await;
    assert_eq!(
        fixture
            .run(&format!("true {}", "x".repeat(95)))
            .await
            .exit_code(),
        0
    );
    let refused = fixture.run(&format!("true {}", "x".repeat(96))).await;
    assert_eq!(
        (refused.status, &*refused.error()),
        (413, "the command is longer than 100 bytes")
    );
    let refused = fixture.run(&"x".repeat(100_000)).await;
    assert_eq!(
        (refused.status, &*refused.error()),
        (413, "the request is longer than 8792 bytes")
    );
}

#[actix_web::test]
async fn what_is_no_request_is_400_with_the_reason() {
    let fixture = Fixture::start().await;
    for (body, reason) in [
        ("", "EOF"),
        ("[]", "expected"),
        (r#"{"command":1}"#, "string"),
        (r#"{"command":"true","tmeout":1}"#, "tmeout"),
        (r#"{"command":"true","timeout":-1}"#, "timeout"),
        (r#"{"command":"true","stream":false}"#, "stream"),
        (r#"{"command":" "}"#, "empty"),
        (r#"{"command":"a\u0000b"}"#, "NUL"),
    ] {
        let refused = fixture.send(&post(body, "")).await;
        assert_eq!(refused.status, 400, "{body}");
        assert!(
            refused.error().contains(reason),
            "{body}: {}",
            refused.error()
        );
    }
}

#[actix_web::test]
async fn routes_and_methods_that_are_not_there_are_json_errors_too() {
    let fixture = Fixture::start().await;
    let answer = fixture.get("/nothing").await;
    assert_eq!(
        (answer.status, &*answer.error()),
        (404, "there is no such route")
    );
    let answer = fixture.get("/execute").await;
    assert_eq!(
        (answer.status, &*answer.error()),
        (405, "this route does not take that method")
    );
}

#[actix_web::test]
async fn only_names_of_this_machine_are_answered() {
    let fixture = Fixture::start().await;
    let port = fixture.address().port();
    for host in [
        "localhost",
        "LOCALHOST:1",
        "127.0.0.1",
        "127.1.2.3",
        "[::1]",
        "[::1]:80",
    ] {
        let answer = fixture
            .send(&get("/healthz", &format!("Host: {host}\r\n")))
            .await;
        assert_eq!(answer.status, 200, "{host}");
    }
    for host in [
        "example.com",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "192.168.0.1",
        "0.0.0.0",
        "x@127.0.0.1.nip.io",
        "2130706433",
        "",
    ] {
        let answer = fixture
            .send(&get("/health", &format!("Host: {host}:{port}\r\n")))
            .await;
        // What is no host at all is turned down by the HTTP parser.
        assert!(
            [400, 403].contains(&answer.status),
            "{host}: {}",
            answer.status
        );
    }
    assert!([400, 403].contains(&fixture.send(&get("/health", "")).await.status));
    let two = get("/health", "Host: localhost\r\nHost: example.com\r\n");
    assert!([400, 403].contains(&fixture.send(&two).await.status));
    let absolute = get("http://example.com/health", "Host: localhost\r\n");
    assert_eq!(fixture.send(&absolute).await.status, 403);
}

#[actix_web::test]
async fn posts_of_web_pages_are_refused() {
    let fixture = Fixture::start().await;
    for origin in ["https://example.com", "null", "http://127.0.0.1"] {
        let refused = fixture
            .send(&post(TRUE, &format!("Origin: {origin}\r\n")))
            .await;
        assert_eq!(
            (refused.status, &*refused.error()),
            (403, "requests from web pages are refused")
        );
    }
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "",
    ] {
        let request = post(TRUE, "").replace("application/json", content_type);
        let refused = fixture.send(&request).await;
        assert_eq!(refused.status, 415, "{content_type}: {}", refused.error());
    }
    let with_charset =
        post(TRUE, "").replace("application/json", "Application/JSON; charset=utf-8");
    assert_eq!(fixture.send(&with_charset).await.exit_code(), 0);
}

#[actix_web::test]
async fn a_token_is_asked_for_on_every_route_but_healthz() {
    let fixture = Fixture::with(|config| config.token = Some(Token::new("s3cret").unwrap())).await;
    assert_eq!(fixture.get("/healthz").await.status, 200);
    for path in ["/health", "/execute", "/nothing", "/healthz/"] {
        let refused = fixture.get(path).await;
        assert_eq!(
            (refused.status, &*refused.error()),
            (401, "a bearer token is needed"),
            "{path}"
        );
        assert!(
            refused
                .head
                .to_lowercase()
                .contains("www-authenticate: bearer"),
            "{path}"
        );
    }
    for value in [
        "Bearer wrong!",
        "Bearer s3cre",
        "Bearer s3cret2",
        "Basic s3cret",
        "s3cret",
        "Bearer ",
    ] {
        let refused = fixture
            .send(&post(TRUE, &format!("Authorization: {value}\r\n")))
            .await;
        assert_eq!(refused.status, 401, "{value}");
    }
    for value in ["Bearer s3cret", "bearer s3cret"] {
        let answer = fixture
            .send(&post(TRUE, &format!("Authorization: {value}\r\n")))
            .await;
        assert_eq!(answer.exit_code(), 0, "{value}");
    }
}

#[actix_web::test]
async fn a_remote_address_needs_permission_and_a_token() {
    let token = || Some(Token::new("s3cret").unwrap());
    let config = |allow_remote, token| ExecutorConfig {
        listen: "0.0.0.0:0".parse().unwrap(),
        allow_remote,
        token,
        ..ExecutorConfig::default()
    };
    let refused = start(config(false, token())).await.unwrap_err();
    assert!(
        matches!(
            refused,
            StartError::Exposed(ExposureError::RemoteNotAllowed { .. })
        ),
        "{refused}"
    );
    let refused = start(config(true, None)).await.unwrap_err();
    assert!(
        matches!(
            refused,
            StartError::Exposed(ExposureError::RemoteWithoutToken { .. })
        ),
        "{refused}"
    );

    let executor = start(config(true, token())).await.unwrap();
    assert!(
        executor.url().starts_with("http://127.0.0.1:"),
        "{}",
        executor.url()
    );
    let address = executor
        .url()
        .trim_start_matches("http://")
        .parse()
        .unwrap();
    let mut client = Client::connect(address).await;
    client
        .send(&get(
            "/health",
            "Host: example.com\r\nAuthorization: Bearer s3cret\r\n",
        ))
        .await;
    assert_eq!(client.answer().await.status, 200);
    executor.stop(std::time::Duration::ZERO).await;
}

#[actix_web::test]
async fn an_address_that_is_taken_is_a_start_error() {
    let fixture = Fixture::start().await;
    let listen = fixture.address();
    let taken = start(ExecutorConfig {
        listen,
        ..ExecutorConfig::default()
    })
    .await
    .unwrap_err();
    assert!(matches!(taken, StartError::Bind { .. }), "{taken}");
}

#[actix_web::test]
async fn a_dropped_executor_closes_and_ends_its_commands() {
    let fixture = Fixture::start().await;
    let address = fixture.address();
    let mut client = Client::connect(address).await;
    client
        .send(&post(
            r#"{"command":"echo leader=$$; exec sleep 1000"}"#,
            "",
        ))
        .await;
    let leader = client.number_after("leader=").await;
    drop(fixture);
    until("the command is gone", async || !common::runs(leader)).await;
    until("the executor is closed", async || {
        tokio::net::TcpStream::connect(address).await.is_err()
    })
    .await;
}
