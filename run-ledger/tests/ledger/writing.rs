//! What is written to a ledger is read back, also after the worst.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use run_ledger::{RunReader, RunSelector};
use runner_core::{
    journal::{Journal as _, JournalEvent},
    outcome::{Fault, FaultKind, Outcome},
    recorded::RecordedState,
    results::RunProblem,
    run_state::RunEnd,
    self_sample::{Samples, SelfSample, SelfTotals},
};

use crate::support::{self, Book, at, ended, finished, go_on, report, started, version};

#[test]
fn what_was_committed_is_read_back() {
    let book = Book::new();
    let mut journal = book.begin();
    let failed = Outcome::InfrastructureError(Fault {
        kind: FaultKind::Connect,
        message: "refused".into(),
    });
    journal
        .commit(&[
            started(1, 1, "a"),
            finished(1, 1, "a", report(Outcome::Passed, 10)),
            finished(2, 1, "b", report(failed, 7)),
            at(
                30,
                JournalEvent::HealthChanged {
                    trouble: Some("refused".into()),
                },
            ),
            at(42, JournalEvent::HealthChanged { trouble: None }),
            at(
                50,
                JournalEvent::Sampled(Samples {
                    runner: SelfSample {
                        span: Duration::from_secs(50),
                        memory_bytes: 9_000_000,
                        ..SelfSample::default()
                    },
                    executor: None,
                }),
            ),
        ])
        .expect("committed");
    let run = book.run(1);
    assert_eq!(run.state, RecordedState::Running);
    assert_eq!(
        (run.counts.passed, run.counts.infrastructure_errors),
        (1, 1)
    );
    assert_eq!(run.elapsed, Duration::from_secs(50));
    let ids: Vec<_> = run.cases.iter().map(|case| &*case.id).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(run.cases[0].totals.durations.count(), 1);
    // Only attempts that passed say how long a case takes.
    assert_eq!(run.cases[1].totals.durations.count(), 0);
    assert_eq!(run.outages.len(), 1);
    assert_eq!(run.outages[0].lasted, Some(Duration::from_secs(12)));
    assert!(run.outages[0].is_over);
    assert_eq!(run.failed[0].explanation.as_deref(), Some("refused"));
    assert_eq!(run.slowest[0].number, 1);
    assert_eq!(run.runner.memory_last, 9_000_000);

    let problem = RunProblem::CaseFailed;
    journal
        .commit(&[ended(60, RunEnd::Completed, vec![problem])])
        .expect("committed");
    drop(journal);
    let run = book.run(1);
    assert_eq!(run.state, RecordedState::Ended("completed".into()));
    assert_eq!(run.problems[0].code, "case-failed");
    assert_eq!((run.counts.passed, run.counts.failed), (1, 1));
}

#[test]
fn a_run_that_ended_is_one_file_and_cannot_be_written() {
    let book = Book::new();
    let mut journal = book.begin();
    journal
        .commit(&[
            finished(1, 1, "a", report(Outcome::Passed, 1)),
            ended(1, RunEnd::Interrupted, Vec::new()),
        ])
        .expect("committed");
    assert!(!book.path.with_extension("db-wal").exists());
    let late = journal.commit(&[finished(2, 1, "a", report(Outcome::Passed, 1))]);
    assert!(late.is_err());
    // Another process may go on with it, although this one has not let go of the journal.
    assert_eq!(book.resume().start.next_attempt, 2);
}

#[test]
fn nothing_of_a_failed_commit_is_kept() {
    let book = Book::new();
    let mut journal = book.begin();
    journal
        .commit(&[finished(1, 1, "a", report(Outcome::Passed, 1))])
        .expect("committed");
    // The number of the second one is taken.
    let entries = [
        finished(2, 1, "b", report(Outcome::Passed, 1)),
        finished(1, 1, "a", report(Outcome::Passed, 1)),
    ];
    assert!(journal.commit(&entries).is_err());
    drop(journal);
    let run = book.run(1);
    assert_eq!((run.counts.passed, run.cases.len()), (1, 1));
}

#[test]
fn agents_may_tell_any_number() {
    let book = Book::new();
    let mut journal = book.begin();
    for number in 1..=3 {
        let report = support::agent_report(u64::MAX);
        journal
            .commit(&[finished(number, 1, "a", report)])
            .expect("committed");
    }
    let agents = book.run(1).counts.agents;
    assert_eq!(agents.attempts, 3);
    assert_eq!(agents.tokens.known.output, i64::MAX.unsigned_abs());
}

#[test]
fn versions_of_a_suite_are_told_apart_and_the_latest_decides_over_graduation() {
    let book = Book::new();
    let mut journal = book.begin();
    let mut entries = vec![finished(1, 1, "a", report(Outcome::Failed(Vec::new()), 1))];
    entries.push(at(2, JournalEvent::SuiteChanged(version("second"))));
    for number in 2..=13 {
        entries.push(finished(number, 2, "a", report(Outcome::Passed, 1)));
    }
    journal.commit(&entries).expect("committed");
    let run = book.run(1);
    let uses: Vec<_> = run
        .suites
        .iter()
        .map(|it| (&*it.hash, it.outcomes.success().trials()))
        .collect();
    assert_eq!(uses, [("first", 1), ("second", 12)]);
    assert_eq!(
        run.cases.len(),
        1,
        "a case with the same id is the same case"
    );
    let graduation = run.graduation.expect("attempts were made");
    assert_eq!(graduation.versions[0].hash, "second");
    assert!(graduation.has_graduated());
    assert_eq!(graduation.overall.failures(), 1);

    // Bringing the first version back counts from there on.
    journal
        .commit(&[
            at(3, JournalEvent::SuiteChanged(version("first"))),
            finished(14, 3, "a", report(Outcome::Passed, 1)),
        ])
        .expect("committed");
    let graduation = book.run(1).graduation.expect("attempts were made");
    assert_eq!(graduation.versions[0].hash, "first");
    assert!(!graduation.has_graduated());
}

#[test]
fn a_name_that_another_run_has_is_followed_by_letters() {
    let book = Book::new();
    let journals: Vec<_> = (0..3).map(|_| book.begin()).collect();
    let names: Vec<_> = journals.iter().map(|journal| journal.marker()).collect();
    let name = "TEST_20260101_000000";
    assert_eq!(
        names,
        [name.to_owned(), format!("{name}b"), format!("{name}c")]
    );
    assert_eq!(book.run(2).run.marker, names[1]);
    drop(journals);
    let resumed = book.try_resume(3).expect("it can be resumed");
    assert_eq!(go_on(resumed).marker(), format!("{name}c"));
}

#[test]
fn an_outage_that_lasts_to_the_end_has_its_length_and_is_not_over() {
    let book = Book::new();
    let mut journal = book.begin();
    let trouble = Some("refused".into());
    journal
        .commit(&[at(10, JournalEvent::HealthChanged { trouble })])
        .expect("committed");
    let outage = book.run(1).outages.remove(0);
    assert_eq!((outage.lasted, outage.is_over), (None, false));
    let reason = "refused".into();
    journal
        .commit(&[ended(25, RunEnd::ExecutorLost { reason }, Vec::new())])
        .expect("committed");
    let outage = book.run(1).outages.remove(0);
    let lasted = Some(Duration::from_secs(15));
    assert_eq!((outage.lasted, outage.is_over), (lasted, false));
}

#[test]
fn what_the_runner_measured_about_itself_is_the_same_summed_up_in_the_ledger() {
    let book = Book::new();
    let mut journal = book.begin();
    let mut totals = SelfTotals::default();
    assert_eq!(book.run(1).runner, totals);
    for number in 1..=4 {
        let ms = Duration::from_millis(number * number % 7);
        let sample = SelfSample {
            span: Duration::from_secs(60),
            lag_max: ms,
            late: ms * 2,
            cpu: ms * 3,
            memory_bytes: number * 5 % 7,
            descriptors: number * 3 % 7,
            lost_log_lines: number,
            commits: number * 2,
            commit_time: ms * 5,
            commit_max: ms,
        };
        totals.add(&sample);
        let samples = Samples {
            runner: sample,
            executor: None,
        };
        journal
            .commit(&[at(60 * number, JournalEvent::Sampled(samples))])
            .expect("committed");
    }
    assert_eq!(book.run(1).runner, totals);
}

#[test]
fn a_complete_run_is_judged_in_the_transaction_of_its_end() {
    let book = Book::new();
    let (seen, path) = (Arc::new(Mutex::new(Vec::new())), book.path.clone());
    let told = Arc::clone(&seen);
    let judge = move |reader: &RunReader<'_>, id: u64| {
        let run = reader.run(&RunSelector::Id(id)).expect("read");
        // Nobody else sees an end that is not judged.
        let outside = RunReader::open(&path).expect("opened");
        let outside = outside.run(&RunSelector::Id(id)).expect("read");
        let mut told = told.lock().expect("unpoisoned");
        told.push((run.state, run.counts.passed, run.elapsed, outside.state));
        vec![RunProblem::CaseFailed, RunProblem::GateFailed]
    };
    let mut journal = book.begin().with_judgement(Box::new(judge));
    journal.commit(&[started(1, 1, "a")]).expect("committed");
    journal
        .commit(&[
            finished(1, 1, "a", report(Outcome::Passed, 10)),
            ended(9, RunEnd::Completed, vec![RunProblem::CaseFailed]),
        ])
        .expect("committed");
    let state = RecordedState::Ended("completed".into());
    assert_eq!(
        *seen.lock().expect("unpoisoned"),
        [(state, 1, Duration::from_secs(9), RecordedState::Running)]
    );
    let problems = book.run(1).problems.into_iter().map(|it| it.code);
    assert_eq!(problems.collect::<Vec<_>>(), ["case-failed", "gate-failed"]);
}

#[test]
fn a_run_that_goes_on_another_time_is_not_judged() {
    let book = Book::new();
    let judge = |_: &RunReader<'_>, _| vec![RunProblem::GateFailed];
    let mut journal = book.begin().with_judgement(Box::new(judge));
    let problems = vec![RunProblem::Interrupted];
    journal
        .commit(&[ended(9, RunEnd::Interrupted, problems)])
        .expect("committed");
    let problems = book.run(1).problems.into_iter().map(|it| it.code);
    assert_eq!(problems.collect::<Vec<_>>(), ["interrupted"]);
}
