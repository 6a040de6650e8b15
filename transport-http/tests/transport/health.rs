//! The question for health: only a server that is ready is healthy.

use std::time::{Duration, Instant};

use executor_protocol::{Transport as _, TransportError};
use misbehaving_executor::{Answer, Script, wire};

use crate::support::{GRACE, LONG, PROMPT, start, transport};

const SHORT: Duration = Duration::from_millis(300);

/// What is said of a server that answers the question for health like this.
async fn error_of(health: Answer, deadline: Duration) -> TransportError {
    let server = start(Script::answering(Answer::new()).health(health));
    let started = Instant::now();
    let error = transport(&server)
        .check_health(deadline)
        .await
        .expect_err("not healthy");
    let bound = if deadline == LONG {
        PROMPT
    } else {
        deadline + GRACE
    };
    assert!(started.elapsed() < bound, "{:?}", started.elapsed());
    assert_eq!(server.log().requests.len(), 1);
    error
}

#[actix_rt::test]
async fn a_ready_server_is_healthy_and_its_words_are_kept() {
    let server = start(Script::answering(Answer::new()));
    let health = transport(&server)
        .check_health(LONG)
        .await
        .expect("healthy");
    assert_eq!(
        health.body,
        r#"{"status":"healthy","service":"misbehaving-executor"}"#
    );
    assert!(health.latency < PROMPT);
    let log = server.log();
    assert_eq!(
        (&*log.requests[0].method, &*log.requests[0].path),
        ("GET", "/health")
    );
}

#[actix_rt::test]
async fn only_the_beginning_of_a_long_answer_is_kept() {
    let answer = Answer::new().send(wire::sized("h".repeat(1024 * 1024)));
    let server = start(Script::answering(Answer::new()).health(answer));
    let health = transport(&server)
        .check_health(LONG)
        .await
        .expect("healthy");
    assert_eq!(health.body, "h".repeat(2048));
}

#[actix_rt::test]
async fn a_server_that_is_not_ready_is_not_healthy() {
    let answer = wire::refusal("503 Service Unavailable", &["Retry-After: 3"], "starting");
    let error = error_of(Answer::new().send(answer), LONG).await;
    let TransportError::Status {
        status,
        body,
        retry_after,
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!(
        (status, &*body, retry_after),
        (503, "starting", Some(Duration::from_secs(3)))
    );
}

#[actix_rt::test]
async fn a_page_is_not_health() {
    let page = wire::refusal(
        "200 OK",
        &["Content-Type: Text/HTML"],
        "<title>Sign in</title>",
    );
    let error = error_of(Answer::new().send(page), LONG).await;
    let TransportError::ContentType { body, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(body, "<title>Sign in</title>");
}

#[actix_rt::test]
async fn a_redirect_is_not_followed() {
    let answer = wire::refusal("302 Found", &["Location: /healthz"], "");
    let error = error_of(Answer::new().send(answer), LONG).await;
    assert!(
        matches!(error, TransportError::Redirect { status: 302, .. }),
        "{error}"
    );
}

#[actix_rt::test]
async fn a_silent_server_is_not_healthy() {
    let error = error_of(Answer::new().hold(), SHORT).await;
    assert!(
        matches!(error, TransportError::HeadTimeout { limit: SHORT }),
        "{error}"
    );
}

#[actix_rt::test]
async fn a_head_alone_is_not_health() {
    let error = error_of(Answer::new().send(wire::sized_head(9)).hold(), SHORT).await;
    assert!(
        matches!(error, TransportError::TotalTimeout { limit: SHORT, .. }),
        "{error}"
    );
}

#[actix_rt::test]
async fn words_without_end_are_not_health() {
    let answer = Answer::new()
        .send(wire::chunked_head())
        .repeat(wire::chunk("healthy "));
    let error = error_of(answer, SHORT).await;
    assert!(
        matches!(error, TransportError::TotalTimeout { limit: SHORT, .. }),
        "{error}"
    );
}

#[actix_rt::test]
async fn a_truncated_answer_is_not_health() {
    let answer = Answer::new().send(wire::sized_head(9)).send("health").fin();
    let error = error_of(answer, LONG).await;
    assert!(matches!(error, TransportError::Truncated { .. }), "{error}");
}

#[actix_rt::test]
async fn an_absent_server_is_not_healthy_and_named() {
    let server = start(Script::refusing());
    let error = transport(&server)
        .check_health(LONG)
        .await
        .expect_err("absent");
    let TransportError::Connect { address, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(address, server.url());
}
