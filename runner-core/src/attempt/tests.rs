//! Attempts through a transport that lives in the test, in time that passes when the test says so.

mod checks;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    pin::Pin,
    rc::Rc,
    task::Context,
};

use executor_protocol::{ExitStatus, Health, LocalBoxFuture, StreamEvent};
use suite::{CountOf, Expectations, Pattern, Within};
use tokio::time::Sleep;

use super::*;
use crate::{
    outcome::{Failure, Outcome},
    results::Standing,
    test_support::case,
};

const COMPLETE: StreamEvent<'_> = StreamEvent::Complete {
    exit: ExitStatus::Code(0),
};

const fn output(data: &str) -> StreamEvent<'_> {
    StreamEvent::Output {
        data,
        channel: None,
    }
}

/// What an executor says, each event so many seconds after the one before.
type Events = Vec<(u64, StreamEvent<'static>)>;

/// An executor that says what it is told to, in one execution after the other.
struct Script {
    executions: RefCell<VecDeque<Events>>,
    was_cancelled: Rc<Cell<bool>>,
}

struct ScriptStream {
    events: std::vec::IntoIter<(u64, StreamEvent<'static>)>,
    /// Until when the next event takes.
    pause: Option<Pin<Box<Sleep>>>,
    current: Option<StreamEvent<'static>>,
    started: Instant,
    findings: Findings,
    stats: StreamStats,
    was_cancelled: Rc<Cell<bool>>,
}

impl Transport for Script {
    fn endpoint(&self) -> &str {
        "script"
    }

    fn check_health(&self, _: Duration) -> LocalBoxFuture<'_, Result<Health, TransportError>> {
        Box::pin(std::future::pending())
    }

    fn execute(
        &self,
        _: ExecuteRequest,
        _: Deadlines,
    ) -> LocalBoxFuture<'_, Result<Box<dyn EventStream>, TransportError>> {
        let stream = ScriptStream {
            events: (self.executions.borrow_mut().pop_front())
                .unwrap_or_default()
                .into_iter(),
            pause: None,
            current: None,
            started: Instant::now(),
            findings: Findings::default(),
            stats: StreamStats::default(),
            was_cancelled: Rc::clone(&self.was_cancelled),
        };
        Box::pin(async { Ok(Box::new(stream) as _) })
    }
}

impl EventStream for ScriptStream {
    fn poll_advance(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, TransportError>> {
        let Some(&(seconds, event)) = self.events.as_slice().first() else {
            self.current = None;
            return Poll::Ready(Ok(false));
        };
        let pause = self
            .pause
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(Duration::from_secs(seconds))));
        std::task::ready!(pause.as_mut().poll(cx));
        self.pause = None;
        self.events.next();
        self.current = Some(event);
        let now = self.started.elapsed();
        match event {
            StreamEvent::Output { .. } => self.stats.last_output = Some(now),
            StreamEvent::Complete { .. } => self.stats.terminal = Some(now),
            _ => {}
        }
        Poll::Ready(Ok(true))
    }

    fn event(&self) -> Option<StreamEvent<'_>> {
        self.current
    }

    fn has_buffered(&self) -> bool {
        false
    }

    fn output_join(&self) -> OutputJoin {
        OutputJoin::Concat
    }

    fn findings(&self) -> &Findings {
        &self.findings
    }

    fn stats(&self) -> &StreamStats {
        &self.stats
    }

    fn cancel(self: Box<Self>) -> LocalBoxFuture<'static, ()> {
        self.was_cancelled.set(true);
        Box::pin(std::future::ready(()))
    }
}

/// What comes of an attempt in which the executor says this, and whether it was told to end it.
async fn attempt(
    expectations: Expectations,
    events: &[(u64, StreamEvent<'static>)],
) -> (AttemptReport, bool) {
    let was_cancelled = Rc::new(Cell::new(false));
    let script = Script {
        executions: RefCell::new([events.to_vec()].into()),
        was_cancelled: Rc::clone(&was_cancelled),
    };
    let plan = AttemptPlan {
        case: Arc::new(Case {
            expectations,
            ..case("a")
        }),
        execution_id: "TEST_1".into(),
        started_after: Duration::ZERO,
        marker: None,
        tail: None,
        settings: AttemptSettings::default(),
    };
    let report = run(&plan, &script, std::future::pending()).await;
    (report, was_cancelled.get())
}

fn within(text: &str, seconds: u64) -> Vec<Within> {
    vec![Within {
        pattern: Pattern::literal(text),
        after: None,
        limit: Duration::from_secs(seconds),
    }]
}

fn forbidding(text: &str) -> Expectations {
    Expectations {
        expected: vec![Pattern::literal("done")],
        forbidden: vec![Pattern::literal(text)],
        stop_on_failure: true,
        ..Expectations::default()
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_cannot_pass_any_more_is_ended_and_has_failed() {
    let events = [
        (1, output("pan")),
        (1, output("ic")),
        (20, output("done")),
        (1, COMPLETE),
    ];
    let (report, was_cancelled) = attempt(forbidding("panic"), &events).await;
    let Outcome::Failed(failures) = &report.outcome else {
        panic!("{:?}", report.outcome);
    };
    assert!(
        matches!(&failures[..], [Failure::Expectation { .. }]),
        "{failures:?}"
    );
    assert_eq!(report.elapsed, Duration::from_secs(2));
    assert_eq!(report.exit_code, None);
    assert!(was_cancelled);
    let standings: Vec<_> = report.expectations.iter().map(|it| it.standing).collect();
    assert_eq!(standings, [Standing::NotChecked, Standing::Missed]);
    assert_eq!(report.output.head, "panic");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_goes_on_to_its_end_where_nothing_else_is_said() {
    let expectations = Expectations {
        stop_on_failure: false,
        ..forbidding("panic")
    };
    let events = [(1, output("panic ")), (20, output("done")), (1, COMPLETE)];
    let (report, was_cancelled) = attempt(expectations, &events).await;
    assert!(matches!(&report.outcome, Outcome::Failed(failures) if failures.len() == 1));
    assert_eq!((report.exit_code, was_cancelled), (Some(0), false));
    assert_eq!(report.elapsed, Duration::from_secs(22));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_may_end_early_passes_if_nothing_goes_wrong() {
    let events = [(1, output("all is do")), (1, output("ne")), (1, COMPLETE)];
    let (report, was_cancelled) = attempt(forbidding("panic"), &events).await;
    assert_eq!((report.outcome, was_cancelled), (Outcome::Passed, false));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_is_noticed_by_whatever_comes_next() {
    let expectations = Expectations {
        within: within("ready", 5),
        stop_on_failure: true,
        ..Expectations::default()
    };
    let beat = StreamEvent::Heartbeat;
    let events = [(4, beat), (4, beat), (4, output("ready")), (1, COMPLETE)];
    let (report, was_cancelled) = attempt(expectations, &events).await;
    assert!(
        was_cancelled && report.elapsed == Duration::from_secs(8),
        "{report:?}"
    );
    let reason = report.outcome.explanation().expect("a failure");
    assert!(
        reason.contains("not found when 8.00s had passed"),
        "{reason}"
    );
}

#[tokio::test(start_paused = true)]
async fn one_too_many_ends_an_attempt_and_so_does_too_much() {
    let once = Expectations {
        counts: vec![CountOf {
            pattern: Pattern::literal("warning"),
            at_least: None,
            at_most: Some(1),
        }],
        stop_on_failure: true,
        ..Expectations::default()
    };
    let short = Expectations {
        max_length: Some(10),
        stop_on_failure: true,
        ..Expectations::default()
    };
    let events = [
        (1, output("warning ")),
        (1, output("warning")),
        (9, COMPLETE),
    ];
    for expectations in [once, short] {
        let (report, was_cancelled) = attempt(expectations, &events).await;
        assert!(matches!(report.outcome, Outcome::Failed(_)), "{report:?}");
        assert!(was_cancelled && report.elapsed == Duration::from_secs(2));
    }
}

#[tokio::test(start_paused = true)]
async fn what_has_ended_by_itself_is_judged_as_a_whole() {
    let events = [(1, output("panic")), (0, COMPLETE)];
    let expectations = Expectations {
        stop_on_failure: true,
        max_gap: Some(Duration::from_millis(500)),
        ..forbidding("panic")
    };
    let (report, _) = attempt(expectations, &events).await;
    assert!(matches!(report.outcome, Outcome::Failed(_)), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn what_an_agent_tells_of_its_service_says_how_long_to_wait_unless_it_passed_all_the_same() {
    const LIMITED: &str = concat!(
        r#"{"type":"system","subtype":"api_retry","retry_delay_ms":2500,"error_status":429}"#,
        "\n"
    );
    const ANSWER: &str = concat!(
        r#"{"type":"result","subtype":"success","is_error":false,"result":"4"}"#,
        "\n"
    );
    for (answer, told) in [("", Some(Duration::from_millis(2_500))), (ANSWER, None)] {
        let events = vec![(1, output(LIMITED)), (0, output(answer)), (0, COMPLETE)];
        let script = Script {
            executions: RefCell::new([events].into()),
            was_cancelled: Rc::default(),
        };
        let plan = AttemptPlan {
            case: Arc::new(Case {
                output_format: suite::OutputFormat::ClaudeStreamJson,
                ..case("a")
            }),
            execution_id: "TEST_1".into(),
            started_after: Duration::ZERO,
            marker: None,
            tail: None,
            settings: AttemptSettings::default(),
        };
        let report = run(&plan, &script, std::future::pending()).await;
        assert_eq!(report.retry_after, told, "{report:?}");
        assert!(report.met_rate_limit());
    }
}
