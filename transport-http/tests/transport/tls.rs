//! Secure connections: whom the transport trusts, what it says of the others, and that encryption hides
//! no early end.

use std::{fs, path::Path, time::Duration};

use executor_protocol::{Deadlines, Transport as _, TransportError, error_chain};
use misbehaving_executor::fault;
use tokio::{io::AsyncWriteExt as _, net::TcpListener};
use transport_http::{Access, EndpointError, HttpTransport};

use crate::{
    support::{LONG, patient, run},
    tls_server::{Goodbye, Identity, TlsServer},
};

const CLEAN: &str = "one err:two exit:0";

fn access(server: &TlsServer) -> Access {
    Access::new(&server.url()).expect("a URL")
}

fn client(access: Access) -> HttpTransport {
    HttpTransport::builder_with(access)
        .build()
        .expect("a client")
}

/// A client that trusts the authority of the test.
fn trusting(server: &TlsServer) -> HttpTransport {
    client(access(server).ca_pem(server.authority_pem()))
}

/// What is said of a connection that is not secure.
async fn refusal(transport: &HttpTransport) -> String {
    let reading = run(transport, "refused", patient()).await;
    let error = reading.end.expect_err("refused");
    assert!(matches!(error, TransportError::Tls { .. }), "{error:?}");
    error_chain(&error)
}

#[actix_rt::test]
async fn a_server_is_trusted_by_the_certificate_of_its_authority() {
    let server = TlsServer::start("clean", Identity::Right, Goodbye::Said);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("transport-http-test-ca.pem");
    fs::write(&file, server.authority_pem()).expect("a file");
    for transport in [trusting(&server), client(access(&server).ca_file(&file))] {
        transport.check_health(LONG).await.expect("healthy");
        let reading = run(&transport, "trusted", patient()).await;
        assert_eq!((&*reading.events, &*reading.end()), (CLEAN, "clean"));
        assert_eq!(transport.endpoint(), server.url());
    }
    let hosts = server.log().requests.into_iter();
    let hosts: Vec<_> = hosts
        .map(|it| it.header("host").map(str::to_owned))
        .collect();
    let authority = server.url().replace("https://", "");
    assert_eq!(hosts, vec![Some(authority); 4]);
}

#[actix_rt::test]
async fn a_server_that_is_not_trusted_gets_no_request_and_the_reason_is_told() {
    for (identity, trusts, reason) in [
        (
            Identity::Right,
            false,
            "no authority that is trusted has signed the certificate",
        ),
        (
            Identity::Elsewhere,
            true,
            "the certificate is for another host",
        ),
        (Identity::Expired, true, "the certificate has expired"),
        (
            Identity::NotYetValid,
            true,
            "the certificate is not valid yet",
        ),
    ] {
        let server = TlsServer::start("clean", identity, Goodbye::Said);
        let transport = match trusts {
            true => trusting(&server),
            false => client(access(&server)),
        };
        let said = refusal(&transport).await;
        let begin = format!("no secure connection to {}: {reason}: ", server.url());
        assert!(said.starts_with(&begin), "{said}");
        assert_eq!(server.log().requests.len(), 0, "{reason}");
    }
}

#[actix_rt::test]
async fn an_insecure_client_accepts_any_certificate() {
    for identity in [Identity::Right, Identity::Elsewhere, Identity::Expired] {
        let server = TlsServer::start("clean", identity, Goodbye::Said);
        let reading = run(&client(access(&server).insecure()), "any", patient()).await;
        assert_eq!((&*reading.events, &*reading.end()), (CLEAN, "clean"));
    }
}

#[actix_rt::test]
async fn commands_one_after_another_share_one_secure_connection() {
    let server = TlsServer::start("clean", Identity::Right, Goodbye::Said);
    let transport = trusting(&server);
    let first = run(&transport, "first", patient()).await;
    assert!(first.stats.connect.is_some());
    for _ in 0..3 {
        let next = run(&transport, "next", patient()).await;
        assert_eq!((&*next.end(), next.stats.connect), ("clean", None));
    }
    assert_eq!(server.log().connections, 1);
}

#[actix_rt::test]
async fn an_end_is_only_believed_where_framing_or_encryption_says_so() {
    use Goodbye::{Missing, Said};
    for (fault, goodbye, events, end) in [
        ("until-close", Said, CLEAN, "clean"),
        ("until-close", Missing, CLEAN, "truncated"),
        ("http-1-0", Missing, CLEAN, "truncated"),
        // Its framing says that it is whole, whatever comes after it.
        ("closes-silently", Missing, CLEAN, "clean"),
        ("http-1-0-chunks", Missing, CLEAN, "clean"),
        ("fin-before-length", Said, "one err:two", "truncated"),
        ("fin-before-length", Missing, "one err:two", "truncated"),
        (
            "fin-after-terminal-before-last-chunk",
            Missing,
            CLEAN,
            "truncated",
        ),
        ("fin-before-answer", Missing, "", "no-answer"),
    ] {
        let server = TlsServer::start(fault, Identity::Right, goodbye);
        let reading = run(&trusting(&server), "end", patient()).await;
        assert_eq!(
            (&*reading.events, &*reading.end()),
            (events, end),
            "{fault}"
        );
        let findings = if end == "truncated" {
            "truncated-body"
        } else {
            ""
        };
        assert_eq!(reading.findings, findings, "{fault}");
    }
}

#[actix_rt::test]
async fn shaking_hands_is_a_part_of_connecting_and_has_its_deadline() {
    let server = fault("no-answer").start().expect("the server starts");
    let url = server.url().replace("http:", "https:");
    let transport = client(Access::new(&url).expect("a URL").insecure());
    let connect = Duration::from_millis(200);
    let deadlines = Deadlines {
        connect,
        ..patient()
    };
    assert_eq!(
        run(&transport, "silent", deadlines).await.end(),
        "connect-timeout"
    );
}

#[actix_rt::test]
async fn a_server_without_tls_is_told_apart_from_a_bad_certificate() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("https://{}", listener.local_addr().expect("an address"));
    actix_rt::spawn(async move {
        let (mut plain, _) = listener.accept().await.expect("a client");
        let answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
        plain.write_all(answer).await.expect("it is there");
    });
    let said = refusal(&client(Access::new(&url).expect("a URL"))).await;
    assert!(
        said.contains("the answer is no TLS; is it an http URL?"),
        "{said}"
    );
}

#[actix_rt::test]
async fn a_server_that_speaks_only_http_2_or_wants_to_know_the_client_is_an_error_of_tls() {
    for (identity, reason) in [
        (Identity::OnlyHttp2, "the server does not speak HTTP/1.1"),
        (Identity::WantsClient, "the server refused"),
    ] {
        let server = TlsServer::start("clean", identity, Goodbye::Said);
        let said = refusal(&trusting(&server)).await;
        assert!(said.contains(reason), "{said}");
    }
}

#[test]
fn authorities_that_cannot_be_read_are_refused_by_name() {
    let access = || Access::new("https://localhost").expect("a URL");
    for (access, origin) in [
        (access().ca_file("/nowhere/ca.pem"), "/nowhere/ca.pem"),
        (access().ca_pem("no PEM"), "memory"),
        (
            access().ca_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            "memory",
        ),
    ] {
        let error = HttpTransport::builder_with(access)
            .build()
            .expect_err("refused");
        assert!(
            matches!(error, EndpointError::Authorities { .. }),
            "{error:?}"
        );
        assert!(error.to_string().ends_with(origin), "{error}");
    }
    // Nobody needs them without TLS.
    let plain = Access::new("http://localhost").expect("a URL");
    let plain = HttpTransport::builder_with(plain.ca_file("/nowhere/ca.pem")).build();
    assert!(plain.is_ok());
}
