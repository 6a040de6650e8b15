//! What goes over the wire to the server.

use std::{collections::BTreeMap, time::Duration};

use executor_protocol::{ExecuteRequest, Transport as _};
use misbehaving_executor::{Request, Server, fault};
use transport_http::{HttpTransport, HttpTransportBuilder};

use crate::support::{command, patient};

/// The request that a command becomes, with a client set up like this.
async fn sent(
    url: impl FnOnce(&Server) -> String,
    settings: impl FnOnce(HttpTransportBuilder) -> HttpTransportBuilder,
    command: ExecuteRequest,
) -> Request {
    let server = fault("clean").start().expect("the server starts");
    let builder = HttpTransport::builder(&url(&server)).expect("a URL");
    let transport = settings(builder).build().expect("a client");
    assert!(
        !transport.endpoint().contains("s3cret"),
        "{}",
        transport.endpoint()
    );
    let stream = transport
        .execute(command, patient())
        .await
        .expect("an answer");
    drop(stream);
    server.log().requests.remove(0)
}

/// The headers by their names, none of which may come twice.
fn headers(request: &Request) -> BTreeMap<String, &str> {
    let headers: BTreeMap<_, _> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()))
        .collect();
    assert_eq!(
        headers.len(),
        request.headers.len(),
        "{:?}",
        request.headers
    );
    headers
}

#[actix_rt::test]
async fn a_command_is_posted_as_json_with_exactly_the_headers_it_needs() {
    let command = ExecuteRequest {
        command: "printf 'a\\n\"b\" é'".into(),
        timeout: Some(Duration::from_secs(9)),
        execution_id: "SUITE_20260101_000000_case".into(),
    };
    let request = sent(Server::url, |builder| builder, command.clone()).await;
    assert_eq!((&*request.method, &*request.path), ("POST", "/execute"));
    assert_eq!(
        ExecuteRequest::from_json(&request.body).expect("JSON"),
        command
    );
    let length = request.body.len().to_string();
    let mut headers = headers(&request);
    let host = headers.remove("host").expect("a host");
    assert!(host.starts_with("127.0.0.1:"), "{host}");
    // The HTTP client adds it to whatever it sends.
    headers.remove("date");
    assert_eq!(
        headers.into_iter().collect::<Vec<_>>(),
        [
            (
                "accept".to_owned(),
                "application/x-ndjson, application/json;q=0.9"
            ),
            ("accept-encoding".to_owned(), "identity"),
            ("content-length".to_owned(), &*length),
            ("content-type".to_owned(), "application/json"),
            (
                "user-agent".to_owned(),
                concat!("transport-http/", env!("CARGO_PKG_VERSION"))
            ),
        ]
    );
}

#[actix_rt::test]
async fn credentials_in_the_url_are_sent_as_basic_authentication_and_nowhere_else() {
    let url = |server: &Server| format!("http://me:s3cret%40@{}/api/", server.address());
    let request = sent(url, |builder| builder, command("auth")).await;
    assert_eq!(request.path, "/api/execute");
    assert_eq!(
        request.header("authorization"),
        Some("Basic bWU6czNjcmV0QA==")
    );
    let elsewhere = request
        .headers
        .iter()
        .filter(|(name, _)| name != "authorization");
    let elsewhere: String = elsewhere.map(|(_, value)| value.as_str()).collect();
    assert!(!elsewhere.contains("s3cret"), "{elsewhere}");
}

#[actix_rt::test]
async fn a_bearer_token_takes_precedence_over_credentials() {
    let url = |server: &Server| format!("http://me:s3cret@{}", server.address());
    let settings = |builder: HttpTransportBuilder| builder.bearer_token("t0ken");
    let request = sent(url, settings, command("auth")).await;
    assert_eq!(request.header("authorization"), Some("Bearer t0ken"));
}

#[actix_rt::test]
async fn paths_are_settings() {
    let settings = |builder: HttpTransportBuilder| builder.execute_path("v2/run");
    let request = sent(Server::url, settings, command("path")).await;
    assert_eq!(request.path, "/v2/run");
}
