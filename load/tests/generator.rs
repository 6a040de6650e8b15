//! The generator against transports that are no network.

use std::{
    num::{NonZeroU32, NonZeroUsize},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use executor_protocol::{
    Deadlines, EventStream, ExecuteRequest, ExitStatus, Findings, Health, LocalBoxFuture,
    OutputJoin, StreamEvent, StreamStats, Transport, TransportError,
};
use load::{
    Limits, LoadEnd, LoadPlan, Measured, Mix, Model, Schedule, Series, Spacing, Stage, Watched,
    generator::{self, Generated, LoadError, OpenTransport},
};
use runner_core::{attempt::AttemptSettings, gates::RunGates, outcome::OutcomeClass};
use suite::Case;

/// What a transport does with each execution.
#[derive(Debug, Clone, Copy)]
enum Behaviour {
    /// It answers after this time.
    After(Duration),
    /// It panics at every fifth.
    PanicsAtTimes,
    /// It never answers.
    Never,
}

/// How many executions there were, and how many at once.
#[derive(Debug, Default)]
struct Seen {
    executions: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

struct FakeTransport {
    behaviour: Behaviour,
    seen: Arc<Seen>,
}

/// One execution, until it is dropped.
struct UnderWay(Arc<Seen>);

impl UnderWay {
    fn begin(seen: &Arc<Seen>) -> Self {
        let now = seen.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        seen.most.fetch_max(now, Ordering::SeqCst);
        Self(Arc::clone(seen))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Transport for FakeTransport {
    fn endpoint(&self) -> &str {
        "nowhere"
    }

    fn check_health(&self, _: Duration) -> LocalBoxFuture<'_, Result<Health, TransportError>> {
        unreachable!("the generator asks for no health")
    }

    fn execute(
        &self,
        _: ExecuteRequest,
        _: Deadlines,
    ) -> LocalBoxFuture<'_, Result<Box<dyn EventStream>, TransportError>> {
        Box::pin(async {
            let number = self.seen.executions.fetch_add(1, Ordering::SeqCst);
            let under_way = UnderWay::begin(&self.seen);
            match self.behaviour {
                Behaviour::After(time) => tokio::time::sleep(time).await,
                Behaviour::PanicsAtTimes => assert_ne!(number % 5, 4, "as it is to"),
                Behaviour::Never => std::future::pending().await,
            }
            Ok(Box::new(FakeStream {
                next: 0,
                findings: Findings::default(),
                stats: StreamStats::default(),
                _under_way: under_way,
            }) as _)
        })
    }
}

/// A stream of one output and the end.
struct FakeStream {
    next: usize,
    findings: Findings,
    stats: StreamStats,
    _under_way: UnderWay,
}

const EVENTS: [StreamEvent<'_>; 2] = [
    StreamEvent::Output {
        data: "hello",
        channel: None,
    },
    StreamEvent::Complete {
        exit: ExitStatus::Code(0),
    },
];

impl EventStream for FakeStream {
    fn poll_advance(&mut self, _: &mut Context<'_>) -> Poll<Result<bool, TransportError>> {
        self.next += 1;
        Poll::Ready(Ok(self.next <= EVENTS.len()))
    }

    fn event(&self) -> Option<StreamEvent<'_>> {
        EVENTS.get(self.next.checked_sub(1)?).copied()
    }

    fn has_buffered(&self) -> bool {
        self.next < EVENTS.len()
    }

    fn output_join(&self) -> OutputJoin {
        OutputJoin::Lines
    }

    fn findings(&self) -> &Findings {
        &self.findings
    }

    fn stats(&self) -> &StreamStats {
        &self.stats
    }

    fn cancel(self: Box<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

fn plan(model: Model, attempts: u64, threads: usize) -> Arc<LoadPlan> {
    let cases = ["a", "b", "c"].map(|id| Arc::new(Case::new(id, "true")));
    Arc::new(LoadPlan {
        marker: "LOAD".into(),
        mix: Mix::new(&[NonZeroU32::MIN; 3]).expect("a mix"),
        cases: cases.into(),
        model,
        warmup: Duration::ZERO,
        limits: Limits {
            duration: None,
            attempts: Some(attempts),
        },
        threads: some(threads),
        gates: RunGates::default(),
        attempt: AttemptSettings::default(),
        max_outage: Duration::from_secs(600),
    })
}

fn closed(concurrency: usize) -> Model {
    Model::Closed {
        concurrency: some(concurrency),
    }
}

fn open(rate: &str, max_in_flight: usize) -> Model {
    let stage = Stage::even(Duration::MAX, rate.parse().expect("a rate"));
    Model::Open {
        schedule: Schedule::new(&[stage], Spacing::Constant).expect("a schedule"),
        max_in_flight: some(max_in_flight),
    }
}

fn some(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).expect("not zero")
}

fn opening(behaviour: Behaviour) -> (OpenTransport, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let theirs = Arc::clone(&seen);
    let open: OpenTransport = Arc::new(move || {
        let seen = Arc::clone(&theirs);
        Ok(Rc::new(FakeTransport { behaviour, seen }))
    });
    (open, seen)
}

async fn run(plan: &Arc<LoadPlan>, open: &OpenTransport) -> (Measured, LoadEnd) {
    let ended = generator::run(plan, open, std::future::pending(), &mut |_| {}).await;
    let Generated { measured, end, .. } = ended.expect("it begins");
    (measured, end)
}

fn count(measured: &Measured, class: OutcomeClass) -> u64 {
    measured.total().outcomes.get(class)
}

#[actix_rt::test]
async fn never_more_attempts_are_under_way_than_may_be() {
    let slow = Behaviour::After(Duration::from_millis(3));
    for (model, most) in [(closed(7), 7), (open("5000/s", 5), 5)] {
        for threads in [1, 3] {
            let (open, seen) = opening(slow);
            let (measured, end) = run(&plan(model.clone(), 90, threads), &open).await;
            assert_eq!(end, LoadEnd::Completed);
            assert_eq!(count(&measured, OutcomeClass::Passed), 90);
            assert!(seen.most.load(Ordering::SeqCst) <= most, "{model:?}");
            assert!(measured.in_flight_max <= most as u64);
            let by_case: Vec<_> = measured.cases.iter().map(|it| it.tally.passed()).collect();
            assert_eq!(by_case, [30, 30, 30]);
        }
    }
}

#[actix_rt::test]
async fn an_attempt_that_panics_is_a_harness_error_and_the_others_go_on() {
    for model in [closed(3), open("2000/s", 10)] {
        let (open, seen) = opening(Behaviour::PanicsAtTimes);
        let (measured, end) = run(&plan(model, 50, 1), &open).await;
        assert_eq!(end, LoadEnd::Completed);
        assert_eq!(seen.executions.load(Ordering::SeqCst), 50);
        assert_eq!(count(&measured, OutcomeClass::Passed), 40);
        assert_eq!(count(&measured, OutcomeClass::HarnessError), 10);
    }
}

#[actix_rt::test]
async fn attempts_that_wait_for_ever_end_when_the_run_is_interrupted() {
    for model in [closed(4), open("1000/s", 4)] {
        let (open, seen) = opening(Behaviour::Never);
        let plan = plan(model, 1000, 2);
        let theirs = Arc::clone(&seen);
        let interrupted = async move {
            while theirs.executions.load(Ordering::SeqCst) < 4 {
                tokio::task::yield_now().await;
            }
        };
        let ended = generator::run(&plan, &open, interrupted, &mut |_| {}).await;
        let Generated { measured, end, .. } = ended.expect("it begins");
        assert_eq!(end, LoadEnd::Interrupted);
        assert_eq!(count(&measured, OutcomeClass::Cancelled), 4);
        assert_eq!(measured.pace.never_begun, 0, "that was wanted");
    }
}

#[actix_rt::test]
async fn a_thread_without_a_way_to_the_executor_is_an_error() {
    let open: OpenTransport = Arc::new(|| Err("no way".into()));
    let plan = plan(closed(4), 10, 2);
    let ended = generator::run(&plan, &open, std::future::pending(), &mut |_| {}).await;
    assert!(matches!(ended, Err(LoadError::Transport(_))));
}

#[actix_rt::test]
async fn what_one_kept_from_beginning_is_in_the_response_of_the_others() {
    let (open, _) = opening(Behaviour::After(Duration::from_millis(20)));
    let (measured, _) = run(&plan(self::open("1000/s", 1), 30, 1), &open).await;
    // The last one was to begin after 29 ms and had to wait for 29 others of 20 ms each.
    let total = measured.total();
    assert!(total.response.max() > Some(Duration::from_millis(29 * 20 + 20 - 30)));
    assert!(total.service.min() < total.response.max());
    assert_eq!(measured.pace.held, 29);
}

#[actix_rt::test]
async fn the_seconds_that_are_told_come_to_all_that_was_measured() {
    let (open, _) = opening(Behaviour::After(Duration::from_millis(2)));
    let plan = plan(self::open("100/s", 10), 230, 2);
    let mut told = Vec::new();
    let mut watch = |watched: &Watched<'_>| told.extend(watched.seconds.to_vec());
    let ended = generator::run(&plan, &open, std::future::pending(), &mut watch).await;
    let ended = ended.expect("it begins");
    assert!(
        !told.is_empty(),
        "the first second is told of while it goes on"
    );
    told.extend(ended.seconds);
    let mut series = Series::default();
    for second in &told {
        series.add(second.number, &second.point);
    }
    assert_eq!(series, ended.measured.series);
    let numbers: Vec<_> = told.iter().map(|second| second.number).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    let passed: u64 = told
        .iter()
        .map(|it| it.point.outcomes.get(OutcomeClass::Passed))
        .sum();
    assert_eq!(passed, 230);
}
