//! Whatever is formatted or logged, by this crate or by those beneath it, tells no secret.
//!
//! It listens to all logs of its process, so it has one to itself.

use std::{
    fmt::Write as _,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use executor_protocol::{Deadlines, ExecuteRequest, Transport as _, error_chain, next_event};
use misbehaving_executor::{Server, faults};
use transport_http::{Access, Dialect, EndpointError, HttpTransport};

/// What all secrets have in common.
const SECRET: &str = "s3cret";
/// The beginning of the credentials as they are sent.
const ENCODED: &str = "bWU6czNjcmV0";

/// Everything that was logged.
static LOG: Mutex<String> = Mutex::new(String::new());

fn logged() -> MutexGuard<'static, String> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes down what is logged by way of either library.
struct Listener;

impl log::Log for Listener {
    fn enabled(&self, _metadata: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let _ = writeln!(logged(), "{}: {}", record.target(), record.args());
    }

    fn flush(&self) {}
}

impl io::Write for Listener {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        logged().push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn listen() {
    log::set_logger(&Listener).expect("the only logger");
    log::set_max_level(log::LevelFilter::Trace);
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(|| Listener)
        .init();
}

fn assert_tells_no_secret(what: &str) {
    for secret in [SECRET, ENCODED] {
        let found = what.find(secret);
        assert_eq!(found, None, "{secret} is in {what}");
    }
}

/// Ways to be let in, each with secrets.
fn ways_in(scheme: &str, server: &Server) -> [Access; 3] {
    let address = server.address();
    let access = || Access::new(&format!("{scheme}://{address}")).expect("a URL");
    let url = format!("{scheme}://me:{SECRET}-in-url@{address}");
    [
        Access::new(&url).expect("a URL"),
        access().bearer_token(format!("{SECRET}-token")),
        access().header("X-Key", format!("{SECRET}-in-header")),
    ]
}

/// Runs a command and puts down everything that can be formatted on the way.
async fn everything_said(access: Access, dialect: Dialect) -> String {
    let mut said = format!("{access:?} {access:#?} ");
    let builder = HttpTransport::builder_with(access.insecure()).dialect(dialect);
    let _ = write!(said, "{builder:?} ");
    let transport = builder.build().expect("a client");
    let _ = write!(said, "{transport:?} {} ", transport.endpoint());
    let short = Duration::from_millis(200);
    match transport.check_health(short).await {
        Ok(health) => said.push_str(&health.body),
        Err(error) => said.push_str(&format!("{error:?} {}", error_chain(&error))),
    }
    let request = ExecuteRequest {
        command: "true".into(),
        timeout: None,
        execution_id: "secrets".into(),
    };
    let deadlines = Deadlines {
        connect: short,
        head: short,
        total: short,
        ..Deadlines::default()
    };
    let mut stream = match transport.execute(request, deadlines).await {
        Ok(stream) => stream,
        Err(error) => return format!("{said} {error:?} {}", error_chain(&error)),
    };
    let end = loop {
        match next_event(&mut *stream).await {
            Ok(Some(_)) => {}
            Ok(None) => break String::new(),
            Err(error) => break format!("{error:?} {}", error_chain(&error)),
        }
    };
    let (findings, stats) = (stream.findings(), stream.stats());
    format!("{said} {end} {findings:?} {stats:?}")
}

#[actix_rt::test]
async fn no_secret_is_told_whatever_happens_and_every_one_is_sent() {
    listen();
    let mut running = Vec::new();
    for fault in faults() {
        running.push(actix_rt::spawn(async move {
            let server = fault.start().expect("the server starts");
            for (way, access) in ways_in("http", &server).into_iter().enumerate() {
                let dialect = [Dialect::Ndjson, Dialect::Sse, Dialect::Auto][way];
                assert_tells_no_secret(&everything_said(access, dialect).await);
            }
            let sent = format!("{:?}", server.log().requests);
            let expected = [ENCODED, "s3cret-token", "s3cret-in-header"];
            if fault.name == "clean" {
                assert!(
                    expected.iter().all(|secret| sent.contains(secret)),
                    "{sent}"
                );
            }
        }));
    }
    for check in running {
        check.await.expect("no secret was told");
    }
    // Nobody there speaks TLS.
    let server = misbehaving_executor::fault("no-answer")
        .start()
        .expect("the server starts");
    for access in ways_in("https", &server) {
        assert_tells_no_secret(&everything_said(access, Dialect::Ndjson).await);
    }
    let log = std::mem::take(&mut *logged());
    assert!(
        log.contains("any certificate is accepted"),
        "nothing was heard: {log}"
    );
    assert_tells_no_secret(&log);
}

#[test]
fn a_url_that_is_refused_is_not_repeated() {
    for url in [
        "http://me:s3cret@host:port",
        "ftp://me:s3cret@host",
        "http://host?token=s3cret",
        "http://me:s3cret@",
        "s3cret",
    ] {
        let error: EndpointError = Access::new(url).expect_err("refused");
        assert_tells_no_secret(&format!("{error:?} {error}"));
    }
}
