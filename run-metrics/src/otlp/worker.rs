//! The thread that pushes.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use opentelemetry_proto::tonic::{
    collector::{
        metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse},
        trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    },
    metrics::v1::{ResourceMetrics, ScopeMetrics},
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use runner_core::text::Grouped;

use super::{
    Pace, Telemetry,
    client::{Client, NO_ANSWER, Refusal},
    encode::{self, Period},
    queue::{Queue, Wake},
};

/// What a collector did not get.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    /// Spans that were lost.
    pub spans: u64,
    /// Whether the metrics as they were at the end were lost. What was lost before matters to nobody who
    /// got those.
    pub last_metrics: bool,
    /// Why, in words; the latest reason.
    pub reason: Option<String>,
}

impl Losses {
    /// Whether everything was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans == 0 && !self.last_metrics
    }

    /// What is lost where the thread did not come to its end in time.
    pub(super) fn of_no_end(unsent: u64) -> Self {
        Self {
            spans: unsent,
            last_metrics: true,
            reason: Some(NO_ANSWER.into()),
        }
    }
}

impl fmt::Display for Losses {
    /// What was lost, and why.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spans = match self.spans {
            1 => "1 span".to_owned(),
            spans => format!("{} spans", Grouped(spans)),
        };
        match (self.last_metrics, self.spans) {
            (false, 0) => return f.write_str("nothing"),
            (true, 0) => f.write_str("the latest metrics")?,
            (false, _) => f.write_str(&spans)?,
            (true, _) => write!(f, "the latest metrics and {spans}")?,
        }
        match &self.reason {
            Some(reason) => write!(f, " ({reason})"),
            None => Ok(()),
        }
    }
}

/// Pushes what there is, until it is stopped.
pub(super) struct Worker {
    client: Client,
    queue: Arc<Queue>,
    telemetry: Telemetry,
    pace: Pace,
    from: u64,
    losses: Losses,
}

impl Worker {
    pub(super) fn new(client: Client, queue: Arc<Queue>, telemetry: Telemetry, pace: Pace) -> Self {
        Self {
            client,
            queue,
            telemetry,
            pace,
            from: encode::unix_nanos(SystemTime::now()),
            losses: Losses::default(),
        }
    }

    /// Works until it is stopped, and says what was lost.
    pub(super) fn work(mut self) -> Losses {
        let mut next = Instant::now() + self.pace.interval;
        // After a failure nothing is tried before the next interval, however many spans there are.
        let mut may_be = true;
        loop {
            match self.queue.wait(next, may_be) {
                Wake::Batch => may_be = self.push_spans(None),
                Wake::Time => {
                    // A collector may be one for spans alone.
                    self.push_metrics(None);
                    may_be = self.push_spans(None);
                    next = Instant::now() + self.pace.interval;
                }
                Wake::Stop(deadline) => {
                    // The metrics are one request, and say most.
                    self.push_metrics(Some(deadline));
                    self.push_spans(Some(deadline));
                    self.losses.spans = self.queue.unsent();
                    return self.losses;
                }
            }
        }
    }

    /// How long a request may take of which the last is to end at `deadline`; `None` if it is over.
    fn allowed(&self, deadline: Option<Instant>) -> Option<Duration> {
        let Some(deadline) = deadline else {
            return Some(self.pace.request);
        };
        let left = deadline.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left.min(self.pace.request))
    }

    /// Pushes all spans that there are, and says whether they were taken.
    fn push_spans(&mut self, deadline: Option<Instant>) -> bool {
        loop {
            if self.queue.is_empty() {
                return true;
            }
            let Some(allowed) = self.allowed(deadline) else {
                // What took the time has said more.
                let reason = &mut self.losses.reason;
                reason.get_or_insert_with(|| NO_ANSWER.into());
                return false;
            };
            let spans = self.queue.take();
            let count = spans.len() as u64;
            let request = self.spans_request(spans);
            let answer = self.client.post("traces", &request, allowed);
            match answer {
                Ok(answer) => self.spans_taken(answer),
                Err(refusal) if refusal.is_temporary => {
                    self.note(refusal);
                    let resources = request.resource_spans.into_iter();
                    let scopes = resources.flat_map(|it| it.scope_spans);
                    self.queue
                        .put_back(scopes.flat_map(|it| it.spans).collect());
                    return false;
                }
                Err(refusal) => {
                    self.queue.settle(count);
                    self.note(refusal);
                }
            }
        }
    }

    /// A collector may take some spans and not others.
    fn spans_taken(&mut self, answer: ExportTraceServiceResponse) {
        let partial = answer.partial_success.unwrap_or_default();
        let rejected = u64::try_from(partial.rejected_spans).unwrap_or_default();
        self.queue.settle(rejected);
        if rejected > 0 {
            self.note(Refusal::new(false, &partial.error_message));
        }
    }

    /// Pushes the metrics as they are now.
    fn push_metrics(&mut self, deadline: Option<Instant>) {
        self.losses.last_metrics = true;
        let Some(allowed) = self.allowed(deadline) else {
            return;
        };
        let request = self.metrics_request();
        let answer: Result<ExportMetricsServiceResponse, _> =
            self.client.post("metrics", &request, allowed);
        match answer {
            Err(refusal) => self.note(refusal),
            Ok(answer) => match answer.partial_success {
                Some(partial) if partial.rejected_data_points > 0 => {
                    self.note(Refusal::new(false, &partial.error_message));
                }
                _ => self.losses.last_metrics = false,
            },
        }
    }

    fn note(&mut self, refusal: Refusal) {
        // Whoever looks why nothing comes finds it in the log, and nobody a line for every interval.
        if self.losses.reason.is_none() {
            tracing::warn!(reason = refusal.reason, "telemetry was not taken");
        } else {
            tracing::debug!(reason = refusal.reason, "telemetry was not taken");
        }
        self.losses.reason = Some(refusal.reason);
    }

    fn spans_request(&self, spans: Vec<Span>) -> ExportTraceServiceRequest {
        let Telemetry { run, version, .. } = &self.telemetry;
        let scope_spans = ScopeSpans {
            scope: Some(encode::scope(version)),
            spans,
            ..ScopeSpans::default()
        };
        ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                resource: Some(encode::resource(run, version)),
                scope_spans: vec![scope_spans],
                ..ResourceSpans::default()
            }],
        }
    }

    fn metrics_request(&self) -> ExportMetricsServiceRequest {
        let Telemetry {
            run,
            version,
            metrics,
            ..
        } = &self.telemetry;
        let families = metrics.families(tokio::time::Instant::now());
        let period = Period {
            from: self.from,
            until: encode::unix_nanos(SystemTime::now()),
        };
        let all = families.iter().map(|it| encode::metric(it, period));
        let scope_metrics = ScopeMetrics {
            scope: Some(encode::scope(version)),
            metrics: all.collect(),
            ..ScopeMetrics::default()
        };
        ExportMetricsServiceRequest {
            resource_metrics: vec![ResourceMetrics {
                resource: Some(encode::resource(run, version)),
                scope_metrics: vec![scope_metrics],
                ..ResourceMetrics::default()
            }],
        }
    }
}
