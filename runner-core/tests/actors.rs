//! The actors together, over a transport that does what its commands say.

use std::{
    cell::RefCell,
    io,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use actix::prelude::*;
use executor_protocol::{
    Deadlines, EventStream, ExecuteRequest, ExitStatus, Findings, Health, LocalBoxFuture,
    OutputJoin, StreamEvent, StreamStats, Transport, TransportError,
};
use runner_core::{
    actors::{
        Cancel, ConfigLoader, LedgerWriter, LoadSuite, ReportCollector, RunError, RunSuite,
        RunSummary, Supervisor,
    },
    attempt::AttemptSettings,
    beacon::Beacon,
    events::{RunEvent, RunObserver},
    journal::{Entry, Journal, JournalError, JournalEvent, SuiteVersion},
    outcome::{Outcome, OutcomeClass},
    plan::{RunPlan, SoakBefore, SoakPlan},
    results::{RunInfo, RunProblem, Verdict},
    run_state::{RunPolicy, Start},
};
use suite::{Case, Gates, MatchOn, OutputFormat};
use tokio::{sync::Notify, time::Instant};

/// An executor that lives in the test. Commands are instructions to it.
#[derive(Default)]
struct Puppet {
    healthy: bool,
    commands: Rc<RefCell<Vec<String>>>,
    hanging: Rc<Notify>,
    cancelled: Rc<Notify>,
}

struct PuppetStream {
    events: Vec<StreamEvent<'static>>,
    current: Option<StreamEvent<'static>>,
    hang: bool,
    panic: bool,
    findings: Findings,
    stats: StreamStats,
    hanging: Rc<Notify>,
    cancelled: Rc<Notify>,
}

impl Transport for Puppet {
    fn endpoint(&self) -> &str {
        "puppet"
    }

    fn check_health(&self, _: Duration) -> LocalBoxFuture<'_, Result<Health, TransportError>> {
        Box::pin(async {
            if self.healthy {
                Ok(Health {
                    body: "fine".into(),
                    latency: Duration::ZERO,
                })
            } else {
                Err(TransportError::NoAnswer { reused: false })
            }
        })
    }

    fn execute(
        &self,
        request: ExecuteRequest,
        _: Deadlines,
    ) -> LocalBoxFuture<'_, Result<Box<dyn EventStream>, TransportError>> {
        self.commands.borrow_mut().push(request.command.clone());
        if request.command == "panic at once" {
            panic!("as told");
        }
        let code = if request.command.starts_with("command -v") {
            127
        } else {
            0
        };
        let complete = StreamEvent::Complete {
            exit: ExitStatus::Code(code),
        };
        let stream = PuppetStream {
            events: vec![
                complete,
                StreamEvent::Output {
                    data: "hello",
                    channel: None,
                },
            ],
            current: None,
            hang: request.command == "hang",
            panic: request.command == "panic in the stream",
            findings: Findings::default(),
            stats: StreamStats::default(),
            hanging: Rc::clone(&self.hanging),
            cancelled: Rc::clone(&self.cancelled),
        };
        Box::pin(async { Ok(Box::new(stream) as _) })
    }
}

impl EventStream for PuppetStream {
    fn poll_advance(&mut self, _: &mut Context<'_>) -> Poll<Result<bool, TransportError>> {
        assert!(!self.panic, "as told");
        if self.hang {
            self.hanging.notify_one();
            return Poll::Pending;
        }
        self.current = self.events.pop();
        Poll::Ready(Ok(self.current.is_some()))
    }

    fn event(&self) -> Option<StreamEvent<'_>> {
        self.current
    }

    fn has_buffered(&self) -> bool {
        false
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
        self.cancelled.notify_one();
        Box::pin(std::future::ready(()))
    }
}

/// An observer that writes down what it is told.
#[derive(Clone, Default)]
struct Diary(Rc<RefCell<Vec<String>>>);

impl RunObserver for Diary {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        self.0.borrow_mut().push(match event {
            RunEvent::RunStarted { total, .. } => format!("run of {total}"),
            RunEvent::AttemptStarted { place, .. } => format!("start {}", place.number),
            RunEvent::AttemptFinished { place, report, .. } => {
                format!("end {} {}", place.number, report.verdict().as_str())
            }
            RunEvent::RunFinished { .. } => "finished".into(),
            other => format!("{other:?}"),
        });
        Ok(())
    }

    fn name(&self) -> &'static str {
        "diary"
    }
}

/// An observer whose disk is full.
struct Full;

impl RunObserver for Full {
    fn on_event(&mut self, _: &RunEvent<'_>) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn name(&self) -> &'static str {
        "full"
    }
}

fn case(command: &str) -> Arc<Case> {
    Arc::new(Case {
        id: command.replace(' ', "_"),
        name: command.into(),
        description: String::new(),
        category: None,
        tags: Vec::new(),
        command: command.into(),
        timeout: Duration::from_secs(30),
        stall_timeout: None,
        expected_exit_code: 0,
        expected_patterns: vec!["HELLO".into()],
        output_format: OutputFormat::Text,
        match_on: MatchOn::Output,
        requires: if command.contains("claude") {
            vec!["claude".into()]
        } else {
            Vec::new()
        },
    })
}

fn plan(commands: &[&str]) -> RunPlan {
    RunPlan {
        run: RunInfo {
            marker: "TEST_20260101_000000".into(),
            started_at: jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC),
            suite_path: "test.json".into(),
            suite_stem: "test".into(),
            suite_description: String::new(),
            version: "0".into(),
            executor: "puppet".into(),
            environment: Vec::new(),
        },
        started: Instant::now(),
        cases: commands.iter().map(|command| case(command)).collect(),
        gates: Gates::default(),
        attempt: AttemptSettings::default(),
        health_timeout: Duration::from_secs(1),
        policy: RunPolicy::default(),
        suite: SuiteVersion {
            hash: "0".into(),
            text: "{}".into(),
        },
        soak: None,
    }
}

fn healthy() -> Puppet {
    Puppet {
        healthy: true,
        ..Puppet::default()
    }
}

fn start(puppet: Puppet, plan: &RunPlan, observers: Vec<Box<dyn RunObserver>>) -> Addr<Supervisor> {
    let transport: Rc<dyn Transport> = Rc::new(puppet);
    let loader = ConfigLoader::default().start();
    let beacon = Beacon::default();
    let collector = ReportCollector::new(plan, None, observers, beacon.clone()).start();
    Supervisor::new(transport, loader, collector, beacon).start()
}

async fn run(puppet: Puppet, commands: &[&str]) -> RunSummary {
    let plan = plan(commands);
    let supervisor = start(puppet, &plan, Vec::new());
    supervisor
        .send(RunSuite(plan))
        .await
        .expect("a supervisor")
        .expect("a summary")
}

fn classes(summary: &RunSummary) -> Vec<Option<OutcomeClass>> {
    let class = |result: &runner_core::results::CaseResult| {
        result
            .attempt
            .as_ref()
            .map(|attempt| attempt.outcome.class())
    };
    summary.results.cases.iter().map(class).collect()
}

#[actix::test]
async fn a_run_announces_and_keeps_every_case_in_order() {
    let plan = plan(&["one", "two"]);
    let diary = Diary::default();
    let supervisor = start(healthy(), &plan, vec![Box::new(diary.clone())]);
    let summary = supervisor
        .send(RunSuite(plan))
        .await
        .expect("sent")
        .expect("a summary");
    assert_eq!(
        *diary.0.borrow(),
        [
            "run of 2",
            "start 1",
            "end 1 pass",
            "start 2",
            "end 2 pass",
            "finished"
        ]
    );
    assert!(summary.results.problems.is_empty());
    let attempt = summary.results.cases[0]
        .attempt
        .as_ref()
        .expect("an attempt");
    assert_eq!(attempt.execution_id, "TEST_20260101_000000_one");
    assert_eq!(attempt.output.head, "hello");
}

#[actix::test]
async fn a_panic_is_a_harness_error_of_its_case_and_the_run_goes_on() {
    let commands = ["panic at once", "one", "panic in the stream", "two"];
    let summary = run(healthy(), &commands).await;
    let (harness, passed) = (Some(OutcomeClass::HarnessError), Some(OutcomeClass::Passed));
    assert_eq!(classes(&summary), [harness, passed, harness, passed]);
    assert_eq!(summary.results.problems, [RunProblem::CaseFailed]);
}

#[actix::test]
async fn what_requires_a_missing_program_is_skipped_and_the_rest_runs() {
    let puppet = healthy();
    let commands = Rc::clone(&puppet.commands);
    let summary = run(puppet, &["claude one", "claude two", "three"]).await;
    let skipped = Some(OutcomeClass::Skipped);
    assert_eq!(
        classes(&summary),
        [skipped, skipped, Some(OutcomeClass::Passed)]
    );
    assert_eq!(*commands.borrow(), ["command -v claude", "three"]);
}

#[actix::test]
async fn a_cancel_is_heard_in_the_middle_of_an_attempt() {
    let puppet = healthy();
    let (hanging, cancelled) = (Rc::clone(&puppet.hanging), Rc::clone(&puppet.cancelled));
    let plan = plan(&["one", "hang", "never"]);
    let supervisor = start(puppet, &plan, Vec::new());
    let running = supervisor.send(RunSuite(plan));
    let (summary, ()) = tokio::join!(running, async {
        hanging.notified().await;
        supervisor.do_send(Cancel);
        cancelled.notified().await;
    });
    let results = summary.expect("sent").expect("a summary").results;
    let verdicts: Vec<_> = results
        .cases
        .iter()
        .map(|result| result.verdict())
        .collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::NotRun, Verdict::NotRun]);
    assert!(matches!(
        results.cases[1].attempt.as_ref().map(|a| &a.outcome),
        Some(Outcome::Cancelled)
    ));
    assert_eq!(results.problems, [RunProblem::Interrupted]);
}

#[actix::test]
async fn an_unhealthy_executor_is_not_given_a_single_command() {
    let puppet = Puppet::default();
    let commands = Rc::clone(&puppet.commands);
    let summary = run(puppet, &["one"]).await;
    assert!(commands.borrow().is_empty());
    assert!(matches!(
        summary.results.problems[..],
        [RunProblem::ExecutorUnavailable { .. }]
    ));
}

#[actix::test]
async fn an_observer_that_cannot_write_is_reported_and_does_not_stop_the_run() {
    let plan = plan(&["one"]);
    let diary = Diary::default();
    let supervisor = start(
        healthy(),
        &plan,
        vec![Box::new(Full), Box::new(diary.clone())],
    );
    let summary = supervisor
        .send(RunSuite(plan))
        .await
        .expect("sent")
        .expect("a summary");
    assert_eq!(summary.observer_failures.len(), 1);
    assert_eq!(
        diary.0.borrow().last().map(String::as_str),
        Some("finished")
    );
}

#[actix::test]
async fn a_second_run_at_the_same_time_is_refused() {
    let puppet = healthy();
    let hanging = Rc::clone(&puppet.hanging);
    let (first, second) = (plan(&["hang"]), plan(&["one"]));
    let supervisor = start(puppet, &first, Vec::new());
    let running = supervisor.send(RunSuite(first));
    let (_, refused) = tokio::join!(running, async {
        hanging.notified().await;
        let refused = supervisor.send(RunSuite(second)).await.expect("sent");
        supervisor.do_send(Cancel);
        refused
    });
    assert!(matches!(refused, Err(RunError::Busy)));
}

#[actix::test]
async fn the_config_loader_answers_with_the_suite_or_with_what_is_wrong() {
    let loader = ConfigLoader::default().start();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../configs");
    let path = format!("{folder}/simple_stress_tests.json").into();
    let suite = loader
        .send(LoadSuite { path })
        .await
        .expect("sent")
        .expect("a suite");
    assert!(!suite.cases.is_empty());
    let missing = loader
        .send(LoadSuite {
            path: folder.into(),
        })
        .await
        .expect("sent");
    assert!(matches!(missing, Err(suite::SuiteError::IsFolder { .. })));
}

/// What a journal of a test does with what it is given.
#[derive(Clone, Copy)]
enum Keeping {
    Everything,
    Nothing,
    Panics,
    /// What comes in so many commits, and nothing after them.
    Commits(usize),
    AllButTheEnd,
}

/// A journal that counts the attempts that it was given to keep.
struct Counting {
    keeping: Keeping,
    commits: usize,
    attempts: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl Journal for Counting {
    fn commit(&mut self, entries: &[Entry]) -> Result<(), JournalError> {
        match self.keeping {
            Keeping::Nothing => return Err("the disk is full".into()),
            Keeping::Panics => panic!("as told"),
            Keeping::Commits(most) if self.commits >= most => return Err("the disk is full".into()),
            Keeping::AllButTheEnd if entries.iter().any(is_end) => {
                return Err("the disk is full".into());
            }
            Keeping::Everything | Keeping::Commits(_) | Keeping::AllButTheEnd => {}
        }
        self.commits += 1;
        let attempts = entries
            .iter()
            .filter(|entry| matches!(entry.event, JournalEvent::AttemptFinished { .. }));
        self.attempts
            .fetch_add(attempts.count(), std::sync::atomic::Ordering::SeqCst);
        Ok(())
    }
}

fn is_end(entry: &Entry) -> bool {
    matches!(entry.event, JournalEvent::Ended { .. })
}

/// An observer that holds what is announced against what the journal has by then.
struct Auditor {
    kept: std::sync::Arc<std::sync::atomic::AtomicUsize>,
    announced: Rc<RefCell<usize>>,
}

impl RunObserver for Auditor {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        if matches!(event, RunEvent::AttemptFinished { .. }) {
            *self.announced.borrow_mut() += 1;
            let kept = self.kept.load(std::sync::atomic::Ordering::SeqCst);
            assert!(
                *self.announced.borrow() <= kept,
                "announced before it was kept"
            );
        }
        Ok(())
    }

    fn name(&self) -> &'static str {
        "auditor"
    }
}

/// Runs `commands` with a journal, as a run or as a soak of one iteration, and says how many attempts were
/// announced.
async fn run_with_journal(keeping: Keeping, is_soak: bool) -> (RunSummary, usize) {
    let mut plan = plan(&["one", "two", "three"]);
    plan.soak = is_soak.then(|| SoakPlan {
        part: 1,
        start: Start::default(),
        before: SoakBefore::default(),
        interval: Duration::ZERO,
        time_left: None,
        until: None,
        health_interval: Duration::from_secs(60),
        suite_path: "test.json".into(),
    });
    let (kept, announced) = (std::sync::Arc::default(), Rc::default());
    let auditor = Auditor {
        kept: std::sync::Arc::clone(&kept),
        announced: Rc::clone(&announced),
    };
    let journal = Counting {
        keeping,
        commits: 0,
        attempts: kept,
    };
    let writer = LedgerWriter::spawn(Box::new(journal));
    let transport: Rc<dyn Transport> = Rc::new(healthy());
    let beacon = Beacon::default();
    let observers: Vec<Box<dyn RunObserver>> = vec![Box::new(auditor)];
    let collector = ReportCollector::new(&plan, Some(writer), observers, beacon.clone()).start();
    let loader = ConfigLoader::default().start();
    let supervisor = Supervisor::new(transport, loader, collector, beacon).start();
    let summary = supervisor.send(RunSuite(plan)).await;
    let announced = *announced.borrow();
    (summary.expect("sent").expect("a summary"), announced)
}

#[actix::test]
async fn nothing_is_announced_before_the_journal_has_it() {
    for is_soak in [false, true] {
        let (summary, announced) = run_with_journal(Keeping::Everything, is_soak).await;
        assert_eq!(announced, 3);
        assert_eq!(summary.counts.passed, 3);
        assert!(summary.observer_failures.is_empty(), "{summary:?}");
        assert!(summary.results.problems.is_empty(), "{summary:?}");
    }
}

#[actix::test]
async fn a_soak_whose_journal_is_lost_ends_and_announces_nothing_more() {
    for keeping in [Keeping::Nothing, Keeping::Panics] {
        let (summary, announced) = run_with_journal(keeping, true).await;
        assert_eq!((announced, summary.counts.total), (0, 0));
        assert!(matches!(
            summary.results.problems[0],
            RunProblem::LedgerLost { .. }
        ));
    }
}

#[actix::test]
async fn whichever_commit_fails_a_soak_counts_what_it_announced_and_says_that_its_ledger_is_lost() {
    let mut last = 0;
    // Three attempts and an end are a few commits, how many is a matter of time.
    for commits in 0..20 {
        let (summary, announced) = run_with_journal(Keeping::Commits(commits), true).await;
        assert_eq!(summary.counts.total, announced as u64, "{commits} commits");
        // The auditor has found nothing that was announced and not kept.
        assert!(summary.observer_failures.is_empty(), "{summary:?}");
        let problems = &summary.results.problems;
        let lost = |it: &&RunProblem| matches!(it, RunProblem::LedgerLost { .. });
        match problems.iter().filter(lost).count() {
            0 => assert_eq!((announced, problems.len()), (3, 0), "{commits} commits"),
            1 => assert!(lost(&&problems[0]), "it comes first: {problems:?}"),
            more => panic!("it is told {more} times: {problems:?}"),
        }
        last = problems.len();
    }
    assert_eq!(last, 0, "twenty commits are enough");
}

#[actix::test]
async fn a_soak_whose_end_cannot_be_kept_has_its_attempts_and_is_no_success() {
    let (summary, announced) = run_with_journal(Keeping::AllButTheEnd, true).await;
    assert_eq!((announced, summary.counts.passed), (3, 3));
    let problems = &summary.results.problems;
    assert!(
        matches!(&problems[..], [RunProblem::LedgerLost { .. }]),
        "{problems:?}"
    );
}

#[actix::test]
async fn a_run_whose_journal_is_lost_comes_to_all_its_results() {
    for keeping in [Keeping::Nothing, Keeping::Panics] {
        let (summary, _) = run_with_journal(keeping, false).await;
        assert_eq!(summary.counts.passed, 3);
        let failed: Vec<_> = summary
            .observer_failures
            .iter()
            .map(|it| it.observer)
            .collect();
        assert_eq!(failed[0], "ledger");
    }
}

#[actix::test]
async fn an_observer_that_panics_is_left_out_and_the_run_goes_on() {
    /// An observer that is not up to it.
    struct Panics;
    impl RunObserver for Panics {
        fn on_event(&mut self, _: &RunEvent<'_>) -> io::Result<()> {
            panic!("as told")
        }
        fn name(&self) -> &'static str {
            "panics"
        }
    }
    let plan = plan(&["one"]);
    let diary = Diary::default();
    let observers: Vec<Box<dyn RunObserver>> = vec![Box::new(Panics), Box::new(diary.clone())];
    let supervisor = start(healthy(), &plan, observers);
    let summary = supervisor.send(RunSuite(plan)).await;
    let summary = summary.expect("sent").expect("a summary");
    assert_eq!(summary.observer_failures[0].observer, "panics");
    assert_eq!(summary.counts.passed, 1);
    assert_eq!(
        diary.0.borrow().last().map(String::as_str),
        Some("finished")
    );
}
