//! One attempt at one case: from a request and a transport to a report.

mod capture;
mod expectations;
mod format;
mod judge;
mod search;
mod syntax;

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::{Duration, SystemTime},
};

use executor_protocol::{
    Deadlines, EventStream, ExecuteRequest, Findings, IdleLimits, OutputJoin, StreamStats,
    Transport, TransportError,
};
use suite::Case;
use tokio::time::Instant;

pub use expectations::{MAX_STRUCTURED_BYTES, code_in};
pub use format::AskAgain;
pub use judge::{Judge, Judgement, Prepared, StreamEnd, Strictness};
pub use search::LONGEST_MATCH;

use crate::{cleanup::CleanupMarker, outcome::Outcome, results::AttemptReport, tail::OutputTail};

/// What an attempt needs to know besides its transport.
#[derive(Debug, Clone)]
pub struct AttemptPlan {
    /// The case.
    pub case: Arc<Case>,
    /// The name under which the executor shall know the attempt.
    pub execution_id: String,
    /// How long after the start of the run the attempt begins.
    pub started_after: Duration,
    /// What the command carries so that it can be found again, if it is to carry anything.
    pub marker: Option<CleanupMarker>,
    /// Where the last line of the output is shown while the command runs, if anybody looks.
    pub tail: Option<OutputTail>,
    /// What is the same for all attempts of a run.
    pub settings: AttemptSettings,
}

/// What is the same for all attempts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptSettings {
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long the head of the answer may take.
    pub head_timeout: Duration,
    /// How many bytes of the output's beginning, and of its end, are kept.
    pub keep_output_bytes: usize,
    /// How long a stream may bring no byte at all; `None` leaves it to the case's timeouts.
    pub bytes_idle_timeout: Option<Duration>,
    /// How long a stream may bring no complete event.
    pub events_idle_timeout: Option<Duration>,
    /// Which breaches of the stream protocol fail a case.
    pub strictness: Strictness,
    /// Whether the syntax of code is checked where a case asks for it, by a second command to the executor.
    /// Otherwise it stays unchecked.
    pub check_syntax: bool,
}

impl Default for AttemptSettings {
    /// 5 s, 30 s, 64 KiB, no limits of idleness but the cases' own, lenient, and nothing but the command.
    fn default() -> Self {
        let Deadlines { connect, head, .. } = Deadlines::default();
        Self {
            connect_timeout: connect,
            head_timeout: head,
            keep_output_bytes: 64 * 1024,
            bytes_idle_timeout: None,
            events_idle_timeout: None,
            strictness: Strictness::default(),
            check_syntax: false,
        }
    }
}

/// An executor that enforces the timeout itself gets this much longer, so that it can say so.
const EXECUTOR_SAYS_SO: Duration = Duration::from_secs(1);

/// How long ending an execution early may take before it is left to itself.
const CANCEL_WAIT: Duration = Duration::from_secs(2);

/// How long an attempt can take at most, by its own deadlines.
pub(crate) fn longest(plan: &AttemptPlan) -> Duration {
    let once = |plan: &AttemptPlan| {
        let Deadlines { total, end, .. } = plan.deadlines();
        total + end + CANCEL_WAIT
    };
    once(plan) + syntax::longest_check(plan).map_or(Duration::ZERO, |check| once(&check))
}

/// Runs one attempt to its end, or until `cancel` resolves. It always comes to a report.
///
/// Where the plan says so, and all else held, it ends with a second command that checks the syntax of the code
/// that the first one printed. How long that takes is no part of the attempt's time. An attempt that is cancelled
/// meanwhile was not finished.
pub async fn run(
    plan: &AttemptPlan,
    transport: &dyn Transport,
    cancel: impl Future<Output = ()>,
) -> AttemptReport {
    let prepared = Prepared::of(&plan.case);
    run_prepared(plan, &prepared, transport, cancel).await
}

/// The same as [`run`], with what was `prepared` for the case: for who makes many attempts at it.
pub async fn run_prepared(
    plan: &AttemptPlan,
    prepared: &Prepared,
    transport: &dyn Transport,
    cancel: impl Future<Output = ()>,
) -> AttemptReport {
    let mut cancel = pin!(cancel);
    let (mut report, code) = run_command(plan, prepared, transport, &mut cancel).await;
    let code = code.filter(|_| report.outcome == Outcome::Passed && syntax::is_asked_for(plan));
    if let Some(code) = code {
        check_syntax(plan, transport, cancel, &code, &mut report).await;
    }
    report
}

/// Has the syntax of `code` checked, and enters what came of it.
async fn check_syntax(
    plan: &AttemptPlan,
    transport: &dyn Transport,
    cancel: impl Future<Output = ()> + Unpin,
    code: &str,
    report: &mut AttemptReport,
) {
    let syntax = match syntax::check(plan, code) {
        Err(decided) => decided,
        Ok(check) => {
            let prepared = Prepared::of(&check.plan.case);
            let (checked, _) = run_command(&check.plan, &prepared, transport, cancel).await;
            if checked.outcome == Outcome::Cancelled {
                report.outcome = Outcome::Cancelled;
                return;
            }
            check.verdict(&checked)
        }
    };
    syntax.enter(report);
}

/// Runs the command of a case to its end, or until `cancel` resolves. With the report comes the code that the
/// case expects, if it is there.
async fn run_command(
    plan: &AttemptPlan,
    prepared: &Prepared,
    transport: &dyn Transport,
    mut cancel: impl Future<Output = ()> + Unpin,
) -> (AttemptReport, Option<String>) {
    let started = Instant::now();
    let opening = transport.execute(plan.request(), plan.deadlines());
    let opened = tokio::select! {
        biased;
        () = &mut cancel => Err(StreamEnd::Cancelled),
        opened = opening => opened.map_err(|error| StreamEnd::Error(unanswered(error))),
    };
    let mut stream = match opened {
        Ok(stream) => stream,
        Err(end) => {
            let judge = Judge::prepared(&plan.case, prepared, OutputJoin::Concat, 0);
            return plan.report(
                judge,
                end,
                &Findings::default(),
                &StreamStats::default(),
                started,
            );
        }
    };
    let mut judge = Judge::prepared(
        &plan.case,
        prepared,
        stream.output_join(),
        plan.settings.keep_output_bytes,
    )
    .with_strictness(plan.settings.strictness);
    let following = follow(
        &mut *stream,
        &mut judge,
        plan.tail.as_ref(),
        started,
        cancel,
    );
    let end = following.await;
    let was_ended = matches!(end, StreamEnd::Cancelled | StreamEnd::Hopeless { .. });
    let report = plan.report(judge, end, stream.findings(), stream.stats(), started);
    if was_ended {
        // Whether the executor heard it in time does not change what happened in the attempt.
        let _ = tokio::time::timeout(CANCEL_WAIT, stream.cancel()).await;
    }
    report
}

/// What an error before the answer means: where nothing came at all until the last deadline, the executor
/// did not even begin, so that no command is to blame.
fn unanswered(error: TransportError) -> TransportError {
    match error {
        TransportError::TotalTimeout { limit, .. } => TransportError::HeadTimeout { limit },
        other => other,
    }
}

/// Hands the stream's events to the judge until the stream ends, `cancel` resolves, or the judge says that
/// the attempt may end.
async fn follow(
    stream: &mut dyn EventStream,
    judge: &mut Judge,
    tail: Option<&OutputTail>,
    started: Instant,
    mut cancel: impl Future<Output = ()> + Unpin,
) -> StreamEnd {
    poll_fn(|cx| {
        // Asked once per wake-up and not once per event: a chunk holds hundreds of events.
        if pin!(&mut cancel).poll(cx).is_ready() {
            return Poll::Ready(StreamEnd::Cancelled);
        }
        loop {
            let Poll::Ready(advanced) = stream.poll_advance(cx) else {
                // Whatever woke this up, time has passed, which may have decided the attempt.
                return match judge.is_hopeless(|| started.elapsed()) {
                    Some(at) => Poll::Ready(StreamEnd::Hopeless { at }),
                    None => Poll::Pending,
                };
            };
            match advanced {
                Ok(true) => {
                    if let Some(event) = stream.event() {
                        judge.on_event(event, &|| stream.stats().last_output);
                    }
                    if !stream.has_buffered() {
                        judge.on_pause();
                        if let Some(at) = judge.is_hopeless(|| started.elapsed()) {
                            return Poll::Ready(StreamEnd::Hopeless { at });
                        }
                        if let (Some(tail), Some(event)) = (tail, stream.event()) {
                            tail.note(event);
                        }
                    }
                }
                Ok(false) => return Poll::Ready(StreamEnd::Clean),
                Err(error) => return Poll::Ready(StreamEnd::Error(error)),
            }
        }
    })
    .await
}

impl AttemptPlan {
    fn request(&self) -> ExecuteRequest {
        let command = &self.case.command;
        ExecuteRequest {
            command: self
                .marker
                .as_ref()
                .map_or_else(|| command.clone(), |it| it.mark(command)),
            timeout: Some(self.case.timeout),
            execution_id: self.execution_id.clone(),
        }
    }

    fn deadlines(&self) -> Deadlines {
        Deadlines {
            connect: self.settings.connect_timeout,
            head: self.settings.head_timeout,
            total: self.case.timeout + EXECUTOR_SAYS_SO,
            idle: IdleLimits {
                bytes: self.settings.bytes_idle_timeout,
                events: self.settings.events_idle_timeout,
                meaningful: self.case.stall_timeout,
            },
            ..Deadlines::default()
        }
    }

    fn report(
        &self,
        judge: Judge,
        end: StreamEnd,
        findings: &Findings,
        stats: &StreamStats,
        started: Instant,
    ) -> (AttemptReport, Option<String>) {
        let told = match &end {
            StreamEnd::Error(TransportError::Status { retry_after, .. }) => *retry_after,
            _ => None,
        };
        let judgement = judge.finish(&self.case, end, findings, stats);
        // What came to something in the end need not be asked again.
        let ask_again = judgement
            .ask_again
            .filter(|_| judgement.outcome != Outcome::Passed);
        let retry_after = told.or_else(|| Some(ask_again?.from(SystemTime::now())));
        let report = AttemptReport {
            execution_id: self.execution_id.clone(),
            started_after: self.started_after,
            elapsed: started.elapsed(),
            outcome: judgement.outcome,
            exit_code: judgement.exit_code,
            expectations: judgement.expectations,
            findings: judgement.findings,
            notices: judgement.notices,
            retry_after,
            output: judgement.output,
            agent: judgement.agent,
            stats: stats.clone(),
        };
        (report, judgement.code)
    }
}

#[cfg(test)]
mod tests;
