//! Journals that keep what they are given, and those that do not.

use std::{
    cell::RefCell,
    io,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use actix::prelude::*;
use executor_protocol::Transport;
use runner_core::{
    actors::{ConfigLoader, LedgerWriter, ReportCollector, RunSuite, RunSummary, Supervisor},
    beacon::Beacon,
    events::{RunEvent, RunObserver},
    journal::{Entry, Journal, JournalError, JournalEvent},
    results::RunProblem,
};

use crate::support::{healthy, plan_of};

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
    attempts: Arc<AtomicUsize>,
}

impl Journal for Counting {
    fn commit(&mut self, entries: &[Entry]) -> Result<(), JournalError> {
        match self.keeping {
            Keeping::Nothing => return Err("the disk is full".into()),
            Keeping::Panics => panic!("as told"),
            Keeping::Commits(most) if self.commits >= most => {
                return Err("the disk is full".into());
            }
            Keeping::AllButTheEnd if entries.iter().any(is_end) => {
                return Err("the disk is full".into());
            }
            Keeping::Everything | Keeping::Commits(_) | Keeping::AllButTheEnd => {}
        }
        self.commits += 1;
        let attempts = entries
            .iter()
            .filter(|entry| matches!(entry.event, JournalEvent::AttemptFinished { .. }));
        self.attempts.fetch_add(attempts.count(), Ordering::SeqCst);
        Ok(())
    }
}

fn is_end(entry: &Entry) -> bool {
    matches!(entry.event, JournalEvent::Ended { .. })
}

/// An observer that holds what is announced against what the journal has by then, if it is to have all.
struct Auditor {
    keeping: Keeping,
    kept: Arc<AtomicUsize>,
    announced: Rc<RefCell<usize>>,
}

impl RunObserver for Auditor {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        if matches!(event, RunEvent::AttemptFinished { .. }) {
            *self.announced.borrow_mut() += 1;
            let kept = self.kept.load(Ordering::SeqCst);
            let is_kept = *self.announced.borrow() <= kept;
            assert!(
                is_kept || matches!(self.keeping, Keeping::Nothing | Keeping::Panics),
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
    let plan = plan_of(&["one", "two", "three"], is_soak);
    let (kept, announced) = (Arc::default(), Rc::default());
    let auditor = Auditor {
        keeping,
        kept: Arc::clone(&kept),
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
        let (summary, announced) = run_with_journal(keeping, false).await;
        assert_eq!((announced, summary.counts.passed), (3, 3));
        let failed: Vec<_> = summary
            .observer_failures
            .iter()
            .map(|it| it.observer)
            .collect();
        assert_eq!(failed, ["ledger"]);
    }
}
