//! Running a command on a misbehaving server and writing down, briefly, what came of it.

use std::time::{Duration, Instant};

use executor_protocol::{
    Channel, Deadlines, ExecuteRequest, ExitStatus, IdleLimits, Severity, StreamEvent, StreamStats,
    Transport, TransportError, next_event,
};
use misbehaving_executor::{Fault, Script, Server, wire::Encoding};
use transport_http::{Dialect, HttpTransport};

/// How much later than its deadline a silence may be noticed on a machine that is busy.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

/// A deadline that does not pass in a test.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// How long something may take that has no deadline to wait for: plenty for a machine that is busy, and
/// clearly less than a wait that only a long deadline has ended.
pub(crate) const PROMPT: Duration = Duration::from_secs(10);

/// So many events are written down; a flood has millions.
const KEPT_EVENTS: usize = 8;

pub(crate) fn start(script: impl Into<Script>) -> Server {
    Server::start(script).expect("the server starts")
}

/// A server that has a fault and sends what events it sends in this encoding.
pub(crate) fn start_in(encoding: Encoding, fault: &Fault) -> Server {
    start(fault.script_in(encoding))
}

pub(crate) fn transport(server: &Server) -> HttpTransport {
    transport_in(Dialect::default(), server)
}

/// A client that asks for its events in this form.
pub(crate) fn transport_in(dialect: Dialect, server: &Server) -> HttpTransport {
    let builder = HttpTransport::builder(&server.url()).expect("a URL");
    builder.dialect(dialect).build().expect("a client")
}

/// The form to ask for so that the answer is in this encoding.
pub(crate) fn dialect_of(encoding: Encoding) -> Dialect {
    match encoding {
        Encoding::Ndjson => Dialect::Ndjson,
        Encoding::Sse => Dialect::Sse,
    }
}

pub(crate) fn command(execution_id: &str) -> ExecuteRequest {
    ExecuteRequest {
        command: "echo one".into(),
        timeout: None,
        execution_id: execution_id.into(),
    }
}

/// Deadlines that are all long, so that a test can shorten the one it is about.
pub(crate) fn patient() -> Deadlines {
    Deadlines {
        connect: LONG,
        head: LONG,
        total: LONG,
        end: LONG,
        idle: IdleLimits::default(),
    }
}

/// What came of one command.
#[derive(Debug)]
pub(crate) struct Reading {
    /// The first events in short words, joined with blanks. Heartbeats in a row count as one.
    pub(crate) events: String,
    pub(crate) end: Result<(), TransportError>,
    /// The codes of the findings, joined with blanks.
    pub(crate) findings: String,
    pub(crate) stats: StreamStats,
    pub(crate) took: Duration,
    /// Whether the result would be believed: a clean end, one terminal event with exit code 0, no
    /// error, no finding that speaks against it.
    pub(crate) looks_like_a_pass: bool,
}

impl Reading {
    /// How the stream ended, in short words.
    pub(crate) fn end(&self) -> String {
        let error = match &self.end {
            Ok(()) => return "clean".into(),
            Err(error) => error,
        };
        match error {
            TransportError::Connect { .. } => "connect".into(),
            TransportError::ConnectTimeout { .. } => "connect-timeout".into(),
            TransportError::HeadTimeout { .. } => "head-timeout".into(),
            TransportError::NoAnswer { reused: false } => "no-answer".into(),
            TransportError::NoAnswer { reused: true } => "no-answer on a reused connection".into(),
            TransportError::InvalidAnswer { .. } => "invalid-answer".into(),
            TransportError::Status {
                status,
                retry_after: None,
                ..
            } => format!("status {status}"),
            TransportError::Status {
                status,
                retry_after: Some(after),
                ..
            } => {
                format!("status {status}, retry after {after:?}")
            }
            TransportError::Redirect { status, location } => {
                format!(
                    "redirect {status} to {}",
                    location.as_deref().unwrap_or("nowhere")
                )
            }
            TransportError::ContentType { content_type, .. } => format!("type {content_type}"),
            TransportError::ContentEncoding { encoding } => format!("encoding {encoding}"),
            TransportError::Broken { .. } => "broken".into(),
            TransportError::Truncated { .. } => "truncated".into(),
            TransportError::TotalTimeout { .. } => "total-timeout".into(),
            TransportError::EndTimeout { .. } => "end-timeout".into(),
            TransportError::Stalled { clock, .. } => format!("stalled: {clock}"),
            TransportError::Rejected { kind, message, .. } => format!("{kind}: {message}"),
            TransportError::Closed { code: None, .. } => "closed without a code".into(),
            TransportError::Closed {
                code: Some(code),
                reason,
            } => format!("closed {code}: {reason}"),
            other => format!("{other:?}"),
        }
    }
}

/// Runs a command and reads its stream to the end.
pub(crate) async fn run(
    transport: &(impl Transport + ?Sized),
    execution_id: &str,
    deadlines: Deadlines,
) -> Reading {
    let started = Instant::now();
    let mut reading = Reading {
        events: String::new(),
        end: Ok(()),
        findings: String::new(),
        stats: StreamStats::default(),
        took: Duration::ZERO,
        looks_like_a_pass: false,
    };
    let mut stream = match transport.execute(command(execution_id), deadlines).await {
        Ok(stream) => stream,
        Err(error) => {
            reading.end = Err(error);
            reading.took = started.elapsed();
            return reading;
        }
    };
    let mut words = Vec::new();
    let mut exits = Vec::new();
    let mut errors = 0;
    reading.end = loop {
        match next_event(&mut *stream).await {
            Ok(Some(event)) => {
                match event {
                    StreamEvent::Complete { exit } => exits.push(exit),
                    StreamEvent::Error { .. } => errors += 1,
                    _ => {}
                }
                let is_repeated = event == StreamEvent::Heartbeat
                    && words.last().is_some_and(|last| last == "heartbeat");
                if words.len() < KEPT_EVENTS && !is_repeated {
                    words.push(word(event));
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    reading.took = started.elapsed();
    reading.events = words.join(" ");
    let codes = stream
        .findings()
        .iter()
        .map(|finding| finding.code.as_str());
    reading.findings = codes.collect::<Vec<_>>().join(" ");
    reading.stats = stream.stats().clone();
    reading.looks_like_a_pass = reading.end.is_ok()
        && exits == [ExitStatus::Code(0)]
        && errors == 0
        && stream.findings().worst() < Some(Severity::Error);
    reading
}

/// An event in a word or two.
fn word(event: StreamEvent<'_>) -> String {
    match event {
        StreamEvent::Output {
            data,
            channel: None,
        } => data.into(),
        StreamEvent::Output {
            data,
            channel: Some(Channel::Stdout),
        } => format!("out:{data}"),
        StreamEvent::Output {
            data,
            channel: Some(Channel::Stderr),
        } => format!("err:{data}"),
        StreamEvent::Error { message } => format!("error:{message}"),
        StreamEvent::Complete {
            exit: ExitStatus::Code(code),
        } => format!("exit:{code}"),
        StreamEvent::Complete {
            exit: ExitStatus::Unusable,
        } => "exit:unusable".into(),
        StreamEvent::Complete {
            exit: ExitStatus::NotReported,
        } => "exit:none".into(),
        StreamEvent::Notice { kind, message } => format!("{}:{message}", kind.as_str()),
        StreamEvent::Heartbeat => "heartbeat".into(),
        StreamEvent::Unknown { kind } => format!("unknown:{kind}"),
        other => format!("{other:?}"),
    }
}
