//! What collectors get, and what those that are none do to a run: nothing.

use std::{
    collections::BTreeSet,
    io::Write as _,
    net::TcpListener,
    thread,
    time::{Duration, SystemTime},
};

use misbehaving_executor::{Answer, Log, Script, Server};
use opentelemetry_proto::tonic::{
    collector::{
        metrics::v1::ExportMetricsServiceRequest,
        trace::v1::{
            ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
        },
    },
    common::v1::any_value::Value,
    metrics::v1::{Metric, metric::Data},
    trace::v1::{Span, status::StatusCode},
};
use prost::Message as _;
use run_metrics::{
    METRICS, RunMetrics,
    otlp::{Losses, OtlpPush, OtlpTarget, Pace, Telemetry},
};
use runner_core::{
    events::{RunEvent, RunObserver as _},
    outcome::{Outcome, SkipReason},
    results::Place,
};
use tokio::time::Instant;

use crate::support::{case, failed, feed_everything, report};

/// Nothing is pushed before the end, and the end may take long.
const AT_THE_END: Pace = Pace {
    interval: Duration::from_secs(3600),
    request: Duration::from_secs(30),
    flush: Duration::from_secs(30),
};

/// As before, but the end is short: for collectors that do not answer.
const SHORT: Pace = Pace {
    flush: Duration::from_millis(50),
    ..AT_THE_END
};

/// An answer over HTTP with this status and this body.
fn http(status: &str, body: &[u8]) -> Answer {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    Answer::new().send([head.as_bytes(), body].concat())
}

/// When the run of [`push`] began, in nanoseconds.
const BEGAN: u64 = 1_000_000_000_000;

/// Begins to push to `url`: everything that metrics can have, and attempts of these outcomes.
fn begin(url: &str, pace: Pace, outcomes: Vec<Outcome>) -> OtlpPush {
    let target = OtlpTarget::new(url, "api-key=s3cret").expect("a target");
    let metrics = RunMetrics::new();
    feed_everything(&metrics, "a", Instant::now());
    let telemetry = Telemetry {
        run: "RUN_1".into(),
        version: "1.2.3".into(),
        began: SystemTime::UNIX_EPOCH + Duration::from_nanos(BEGAN),
        metrics,
    };
    let push = OtlpPush::start(target, telemetry, pace).expect("a thread");
    let mut observer = push.observer();
    for (number, outcome) in (1..).zip(outcomes) {
        let place = Place {
            number,
            iteration: 7,
            index: 0,
            try_number: 1,
        };
        let mut report = report(outcome, 1500);
        report.started_after = Duration::from_secs(number);
        report.exit_code = Some(3);
        let finished = RunEvent::AttemptFinished {
            place,
            case: &case("a"),
            report: &report,
            end: None,
        };
        observer.on_event(&finished).expect("never fails");
    }
    push
}

/// The same from its beginning to its end, to a server that plays `script`; returns what was lost.
async fn push(script: Script, pace: Pace, outcomes: Vec<Outcome>) -> (Server, Losses) {
    let server = Server::start(script).expect("a server");
    let push = begin(&server.url(), pace, outcomes);
    (server, push.finish().await)
}

fn bodies(server: &Server, path: &str) -> Vec<Vec<u8>> {
    let requests = server.log().requests.into_iter();
    let bodies = requests.filter(|request| request.path == path);
    bodies.map(|request| request.body).collect()
}

fn spans(server: &Server) -> Vec<Span> {
    let bodies = bodies(server, "/v1/traces").into_iter();
    let requests = bodies.map(|body| ExportTraceServiceRequest::decode(&*body).expect("spans"));
    let resources = requests.flat_map(|it| it.resource_spans);
    let scopes = resources.flat_map(|it| it.scope_spans);
    scopes.flat_map(|it| it.spans).collect()
}

fn metrics(server: &Server) -> Vec<Metric> {
    let bodies = bodies(server, "/v1/metrics").into_iter();
    let requests = bodies.map(|body| ExportMetricsServiceRequest::decode(&*body).expect("metrics"));
    let resources = requests.flat_map(|it| it.resource_metrics);
    let scopes = resources.flat_map(|it| it.scope_metrics);
    scopes.flat_map(|it| it.metrics).collect()
}

fn attribute(span: &Span, key: &str) -> Option<Value> {
    let found = span.attributes.iter().find(|it| it.key == key)?;
    found.value.clone()?.value
}

fn text(value: &str) -> Option<Value> {
    Some(Value::StringValue(value.into()))
}

#[tokio::test]
async fn every_attempt_is_a_span_with_its_times_and_its_outcome() {
    let program = "x".to_owned();
    let reason = SkipReason::MissingRequirement { program };
    let outcomes = vec![Outcome::Passed, failed(), Outcome::Skipped { reason }];
    let ok = Script::answering(http("200 OK", b""));
    let (server, losses) = push(ok, AT_THE_END, outcomes).await;
    assert!(losses.is_empty(), "{losses}");
    let spans = spans(&server);
    let status = |span: &Span| span.status.clone().unwrap_or_default();
    let codes: Vec<_> = spans.iter().map(|it| status(it).code()).collect();
    assert_eq!(
        codes,
        [StatusCode::Ok, StatusCode::Error, StatusCode::Unset]
    );
    let failed = &spans[1];
    assert_eq!(status(failed).message, "exit code 1 instead of 0");
    assert_eq!(failed.name, "a");
    let second = 1_000_000_000;
    assert_eq!(failed.start_time_unix_nano, BEGAN + 2 * second);
    assert_eq!(
        failed.end_time_unix_nano,
        BEGAN + 2 * second + 3 * second / 2
    );
    for (key, value) in [
        ("gauntlet.run", text("RUN_1")),
        ("gauntlet.case", text("a")),
        ("gauntlet.iteration", Some(Value::IntValue(7))),
        ("gauntlet.attempt", Some(Value::IntValue(2))),
        ("gauntlet.outcome", text("failed")),
        ("gauntlet.exit_code", Some(Value::IntValue(3))),
    ] {
        assert_eq!(attribute(failed, key), value, "{key}");
    }
    let ids: BTreeSet<_> = spans.iter().map(|it| &it.trace_id).collect();
    assert_eq!(ids.len(), 3, "each is a trace of its own");
    assert_eq!((failed.trace_id.len(), failed.span_id.len()), (16, 8));
    let request = &server.log().requests[0];
    assert_eq!(request.header("api-key"), Some("s3cret"));
    assert_eq!(
        request.header("content-type"),
        Some("application/x-protobuf")
    );
}

#[tokio::test]
async fn the_metrics_are_those_that_prometheus_reads() {
    let ok = Script::answering(http("200 OK", b""));
    let (server, _) = push(ok, AT_THE_END, Vec::new()).await;
    let pushed = metrics(&server);
    let mut names: Vec<_> = pushed.iter().map(|it| &*it.name).collect();
    let mut expected: Vec<_> = METRICS.iter().map(|it| it.name).collect();
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected);
    let find = |name| pushed.iter().find(|it| it.name == name).expect(name);
    let duration = find("gauntlet_attempt_duration_seconds");
    assert_eq!(duration.unit, "s");
    let Some(Data::Histogram(histogram)) = &duration.data else {
        panic!("{duration:?}");
    };
    // One attempt of 1.5 seconds.
    let point = &histogram.data_points[0];
    assert_eq!(
        point.bucket_counts,
        [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    );
    assert_eq!(point.bucket_counts.len(), point.explicit_bounds.len() + 1);
    assert_eq!((point.count, point.sum), (1, Some(1.5)));
    let Some(Data::Sum(sum)) = &find("gauntlet_attempts_total").data else {
        panic!("no sum");
    };
    assert!(sum.is_monotonic);
    let up = find("gauntlet_executor_up");
    assert!(matches!(up.data, Some(Data::Gauge(_))), "{up:?}");
}

#[tokio::test]
async fn more_spans_than_go_out_together_are_several_requests() {
    let ok = Script::answering(http("200 OK", b""));
    let (server, losses) = push(ok, AT_THE_END, vec![Outcome::Passed; 1200]).await;
    assert!(losses.is_empty(), "{losses}");
    assert_eq!(bodies(&server, "/v1/traces").len(), 3);
    assert_eq!(spans(&server).len(), 1200);
}

#[tokio::test]
async fn what_a_collector_refuses_for_good_is_lost_and_counted() {
    for (answer, expected) in [
        (http("400 Bad Request", b""), "HTTP status 400"),
        (
            http("307 Temporary Redirect\r\nLocation: /elsewhere", b""),
            "HTTP status 307",
        ),
        (http("503 Service Unavailable", b""), "HTTP status 503"),
    ] {
        let (server, losses) = push(Script::answering(answer), AT_THE_END, vec![failed(); 3]).await;
        assert!(losses.last_metrics);
        assert_eq!(
            (losses.spans, losses.reason.as_deref()),
            (3, Some(expected))
        );
        assert_eq!(server.log().requests.len(), 2, "each once");
    }
}

#[tokio::test]
async fn a_collector_may_take_a_part() {
    let answer = ExportTraceServiceResponse {
        partial_success: Some(ExportTracePartialSuccess {
            rejected_spans: 2,
            error_message: "too\u{1b}[31m old".into(),
        }),
    };
    let answers = [http("200 OK", b""), http("200 OK", &answer.encode_to_vec())];
    let script = Script::answering_in_turn(answers);
    let (_, losses) = push(script, AT_THE_END, vec![failed(); 3]).await;
    assert_eq!(losses.to_string(), "2 spans (too␛[31m old)");
}

#[tokio::test]
async fn a_collector_that_is_not_there_or_hangs_costs_no_more_than_the_flush() {
    let endless = Answer::new()
        .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        .hold();
    for script in [
        Script::refusing(),
        Script::ignoring(),
        Script::answering(Answer::new()),
        Script::answering(Answer::new().fin()),
        Script::answering(endless),
    ] {
        let (_server, losses) = push(script.clone(), SHORT, vec![failed(); 3]).await;
        assert_eq!(losses.spans, 3, "{script:?}: {losses}");
        assert!(losses.reason.is_some(), "{script:?}");
    }
}

#[tokio::test]
async fn what_is_refused_for_now_is_sent_again() {
    let unavailable = || http("503 Service Unavailable", b"");
    let answers = [unavailable(), unavailable(), http("200 OK", b"")];
    let server = Server::start(Script::answering_in_turn(answers)).expect("a server");
    let often = Pace {
        interval: Duration::from_millis(1),
        ..AT_THE_END
    };
    let push = begin(&server.url(), often, vec![failed(); 3]);
    let again = |log: &Log| {
        let traces = log.requests.iter().filter(|it| it.path == "/v1/traces");
        traces.count() == 2
    };
    assert!(server.wait_until(AT_THE_END.flush, again));
    let losses = push.finish().await;
    assert!(losses.is_empty(), "{losses}");
    let spans = spans(&server);
    let ids: BTreeSet<_> = spans.iter().map(|it| &it.span_id).collect();
    assert_eq!((spans.len(), ids.len()), (6, 3), "the same ones");
}

#[tokio::test]
async fn a_collector_that_does_not_speak_tls_gets_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://{}", listener.local_addr().expect("an address"));
    // It ends with the process, because nobody calls any more.
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let _ = (&client).write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let losses = begin(&url, AT_THE_END, vec![failed()]).finish().await;
    assert!(losses.last_metrics && losses.spans == 1, "{losses}");
    assert!(losses.reason.is_some());
}
