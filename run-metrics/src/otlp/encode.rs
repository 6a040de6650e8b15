//! Metrics and attempts as messages of OTLP.

use std::time::{Duration, SystemTime};

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value::Value},
    metrics::v1::{
        AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, Sum,
        metric::Data, number_data_point,
    },
    resource::v1::Resource,
    trace::v1::{Span, Status, span::SpanKind, status::StatusCode},
};
use prometheus::proto::{self, MetricFamily, MetricType};
use runner_core::{
    results::{AttemptReport, Place, Verdict},
    text::Clipped,
};
use sha2::{Digest, Sha256};

/// Why an attempt did not pass is told up to this many characters.
const EXPLANATION_CHARS: usize = 300;

/// Whose telemetry it is.
pub(super) fn resource(run: &str, version: &str) -> Resource {
    Resource {
        attributes: vec![
            text("service.name", "gauntlet"),
            text("service.version", version),
            // Two runs at once are two services of one kind, whose sums must not be mixed up.
            text("service.instance.id", run),
        ],
        ..Resource::default()
    }
}

/// What measured it.
pub(super) fn scope(version: &str) -> InstrumentationScope {
    InstrumentationScope {
        name: "gauntlet".into(),
        version: version.into(),
        ..InstrumentationScope::default()
    }
}

/// Between when and when something was counted, in nanoseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    pub from: u64,
    pub until: u64,
}

/// `family`, counted from `period.from` to `period.until`.
pub(super) fn metric(family: &MetricFamily, period: Period) -> Metric {
    let cumulative = AggregationTemporality::Cumulative as i32;
    let points = family.get_metric().iter();
    let data = match family.get_field_type() {
        MetricType::COUNTER => Data::Sum(Sum {
            data_points: points
                .map(|it| number(it, it.get_counter().get_value(), period))
                .collect(),
            aggregation_temporality: cumulative,
            is_monotonic: true,
        }),
        MetricType::HISTOGRAM => Data::Histogram(Histogram {
            data_points: points.map(|it| histogram(it, period)).collect(),
            aggregation_temporality: cumulative,
        }),
        _ => Data::Gauge(Gauge {
            data_points: points
                .map(|it| number(it, it.get_gauge().get_value(), period))
                .collect(),
        }),
    };
    Metric {
        name: family.name().into(),
        description: family.help().into(),
        unit: unit(family.name()).into(),
        data: Some(data),
        ..Metric::default()
    }
}

/// The unit that the name of a metric says, as UCUM writes it.
fn unit(name: &str) -> &'static str {
    let name = name.strip_suffix("_total").unwrap_or(name);
    match name.rsplit('_').next() {
        Some("seconds") => "s",
        Some("bytes") => "By",
        _ => "",
    }
}

fn number(point: &proto::Metric, value: f64, period: Period) -> NumberDataPoint {
    NumberDataPoint {
        attributes: labels(point),
        start_time_unix_nano: period.from,
        time_unix_nano: period.until,
        value: Some(number_data_point::Value::AsDouble(value)),
        ..NumberDataPoint::default()
    }
}

fn histogram(point: &proto::Metric, period: Period) -> HistogramDataPoint {
    let histogram = point.get_histogram();
    let buckets = histogram.get_bucket();
    // Prometheus counts up to a bound, OTLP between two of them, and above the last.
    let mut below = 0;
    let counts = buckets.iter().map(|it| it.cumulative_count());
    let counts = counts.chain([histogram.get_sample_count()]);
    let bucket_counts = counts.map(|count| {
        let between = count.saturating_sub(below);
        below = count.max(below);
        between
    });
    let bucket_counts: Vec<_> = bucket_counts.collect();
    HistogramDataPoint {
        attributes: labels(point),
        start_time_unix_nano: period.from,
        time_unix_nano: period.until,
        // Taken while others count, the sum of the buckets is what there is.
        count: bucket_counts.iter().sum(),
        sum: Some(histogram.get_sample_sum()),
        bucket_counts,
        explicit_bounds: buckets.iter().map(|it| it.upper_bound()).collect(),
        ..HistogramDataPoint::default()
    }
}

fn labels(point: &proto::Metric) -> Vec<KeyValue> {
    let labels = point.get_label().iter();
    labels.map(|it| text(it.name(), it.value())).collect()
}

/// Makes spans of the attempts of one run.
pub(super) struct Spans {
    run: String,
    /// When the moment was from which attempts are counted.
    began: SystemTime,
    /// Tells apart runs that have the same name on different machines.
    seed: u64,
}

impl Spans {
    pub(super) fn new(run: &str, began: SystemTime, seed: u64) -> Self {
        Self {
            run: run.into(),
            began,
            seed,
        }
    }

    /// An attempt as a trace of its own: a trace of all attempts would have no end.
    pub(super) fn of(&self, place: Place, case: &str, report: &AttemptReport) -> Span {
        let start = self.began + report.started_after;
        let findings = report.findings.iter();
        let findings = findings.map(|it| string(it.code.as_str())).collect();
        let mut attributes = vec![
            text("gauntlet.run", &self.run),
            text("gauntlet.case", case),
            int("gauntlet.iteration", place.iteration),
            int("gauntlet.attempt", place.number),
            int("gauntlet.try", place.try_number),
            text("gauntlet.execution_id", &report.execution_id),
            text("gauntlet.outcome", report.outcome.class().as_str()),
            attribute(
                "gauntlet.findings",
                Value::ArrayValue(ArrayValue { values: findings }),
            ),
        ];
        if let Some(code) = report.exit_code {
            attributes.push(attribute(
                "gauntlet.exit_code",
                Value::IntValue(code.into()),
            ));
        }
        let (trace_id, span_id) = self.ids(place.number);
        Span {
            trace_id,
            span_id,
            name: case.into(),
            kind: SpanKind::Client as i32,
            start_time_unix_nano: unix_nanos(start),
            end_time_unix_nano: unix_nanos(start + report.elapsed),
            attributes,
            status: Some(status(report)),
            ..Span::default()
        }
    }

    fn ids(&self, number: u64) -> (Vec<u8>, Vec<u8>) {
        let mut hash = Sha256::new();
        hash.update(self.run.as_bytes());
        hash.update(self.seed.to_le_bytes());
        hash.update(number.to_le_bytes());
        let hash = hash.finalize();
        (hash[..16].to_vec(), hash[16..24].to_vec())
    }
}

/// A case that was skipped, or had no end because the run had one, is no error.
fn status(report: &AttemptReport) -> Status {
    let code = match report.verdict() {
        Verdict::Pass => StatusCode::Ok,
        Verdict::Fail => StatusCode::Error,
        _ => StatusCode::Unset,
    };
    let explanation = (code == StatusCode::Error).then(|| report.outcome.explanation());
    let message = explanation.flatten().unwrap_or_default();
    Status {
        message: Clipped(&message, EXPLANATION_CHARS).to_string(),
        code: code as i32,
    }
}

/// Nanoseconds since 1970; 0 for what was before.
pub(super) fn unix_nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let nanos = since.unwrap_or(Duration::ZERO).as_nanos();
    u64::try_from(nanos).unwrap_or(u64::MAX)
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.into()))
}

fn int(key: &str, value: u64) -> KeyValue {
    let value = i64::try_from(value).unwrap_or(i64::MAX);
    attribute(key, Value::IntValue(value))
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue {
        key: key.into(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

fn string(value: &str) -> AnyValue {
    AnyValue {
        value: Some(Value::StringValue(value.into())),
    }
}
