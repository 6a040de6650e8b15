//! Running a command against an executor with one fault, and writing down what its client saw.

use std::time::{Duration, Instant};

use embedded_executor::ExecutorConfig;
use executor_protocol::{
    Deadlines, ExecuteRequest, ExitStatus, IdleLimits, StreamEvent, Transport, TransportError,
    next_event,
};
use transport_http::{Dialect as HttpDialect, HttpTransport, WebSocketTransport};

/// What the command prints before it ends with 0: three events in all.
const COMMAND: &str = "echo one; echo two";

/// How long the client waits where waiting is all that ends a fault.
const TOTAL: Duration = Duration::from_secs(2);

/// How long it waits for an answer: less, so that the two waits can be told apart.
const HEAD: Duration = Duration::from_secs(1);

/// How long each fault may take to be noticed on a machine that is busy.
const NOTICED_WITHIN: Duration = Duration::from_secs(8);

#[derive(Debug, Clone, Copy)]
pub(crate) enum Dialect {
    Ndjson,
    Sse,
    WebSocket,
}

/// Runs the command and says in one line what came of it.
pub(crate) async fn run(dialect: Dialect, fault: &str) -> String {
    let faults = vec![fault.parse().expect("a fault")];
    let config = ExecutorConfig {
        faults,
        ..ExecutorConfig::default()
    };
    let executor = embedded_executor::start(config).await.expect("it starts");
    let began = Instant::now();
    let seen = execute(&*transport(dialect, &executor.url())).await;
    let took = began.elapsed();
    executor.stop(Duration::ZERO).await;
    assert!(
        took < NOTICED_WITHIN,
        "{dialect:?} {fault}: noticed after {took:?}"
    );
    format!("{fault} | {seen}")
}

fn transport(dialect: Dialect, url: &str) -> Box<dyn Transport> {
    let http = |dialect| {
        let builder = HttpTransport::builder(url).expect("a URL");
        Box::new(builder.dialect(dialect).build().expect("a client")) as Box<dyn Transport>
    };
    match dialect {
        Dialect::Ndjson => http(HttpDialect::Ndjson),
        Dialect::Sse => http(HttpDialect::Sse),
        Dialect::WebSocket => {
            let url = format!("{}/ws/mcp", url.replace("http://", "ws://"));
            let builder = WebSocketTransport::builder(&url).expect("a URL");
            Box::new(builder.build().expect("a client"))
        }
    }
}

async fn execute(transport: &dyn Transport) -> String {
    let request = ExecuteRequest {
        command: COMMAND.into(),
        timeout: None,
        execution_id: "matrix".into(),
    };
    let deadlines = Deadlines {
        head: HEAD,
        total: TOTAL,
        end: TOTAL,
        idle: IdleLimits::default(),
        ..Deadlines::default()
    };
    let mut stream = match transport.execute(request, deadlines).await {
        Ok(stream) => stream,
        Err(error) => return format!("{} |", name(&error)).trim_end().to_owned() + " ",
    };
    let mut exit = None;
    let mut errors = 0;
    let end = loop {
        match next_event(&mut *stream).await {
            Ok(Some(StreamEvent::Complete { exit: status })) => exit = exit.or(Some(status)),
            Ok(Some(StreamEvent::Error { .. })) => errors += 1,
            Ok(Some(_)) => {}
            Ok(None) => {
                break match exit {
                    Some(ExitStatus::Code(code)) => format!("exit {code}"),
                    Some(_) => "no exit code".to_owned(),
                    None => "no end".to_owned(),
                };
            }
            Err(error) => break name(&error),
        }
    };
    let errors = if errors > 0 { ", error event" } else { "" };
    let mut codes: Vec<_> = stream
        .findings()
        .iter()
        .map(|it| it.code.as_str())
        .collect();
    codes.sort_unstable();
    format!("{end}{errors} | {}", codes.join(" "))
}

fn name(error: &TransportError) -> String {
    match error {
        TransportError::Status {
            status,
            retry_after,
            ..
        } => match retry_after {
            Some(after) => format!("status {status}, again after {after:?}"),
            None => format!("status {status}"),
        },
        TransportError::ContentType { .. } => "wrong content type".into(),
        TransportError::NoAnswer { .. } => "no answer".into(),
        TransportError::HeadTimeout { .. } => "head timeout".into(),
        TransportError::TotalTimeout { .. } => "total timeout".into(),
        TransportError::EndTimeout { .. } => "end timeout".into(),
        TransportError::Truncated { .. } => "truncated".into(),
        TransportError::Broken { .. } => "broken".into(),
        TransportError::Closed {
            code: Some(code), ..
        } => format!("closed {code}"),
        other => format!("{other:?}"),
    }
}
