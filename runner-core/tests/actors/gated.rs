//! A journal whose commits a test holds up, keeps and refuses, one by one.

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::Duration,
};

use actix::prelude::*;
use runner_core::{
    actors::{LedgerWriter, NoteRejectedSuite, Record, ReportCollector},
    beacon::Beacon,
    events::RunObserver,
    journal::{Entry, Journal, JournalError},
    outcome::Outcome,
    plan::RunPlan,
    results::{AttemptReport, Place},
    tries::{Tried, Tries},
};

use crate::support::{case, soon};

/// A test that holds a journal up for longer than this is broken itself.
const LONGEST: Duration = Duration::from_secs(60);

/// So many entries may wait for the ledger.
pub(crate) const QUEUE: usize = 512;

/// A place of the only case.
pub(crate) fn place(number: u64) -> Place {
    Place {
        number,
        iteration: 1,
        index: 0,
        try_number: 1,
    }
}

/// A result to record.
pub(crate) fn passed(number: u64) -> Record {
    let report = AttemptReport::bare("TEST_one".into(), Duration::ZERO, Outcome::Passed);
    let end = Tries::judge(&case("one"), [Tried::from(&report)]);
    Record {
        place: place(number),
        case: case("one"),
        report: Arc::new(report),
        end: Some(end),
    }
}

/// Lets commits through. When it is dropped, all further ones are kept.
pub(crate) struct Gate {
    leaves: Sender<bool>,
    kept: Arc<Mutex<Vec<usize>>>,
}

impl Gate {
    /// A collector for `plan` whose journal waits for this gate.
    pub(crate) fn before(
        plan: &RunPlan,
        observers: Vec<Box<dyn RunObserver>>,
    ) -> (Self, Addr<ReportCollector>) {
        let (leaves, asked) = channel();
        let kept = Arc::default();
        let journal = Gated {
            leaves: asked,
            kept: Arc::clone(&kept),
        };
        let writer = LedgerWriter::spawn(Box::new(journal));
        let collector = ReportCollector::new(plan, Some(writer), observers, Beacon::default());
        (Self { leaves, kept }, collector.start())
    }

    /// Lets the next commit through.
    pub(crate) fn keep(&self) {
        self.leaves.send(true).expect("a journal");
    }

    /// Has the next commit fail.
    pub(crate) fn refuse(&self) {
        self.leaves.send(false).expect("a journal");
    }

    /// Has a commit fail, and waits until the collector knows.
    pub(crate) async fn lose(&self, collector: &Addr<ReportCollector>) {
        // A full queue may be written at once. What fills it again gets an answer only when that has come to
        // its end.
        for _ in 0..2 * QUEUE {
            let reason = "so that the queue is full".into();
            collector.do_send(NoteRejectedSuite { reason });
        }
        let recorded = collector.send(passed(99));
        self.refuse();
        assert!(soon(recorded).await.expect("sent").is_err());
    }

    /// How many entries each commit had that was kept.
    pub(crate) fn kept(&self) -> Vec<usize> {
        self.kept.lock().expect("not poisoned").clone()
    }
}

struct Gated {
    leaves: Receiver<bool>,
    kept: Arc<Mutex<Vec<usize>>>,
}

impl Journal for Gated {
    fn commit(&mut self, entries: &[Entry]) -> Result<(), JournalError> {
        match self.leaves.recv_timeout(LONGEST) {
            Ok(true) | Err(RecvTimeoutError::Disconnected) => {}
            Ok(false) => return Err("the disk is full".into()),
            Err(RecvTimeoutError::Timeout) => panic!("the test forgot its journal"),
        }
        self.kept.lock().expect("not poisoned").push(entries.len());
        Ok(())
    }
}
