//! `--otlp`: what a collector gets, and that a run is the same without one.

use std::{collections::BTreeSet, time::Duration};

use misbehaving_executor::{Answer, Script, Server, fault};
use opentelemetry_proto::tonic::{
    collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::any_value::Value,
    metrics::v1::{Metric, metric::Data, number_data_point},
    resource::v1::Resource,
    trace::v1::{Span, status::StatusCode},
};
use prost::Message;
use run_metrics::{METRICS, otlp::Pace};

use crate::support::{Scratch, case, serving};

/// A collector that takes everything.
fn collector() -> Server {
    let answer = Answer::new().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    serving(Script::answering(answer))
}

/// What `collector` got below `path`.
fn got<M: Message + Default>(collector: &Server, path: &str) -> Vec<M> {
    let requests = collector.log().requests.into_iter();
    let messages = requests.filter(|request| request.path == path);
    messages
        .map(|request| M::decode(&*request.body).expect("a message"))
        .collect()
}

fn spans(collector: &Server) -> Vec<Span> {
    let messages = got::<ExportTraceServiceRequest>(collector, "/v1/traces").into_iter();
    let scopes = messages
        .flat_map(|it| it.resource_spans)
        .flat_map(|it| it.scope_spans);
    scopes.flat_map(|it| it.spans).collect()
}

/// The metrics as they were pushed last, and whose they are.
fn metrics(collector: &Server) -> (Resource, Vec<Metric>) {
    let latest = got::<ExportMetricsServiceRequest>(collector, "/v1/metrics").pop();
    let mut of = latest.expect("metrics").resource_metrics;
    let of = of.pop().expect("a resource");
    let scopes = of.scope_metrics.into_iter();
    (
        of.resource.expect("a resource"),
        scopes.flat_map(|it| it.metrics).collect(),
    )
}

/// The sum of all values of the counter `name`.
fn sum(metrics: &[Metric], name: &str) -> f64 {
    let metric = metrics.iter().find(|it| it.name == name).expect(name);
    let Some(Data::Sum(sum)) = &metric.data else {
        panic!("{metric:?}");
    };
    let values = sum.data_points.iter().map(|it| match it.value {
        Some(number_data_point::Value::AsDouble(value)) => value,
        other => panic!("{other:?}"),
    });
    values.sum()
}

#[test]
fn every_attempt_of_a_run_arrives_as_a_span_and_its_metrics_by_their_names() {
    let collector = collector();
    let scratch = Scratch::with_cases([case("good", "echo fine"), case("bad", "exit 7")]);
    let base = format!("{}/tenant/", collector.url());
    let ended = scratch
        .run_suite(["-vv", "--json", "--otlp", &base])
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-key=s3cr3t%20key")
        .exits(100);
    ended.keeps_to_itself(["collector", "s3cr3t"]);
    let log = collector.log();
    let paths: BTreeSet<_> = log.requests.iter().map(|it| &*it.path).collect();
    assert_eq!(
        paths,
        BTreeSet::from(["/tenant/v1/metrics", "/tenant/v1/traces"])
    );
    for request in &log.requests {
        assert_eq!(request.header("x-key"), Some("s3cr3t key"));
    }
    let log = scratch.logs();
    assert!(!log.contains("s3cr3t"), "{log}");
}

#[test]
fn spans_say_what_came_of_attempts_and_metrics_sum_it_up() {
    let (collector, executor) = (collector(), serving(fault("clean").script()));
    let scratch = Scratch::with_cases([case("a", "x"), case("b", "x")]);
    let args = ["--json", "--iterations", "3", "--url", &executor.url()];
    let ended = scratch
        .soak(args)
        .env("GAUNTLET_OTLP", collector.url())
        .exits(0);
    let records = ended.records();
    let spans = spans(&collector);
    let names: Vec<_> = spans.iter().map(|it| &*it.name).collect();
    assert_eq!(names, ["a", "b", "a", "b", "a", "b"]);
    let run = &records.of("run_started").next().expect("one")["run"];
    for span in &spans {
        let values = span.attributes.iter();
        let value = values.filter(|it| it.key == "gauntlet.run");
        let value = value.filter_map(|it| it.value.clone()?.value).next();
        let Some(Value::StringValue(marker)) = value else {
            panic!("{span:?}");
        };
        assert_eq!(*run, marker);
        let status = span.status.clone().unwrap_or_default();
        assert_eq!(status.code(), StatusCode::Ok);
        assert!(span.start_time_unix_nano <= span.end_time_unix_nano);
    }
    let starts = spans.iter().map(|it| it.start_time_unix_nano);
    assert!(starts.is_sorted(), "one after the other");

    let (resource, metrics) = metrics(&collector);
    let keys: Vec<_> = resource.attributes.iter().map(|it| &*it.key).collect();
    assert_eq!(
        keys,
        ["service.name", "service.version", "service.instance.id"]
    );
    let known: BTreeSet<_> = METRICS.iter().map(|it| it.name).collect();
    assert!(metrics.iter().all(|it| known.contains(&*it.name)));
    assert_eq!(sum(&metrics, "gauntlet_attempts_total"), 6.0);
    assert_eq!(sum(&metrics, "gauntlet_iterations_total"), 3.0);
}

#[test]
fn a_collector_that_hangs_or_refuses_changes_nothing_but_a_warning() {
    // What a hanging one costs a run at most.
    assert!(Pace::default().flush <= Duration::from_secs(3));
    let unavailable = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
    for (script, reason) in [
        (Script::answering(Answer::new()), "no answer in time"),
        (Script::refusing(), "refused"),
        (
            Script::answering(Answer::new().send(unavailable)),
            "HTTP status 503",
        ),
    ] {
        let collector = serving(script);
        for (command, code) in [("true", 0), ("exit 7", 100)] {
            let scratch = Scratch::with_cases([case("a", command)]);
            let ended = scratch.run_suite(["--otlp", &collector.url()]).exits(code);
            let words = ["lost: the latest metrics and 1 span (", reason];
            ended.says(words);
            assert!(scratch.report().contains("### a"), "{}", scratch.report());
        }
    }
}

#[test]
fn a_url_that_is_no_base_is_a_usage_error_before_anything_runs() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    for url in [
        "collector",
        "grpc://h:4317",
        "http://user:s3cr3t@h",
        "http://h/?s3cr3t",
    ] {
        for command in ["run", "soak"] {
            scratch
                .gauntlet([command, "suite.json", "--otlp", url])
                .exits(2)
                .says(["--otlp"])
                .keeps_to_itself(["s3cr3t"]);
        }
    }
    scratch
        .run_suite(["--otlp", "http://localhost:1"])
        .env("OTEL_EXPORTER_OTLP_HEADERS", "s3cr3t")
        .exits(2)
        .says(["OTEL_EXPORTER_OTLP_HEADERS"])
        .keeps_to_itself(["s3cr3t"]);
    assert!(!scratch.exists("reports/ledger.db"));
}
