//! Attempts that end with a check of the code that their commands printed.

use suite::CodeExpectation;

use super::*;

/// What comes of an attempt at a command that prints Python after two seconds, and of the check that follows,
/// until the attempt is cancelled; how many executions were left over, and whether one was told to end.
async fn checked(
    check: Events,
    is_on: bool,
    cancel: impl Future<Output = ()>,
) -> (AttemptReport, usize, bool) {
    let was_cancelled = Rc::new(Cell::new(false));
    let code = vec![(2, output("x = 1")), (0, COMPLETE)];
    let script = Script {
        executions: RefCell::new([code, check].into()),
        was_cancelled: Rc::clone(&was_cancelled),
    };
    let code = CodeExpectation {
        language: "python".into(),
        checked: true,
    };
    let expectations = Expectations {
        code: Some(code),
        ..Expectations::default()
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
        settings: AttemptSettings {
            check_syntax: is_on,
            ..AttemptSettings::default()
        },
    };
    let report = run(&plan, &script, cancel).await;
    let left = script.executions.borrow().len();
    (report, left, was_cancelled.get())
}

const CHECKING: StreamEvent<'_> = output("gauntlet-syntax: checking\nSyntaxError: no\n");

#[tokio::test(start_paused = true)]
async fn a_fault_that_the_check_finds_fails_the_attempt_and_its_time_is_none_of_the_attempts() {
    let exit = ExitStatus::Code(3);
    let check = vec![(7, CHECKING), (0, StreamEvent::Complete { exit })];
    let started = Instant::now();
    let (report, ..) = checked(check, true, std::future::pending()).await;
    let why = report.outcome.explanation().expect("a failure");
    assert_eq!(
        why,
        "expected code in python: python3 says: SyntaxError: no"
    );
    assert_eq!(report.expectations[0].standing, Standing::Missed);
    assert_eq!((report.exit_code, &*report.output.head), (Some(0), "x = 1"));
    assert_eq!(report.elapsed, Duration::from_secs(2));
    assert_eq!(started.elapsed(), Duration::from_secs(9));
}

#[tokio::test(start_paused = true)]
async fn code_is_right_where_the_check_finds_no_fault_and_unchecked_where_nobody_looks() {
    let (report, ..) = checked(
        vec![(1, CHECKING), (0, COMPLETE)],
        true,
        std::future::pending(),
    )
    .await;
    assert_eq!(report.expectations[0].standing, Standing::Met);
    // It is off, so that no second command is sent.
    let (report, left, _) = checked(vec![(1, COMPLETE)], false, std::future::pending()).await;
    let unchecked = &report.expectations[0];
    assert_eq!((unchecked.standing, left), (Standing::NotChecked, 1));
    // The executor breaks off.
    let (report, ..) = checked(vec![(1, CHECKING)], true, std::future::pending()).await;
    assert_eq!(report.outcome, Outcome::Passed);
    assert_eq!(report.expectations[0].standing, Standing::NotChecked);
}

#[tokio::test(start_paused = true)]
async fn a_check_that_ends_too_late_fails_nothing() {
    let slow = vec![(1, CHECKING), (60, COMPLETE)];
    let (report, ..) = checked(slow, true, std::future::pending()).await;
    assert_eq!(report.outcome, Outcome::Passed);
    let unchecked = &report.expectations[0];
    assert_eq!(unchecked.standing, Standing::NotChecked);
    assert!(unchecked.detail.contains("timed out"), "{unchecked:?}");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_cancelled_while_it_is_checked_was_not_finished() {
    let cancel = tokio::time::sleep(Duration::from_secs(5));
    let (report, _, was_cancelled) = checked(vec![(60, COMPLETE)], true, cancel).await;
    assert_eq!((report.outcome, was_cancelled), (Outcome::Cancelled, true));
}
